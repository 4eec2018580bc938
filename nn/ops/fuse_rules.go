package ops

import "slices"

// dropStops removes StopGradient, which has done its work when Compile begins.
func dropStops(_ *graph, n *node) []*Value {
	if _, ok := n.op.(stopGradient); ok {
		return []*Value{n.in[0]}
	}
	return nil
}

// dropReductions looks at a reduction over axes of size 1 as a change of shape: the
// mean over the one number of each sample, in many losses.
func dropReductions(_ *graph, n *node) []*Value {
	if r, ok := n.op.(reduce); ok && r.count(n.in[0].shape) == 1 {
		return []*Value{Reshape(n.in[0], n.out[0].shape...)}
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

// fuseDense turns a product with a matrix of weights and the addition of a bias
// into Dense, and an activation after either into its epilogue, when nobody else
// reads what lies between. [fuseConv] does the same for convolutions.
func fuseDense(g *graph, n *node) []*Value {
	e, ok := n.op.(elementwise)
	if !ok {
		return nil
	}
	into := func(v *Value, act Activation, in ...*Value) []*Value {
		return []*Value{Reshape(apply1(&dense{act}, slices.Concat(v.node.in, in)...), n.out[0].shape...)}
	}
	if act := activationOf(e); act != ActNone {
		if v := g.behindReshape(n.in[0]); g.once(v) && (isDense(v) || isProduct(v)) {
			return into(v, act)
		}
		return nil
	}
	for i, sum := range n.in {
		if e.kind != kAdd || !slices.Equal(sum.shape, n.out[0].shape) {
			continue
		}
		v, bias := g.behindReshape(sum), n.in[1-i]
		if !isProduct(v) || !g.once(v) {
			continue
		}
		if f := v.Dim(-1); bias.Size() == f && bias.Rank() > 0 && bias.Dim(-1) == f {
			return into(v, ActNone, Reshape(bias, f))
		}
	}
	return nil
}

// isProduct reports whether v is the product of two plain matrices.
func isProduct(v *Value) bool {
	m, ok := v.node.op.(*matMul)
	return ok && *m == (matMul{}) && v.Rank() == 2
}

// isDense reports whether v is a Dense that has no activation yet.
func isDense(v *Value) bool {
	d, ok := v.node.op.(*dense)
	return ok && d.act == ActNone
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

// absorbSequenceParts lets the way back of a recurrent op read the gradient of its
// sequence where it lies in a wider one, and backwards: what is left of two
// directions that were turned and joined.
func absorbSequenceParts(g *graph, n *node) []*Value {
	o, ok := n.op.(rnnBack)
	if !ok || !o.operands.is(backDSequence) {
		return nil
	}
	k := o.operands.at(backDSequence)
	v := n.in[k]
	if !g.once(v) {
		return nil
	}
	switch part := v.node.op.(type) {
	case slice:
		if part.axis != 2 {
			return nil
		}
		o.dyColumn += part.lo
	case *reverse:
		if !slices.Equal(part.flip, []bool{false, true, false}) {
			return nil
		}
		o.dyTurned = !o.dyTurned
	default:
		return nil
	}
	in := slices.Clone(n.in)
	in[k] = v.node.in[0]
	return Apply(o, in...)
}
