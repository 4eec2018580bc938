package layers

import (
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[MultiHeadAttention]() }

// MultiHeadAttention projects query, key and value to NumHeads smaller vectors
// each, attends head by head with softmax(q·k/√KeyDim), and projects what comes
// out. Vaswani et al., 2017 (arXiv 1706.03762).
//
// Inputs: query (batch, t, n), value (batch, s, m), then optionally key
// (batch, s, p), which is else the value, and with UseAttentionMask as the last
// one a mask (batch, t, s) that is 0 where a query must not see a key; it may
// have axes of size 1, and an axis of heads after the batch. More axes after the
// batch are allowed: AttentionAxes are attended over, the others are as the batch.
//
// Output: (batch, t, n), or (batch, t, OutputShape…); with ReturnAttentionScores
// also the weights (batch, heads, t, s) before dropout; see nn.ApplyMulti.
//
// Weights: query/kernel (n, NumHeads, KeyDim), query/bias (NumHeads, KeyDim), the
// same of key and of value (ValueDim), attention_output/kernel (NumHeads,
// ValueDim, n or OutputShape…), attention_output/bias.
//
// Masks of query, value and key and the attention mask are all heeded; the
// output has the query's mask. The activity regularizer counts for each output.
//
// What Keras' call takes as arguments are settings here: UseCausalMask,
// ReturnAttentionScores, and UseAttentionMask for attention_mask; training
// follows from Fit and Predict. They are saved with the calls of a model, as
// Keras saves them.
type MultiHeadAttention struct {
	nn.Base
	NumHeads             int            // required
	KeyDim               int            // size of a head of query and key; required
	ValueDim             int            // size of a head of value; 0: KeyDim
	Dropout              float64        // part of the weights dropped while training
	UseBias              *bool          `default:"true"`
	OutputShape          []int          // sizes in the place of n; nil: as the query
	AttentionAxes        []int          // counted with the batch; nil: all between batch and features
	KernelInitializer    nn.Initializer `default:"glorot_uniform"`
	BiasInitializer      nn.Initializer `default:"zeros"`
	KernelRegularizer    nn.Regularizer
	BiasRegularizer      nn.Regularizer
	ActivityRegularizer  nn.Regularizer
	KernelConstraint     nn.Constraint
	BiasConstraint       nn.Constraint
	QueryShape           []*int // that the layer was built with; for Keras' sake, not read
	KeyShape             []*int // see QueryShape
	ValueShape           []*int // see QueryShape
	SoftmaxRobustMasking bool   // forbidden scores are set to -1e9, not lowered by it

	UseCausalMask         bool `keras:"-"` // step i sees steps 0 … i only
	ReturnAttentionScores bool `keras:"-"` // give the weights too
	UseAttentionMask      bool `keras:"-"` // the last input is a mask

	query, key, value, output projection
}

// projection is a product with a matrix whose one side is heads × size.
type projection struct{ kernel, bias *nn.Weight }

// Validate checks the settings.
func (l *MultiHeadAttention) Validate() error {
	if l.ValueDim < 0 {
		return fmt.Errorf("ValueDim is %d; want 1 or more, or 0 for KeyDim", l.ValueDim)
	}
	for _, d := range l.OutputShape {
		if d <= 0 {
			return fmt.Errorf("OutputShape is %v; want sizes of 1 or more", l.OutputShape)
		}
	}
	return firstError(positive("NumHeads", l.NumHeads), positive("KeyDim", l.KeyDim), dropoutRate("Dropout", l.Dropout))
}

func (l *MultiHeadAttention) valueDim() int {
	if l.ValueDim == 0 {
		return l.KeyDim
	}
	return l.ValueDim
}

// sources are the inputs by their parts.
func sourcesOf[T any](in []T, masked bool) (q, v, k, mask T, ok bool) {
	if masked && len(in) > 0 {
		in, mask = in[:len(in)-1], in[len(in)-1]
	}
	if len(in) != 2 && len(in) != 3 {
		return q, v, k, mask, false
	}
	return in[0], in[1], in[len(in)-1], mask, true
}

// Build creates the weights.
func (l *MultiHeadAttention) Build(b *nn.Build, in ...nn.Shape) error {
	q, v, k, _, ok := sourcesOf(in, l.UseAttentionMask)
	if !ok {
		if l.UseAttentionMask {
			return fmt.Errorf("want 3 or 4 inputs, namely query, value, perhaps key, and the attention mask that UseAttentionMask asks for; got %d", len(in))
		}
		return fmt.Errorf("want 2 or 3 inputs, namely query and value, or query, value and key; got %d (a mask as the last input needs UseAttentionMask)", len(in))
	}
	if err := l.checkSources(q, v, k); err != nil {
		return err
	}
	l.QueryShape, l.ValueShape, l.KeyShape = optional(q), optional(v), optional(k)
	project := func(name string, kernel, bias nn.Shape) projection {
		p := projection{kernel: b.Weight(nn.WeightSpec{
			Name: name + "/kernel", Shape: kernel,
			Initializer: l.KernelInitializer, Regularizer: l.KernelRegularizer, Constraint: l.KernelConstraint,
		})}
		if yes(l.UseBias) {
			p.bias = b.Weight(nn.WeightSpec{
				Name: name + "/bias", Shape: bias,
				Initializer: l.BiasInitializer, Regularizer: l.BiasRegularizer, Constraint: l.BiasConstraint,
			})
		}
		return p
	}
	heads := func(name string, features, size int) projection {
		return project(name, nn.Shape{features, l.NumHeads, size}, nn.Shape{l.NumHeads, size})
	}
	l.query = heads("query", q.Last(), l.KeyDim)
	l.key = heads("key", k.Last(), l.KeyDim)
	l.value = heads("value", v.Last(), l.valueDim())
	out := nn.Shape(l.OutputShape)
	if out == nil {
		out = nn.Shape{q.Last()}
	}
	l.output = project("attention_output", append(nn.Shape{l.NumHeads, l.valueDim()}, out...), out)
	return nil
}

func (l *MultiHeadAttention) checkSources(q, v, k nn.Shape) error {
	for i, s := range []nn.Shape{q, v, k} {
		name := [...]string{"query", "value", "key"}[i]
		if s.Rank() < 3 {
			return fmt.Errorf("want %s of rank 3 or more (batch, steps, features), got rank %d %v", name, s.Rank(), s)
		}
		if s.Rank() != q.Rank() {
			return fmt.Errorf("query %v and %s %v differ in rank", q, name, s)
		}
		if s.Last() == nn.Unknown {
			return fmt.Errorf("the last axis of %s %v, its features, must be known", name, s)
		}
	}
	axes := l.AttentionAxes
	for i, a := range axes {
		if a < 1 || a > q.Rank()-2 || slices.Contains(axes[:i], a) {
			return fmt.Errorf("AttentionAxes is %v; want different axes between the batch and the features, from 1 to %d for inputs of rank %d", axes, q.Rank()-2, q.Rank())
		}
	}
	if l.AttentionAxes != nil && len(axes) == 0 {
		return fmt.Errorf("AttentionAxes is empty; want an axis such as 1, or nil for all")
	}
	for a := range q.Rank() - 1 {
		if a > 0 && (axes == nil || slices.Contains(axes, a)) {
			if differ(v[a], k[a]) {
				return fmt.Errorf("value %v and key %v differ in axis %d: %d and %d; there must be a key for each value", v, k, a, v[a], k[a])
			}
			continue
		}
		for i, s := range []nn.Shape{v, k} {
			if differ(s[a], q[a]) {
				return fmt.Errorf("query %v and %s %v differ in axis %d, which is not attended over: %d and %d", q, [...]string{"value", "key"}[i], s, a, q[a], s[a])
			}
		}
	}
	if l.UseCausalMask && len(l.axes(q.Rank())) > 1 {
		return fmt.Errorf("UseCausalMask needs one axis to attend over, got axes %v of an input of rank %d; set AttentionAxes", l.axes(q.Rank()), q.Rank())
	}
	return nil
}

// axes are the axes that are attended over.
func (l *MultiHeadAttention) axes(rank int) []int {
	if l.AttentionAxes != nil {
		return l.AttentionAxes
	}
	var all []int
	for a := 1; a < rank-1; a++ {
		all = append(all, a)
	}
	return all
}

// optional is a shape with null for what is unknown, as Keras writes it.
func optional(s nn.Shape) []*int {
	p := make([]*int, len(s))
	for i, d := range s {
		if d != nn.Unknown {
			p[i] = &d
		}
	}
	return p
}

// Call describes the layer's first output.
func (l *MultiHeadAttention) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.CallMulti(c, in...)[0]
}

// CallMulti describes the output and, with ReturnAttentionScores, the weights.
func (l *MultiHeadAttention) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	query, value, key, _, _ := sourcesOf(in, l.UseAttentionMask)
	q, k, v := l.heads(c, l.query, query), l.heads(c, l.key, key), l.heads(c, l.value, value)
	view := newHeadView(query.Shape(), value.Shape(), l.axes(query.Rank()), l.NumHeads)
	mask := l.mask(c, in, view)
	cfg := ops.AttentionConfig{Scale: float32(1 / math.Sqrt(float64(l.KeyDim))), Causal: l.UseCausalMask}
	if c.Training && l.Dropout > 0 {
		cfg.Rate, cfg.Stream = float32(l.Dropout), c.Stream()
	}
	attend := ops.Attention
	if l.SoftmaxRobustMasking && (mask != nil || l.UseCausalMask) {
		attend = robustAttention
	}
	y, weights := attend(view.flat(q), view.flat(k), view.flat(v), mask, cfg)
	y = view.unflat(y, l.valueDim())

	kernel := c.Read(l.output.kernel)
	inner := l.NumHeads * l.valueDim()
	lead := query.Shape()[:query.Rank()-1]
	y = ops.MatMul(ops.Reshape(y, append(slices.Clone(lead), inner)...), ops.Reshape(kernel, inner, -1))
	if l.output.bias != nil {
		y = ops.Add(y, ops.Reshape(c.Read(l.output.bias), -1))
	}
	y = ops.Reshape(y, append(slices.Clone(lead), kernel.Shape()[2:]...)...)
	if !l.ReturnAttentionScores {
		return []*ops.Value{y}
	}
	weights = ops.Reshape(weights, view.scores...)
	if r := l.ActivityRegularizer; r != nil { // counts for each output
		c.AddLoss(ops.MulScalar(r.Penalty(weights), 1/float32(max(1, weights.Dim(0)))))
	}
	return []*ops.Value{y, weights}
}

// heads projects x (…, n) to (…, heads, size).
func (l *MultiHeadAttention) heads(c *nn.Call, p projection, x *ops.Value) *ops.Value {
	kernel := c.Read(p.kernel)
	n, size := kernel.Dim(0), kernel.Dim(2)
	if x.Dim(-1) != n {
		panic(&ops.ShapeError{Op: "MultiHeadAttention", Shapes: [][]int{x.Shape()}, Reason: fmt.Sprintf("want %d features on the last axis, got %d", n, x.Dim(-1))})
	}
	y := ops.MatMul(x, ops.Reshape(kernel, n, l.NumHeads*size))
	if p.bias != nil {
		y = ops.Add(y, ops.Reshape(c.Read(p.bias), -1))
	}
	return ops.Reshape(y, append(slices.Clone(x.Shape()[:x.Rank()-1]), l.NumHeads, size)...)
}

// ActivityPenalty is the regularizer of the output.
func (l *MultiHeadAttention) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }

// ComputeMask is that of the query.
func (l *MultiHeadAttention) ComputeMask(c *nn.Call, _ ...*ops.Value) *ops.Value { return c.Mask(0) }
