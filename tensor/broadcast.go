package tensor

import "slices"

// BroadcastShape returns the shape that operands of the given shapes have
// together: sizes are compared from the last axis on, and 1 fits any. It
// panics when they do not fit.
//
// numpy: broadcast_shapes.
func BroadcastShape(shapes ...[]int) []int { return broadcastAll("BroadcastShape", shapes...) }

func broadcastAll(op string, shapes ...[]int) []int {
	out := []int{}
	for _, s := range shapes {
		b, ok := broadcastShape(out, s)
		if !ok {
			fail(op, "", "shapes %v do not broadcast: from the last axis on, sizes must be equal or 1", shapes)
		}
		out = b
	}
	return out
}

func broadcastShape(a, b []int) ([]int, bool) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	lead := len(a) - len(b)
	for i, d := range b {
		switch e := out[lead+i]; {
		case d == e || d == 1:
		case e == 1:
			out[lead+i] = d
		default:
			return nil, false
		}
	}
	return out, true
}

// BroadcastTo returns a view of t with the shape, in which elements repeat
// along axes that t lacks or has with size 1. Do not write to it.
//
// numpy: broadcast_to.
func BroadcastTo(t *Tensor, shape ...int) *Tensor {
	size("BroadcastTo", shape)
	if b, ok := broadcastShape(shape, t.shape); !ok || len(t.shape) > len(shape) || !slices.Equal(b, shape) {
		fail("BroadcastTo", "shape", "shape %v does not broadcast to %v", t.shape, shape)
	}
	v := &Tensor{shape: copyShape(shape), strides: make([]int, len(shape)), offset: t.offset, data: t.data}
	lead := len(shape) - len(t.shape)
	for i, d := range t.shape {
		if d != 1 {
			v.strides[lead+i] = t.strides[i]
		}
	}
	return v
}
