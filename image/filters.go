package image

import (
	"fmt"
	"math"
)

// An Interpolation says how a picture is resized.
type Interpolation string

// The interpolations of Keras' load_img. The empty one is Nearest.
const (
	Nearest  Interpolation = "nearest"
	Bilinear Interpolation = "bilinear"
	Bicubic  Interpolation = "bicubic"
	Lanczos  Interpolation = "lanczos"
	Box      Interpolation = "box"
	Hamming  Interpolation = "hamming"
)

// A filter is the weight of a pixel by its distance; nil picks the nearest.
type filter struct {
	name    Interpolation
	f       func(x float64) float64
	support float64
}

func (i Interpolation) filter() (filter, error) {
	switch i {
	case "", Nearest:
		return filter{}, nil
	case Bilinear:
		return filter{i, triangle, 1}, nil
	case Bicubic:
		return filter{i, cubic, 2}, nil
	case Lanczos:
		return filter{i, lanczos, 3}, nil
	case Box:
		return filter{i, boxcar, 0.5}, nil
	case Hamming:
		return filter{i, hamming, 1}, nil
	}
	return filter{}, fmt.Errorf("image: interpolation is %q, want one of %q, %q, %q, %q, %q, %q", i, Nearest, Bilinear, Bicubic, Lanczos, Box, Hamming)
}

func boxcar(x float64) float64 {
	if x > -0.5 && x <= 0.5 {
		return 1
	}
	return 0
}

func triangle(x float64) float64 { return max(1-math.Abs(x), 0) }

func hamming(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x == 0:
		return 1
	case x >= 1:
		return 0
	}
	x *= math.Pi
	return math.Sin(x) / x * (0.54 + 0.46*math.Cos(x))
}

// cubic is Keys' kernel with a = -0.5.
func cubic(x float64) float64 {
	const a = -0.5
	x = math.Abs(x)
	switch {
	case x < 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return (((x-5)*x+8)*x - 4) * a
	}
	return 0
}

func lanczos(x float64) float64 {
	if x >= -3 && x < 3 {
		return sinc(x) * sinc(x/3)
	}
	return 0
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	x *= math.Pi
	return math.Sin(x) / x
}
