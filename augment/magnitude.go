package augment

import "math"

// A magnitude is one of the operations that RandAugment and TrivialAugment
// choose from: an op that grows stronger with a number from 0 to 1. Their
// lists differ in the greatest strength only.
type magnitude struct {
	name   string
	signed bool // may go either way
	op     func(r *Rand, v float64, h, w int, f Filling) Op
}

// strength are the greatest magnitudes of a list.
type strength struct {
	shear, rotate, color float64
	translate            float64 // pixels; negative: part of the side
	posterize            float64 // bits taken away
}

func (s strength) pixels(side int) float64 {
	if s.translate < 0 {
		return -s.translate * float64(side)
	}
	return s.translate
}

func (s strength) operations() []magnitude {
	return []magnitude{
		{"Identity", false, func(*Rand, float64, int, int, Filling) Op { return nil }},
		{"ShearX", true, func(r *Rand, v float64, h, w int, f Filling) Op {
			return take(r, Shear{X: v * s.shear, FillMode: f.FillMode, CVal: f.CVal, MaskCVal: f.MaskCVal, Nearest: f.Nearest})
		}},
		{"ShearY", true, func(r *Rand, v float64, h, w int, f Filling) Op {
			return take(r, Shear{Y: v * s.shear, FillMode: f.FillMode, CVal: f.CVal, MaskCVal: f.MaskCVal, Nearest: f.Nearest})
		}},
		{"TranslateX", true, func(r *Rand, v float64, h, w int, f Filling) Op {
			return take(r, Translate{X: math.Trunc(v * s.pixels(w)), FillMode: f.FillMode, CVal: f.CVal, MaskCVal: f.MaskCVal, Nearest: f.Nearest})
		}},
		{"TranslateY", true, func(r *Rand, v float64, h, w int, f Filling) Op {
			return take(r, Translate{Y: math.Trunc(v * s.pixels(h)), FillMode: f.FillMode, CVal: f.CVal, MaskCVal: f.MaskCVal, Nearest: f.Nearest})
		}},
		{"Rotate", true, func(r *Rand, v float64, h, w int, f Filling) Op {
			return take(r, Rotate{Angle: v * s.rotate, FillMode: f.FillMode, CVal: f.CVal, MaskCVal: f.MaskCVal, Nearest: f.Nearest})
		}},
		{"Brightness", true, func(r *Rand, v float64, _, _ int, _ Filling) Op { return take(r, Brightness{Factor: 1 + v*s.color}) }},
		{"Color", true, func(r *Rand, v float64, _, _ int, _ Filling) Op { return take(r, Saturation{Factor: 1 + v*s.color}) }},
		{"Contrast", true, func(r *Rand, v float64, _, _ int, _ Filling) Op { return take(r, Contrast{Factor: 1 + v*s.color}) }},
		{"Sharpness", true, func(r *Rand, v float64, _, _ int, _ Filling) Op { return take(r, Sharpness{Factor: 1 + v*s.color}) }},
		{"Posterize", false, func(r *Rand, v float64, _, _ int, _ Filling) Op {
			return take(r, Posterize{Bits: 8 - int(math.RoundToEven(v*s.posterize))})
		}},
		{"Solarize", false, func(r *Rand, v float64, _, _ int, _ Filling) Op {
			return take(r, Solarize{Threshold: 255 * (1 - v)})
		}},
		{"AutoContrast", false, func(r *Rand, _ float64, _, _ int, _ Filling) Op { return take(r, AutoContrast{}) }},
		{"Equalize", false, func(r *Rand, _ float64, _, _ int, _ Filling) Op { return take(r, Equalize{}) }},
	}
}

var (
	randOperations    = strength{shear: 0.3, rotate: 30, color: 0.9, translate: -150. / 331, posterize: 4}.operations()
	trivialOperations = strength{shear: 0.99, rotate: 135, color: 0.99, translate: 32, posterize: 6}.operations()
)

// draw draws the direction and makes the op of magnitude bin of bins.
func (m *magnitude) draw(r *Rand, bin, bins, h, w int, f Filling) Op {
	v := float64(bin) / float64(bins-1)
	if m.signed && r.IntN(2) == 1 {
		v = -v
	}
	return m.op(r, v, h, w, f)
}
