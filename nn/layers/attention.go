package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Attention]() }

// A ScoreMode says how Attention compares a query with a key.
type ScoreMode string

// The dot product of query and key, or the sum of tanh(query + key).
const (
	DotScore    ScoreMode = "dot"
	ConcatScore ScoreMode = "concat"
)

// Attention is dot-product attention: each query gets a mean of the values,
// weighted by softmax(query·key). Luong et al., 2015 (arXiv 1508.04025).
//
// Inputs: query (batch, tq, features), value (batch, tv, n) and optionally key
// (batch, tv, features), which is else the value; more axes after the batch are
// allowed. Output: (batch, tq, n), and with ReturnAttentionScores the weights
// (batch, tq, tv) after softmax and dropout; see nn.ApplyMulti.
// Weights: scale () with UseScale, concat_score_weight () with ConcatScore.
//
// Masks: values that do not count get no weight; outputs of queries that do not
// count are 0, and the output has the query's mask.
//
// What Keras' call takes as arguments are settings here: Causal stands for
// use_causal_mask, ReturnAttentionScores for return_attention_scores, and
// training follows from Fit and Predict. They are saved with the calls of a
// model, as Keras saves them.
type Attention struct {
	nn.Base
	Dropout               float64   // part of the weights dropped while training
	UseScale              bool      // multiply scores by a learned number
	ScoreMode             ScoreMode `default:"dot"`
	Causal                bool      `keras:"-"` // query i sees values 0 … i only
	ReturnAttentionScores bool      `keras:"-"` // give the weights too

	scale, concat *nn.Weight
}

func (l *Attention) shared() denseAttention {
	return denseAttention{l.Dropout, l.Causal, l.ReturnAttentionScores}
}

// Validate checks the settings.
func (l *Attention) Validate() error {
	if l.ScoreMode != DotScore && l.ScoreMode != ConcatScore {
		return fmt.Errorf("ScoreMode is %q; want dot or concat", l.ScoreMode)
	}
	return dropoutRate("Dropout", l.Dropout)
}

// Build creates the weights.
func (l *Attention) Build(b *nn.Build, in ...nn.Shape) error {
	if err := l.shared().build(in); err != nil {
		return err
	}
	number := func(name string) *nn.Weight {
		return b.Weight(nn.WeightSpec{Name: name, Shape: nn.Shape{}, Initializer: initializers.Ones{}})
	}
	if l.UseScale {
		l.scale = number("scale")
	}
	if l.ScoreMode == ConcatScore {
		l.concat = number("concat_score_weight")
	}
	return nil
}

// Call describes the layer's first output.
func (l *Attention) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.CallMulti(c, in...)[0] }

// CallMulti describes the output and, with ReturnAttentionScores, the weights.
func (l *Attention) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	a := l.shared()
	x := a.inputs(c, in)
	drop := c.Training && l.Dropout > 0
	switch {
	case l.ScoreMode == ConcatScore:
		sum := ops.Add(ops.ExpandDims(x.q, 2), ops.ExpandDims(x.k, 1))
		if l.scale != nil {
			sum = ops.Mul(sum, c.Read(l.scale))
		}
		return a.applyScores(c, x, ops.Mul(ops.Sum(ops.Tanh(sum), -1), c.Read(l.concat)))
	case drop && l.ReturnAttentionScores: // Keras shows the weights that are left
		scores := ops.MatMulT(x.q, x.k, false, true)
		if l.scale != nil {
			scores = ops.Mul(scores, c.Read(l.scale))
		}
		return a.applyScores(c, x, scores)
	}
	if l.scale != nil {
		x.q = ops.Mul(x.q, c.Read(l.scale))
	}
	cfg := ops.AttentionConfig{Causal: l.Causal}
	if drop {
		cfg.Rate, cfg.Stream = float32(l.Dropout), c.Stream()
	}
	mask := x.mask
	if mask != nil {
		mask = ops.Reshape(mask, mask.Dim(0), 1, 1, mask.Dim(1))
	}
	oneHead := func(v *ops.Value) *ops.Value { return ops.ExpandDims(v, 2) }
	out, weights := ops.Attention(oneHead(x.q), oneHead(x.k), oneHead(x.v), mask, cfg)
	return a.output(x, out, weights)
}

// ComputeMask is that of the query.
func (l *Attention) ComputeMask(c *nn.Call, _ ...*ops.Value) *ops.Value { return c.Mask(0) }

// CallArguments are what Keras keeps with a call of the layer.
func (l *Attention) CallArguments() map[string]any {
	return attentionCall(l.Causal, l.ReturnAttentionScores)
}

// SetCallArguments sets what [Attention.CallArguments] returns.
func (l *Attention) SetCallArguments(args map[string]any) error {
	return setAttentionCall(args, &l.Causal, &l.ReturnAttentionScores)
}
