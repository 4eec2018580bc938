package ops

import (
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// addInto adds a small value to one region of a large one: the sum of the
// gradients of two slices of one value. It is made by Compile from Add and Pad,
// which would touch the whole for each slice, and works in place of the large one.
type addInto struct{ pads [][2]int }

func (*addInto) String() string           { return "AddInto" }
func (*addInto) Infer(in [][]int) [][]int { return in[:1] }
func (*addInto) InPlace(input int) bool   { return input == 0 }

func (o *addInto) Bind(b *Binding) func() {
	large, small, out := b.In[0], b.In[1], b.Out[0]
	if len(small) == 0 || len(out) == 0 {
		return copyOp{}.Bind(b)
	}
	strides, at := contiguous(b.OutShape[0]), 0
	for i, p := range o.pads {
		at += p[0] * strides[i]
	}
	m := mover{shape: b.InShape[1], dst: strides, src: contiguous(b.InShape[1])}.simplify()
	last := len(m.shape) - 1
	n, step := m.shape[last], m.dst[last]
	rows, w := sizeOf(m.shape[:last]), newWalker(m.shape[:last], m.dst[:last], m.src[:last])
	body := func(lo, hi int) {
		p := w.at(lo)
		for range hi - lo {
			d, s := out[at+p.dst:], small[p.src:][:n]
			if step == 1 {
				kernel.Add(d[:n], d[:n], s)
			} else {
				for i, x := range s {
					d[i*step] += x
				}
			}
			w.next(&p)
		}
	}
	add := func() { par.For(rows, max(1, moverGrain/n), body) }
	if &out[0] == &large[0] {
		return add
	}
	return inOrder([]func(){copyOp{}.Bind(b), add})
}

func (o *addInto) Grad(in, _, dout []*Value) []*Value {
	return []*Value{dout[0], unpad(dout[0], o.pads, in[1].shape)}
}

// unpad cuts out what Pad put inside its frame.
func unpad(v *Value, pads [][2]int, shape []int) *Value {
	for i, p := range pads {
		v = Slice(v, i, p[0], p[0]+shape[i])
	}
	return v
}

// mergePads turns Add(x, Pad(y)) into AddInto(x, y).
func mergePads(g *graph, n *node) []*Value {
	if !isSum(n) {
		return nil
	}
	for i := range n.in { // the later one, by preference: sums grow on the left
		v, other := n.in[1-i], n.in[i]
		if o, ok := v.node.op.(*pad); ok && o.value == 0 && g.once(v) {
			return []*Value{apply1(&addInto{o.pads}, other, v.node.in[0])}
		}
	}
	return nil
}
