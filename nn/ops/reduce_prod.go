package ops

import "github.com/antler-ml/antler/internal/par"

// prodGrad multiplies dy (axes kept with size 1) by the product of the elements
// of x other than the one in question: prefix products times suffix products.
type prodGrad struct{ axes uint64 }

func (prodGrad) String() string                 { return "ProdGrad" }
func (prodGrad) Infer(in [][]int) [][]int       { return in[:1] }
func (prodGrad) Grad(_, _, _ []*Value) []*Value { panic("ops: Prod has no second derivative") }

func (g prodGrad) Bind(b *Binding) func() {
	shape := b.InShape[0]
	if len(b.Out[0]) == 0 {
		return func() {}
	}
	stride := contiguous(shape)
	var inner, innerStride, outer, outerStride []int
	for i, d := range shape {
		if g.axes>>i&1 != 0 {
			inner, innerStride = append(inner, d), append(innerStride, stride[i])
		} else {
			outer, outerStride = append(outer, d), append(outerStride, stride[i])
		}
	}
	n, x, dy, dx := sizeOf(inner), b.In[0], b.In[1], b.Out[0]
	in, out := newWalker(inner, innerStride, innerStride), newWalker(outer, outerStride, outerStride)
	body := func(lo, hi int) {
		q := out.at(lo)
		for o := lo; o < hi; o++ {
			before := dy[o]
			p := in.at(0)
			for range n {
				dx[q.dst+p.dst] = before
				before *= x[q.dst+p.dst]
				in.next(&p)
			}
			after := float32(1)
			for i := n - 1; i >= 0; i-- {
				p := in.at(i)
				dx[q.dst+p.dst] *= after
				after *= x[q.dst+p.dst]
			}
			out.next(&q)
		}
	}
	grain := max(1, stageGrain/n)
	return func() { par.For(sizeOf(outer), grain, body) }
}
