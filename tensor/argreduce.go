package tensor

// maxExact is the largest length whose positions float32 can hold.
const maxExact = 1 << 24

// ArgMax returns the positions of the largest elements along an axis, which
// disappears: the first of equals, and the first NaN where there is one.
//
// numpy: argmax.
// Keras: K.argmax.
func ArgMax(t *Tensor, axis int) *Tensor { return argExtreme("ArgMax", t, axis, greater) }

// ArgMin returns the positions of the smallest elements along an axis, which
// disappears: the first of equals, and the first NaN where there is one.
//
// numpy: argmin.
// Keras: K.argmin.
func ArgMin(t *Tensor, axis int) *Tensor { return argExtreme("ArgMin", t, axis, less) }

// ArgMaxFlat returns the position of the largest element in row-major order.
//
// numpy: argmax without an axis.
func ArgMaxFlat(t *Tensor) int { return argFlat("ArgMaxFlat", t, greater) }

// ArgMinFlat returns the position of the smallest element in row-major order.
//
// numpy: argmin without an axis.
func ArgMinFlat(t *Tensor) int { return argFlat("ArgMinFlat", t, less) }

// greater reports whether x beats the best so far; NaN beats all but NaN.
func greater(x, best float32) bool { return x > best || x != x && best == best }

func less(x, best float32) bool { return x < best || x != x && best == best }

func argFlat(op string, t *Tensor, beats func(x, best float32) bool) int {
	d := t.Data()
	if len(d) == 0 {
		fail(op, "", "shape %v has no elements", t.shape)
	}
	at := 0
	for i, x := range d {
		if beats(x, d[at]) {
			at = i
		}
	}
	return at
}

func argExtreme(op string, t *Tensor, axis int, beats func(x, best float32) bool) *Tensor {
	l := lanesOf(op, t, axis)
	if l.n == 0 {
		fail(op, "axis", "axis %d has size 0 (shape %v); there is no position to return", axis, t.shape)
	}
	l.exact(op)
	out := New(remove(t.shape, l.axis)...)
	best := make([]float32, l.inner)
	for o := range l.outer {
		at := out.data[o*l.inner : (o+1)*l.inner]
		rows := l.data[o*l.n*l.inner:]
		copy(best, rows)
		for k := 1; k < l.n; k++ {
			for i, x := range rows[k*l.inner : (k+1)*l.inner] {
				if beats(x, best[i]) {
					best[i], at[i] = x, float32(k)
				}
			}
		}
	}
	return out
}

// lanes is contiguous memory seen as outer × n × inner, n along one axis.
type lanes struct {
	data            []float32
	axis            int
	outer, n, inner int
}

func lanesOf(op string, t *Tensor, axis int) lanes {
	axis = axisOf(op, "axis", axis, t.shape)
	l := lanes{data: t.Data(), axis: axis, outer: 1, n: t.shape[axis], inner: 1}
	for _, d := range t.shape[:axis] {
		l.outer *= d
	}
	for _, d := range t.shape[axis+1:] {
		l.inner *= d
	}
	return l
}

// exact panics when positions along the axis would be rounded.
func (l lanes) exact(op string) {
	if l.n > maxExact {
		fail(op, "axis", "axis %d has size %d, but positions are exact as float32 up to %d only; use the Flat function on slices", l.axis, l.n, maxExact)
	}
}

// remove returns the shape without an axis.
func remove(shape []int, axis int) []int {
	return append(copyShape(shape[:axis]), shape[axis+1:]...)
}
