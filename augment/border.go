package augment

import "math"

// A border maps places outside an image to places inside.
type border struct {
	mode FillMode
	cval float32
	h, w int
}

// place returns a place for any v, and false for "the constant". It lies in
// [0, n-1] but for FillReflect, where it may be up to one outside: a spline goes
// on there.
func (b *border) place(v float64, n int) (float64, bool) {
	switch inside := v >= 0 && v <= float64(n-1); {
	case inside:
		return v, true
	case b.mode == FillConstant:
		return 0, false
	case b.mode == FillReflect && n > 1:
		return mirrored(v, float64(n)), true
	}
	return fold(v, n, b.mode), true
}

// fold returns a place in [0, n-1] for any v. Where scipy reflects to a place
// between two copies of the pixel at an edge, this is that pixel.
func fold(v float64, n int, mode FillMode) float64 {
	last := float64(n - 1)
	if v >= 0 && v <= last {
		return v
	}
	switch {
	case n == 1:
		return 0
	case mode == FillReflect:
		v = mirrored(v, float64(n))
	case mode == FillWrap && v < 0:
		v += last * (math.Trunc(-v/last) + 1)
	case mode == FillWrap:
		v -= last * math.Trunc(v/last)
	}
	if !(v > 0) {
		return 0
	}
	return min(v, last)
}

// mirrored is scipy's half-sample symmetric continuation, in (-1, n).
func mirrored(v, n float64) float64 {
	period := 2 * n
	if v < 0 {
		if v < -period {
			v += period * math.Trunc(-v/period)
		}
		if v < -n {
			return v + period
		}
		return -v - 1
	}
	if v >= period {
		v -= period * math.Trunc(v/period)
	}
	if v >= n {
		v = period - v - 1
	}
	return v
}
