package ops

import "slices"

type plus struct{}

func (plus) String() string                    { return "Plus" }
func (plus) Infer(in [][]int) [][]int          { return in[:1] }
func (plus) InPlace(int) bool                  { return true }
func (plus) Grad(_, _, dout []*Value) []*Value { return []*Value{dout[0], dout[0]} }
func (plus) Bind(b *Binding) func() {
	x, y, out := b.In[0], b.In[1], b.Out[0]
	return func() {
		for i := range out {
			out[i] = x[i] + y[i]
		}
	}
}

func addGradients(a, b *Value) *Value { return apply1(plus{}, a, b) }

func isSum(n *node) bool { _, ok := n.op.(plus); return ok }

type sumOp struct{ axes []int }

func sumOver(v *Value, axes ...int) *Value { return apply1(&sumOp{axes}, v) }

func (*sumOp) String() string { return "SumOver" }
func (o *sumOp) Infer(in [][]int) [][]int {
	s := []int{}
	for i, d := range in[0] {
		if !slices.Contains(o.axes, i) {
			s = append(s, d)
		}
	}
	return [][]int{s}
}
func (o *sumOp) Bind(b *Binding) func() {
	strides, st := make([]int, len(b.InShape[0])), contiguous(b.OutShape[0])
	k := 0
	for i := range strides {
		if !slices.Contains(o.axes, i) {
			strides[i] = st[k]
			k++
		}
	}
	in, out := b.In[0], b.Out[0]
	w := newWalker(b.InShape[0], strides, strides)
	return func() {
		clear(out)
		p := w.at(0)
		for _, x := range in {
			out[p.dst] += x
			w.next(&p)
		}
	}
}
func (o *sumOp) Grad(in, _, dout []*Value) []*Value {
	s := slices.Clone(in[0].shape)
	for _, a := range o.axes {
		s[a] = 1
	}
	return []*Value{BroadcastTo(Reshape(dout[0], s...), in[0].shape...)}
}
