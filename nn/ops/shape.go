package ops

import (
	"slices"
)

// Reshape returns v with another shape over the same elements; one size may be
// -1 and is worked out. It moves nothing.
func Reshape(v *Value, shape ...int) *Value {
	to := resolveShape(v.shape, shape)
	if slices.Equal(to, v.shape) {
		return v
	}
	return apply1(&reshape{to}, v)
}

// Flatten2D keeps the first axis and merges all others.
func Flatten2D(v *Value) *Value {
	if v.Rank() == 0 {
		shapePanic("Flatten2D", [][]int{v.shape}, "a scalar has no first axis")
	}
	return Reshape(v, v.shape[0], sizeOf(v.shape[1:]))
}

// ExpandDims inserts an axis of size 1; axis counts in the result, negative from its end.
func ExpandDims(v *Value, axis int) *Value {
	a := axis
	if a < 0 {
		a += v.Rank() + 1
	}
	if a < 0 || a > v.Rank() {
		shapePanic("ExpandDims", [][]int{v.shape}, "axis %d is out of range", axis)
	}
	return Reshape(v, slices.Insert(slices.Clone(v.shape), a, 1)...)
}

// Squeeze drops axes of size 1: the given ones, or all.
func Squeeze(v *Value, axes ...int) *Value {
	drop := make([]bool, v.Rank())
	for _, axis := range axes {
		a := axisOf("Squeeze", v.shape, axis)
		if v.shape[a] != 1 {
			shapePanic("Squeeze", [][]int{v.shape}, "axis %d has size %d, not 1", axis, v.shape[a])
		}
		drop[a] = true
	}
	to := []int{}
	for i, d := range v.shape {
		if !drop[i] && (d != 1 || len(axes) > 0) {
			to = append(to, d)
		}
	}
	return Reshape(v, to...)
}

// resolveShape replaces a -1 in to and checks that it holds the elements of from.
func resolveShape(from, to []int) []int {
	to = slices.Clone(to)
	if to == nil {
		to = []int{}
	}
	rest, unknown := 1, -1
	for i, d := range to {
		switch {
		case d == -1 && unknown < 0:
			unknown = i
		case d < 0:
			shapePanic("Reshape", [][]int{from, to}, "only one size may be -1, and no other may be negative")
		default:
			rest *= d
		}
	}
	if unknown >= 0 {
		if rest == 0 || sizeOf(from)%rest != 0 {
			shapePanic("Reshape", [][]int{from, to}, "%d elements do not divide by %d", sizeOf(from), rest)
		}
		to[unknown] = sizeOf(from) / rest
	}
	if sizeOf(from) != sizeOf(to) {
		shapePanic("Reshape", [][]int{from, to}, "%d elements do not fit a shape of %d", sizeOf(from), sizeOf(to))
	}
	return to
}

type reshape struct{ shape []int }

func (*reshape) String() string             { return "Reshape" }
func (o *reshape) Infer(in [][]int) [][]int { return [][]int{resolveShape(in[0], o.shape)} }
func (o *reshape) Bind(*Binding) func()     { return nil }
func (o *reshape) View()                    {}
func (o *reshape) Grad(in, _, dout []*Value) []*Value {
	return []*Value{Reshape(dout[0], in[0].shape...)}
}

// mergeReshapes skips the first of two reshapes, and drops one to the same shape.
func mergeReshapes(_ *graph, n *node) []*Value {
	if _, ok := n.op.(*reshape); !ok {
		return nil
	}
	v := n.in[0]
	if _, ok := v.node.op.(*reshape); ok {
		return []*Value{Reshape(v.node.in[0], n.out[0].shape...)}
	}
	if slices.Equal(v.shape, n.out[0].shape) {
		return []*Value{v}
	}
	return nil
}

// copyOp is the identity with memory of its own: Compile puts it between
// results that must not share theirs.
type copyOp struct{}

func (copyOp) String() string                    { return "Copy" }
func (copyOp) Infer(in [][]int) [][]int          { return [][]int{in[0]} }
func (copyOp) Grad(_, _, dout []*Value) []*Value { return dout }
func (copyOp) Bind(b *Binding) func() {
	return mover{shape: []int{len(b.Out[0])}, dst: []int{1}, src: []int{1}}.bind(b.Out[0], b.In[0])
}

// axisOf resolves an axis that may count from the end.
func axisOf(op string, shape []int, axis int) int {
	a := axis
	if a < 0 {
		a += len(shape)
	}
	if a < 0 || a >= len(shape) {
		shapePanic(op, [][]int{shape}, "axis %d is out of range for rank %d", axis, len(shape))
	}
	return a
}
