package augment

import "math"

// An affine maps places of the result to places of the source: row = r0 +
// rr·y + rc·x, column = c0 + cr·y + cc·x.
type affine struct{ r0, rr, rc, c0, cr, cc float64 }

var identity = affine{rr: 1, cc: 1}

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

// A line gives the rows, or the columns, of the places of one row of the result.
type line struct{ base, step float64 }

// at adds in the order of scipy: the last bit decides what is inside.
func (l line) at(x int) float64 { return l.base + float64(float64(x)*l.step) }

func (m *affine) line(y int) (rows, columns line) {
	return line{m.r0 + float64(float64(y)*m.rr), m.rc}, line{m.c0 + float64(float64(y)*m.cr), m.cc}
}

// inside returns the x in [0, n) whose place lies in [first, last]; inverse is
// 1 / l.step.
func (l line) inside(first, last, inverse float64, n int) (lo, hi int) {
	// Places grow or fall along a line, rounding included.
	a, b := l.at(0), l.at(n-1)
	if a > b {
		a, b = b, a
	}
	if a >= first && b <= last {
		return 0, n
	}
	if l.step == 0 || b < first || a > last {
		return 0, 0
	}
	// Of the places that grow from left to right, lo begins with the first one
	// that reaches first, hi with the first one beyond last; of those that fall,
	// the other way round.
	if l.step > 0 {
		return l.begin(first, inverse, n, false), l.begin(last, inverse, n, true)
	}
	fall := line{-l.base, -l.step}
	return fall.begin(-last, -inverse, n, false), fall.begin(-first, -inverse, n, true)
}

// begin returns the first x in [0, n] whose place, growing with x, reaches
// limit, or lies beyond it.
func (l line) begin(limit, inverse float64, n int, beyond bool) int {
	at := (limit - l.base) * inverse
	if !(at > 0) {
		at = 0
	}
	x := n
	if at < float64(n) {
		x = int(at)
	}
	// Rounding may have put it one off.
	for x > 0 && l.reaches(x-1, limit, beyond) {
		x--
	}
	for x < n && !l.reaches(x, limit, beyond) {
		x++
	}
	return x
}

func (l line) reaches(x int, limit float64, beyond bool) bool {
	v := l.at(x)
	return v > limit || v == limit && !beyond
}
