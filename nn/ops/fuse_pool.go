package ops

import "github.com/antler-ml/antler/internal/kernel"

// fusePools lets convolutions pool their results, where nothing else reads them
// than max-pooling of 2×2 windows and its gradient. The results are then never
// stored; nor is their gradient, unless others than the gradients of the
// convolution read that. It needs to see all readers at once, so it is no
// rewrite of one node.
func fusePools(g *graph) {
	f := poolFuser{g: g, readers: g.readers(), instead: replacements{}}
	for _, n := range g.nodes {
		f.visit(n)
	}
	g.rebuild(f.instead)
}

// A poolFuser collects what is to be built in the place of nodes.
type poolFuser struct {
	g       *graph
	readers map[*Value][]*node
	instead replacements
}

// visit looks at a convolution.
func (f *poolFuser) visit(n *node) {
	o, ok := n.op.(conv)
	if !ok || o.act != ActReLU && o.act != ActNone {
		return
	}
	y := n.out[0]
	pool, grads := f.pooled(y, o.act == ActReLU)
	if pool == nil || !kernel.NewConvForward(o.shape(shapesOf(n.in))).Pools() {
		return
	}
	f.g.fired["pool in convolution"]++
	var cells *Value
	f.instead[n] = func(in []*Value, _ map[*Value]*Value) []*Value {
		out := Apply(conv2DPool{o, len(grads) > 0}, in...)
		if len(grads) > 0 {
			cells = out[1]
		}
		return out[:1]
	}
	// The convolution stands for its maxima from here on.
	f.instead[pool] = func(in []*Value, _ map[*Value]*Value) []*Value { return []*Value{in[0]} }
	for _, grad := range grads {
		f.back(grad, [4]int(y.shape), &cells)
	}
}

// pooled returns the one max-pooling that reads y and its gradients, nil if
// anything else does.
func (f *poolFuser) pooled(y *Value, relu bool) (pool *node, grads []*node) {
	for _, n := range f.readers[y] {
		switch o := n.op.(type) {
		case maxPool2D:
			if pool != nil || !o.c.quarters() {
				return nil, nil
			}
			pool = n
		case maxPool2DGrad:
			if !o.c.quarters() || o.relu != relu || n.in[0] != y || n.in[1] == y {
				return nil, nil
			}
			grads = append(grads, n)
		default:
			return nil, nil
		}
	}
	if f.g.uses[y] != len(f.readers[y]) { // it is a result itself
		return nil, nil
	}
	return pool, grads
}

// quarters reports whether windows are 2×2 and lie side by side from the first
// cell on.
func (c PoolConfig) quarters() bool {
	two := [2]int{2, 2}
	return c.Size == two && c.Strides == two && c.PadLow == [2]int{} && c.PadHigh == [2]int{}
}

// back lets the readers of a gradient of max-pooling spread it themselves.
func (f *poolFuser) back(grad *node, dy [4]int, cells **Value) {
	d := grad.out[0]
	spread := f.g.uses[d] != len(f.readers[d])
	var small *Value // the gradient before it is spread
	for _, n := range f.readers[d] {
		switch o := n.op.(type) {
		case convInputGrad:
			if convolves(o.shape(shapesOf(n.in)), n, d, 0) && o.act == ActNone && len(n.in) == 2 {
				f.instead[n] = func(in []*Value, _ map[*Value]*Value) []*Value {
					return Apply(conv2DPoolInputGrad{o, dy, false}, small, *cells, in[1])
				}
				continue
			}
		case convInputReLUGrad:
			if convolves(o.shape(shapesOf(n.in)), n, d, 0) {
				f.instead[n] = func(in []*Value, _ map[*Value]*Value) []*Value {
					return Apply(conv2DPoolInputGrad{o.convInputGrad, dy, true}, small, *cells, in[1], in[2])
				}
				continue
			}
		case convWeightGrad:
			if convolves(o.shape(shapesOf(n.in)), n, d, 1) {
				f.instead[n] = func(in []*Value, _ map[*Value]*Value) []*Value {
					return Apply(conv2DPoolWeightGrad{o, dy}, in[0], small, *cells)
				}
				continue
			}
		}
		spread = true
	}
	f.instead[grad] = func(in []*Value, _ map[*Value]*Value) []*Value {
		small = in[1]
		if spread {
			return Apply(maxPool2DSpread{dy}, small, *cells)
		}
		return []*Value{nil}
	}
}

// convolves reports whether the node reads d in that place only, and can spread it.
func convolves(s kernel.ConvShape, n *node, d *Value, place int) bool {
	for i, v := range n.in {
		if (v == d) != (i == place) {
			return false
		}
	}
	return kernel.NewConvForward(s).Pools()
}
