package augment

import (
	"math"

	"github.com/antler-ml/antler/image"
)

// An affine maps places of the result to places of the source: row = r0 +
// rr·y + rc·x, column = c0 + cr·y + cc·x.
type affine struct{ r0, rr, rc, c0, cr, cc float64 }

type matrix3 [3][3]float64

func (a matrix3) times(b matrix3) (m matrix3) {
	for i := range 3 {
		for j := range 3 {
			m[i][j] = float64(a[i][0]*b[0][j]) + float64(a[i][1]*b[1][j]) + float64(a[i][2]*b[2][j])
		}
	}
	return m
}

// matrix returns rotation · shift · shear · zoom about the middle of the image,
// and false when that leaves the image as it is.
func (t *Transform) matrix(h, w int, compat Compat) (affine, bool) {
	m := matrix3{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	any := false
	then := func(n matrix3) { m, any = m.times(n), true }
	if t.Theta != 0 {
		sin, cos := math.Sincos(t.Theta * (math.Pi / 180))
		then(matrix3{{cos, -sin, 0}, {sin, cos, 0}, {0, 0, 1}})
	}
	if t.Tx != 0 || t.Ty != 0 {
		then(matrix3{{1, 0, t.Tx}, {0, 1, t.Ty}, {0, 0, 1}})
	}
	if t.Shear != 0 {
		sin, cos := math.Sincos(t.Shear * (math.Pi / 180))
		then(matrix3{{1, -sin, 0}, {0, cos, 0}, {0, 0, 1}})
	}
	zx, zy := one(t.Zx), one(t.Zy)
	if zx != 1 || zy != 1 {
		then(matrix3{{zx, 0, 0}, {0, zy, 0}, {0, 0, 1}})
	}
	if !any {
		return affine{}, false
	}
	middle := -0.5
	if compat == KerasPreprocessing112 {
		middle = 0.5
	}
	ox, oy := float64(h)/2+middle, float64(w)/2+middle
	m = matrix3{{1, 0, ox}, {0, 1, oy}, {0, 0, 1}}.times(m).times(matrix3{{1, 0, -ox}, {0, 1, -oy}, {0, 0, 1}})
	if compat != KerasPreprocessing112 {
		// Keras makes the matrix for (x, y) and exchanges the axes only now, so
		// its middle (h, w) lies off the middle of images that are not square.
		m = matrix3{{m[1][1], m[1][0], m[1][2]}, {m[0][1], m[0][0], m[0][2]}, m[2]}
	}
	return affine{m[0][2], m[0][0], m[0][1], m[1][2], m[1][0], m[1][1]}, true
}

func one(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}

// resample sets each pixel of dst to the place in src that m gives.
// It is scipy's ndimage.affine_transform on every channel.
func (c *config) resample(dst, src []float32, h, w, ch int, m affine, s *scratch) {
	if c.order > 1 {
		c.resampleSpline(dst, src, h, w, ch, m, s)
		return
	}
	fill := border{c.FillMode, float32(c.CVal), h, w}
	sample := linear
	if c.order == 0 {
		sample = nearest
	}
	if c.DataFormat == image.ChannelsFirst {
		for p := 0; p < len(dst); p += h * w {
			sample(dst[p:p+h*w], src[p:p+h*w], h, w, 1, m, fill)
		}
		return
	}
	sample(dst, src, h, w, ch, m, fill)
}

// A line gives the rows, or the columns, of the places of one row of the result.
type line struct{ base, step float64 }

// at adds in the order of scipy: the last bit decides what is inside.
func (l line) at(x int) float64 { return l.base + float64(float64(x)*l.step) }

func (m *affine) line(y int) (rows, columns line) {
	return line{m.r0 + float64(float64(y)*m.rr), m.rc}, line{m.c0 + float64(float64(y)*m.cr), m.cc}
}

// inside returns the x in [0, n) whose place lies in [0, limit).
func (l line) inside(limit float64, n int) (lo, hi int) {
	in := func(x int) bool { v := l.at(x); return v >= 0 && v < limit }
	if l.step == 0 {
		if in(0) {
			return 0, n
		}
		return 0, 0
	}
	x0, x1 := -l.base/l.step, (limit-l.base)/l.step
	if x0 > x1 {
		x0, x1 = x1, x0
	}
	lo = int(min(max(math.Ceil(x0), 0), float64(n)))
	hi = int(min(max(math.Ceil(x1), 0), float64(n)))
	// Rounding may have put an end one off; the loop that follows relies on it.
	for lo > 0 && in(lo-1) {
		lo--
	}
	for lo < hi && !in(lo) {
		lo++
	}
	for hi < n && in(hi) {
		hi++
	}
	for hi > lo && !in(hi-1) {
		hi--
	}
	return lo, hi
}

// A border maps places outside an image to places inside.
type border struct {
	mode FillMode
	cval float32
	h, w int
}

// place returns a place in (-1, n) for any v, and false for "the constant".
func (b *border) place(v float64, n int) (float64, bool) {
	last := float64(n - 1)
	if v >= 0 && v <= last {
		return v, true
	}
	switch b.mode {
	case FillConstant:
		return 0, false
	case FillReflect:
		return reflect(v, float64(n)), true
	case FillWrap:
		if n == 1 {
			return 0, true
		}
		if v < 0 {
			v += last * (math.Trunc(-v/last) + 1)
		} else {
			v -= last * math.Trunc(v/last)
		}
		return min(max(v, 0), last), true
	}
	return min(max(v, 0), last), true
}

// reflect is scipy's half-sample symmetric continuation: it may return places up
// to one outside, where a neighbour of the border pixel is that pixel again.
func reflect(v, n float64) float64 {
	if n <= 1 {
		return 0
	}
	period := 2 * n
	if v < 0 {
		if v < -period {
			v += period * math.Trunc(-v/period)
		}
		switch {
		case v < -n:
			return within(v+period, n)
		case v > -1e-15:
			return 1e-15 - 1
		}
		return within(-v-1, n)
	}
	v -= period * math.Trunc(v/period)
	if v >= n {
		v = period - v - 1
	}
	return within(v, n)
}

// within guards against the rounding of far away places.
func within(v, n float64) float64 {
	if v <= -1 || v >= n {
		return 0
	}
	return v
}
