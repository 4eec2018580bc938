package ops

import "slices"

// Transpose permutes the axes: axis i of the result is axis perm[i] of v.
// Without perm it reverses them.
func Transpose(v *Value, perm ...int) *Value {
	p := make([]int, v.Rank())
	if len(perm) == 0 {
		for i := range p {
			p[i] = len(p) - 1 - i
		}
	} else {
		if len(perm) != len(p) {
			shapePanic("Transpose", [][]int{v.shape}, "the permutation %v has %d axes, the operand %d", perm, len(perm), len(p))
		}
		for i, a := range perm {
			p[i] = axisOf("Transpose", v.shape, a)
			if slices.Contains(p[:i], p[i]) {
				shapePanic("Transpose", [][]int{v.shape}, "the permutation %v names axis %d twice", perm, a)
			}
		}
	}
	if slices.IsSorted(p) {
		return v
	}
	return apply1(&transpose{p}, v)
}

type transpose struct{ perm []int }

func (*transpose) String() string { return "Transpose" }

func (o *transpose) Infer(in [][]int) [][]int {
	out := make([]int, len(o.perm))
	for i, a := range o.perm {
		out[i] = in[0][a]
	}
	return [][]int{out}
}

func (o *transpose) Bind(b *Binding) func() {
	from := contiguous(b.InShape[0])
	src := make([]int, len(o.perm))
	for i, a := range o.perm {
		src[i] = from[a]
	}
	return mover{shape: b.OutShape[0], dst: contiguous(b.OutShape[0]), src: src}.bind(b.Out[0], b.In[0])
}

func (o *transpose) Grad(_, _, dout []*Value) []*Value {
	inverse := make([]int, len(o.perm))
	for i, a := range o.perm {
		inverse[a] = i
	}
	return []*Value{Transpose(dout[0], inverse...)}
}

// mergeTransposes composes two transposes (a pair that cancels vanishes), and
// turns one that only moves axes of size 1 into a reshape.
func mergeTransposes(_ *graph, n *node) []*Value {
	o, ok := n.op.(*transpose)
	if !ok {
		return nil
	}
	v := n.in[0]
	if first, ok := v.node.op.(*transpose); ok {
		perm := make([]int, len(o.perm))
		for i, a := range o.perm {
			perm[i] = first.perm[a]
		}
		return []*Value{Transpose(v.node.in[0], perm...)}
	}
	var moved []int // axes that hold more than one element, in the new order
	for _, a := range o.perm {
		if v.shape[a] != 1 {
			moved = append(moved, a)
		}
	}
	if slices.IsSorted(moved) {
		return []*Value{Reshape(v, n.out[0].shape...)}
	}
	return nil
}

// sinkTransposes moves transposes from the operands of an elementwise op to its
// result, where they may meet another one and cancel: the layers of a model in
// channels_first order transpose around every convolution.
func sinkTransposes(g *graph, n *node) []*Value {
	e, ok := n.op.(elementwise)
	if !ok {
		return nil
	}
	var perm []int
	in := slices.Clone(n.in)
	for i, v := range n.in {
		t, ok := v.node.op.(*transpose)
		switch {
		case ok && g.once(v) && (perm == nil || slices.Equal(perm, t.perm)) && v.Rank() == n.out[0].Rank():
			perm, in[i] = t.perm, v.node.in[0]
		case v.Size() != 1 || v.Rank() > n.out[0].Rank():
			return nil
		default:
			in[i] = Reshape(v)
		}
	}
	if perm == nil {
		return nil
	}
	return []*Value{Transpose(apply1(e, in...), perm...)}
}
