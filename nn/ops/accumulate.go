package ops

import (
	"slices"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/par"
)

// accumulate is Add for the third and further parts of a gradient. It is never
// fused: a fused sum would wait for its last part and keep all others alive,
// and a recurrent layer has one part of each weight's gradient for each step.
type accumulate struct{}

func (accumulate) String() string                    { return "Accumulate" }
func (accumulate) Infer(in [][]int) [][]int          { return in[:1] }
func (accumulate) InPlace(int) bool                  { return true }
func (accumulate) Grad(_, _, dout []*Value) []*Value { return []*Value{dout[0], dout[0]} }

func (accumulate) Bind(b *Binding) func() {
	x, y, out := b.In[0], b.In[1], b.Out[0]
	body := func(lo, hi int) { kernel.Add(out[lo:hi], x[lo:hi], y[lo:hi]) }
	return func() { par.For(len(out), moverGrain, body) }
}

// isSum reports whether n adds two values of one shape.
func isSum(n *node) bool {
	if _, ok := n.op.(accumulate); ok {
		return true
	}
	e, ok := n.op.(elementwise)
	return ok && e.kind == kAdd && slices.Equal(n.in[0].shape, n.in[1].shape)
}
