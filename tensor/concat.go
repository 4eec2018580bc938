package tensor

import "slices"

// Concatenate joins tensors along an axis; their other sizes must agree.
//
// numpy: concatenate.
// Keras: K.concatenate (whose default axis is -1).
func Concatenate(axis int, ts ...*Tensor) *Tensor {
	if len(ts) == 0 {
		fail("Concatenate", "ts", "nothing to join; want at least one tensor")
	}
	first := ts[0].shape
	axis = axisOf("Concatenate", "axis", axis, first)
	shape := copyShape(first)
	shape[axis] = 0
	for i, t := range ts {
		if len(t.shape) != len(first) || !slices.Equal(remove(t.shape, axis), remove(first, axis)) {
			fail("Concatenate", "ts", "shape %v of tensor %d does not fit %v of tensor 0: sizes must agree except along axis %d", t.shape, i, first, axis)
		}
		shape[axis] += t.shape[axis]
	}
	out := New(shape...)
	at := 0
	for _, t := range ts {
		Copy(out.Slice(axis, at, at+t.shape[axis]), t)
		at += t.shape[axis]
	}
	return out
}

// Stack joins tensors of one shape along a new axis, which becomes axis number
// axis of the result.
//
// numpy: stack.
// Keras: K.stack.
func Stack(axis int, ts ...*Tensor) *Tensor {
	if len(ts) == 0 {
		fail("Stack", "ts", "nothing to join; want at least one tensor")
	}
	first := ts[0].shape
	axis = axisIn("Stack", "axis", axis, len(first)+1, first)
	wide := make([]*Tensor, len(ts))
	for i, t := range ts {
		if !slices.Equal(t.shape, first) {
			fail("Stack", "ts", "shape %v of tensor %d is not %v of tensor 0", t.shape, i, first)
		}
		wide[i] = ExpandDims(t, axis)
	}
	return Concatenate(axis, wide...)
}

// Split cuts t along an axis into n views of equal size.
//
// numpy: split with a number of sections.
func Split(t *Tensor, axis, n int) []*Tensor {
	axis = axisOf("Split", "axis", axis, t.shape)
	if n < 1 || t.shape[axis]%n != 0 {
		fail("Split", "n", "axis %d of size %d (shape %v) cannot be cut into %d equal parts; SplitAt cuts anywhere", axis, t.shape[axis], t.shape, n)
	}
	part := t.shape[axis] / n
	out := make([]*Tensor, n)
	for i := range out {
		out[i] = t.Slice(axis, i*part, (i+1)*part)
	}
	return out
}

// SplitAt cuts t along an axis before each of the places, into one view more
// than there are places. Negative places count from the end, places beyond the
// end are the end, and a place before the previous one gives an empty view.
//
// numpy: split with indices.
func SplitAt(t *Tensor, axis int, places ...int) []*Tensor {
	axis = axisOf("SplitAt", "axis", axis, t.shape)
	n := t.shape[axis]
	var out []*Tensor
	lo := 0
	for _, p := range append(slices.Clone(places), n) {
		if p < 0 {
			p += n
		}
		p = min(max(p, 0), n)
		out = append(out, t.Slice(axis, lo, max(lo, p)))
		lo = p
	}
	return out
}
