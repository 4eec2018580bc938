package tensor

import "slices"

// Take returns the elements at positions ids along an axis, which gets the size
// len(ids). Negative positions count from the end.
//
// numpy: take.
func Take(t *Tensor, axis int, ids ...int) *Tensor {
	axis = axisOf("Take", "axis", axis, t.shape)
	return take("Take", t, axis, ids, []int{len(ids)})
}

// Gather is Take with positions of any shape, which replaces the axis. They
// must be whole numbers.
//
// numpy: take.
// Keras: K.gather (axis 0).
func Gather(t, ids *Tensor, axis int) *Tensor {
	axis = axisOf("Gather", "axis", axis, t.shape)
	return take("Gather", t, axis, wholes("Gather", ids), ids.shape)
}

func take(op string, t *Tensor, axis int, ids, shape []int) *Tensor {
	out := New(slices.Concat(t.shape[:axis], shape, t.shape[axis+1:])...)
	l := lanesOf(op, t, axis)
	to := out.data
	for o := range l.outer {
		for _, id := range ids {
			p := o*l.n + indexIn(op, id, axis, t.shape)
			copy(to, l.data[p*l.inner:(p+1)*l.inner])
			to = to[l.inner:]
		}
	}
	if l.outer == 0 {
		for _, id := range ids {
			indexIn(op, id, axis, t.shape)
		}
	}
	return out
}

// TakeAlong returns, in each lane along an axis, the elements at that lane's
// own positions: the companion of ArgSort. The other sizes of ids must be
// those of t.
//
// numpy: take_along_axis.
func TakeAlong(t, ids *Tensor, axis int) *Tensor {
	axis = axisOf("TakeAlong", "axis", axis, t.shape)
	if len(ids.shape) != len(t.shape) || !slices.Equal(remove(ids.shape, axis), remove(t.shape, axis)) {
		fail("TakeAlong", "ids", "shape %v does not fit %v: sizes must agree except along axis %d", ids.shape, t.shape, axis)
	}
	out := New(ids.shape...)
	l := lanesOf("TakeAlong", t, axis)
	n := ids.shape[axis]
	for p, id := range wholes("TakeAlong", ids) {
		o, i := p/(n*l.inner), p%l.inner
		out.data[p] = l.data[(o*l.n+indexIn("TakeAlong", id, axis, t.shape))*l.inner+i]
	}
	return out
}

// wholes returns positions as ints.
func wholes(op string, ids *Tensor) []int {
	d := ids.Data()
	out := make([]int, len(d))
	for i, x := range d {
		if out[i] = int(x); float32(out[i]) != x {
			fail(op, "ids", "element %d is %v; want whole numbers", i, x)
		}
	}
	return out
}
