package ops

import "github.com/antler-ml/antler/internal/par"

// pickPoints makes a convolution of single cells that skips some a product of
// matrices too, of the cells that count: see [convolve].
func pickPoints(_ *graph, n *node) []*Value {
	o, ok := n.op.(conv)
	if !ok {
		return nil
	}
	var bias *Value
	if len(n.in) > 2 {
		bias = n.in[2]
	}
	x, w := n.in[0], n.in[1]
	if !o.c.skips(x, w, bias) {
		return nil
	}
	return []*Value{convolve(o.c.each(), o.act, apply1(cellPick{o.c}, x), w, bias)}
}

// skips reports whether each result sees one cell, and some cells are seen by none.
func (c convGeometry) skips(x, w, bias *Value) bool {
	return c != c.each() && c.each().pointwise(x, w, bias)
}

// each is c without strides.
func (c convGeometry) each() convGeometry {
	c.strides = [3]int{1, 1, 1}
	return c
}

// cellPick takes the cells that a convolution of single cells reads, for it (where
// Compile finds one) and for the gradient of its weights.
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
	return o.c.rows(b.InShape[0], b.OutShape[0], func(all, some []float32, n, step int) {
		for at := 0; at < len(some); at += n {
			copy(some[at:at+n], all[at/n*step:])
		}
	}, b.In[0], b.Out[0])
}

func (o cellPick) Grad(in, _, dout []*Value) []*Value {
	return []*Value{apply1(cellSpread{o.c, o.c.cells(in[0].shape)}, dout[0])}
}

// cellSpread is the gradient of cellPick: zeros where there are other cells.
type cellSpread struct {
	c    convGeometry
	size [3]int
}

func (cellSpread) String() string { return "Spread" }

func (o cellSpread) Infer(in [][]int) [][]int {
	return [][]int{o.c.shape(in[0][0], o.size, in[0][len(in[0])-1])}
}

func (o cellSpread) Bind(b *Binding) func() {
	x := b.Out[0]
	spread := o.c.rows(b.OutShape[0], b.InShape[0], func(all, some []float32, n, step int) {
		for at := 0; at < len(some); at += n {
			copy(all[at/n*step:][:n], some[at:])
		}
	}, x, b.In[0])
	return func() {
		clear(x)
		spread()
	}
}

func (o cellSpread) Grad(_, _, dout []*Value) []*Value {
	return []*Value{apply1(cellPick{o.c}, dout[0])}
}

// rows returns a function that calls body for each row of cells that is seen: what there
// is of it in all, of which some are step floats apart, and those of n floats each.
func (c convGeometry) rows(allShape, someShape []int, body func(all, some []float32, n, step int), all, some []float32) func() {
	from, to := c.cells(allShape), c.cells(someShape)
	n, s := allShape[len(allShape)-1], c.strides
	part := func(lo, hi int) {
		for r := lo; r < hi; r++ {
			image, z, h := r/(to[0]*to[1]), r/to[1]%to[0], r%to[1]
			body(all[((image*from[0]+z*s[0])*from[1]+h*s[1])*from[2]*n:], some[r*to[2]*n:][:to[2]*n], n, s[2]*n)
		}
	}
	grain := max(1, kernelGrain/max(1, to[2]*n))
	return func() { par.For(allShape[0]*to[0]*to[1], grain, part) }
}

// kernelGrain is how many numbers are worth a task of their own.
const kernelGrain = 1 << 14
