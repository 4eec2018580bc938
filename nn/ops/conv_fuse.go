package ops

import "slices"

// fuseConv turns a convolution (or a transposed one) and the addition of a bias
// into one op, and an activation after it into its epilogue, when nobody else
// reads what lies between.
func fuseConv(g *graph, n *node) []*Value {
	e, ok := n.op.(elementwise)
	if !ok {
		return nil
	}
	if act := activationOf(e); act != ActNone {
		return g.onConv(n.in[0], act, nil)
	}
	if e.kind == kReLUGrad {
		return g.throughReLU(n.in[0], n.in[1])
	}
	if e.kind != kAdd {
		return nil
	}
	for i, v := range n.in {
		bias := n.in[1-i]
		if v.Rank() > 2 && bias.Rank() > 0 && bias.Size() == v.Dim(-1) && bias.Dim(-1) == v.Dim(-1) && len(v.node.in) == 2 {
			if out := g.onConv(v, ActNone, Reshape(bias, v.Dim(-1))); out != nil {
				return out
			}
		}
	}
	return nil
}

// onConv is v, a convolution without an activation yet, with act or with bias.
func (g *graph) onConv(v *Value, act Activation, bias *Value) []*Value {
	in := v.node.in
	if bias != nil {
		in = []*Value{in[0], in[1], bias}
	}
	switch o := v.node.op.(type) {
	case conv:
		if o.act == ActNone && g.once(v) {
			return Apply(conv{o.c, act}, in...)
		}
	case convInputGrad:
		if o.act == ActNone && g.once(v) {
			return Apply(convInputGrad{o.c, o.size, act}, in...)
		}
	}
	return nil
}

// throughReLU is the gradient d of y, where y came out of a ReLU, as seen from
// before the ReLU, if what makes d can do that meanwhile.
func (g *graph) throughReLU(d, y *Value) []*Value {
	if !g.once(d) || !slices.Equal(d.shape, y.shape) {
		return nil
	}
	switch o := d.node.op.(type) {
	case maxPool2DGrad:
		if !o.relu && d.node.in[0] == y {
			return Apply(maxPool2DGrad{o.c, o.x, true}, d.node.in...)
		}
	case convInputGrad:
		if o.act == ActNone && len(d.node.in) == 2 {
			return Apply(convInputReLUGrad{o}, d.node.in[0], d.node.in[1], y)
		}
	}
	return nil
}
