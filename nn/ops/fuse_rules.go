package ops

import "slices"

// dropStops removes StopGradient, which has done its work when Compile begins.
func dropStops(_ *graph, n *node) []*Value {
	if _, ok := n.op.(stopGradient); ok {
		return []*Value{n.in[0]}
	}
	return nil
}

// dropOnes removes products with constants of ones: the seeds of gradients.
func dropOnes(_ *graph, n *node) []*Value {
	e, ok := n.op.(elementwise)
	if !ok || e.kind != kMul {
		return nil
	}
	for i, v := range n.in {
		if other := n.in[1-i]; slices.Equal(other.shape, n.out[0].shape) && isOnes(v) {
			return []*Value{other}
		}
	}
	return nil
}

func isOnes(v *Value) bool {
	return isConstant(v) && !slices.ContainsFunc(v.node.op.(*leaf).data.Data(), func(x float32) bool { return x != 1 })
}

// absorbBroadcasts lets elementwise ops broadcast by themselves what was
// stretched for them (the gradient of a sum), unless that changes their shape.
func absorbBroadcasts(_ *graph, n *node) []*Value {
	e, ok := n.op.(elementwise)
	if !ok || e.kind.arity() < 2 {
		return nil
	}
	in, some := slices.Clone(n.in), false
	for i, v := range n.in {
		if _, ok := v.node.op.(*broadcastTo); !ok {
			continue
		}
		in[i] = v.node.in[0]
		if slices.Equal(broadcastShape(e.String(), shapesOf(in)), n.out[0].shape) {
			some = true
		} else {
			in[i] = v
		}
	}
	if !some {
		return nil
	}
	return Apply(e, in...)
}

// fuseDense turns MatMul + bias into Dense, and an activation after it into its
// epilogue, when nobody else reads what lies between.
func fuseDense(g *graph, n *node) []*Value {
	e, ok := n.op.(elementwise)
	if !ok {
		return nil
	}
	if act := activationOf(e); act != ActNone {
		v := g.behindReshape(n.in[0])
		if d, ok := v.node.op.(*dense); ok && d.act == ActNone && g.once(v) {
			return []*Value{Reshape(apply1(&dense{act}, v.node.in...), n.out[0].shape...)}
		}
		return nil
	}
	if e.kind != kAdd {
		return nil
	}
	for i, sum := range n.in {
		v, bias := g.behindReshape(sum), n.in[1-i]
		m, ok := v.node.op.(*matMul)
		if !ok || *m != (matMul{}) || v.Rank() != 2 || v.node.in[0].Rank() != 2 || v.node.in[1].Rank() != 2 || !g.once(v) {
			continue
		}
		if bias.Size() == v.Dim(1) && bias.Rank() > 0 && bias.Dim(-1) == v.Dim(1) && slices.Equal(sum.shape, n.out[0].shape) {
			d := Dense(v.node.in[0], v.node.in[1], Reshape(bias, v.Dim(1)), ActNone)
			return []*Value{Reshape(d, n.out[0].shape...)}
		}
	}
	return nil
}

func activationOf(e elementwise) Activation {
	switch e.kind {
	case kReLU:
		return ActReLU
	case kTanh:
		return ActTanh
	case kSigmoid:
		return ActSigmoid
	}
	return ActNone
}

// behindReshape looks through a reshape that keeps the last axis and that
// nobody else reads: what works column by column does not see it.
func (g *graph) behindReshape(v *Value) *Value {
	if _, ok := v.node.op.(*reshape); ok && g.once(v) && v.Rank() > 0 {
		if u := v.node.in[0]; u.Rank() > 0 && u.Dim(-1) == v.Dim(-1) {
			return u
		}
	}
	return v
}
