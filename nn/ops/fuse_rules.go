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

// fuseBias gives a bias that is added to a product or a convolution to the op
// that makes it, when nobody else reads what lies between.
func fuseBias(g *graph, n *node) []*Value {
	if e, ok := n.op.(elementwise); !ok || e.kind != kAdd {
		return nil
	}
	for i, sum := range n.in {
		v, bias := g.behindReshape(sum), n.in[1-i]
		op := biasTaker(v.node)
		if op == nil || !g.once(v) || !slices.Equal(sum.shape, n.out[0].shape) {
			continue
		}
		if f := v.Dim(-1); bias.Size() == f && bias.Rank() > 0 && bias.Dim(-1) == f {
			fused := apply1(op, append(slices.Clone(v.node.in), Reshape(bias, f))...)
			return []*Value{Reshape(fused, n.out[0].shape...)}
		}
	}
	return nil
}

// biasTaker is the op that does what n does and adds a bias; nil for none.
func biasTaker(n *node) Op {
	switch op := n.op.(type) {
	case *matMul:
		if *op == (matMul{}) && n.out[0].Rank() == 2 {
			return &dense{}
		}
	case conv2D:
		if op.act == ActNone && len(n.in) == 2 {
			return op
		}
	case conv2DInputGrad:
		if op.act == ActNone && len(n.in) == 2 {
			return op
		}
	}
	return nil
}

// fuseActivation makes an activation the epilogue of the op before it.
func fuseActivation(g *graph, n *node) []*Value {
	e, ok := n.op.(elementwise)
	if !ok || activationOf(e) == ActNone {
		return nil
	}
	v := g.behindReshape(n.in[0])
	if op := actTaker(v.node, activationOf(e)); op != nil && g.once(v) {
		return []*Value{Reshape(apply1(op, v.node.in...), n.out[0].shape...)}
	}
	return nil
}

// actTaker is the op that does what n does and applies act; nil for none.
func actTaker(n *node, act Activation) Op {
	switch op := n.op.(type) {
	case *matMul:
		if *op == (matMul{}) && n.out[0].Rank() == 2 {
			return &dense{act}
		}
	case *dense:
		if op.act == ActNone {
			return &dense{act}
		}
	case conv2D:
		if op.act == ActNone {
			op.act = act
			return op
		}
	case conv2DInputGrad:
		if op.act == ActNone {
			op.act = act
			return op
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
