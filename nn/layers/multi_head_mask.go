package layers

import (
	"fmt"
	"maps"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// A headView is how operands of any rank become (batch, steps, heads, size): the
// axes that are attended over become the steps, all others before the heads the
// batch.
type headView struct {
	perm         []int // batch axes, attended axes, heads, size; nil when they lie so
	moved        []int // shape of a permuted query without its size
	batch        int
	batchAxes    []int // sizes
	steps, other []int // sizes of the attended axes of the query and of the value
	scores       []int // shape of the weights as Keras gives them
}

func newHeadView(query, value, axes []int, heads int) headView {
	var v headView
	rank := len(query) - 1 // without features
	v.batch = 1
	for a := range rank {
		if !slices.Contains(axes, a) {
			v.perm, v.batchAxes = append(v.perm, a), append(v.batchAxes, query[a])
			v.batch *= query[a]
		}
	}
	for _, a := range axes {
		v.perm, v.steps, v.other = append(v.perm, a), append(v.steps, query[a]), append(v.other, value[a])
	}
	v.perm = append(v.perm, rank, rank+1)
	v.moved = slices.Concat(v.batchAxes, v.steps, []int{heads})
	v.scores = slices.Concat(v.batchAxes, []int{heads}, v.steps, v.other)
	return v
}

// flat makes x, of (…, heads, size), four axes.
func (v headView) flat(x *ops.Value) *ops.Value {
	return ops.Reshape(ops.Transpose(x, v.perm...), v.batch, -1, x.Dim(-2), x.Dim(-1))
}

// unflat is the way back for the result.
func (v headView) unflat(y *ops.Value, size int) *ops.Value {
	back := make([]int, len(v.perm))
	for i, p := range v.perm {
		back[p] = i
	}
	return ops.Transpose(ops.Reshape(y, append(slices.Clone(v.moved), size)...), back...)
}

// flatMask makes m, which broadcasts to the weights, four axes.
func (v headView) flatMask(m *ops.Value) *ops.Value {
	if len(v.scores) == 4 {
		return m
	}
	b := len(v.batchAxes)
	full := slices.Clone(v.scores)
	full[b] = m.Dim(b)
	m = ops.BroadcastTo(m, full...)
	return ops.Reshape(m, v.batch, full[b], elements(v.steps), elements(v.other))
}

func elements(sizes []int) int {
	n := 1
	for _, d := range sizes {
		n *= d
	}
	return n
}

// mask joins the masks of query, value, key and the one that is an input to one
// that broadcasts to (batch, heads, queries, keys), or returns nil.
func (l *MultiHeadAttention) mask(c *nn.Call, in []*ops.Value, view headView) *ops.Value {
	var mask *ops.Value
	and := func(m *ops.Value) {
		if mask != nil {
			if m.Rank() > mask.Rank() { // has an axis of heads
				mask = ops.ExpandDims(mask, 1)
			}
			m = ops.Mul(mask, m)
		}
		mask = m
	}
	last := len(in)
	if l.UseAttentionMask {
		last--
	}
	if m := c.Mask(0); m != nil {
		and(ops.ExpandDims(m, 2))
	}
	for i := 1; i < last; i++ {
		if m := c.Mask(i); m != nil {
			and(ops.ExpandDims(m, 1))
		}
	}
	if mask != nil && !slices.Equal(l.axes(in[0].Rank()), []int{1}) {
		panic(&ops.ShapeError{Op: "MultiHeadAttention", Shapes: [][]int{in[0].Shape(), in[1].Shape()}, Reason: "masks of (batch, steps) need AttentionAxes [1], the axis of the steps"})
	}
	if l.UseAttentionMask {
		and(ops.NotEqual(in[last], ops.Scalar(0)))
	}
	if mask == nil {
		return nil
	}
	// Keras inserts axes before those of the steps: of the heads, say.
	at := mask.Rank() - 2*len(view.steps)
	if at < 0 || mask.Rank() > len(view.scores) {
		panic(&ops.ShapeError{Op: "MultiHeadAttention", Shapes: [][]int{mask.Shape(), view.scores}, Reason: fmt.Sprintf("the mask has %d axes; want (batch, queries, keys), so that it broadcasts to the weights", mask.Rank())})
	}
	shape := slices.Clone(mask.Shape())
	for len(shape) < len(view.scores) {
		shape = slices.Insert(shape, at, 1)
	}
	return view.flatMask(ops.Reshape(mask, shape...))
}

// robustAttention is ops.Attention with forbidden scores set to -1e9, so that
// where nothing may be seen all keys count the same and no gradient flows.
func robustAttention(q, k, v, mask *ops.Value, c ops.AttentionConfig) (out, weights *ops.Value) {
	byHead := func(x *ops.Value) *ops.Value { return ops.Transpose(x, 0, 2, 1, 3) }
	scores := ops.MulScalar(ops.MatMulT(byHead(q), byHead(k), false, true), c.Scale)
	if c.Causal {
		m := causalMask(scores.Dim(2), scores.Dim(3))
		if mask != nil {
			m = ops.Mul(mask, m)
		}
		mask = m
	}
	weights = ops.Softmax(ops.Where(mask, scores, ops.Scalar(-1e9)), -1)
	dropped := weights
	if c.Rate > 0 {
		dropped = ops.Dropout(weights, c.Stream, c.Rate, nil)
	}
	return byHead(ops.MatMul(dropped, byHead(v))), weights
}

// InputNames are Keras' names of the inputs, since its call takes them one by one.
func (l *MultiHeadAttention) InputNames(n int) []string {
	names := []string{"query", "value", "key"}
	if l.UseAttentionMask {
		return append(names[:n-1], "attention_mask")
	}
	return names[:n]
}

// CallArguments are what Keras keeps with a call of the layer.
func (l *MultiHeadAttention) CallArguments() map[string]any {
	args := attentionCall(l.UseCausalMask, l.ReturnAttentionScores)
	if l.UseAttentionMask {
		args["attention_mask"] = true // in files: where the input comes from
	}
	return args
}

// SetCallArguments sets what [MultiHeadAttention.CallArguments] returns.
func (l *MultiHeadAttention) SetCallArguments(args map[string]any) error {
	args = maps.Clone(args)
	if args["attention_mask"] != nil {
		l.UseAttentionMask = true
	}
	for _, input := range []string{"query", "value", "key", "attention_mask"} {
		delete(args, input)
	}
	return setAttentionCall(args, &l.UseCausalMask, &l.ReturnAttentionScores)
}
