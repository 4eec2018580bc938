package ops

import (
	"github.com/antler-ml/antler/internal/par"
)

// absorbPads lets a convolution see the zeros around an image that Pad put there,
// instead of a copy with them: its kernels make a border out of nothing.
func absorbPads(g *graph, n *node) []*Value {
	o, ok := n.op.(conv)
	if !ok || !g.once(n.in[0]) {
		return nil
	}
	p, ok := n.in[0].node.op.(*pad)
	last := len(n.in[0].shape) - 1
	if !ok || p.value != 0 || p.pads[0] != [2]int{} || p.pads[last] != [2]int{} {
		return nil
	}
	for i, around := range p.pads[1:last] {
		o.c.low[o.c.first()+i] += around[0]
		o.c.high[o.c.first()+i] += around[1]
	}
	in := append([]*Value{n.in[0].node.in[0]}, n.in[1:]...)
	return Apply(o, in...)
}

// pickPoints makes a convolution of single cells that skips some a product of
// matrices too, of the cells that count: see [convolve].
func pickPoints(_ *graph, n *node) []*Value {
	o, ok := n.op.(conv)
	if !ok {
		return nil
	}
	x, c := n.in[0], o.c
	c.strides = [3]int{1, 1, 1}
	var bias *Value
	if len(n.in) > 2 {
		bias = n.in[2]
	}
	if o.c.strides == c.strides || !c.pointwise(x, n.in[1], bias) {
		return nil
	}
	return []*Value{convolve(c, o.act, apply1(cellPick{o.c}, x), n.in[1], bias)}
}

// cellPick takes the cells that a convolution of single cells reads. Compile makes it
// in place of such a convolution, whose gradients are made before.
type cellPick struct{ c convGeometry }

func (cellPick) String() string { return "Pick" }

func (o cellPick) Infer(in [][]int) [][]int {
	cells := o.c.cells(in[0])
	for a, s := range o.c.strides {
		cells[a] = (cells[a]-1)/s + 1
	}
	return [][]int{o.c.shape(in[0][0], cells, in[0][len(in[0])-1])}
}

func (o cellPick) Bind(b *Binding) func() {
	from, to := o.c.cells(b.InShape[0]), o.c.cells(b.OutShape[0])
	n, s := b.InShape[0][len(b.InShape[0])-1], o.c.strides
	x, y := b.In[0], b.Out[0]
	rows := b.InShape[0][0] * to[0] * to[1]
	body := func(lo, hi int) {
		for r := lo; r < hi; r++ {
			image, z, h := r/(to[0]*to[1]), r/to[1]%to[0], r%to[1]
			src := x[((image*from[0]+z*s[0])*from[1]+h*s[1])*from[2]*n:]
			dst := y[r*to[2]*n:]
			for w := range to[2] {
				copy(dst[w*n:][:n], src[w*s[2]*n:][:n])
			}
		}
	}
	grain := max(1, kernelGrain/max(1, to[2]*n))
	return func() { par.For(rows, grain, body) }
}

// kernelGrain is how many numbers are worth a task of their own.
const kernelGrain = 1 << 14

func (o cellPick) Grad(_, _, _ []*Value) []*Value { return noGrad(o) }
