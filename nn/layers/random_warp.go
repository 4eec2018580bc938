package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// A FillMode says what lies beyond the borders of an image a b c d.
type FillMode string

// Keras' fill modes.
const (
	FillReflect  FillMode = "reflect"  // d c b a | a b c d | d c b a
	FillWrap     FillMode = "wrap"     // a b c d | a b c d | a b c d
	FillNearest  FillMode = "nearest"  // a a a a | a b c d | d d d d
	FillConstant FillMode = "constant" // f f f f | a b c d | f f f f, f the fill value
)

var fillModes = map[FillMode]ops.WarpMode{
	FillReflect: ops.WarpReflect, FillWrap: ops.WarpWrap, FillNearest: ops.WarpNearest, FillConstant: ops.WarpConstant,
}

// filling is what the layers that move pixels have in common.
type filling struct {
	mode          FillMode
	interpolation Interpolation
	value         float64
}

func (f filling) validate() error {
	if _, ok := fillModes[f.mode]; !ok {
		return fmt.Errorf("FillMode is %q; want reflect, wrap, nearest or constant", f.mode)
	}
	if f.interpolation != Nearest && f.interpolation != Bilinear {
		return fmt.Errorf("Interpolation is %q; want nearest or bilinear", f.interpolation)
	}
	return nil
}

// warp moves the pixels of each image by a matrix of six columns (batch, 1), or of
// numbers for all images; see [ops.Warp].
func (f filling) warp(x *ops.Value, columns ...any) *ops.Value {
	var cs []*ops.Value
	for _, c := range columns {
		switch c := c.(type) {
		case *ops.Value:
			cs = append(cs, c)
		case float32:
			cs = append(cs, ops.BroadcastTo(ops.Scalar(c), x.Dim(0), 1))
		}
	}
	return ops.Warp(x, ops.Concat(1, cs...), ops.WarpConfig{
		Size: [2]int{x.Dim(1), x.Dim(2)}, Mode: fillModes[f.mode], Fill: float32(f.value), Bilinear: f.interpolation == Bilinear,
	})
}

// factorRange are the bounds of a random factor: a number f stands for -f to f.
func factorRange(setting string, f []float64) (lo, hi float64, err error) {
	switch len(f) {
	case 1:
		lo, hi = -f[0], f[0]
	case 2:
		lo, hi = f[0], f[1]
	default:
		return 0, 0, fmt.Errorf("%s has %d numbers; want one, or a lower and an upper bound", setting, len(f))
	}
	if !(lo <= hi) {
		return 0, 0, fmt.Errorf("%s is %v: the lower bound %g is above the upper %g", setting, f, lo, hi)
	}
	return lo, hi, nil
}

// within is factorRange for factors from least to most.
func within(setting string, f []float64, least, most float64) error {
	lo, hi, err := factorRange(setting, f)
	if err == nil && !(lo >= least && hi <= most) {
		err = fmt.Errorf("%s is %v; want factors from %g to %g", setting, f, least, most)
	}
	return err
}

// eachImage draws a factor for each image: (batch, 1).
func eachImage(c *nn.Call, seed *int64, lo, hi float64, x *ops.Value) *ops.Value {
	return ops.RandomUniform(ownStream(c, seed), float32(lo), float32(hi), x.Dim(0), 1)
}
