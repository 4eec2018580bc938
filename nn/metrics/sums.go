package metrics

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// sums is an op that reads targets, predictions and perhaps weights once and
// leaves a vector of sums. No gradient flows.
type sums struct {
	name    string
	size    int
	scratch int
	bind    func(b *ops.Binding) func()
}

func (s *sums) String() string                          { return s.name }
func (s *sums) Infer([][]int) [][]int                   { return [][]int{{s.size}} }
func (s *sums) Bind(b *ops.Binding) func()              { return s.bind(b) }
func (s *sums) Scratch([][]int) int                     { return s.scratch }
func (s *sums) Grad(in, _, _ []*ops.Value) []*ops.Value { return make([]*ops.Value, len(in)) }

func (s *sums) apply(in ...*ops.Value) *ops.Value { return ops.Apply(s, in...)[0] }

// operands are y, p and the weights, if there are any, in the form that [weigher]
// reads.
func operands(y, p, w *ops.Value) []*ops.Value {
	if w == nil {
		return []*ops.Value{y, p}
	}
	for w.Rank() > 1 && w.Dim(-1) == 1 {
		w = ops.Squeeze(w, -1)
	}
	if w.Rank() > p.Rank() || !slices.Equal(w.Shape(), p.Shape()[:w.Rank()]) {
		w = ops.BroadcastTo(nn.FitWeight(w, p), p.Shape()...)
	}
	return []*ops.Value{y, p, w}
}

// weigher gives the weight of each element of the predictions: weights have their
// first axes.
type weigher struct {
	w   []float32
	per int // elements that share one
}

func weights(b *ops.Binding) weigher {
	if len(b.In) < 3 || len(b.In[2]) == 0 {
		return weigher{}
	}
	return weigher{b.In[2], max(1, len(b.In[1])/len(b.In[2]))}
}

func (w weigher) at(i int) float32 {
	switch {
	case w.w == nil:
		return 1
	case w.per == 1: // a quotient takes long
		return w.w[i]
	}
	return w.w[i/w.per]
}

// rowsOf splits a shape into rows along the last axis; one axis is a column.
func rowsOf(shape []int) (rows, columns int) {
	n := 1
	for _, d := range shape {
		n *= d
	}
	if len(shape) < 2 {
		return n, 1
	}
	columns = shape[len(shape)-1]
	return n / max(1, columns), columns
}

// oneHot turns targets that are class ids into rows as the predictions have.
func oneHot(y, p *ops.Value) *ops.Value {
	if !areIDs(y.Shape(), p.Shape()) {
		return y
	}
	if y.Rank() == p.Rank() {
		y = ops.Squeeze(y, -1)
	}
	return ops.OneHot(y, p.Dim(-1))
}

// areIDs says whether targets are class ids of predictions with several classes.
func areIDs(y, p []int) bool {
	n := len(p)
	if n < 2 || p[n-1] == 1 {
		return false
	}
	if len(y) == n && y[n-1] == 1 {
		y = y[:n-1]
	}
	return slices.Equal(y, p[:n-1])
}

// sameOrIDs refuses targets that are neither of the predictions' shape nor ids.
func sameOrIDs(metric string, y, p nn.Shape) error {
	if y.Equal(p) || areIDs(y, p) {
		return nil
	}
	return fmt.Errorf("metric %s: targets have shape %v, predictions %v; want targets of the same shape, or class ids", metric, y, p)
}

func divide(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func average(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return divide(s, float64(len(x)))
}
