package tensor

import "math"

// End as the upper bound of a slice means the size of the axis.
const End = math.MaxInt

// Slice returns a view of the elements lo to hi-1 along an axis. Negative
// bounds count from the end, [End] is the end. Bounds out of range panic, as
// in Go and unlike numpy, which clips them.
func (t *Tensor) Slice(axis, lo, hi int) *Tensor {
	axis = axisOf("Slice", "axis", axis, t.shape)
	n := t.shape[axis]
	l, h := lo, hi
	if l < 0 {
		l += n
	}
	if h == End {
		h = n
	} else if h < 0 {
		h += n
	}
	if l < 0 || h < l || h > n {
		fail("Slice", "lo, hi", "[%d:%d] is out of range for axis %d of size %d (shape %v)", lo, hi, axis, n, t.shape)
	}
	v := t.view()
	v.shape[axis] = h - l
	if h > l {
		v.offset += l * v.strides[axis]
	}
	return v
}

// Step returns a view of every n-th element along an axis, the first included.
func (t *Tensor) Step(axis, n int) *Tensor {
	axis = axisOf("Step", "axis", axis, t.shape)
	if n < 1 {
		fail("Step", "n", "want at least 1, got %d; Reverse goes backwards", n)
	}
	v := t.view()
	v.shape[axis] = (v.shape[axis] + n - 1) / n
	v.strides[axis] *= n
	return v
}

// Index returns a view of one element along an axis, which disappears.
// Negative indices count from the end.
func (t *Tensor) Index(axis, i int) *Tensor {
	axis = axisOf("Index", "axis", axis, t.shape)
	i = indexIn("Index", i, axis, t.shape)
	return t.Slice(axis, i, i+1).drop(axis)
}

// Reverse returns a view with the order of the elements along the axes
// reversed; no axes mean all.
//
// numpy: flip.
// Keras: K.reverse.
func Reverse(t *Tensor, axes ...int) *Tensor {
	v := t.view()
	for i, on := range axesOf("Reverse", axes, t.shape) {
		if on && v.shape[i] > 1 {
			v.offset += (v.shape[i] - 1) * v.strides[i]
			v.strides[i] = -v.strides[i]
		}
	}
	return v
}

// Transpose returns a view with the axes in the order perm; axis i of the
// result is axis perm[i] of t. No perm reverses the order.
//
// numpy: transpose.
// Keras: K.permute_dimensions.
func Transpose(t *Tensor, perm ...int) *Tensor {
	rank := len(t.shape)
	if len(perm) == 0 {
		for i := range rank {
			perm = append(perm, rank-1-i)
		}
	}
	if len(perm) != rank {
		fail("Transpose", "perm", "%v has %d axes, rank is %d (shape %v)", perm, len(perm), rank, t.shape)
	}
	axesOf("Transpose", perm, t.shape)
	v := t.view()
	for i, p := range perm {
		p = axisOf("Transpose", "perm", p, t.shape)
		v.shape[i], v.strides[i] = t.shape[p], t.strides[p]
	}
	return v
}

// SwapAxes returns a view with two axes exchanged.
//
// numpy: swapaxes.
func SwapAxes(t *Tensor, a, b int) *Tensor {
	a, b = axisOf("SwapAxes", "a", a, t.shape), axisOf("SwapAxes", "b", b, t.shape)
	v := t.view()
	v.shape[a], v.shape[b] = v.shape[b], v.shape[a]
	v.strides[a], v.strides[b] = v.strides[b], v.strides[a]
	return v
}

// MoveAxis returns a view with axis from moved to place to; the others keep
// their order.
//
// numpy: moveaxis.
func MoveAxis(t *Tensor, from, to int) *Tensor {
	from, to = axisOf("MoveAxis", "from", from, t.shape), axisOf("MoveAxis", "to", to, t.shape)
	v := t.view()
	d, s := v.shape[from], v.strides[from]
	v = v.drop(from)
	return v.insert(to, d, s)
}

// ExpandDims returns a view with an axis of size 1 inserted, which becomes
// axis number axis of the result; -1 appends it.
//
// numpy: expand_dims.
func ExpandDims(t *Tensor, axis int) *Tensor {
	axis = axisIn("ExpandDims", "axis", axis, len(t.shape)+1, t.shape)
	return t.view().insert(axis, 1, 1)
}

// Squeeze returns a view without the axes, which must have size 1; no axes
// mean all that have.
//
// numpy: squeeze.
func Squeeze(t *Tensor, axes ...int) *Tensor {
	v := t.view()
	on := axesOf("Squeeze", axes, t.shape)
	for i := len(on) - 1; i >= 0; i-- {
		if !on[i] {
			continue
		}
		if t.shape[i] == 1 {
			v = v.drop(i)
		} else if len(axes) > 0 {
			fail("Squeeze", "axes", "axis %d has size %d (shape %v); only axes of size 1 can go", i, t.shape[i], t.shape)
		}
	}
	return v
}

// view returns a tensor over the same memory with a shape of its own.
func (t *Tensor) view() *Tensor {
	return &Tensor{shape: copyShape(t.shape), strides: copyShape(t.strides), offset: t.offset, data: t.data}
}

// drop and insert change a fresh view.
func (t *Tensor) drop(axis int) *Tensor {
	t.shape = append(t.shape[:axis], t.shape[axis+1:]...)
	t.strides = append(t.strides[:axis], t.strides[axis+1:]...)
	return t
}

func (t *Tensor) insert(axis, size, stride int) *Tensor {
	t.shape = append(t.shape[:axis], append([]int{size}, t.shape[axis:]...)...)
	t.strides = append(t.strides[:axis], append([]int{stride}, t.strides[axis:]...)...)
	return t
}
