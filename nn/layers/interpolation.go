package layers

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/nn/ops"
)

// An Interpolation says how [UpSampling2D] and [Resizing] make cells between those that
// there are. The centres of the corner cells keep their distance from the
// borders (half-pixel centres, as tf-keras; Keras 2.2 and 2.3 put the corner
// itself into the corner).
type Interpolation string

// Keras' interpolations.
const (
	Nearest       Interpolation = "nearest"       // repeats cells
	Bilinear      Interpolation = "bilinear"      // of 2×2 cells
	Bicubic       Interpolation = "bicubic"       // of 4×4 cells, a = -½. Keys, 1981
	Area          Interpolation = "area"          // the same as Nearest when images are enlarged by whole numbers
	Lanczos3      Interpolation = "lanczos3"      // of 6×6 cells
	Lanczos5      Interpolation = "lanczos5"      // of 10×10 cells
	Gaussian      Interpolation = "gaussian"      // of 3×3 cells, deviation ½
	MitchellCubic Interpolation = "mitchellcubic" // of 4×4 cells, B = C = ⅓. Mitchell and Netravali, 1988
)

func (m Interpolation) validate() error {
	if m.repeats() {
		return nil
	}
	if _, ok := interpolations[m]; ok {
		return nil
	}
	return fmt.Errorf("interpolation is %q; want nearest, bilinear, bicubic, area, lanczos3, lanczos5, gaussian or mitchellcubic", m)
}

// repeats reports whether cells are repeated, not mixed.
func (m Interpolation) repeats() bool { return m == Nearest || m == Area }

// An interpolation weights a cell by its distance, up to a radius.
type interpolation struct {
	radius float64
	weight func(distance float64) float64
}

var interpolations = map[Interpolation]interpolation{
	Bilinear: {1, func(d float64) float64 { return 1 - d }},
	Bicubic:  {2, keys},
	Lanczos3: {3, lanczos(3)},
	Lanczos5: {5, lanczos(5)},
	Gaussian: {1.5, func(d float64) float64 {
		if d >= 1.5 {
			return 0
		}
		return math.Exp(-2 * d * d)
	}},
	MitchellCubic: {2, func(d float64) float64 {
		if d < 1 {
			return (7.0/6*d-2)*d*d + 8.0/9
		}
		return ((-7.0/18*d+2)*d-10.0/3)*d + 16.0/9
	}},
}

// keys is the cubic of Keys. TensorFlow looks it up in a table of 1024 steps.
func keys(d float64) float64 {
	d = math.RoundToEven(d*1024) / 1024
	if d < 1 {
		return (1.5*d-2.5)*d*d + 1
	}
	return ((-0.5*d+2.5)*d-4)*d + 2
}

func lanczos(radius float64) func(float64) float64 {
	return func(d float64) float64 {
		if d <= 1e-3 {
			return 1
		}
		return radius * math.Sin(math.Pi*d) * math.Sin(math.Pi*d/radius) / (math.Pi * math.Pi * d * d)
	}
}

// enlarge mixes n·factor cells of n.
func (m Interpolation) enlarge(n, factor int) ops.Resampling { return m.resize(n, n*factor) }

// resize mixes size cells of n. Cells beyond the borders have no weight, and the
// weights of a cell add up to 1. Where cells get fewer, some have no part in it, as
// in TensorFlow without antialias, save in [Area].
func (m Interpolation) resize(n, size int) ops.Resampling {
	r := ops.Resampling{First: make([]int, size), Weights: make([][]float32, size)}
	scale := float32(n) / float32(size) // Gaussian has a jump, so this is rounded as in TensorFlow
	for i := range r.First {
		switch at := float64((float32(i) + 0.5) * scale); m { // of its centre, in cells
		case Nearest:
			r.First[i], r.Weights[i] = min(n-1, int(at)), []float32{1}
		case Area:
			r.First[i], r.Weights[i] = overlaps(float64(float32(i)*scale), float64(float32(i+1)*scale), n)
		default:
			r.First[i], r.Weights[i] = interpolations[m].around(at, n)
		}
	}
	return r
}

// around are the weights of the cells around a point.
func (k interpolation) around(at float64, n int) (first int, weights []float32) {
	lo := max(0, min(n-1, int(math.Ceil(at-k.radius-0.5))))
	hi := max(0, min(n-1, int(math.Floor(at+k.radius-0.5))))
	each, sum := make([]float64, hi-lo+1), 0.0
	for j := range each {
		if d := math.Abs(float64(lo+j) + 0.5 - at); d <= k.radius {
			each[j] = k.weight(d)
		}
		sum += each[j]
	}
	for _, w := range each {
		weights = append(weights, float32(w/sum))
	}
	return lo, weights
}

// overlaps are the parts of the cells that lie between two points.
func overlaps(from, to float64, n int) (first int, weights []float32) {
	first = min(n-1, int(from))
	for j := first; j < n && float64(j) < to; j++ {
		part := math.Min(to, float64(j+1)) - math.Max(from, float64(j))
		weights = append(weights, float32(part/(to-from)))
	}
	return first, weights
}
