package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[AdditiveAttention]() }

// AdditiveAttention is [Attention] with the scores Σ scale·tanh(query + key), the
// sum going over the features. Bahdanau et al., 2015 (arXiv 1409.0473).
//
// Inputs, outputs, masks and settings for Keras' call arguments: as those of
// [Attention]. Weights: scale (features) with UseScale.
type AdditiveAttention struct {
	nn.Base
	Dropout               float64 // part of the weights dropped while training
	UseScale              *bool   `default:"true"` // have a learned factor for each feature
	Causal                bool    `keras:"-"`      // query i sees values 0 … i only
	ReturnAttentionScores bool    `keras:"-"`      // give the weights too

	scale *nn.Weight
}

func (l *AdditiveAttention) shared() denseAttention {
	return denseAttention{l.Dropout, l.Causal, l.ReturnAttentionScores}
}

// Validate checks the settings.
func (l *AdditiveAttention) Validate() error { return dropoutRate("Dropout", l.Dropout) }

// Build creates the weights.
func (l *AdditiveAttention) Build(b *nn.Build, in ...nn.Shape) error {
	if err := l.shared().build(in); err != nil {
		return err
	}
	if yes(l.UseScale) {
		l.scale = b.Weight(nn.WeightSpec{Name: "scale", Shape: nn.Shape{in[len(in)-1].Last()}, Initializer: initializers.GlorotUniform{}})
	}
	return nil
}

// Call describes the layer's first output.
func (l *AdditiveAttention) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.CallMulti(c, in...)[0]
}

// CallMulti describes the output and, with ReturnAttentionScores, the weights.
func (l *AdditiveAttention) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	a := l.shared()
	x := a.inputs(c, in)
	t := ops.Tanh(ops.Add(ops.ExpandDims(x.q, 2), ops.ExpandDims(x.k, 1)))
	if l.scale != nil {
		t = ops.Mul(t, c.Read(l.scale))
	}
	return a.applyScores(c, x, ops.Sum(t, -1))
}

// ComputeMask is that of the query.
func (l *AdditiveAttention) ComputeMask(c *nn.Call, _ ...*ops.Value) *ops.Value { return c.Mask(0) }

// CallArguments are what Keras keeps with a call of the layer.
func (l *AdditiveAttention) CallArguments() map[string]any {
	return attentionCall(l.Causal, l.ReturnAttentionScores)
}

// SetCallArguments sets what [AdditiveAttention.CallArguments] returns.
func (l *AdditiveAttention) SetCallArguments(args map[string]any) error {
	return setAttentionCall(args, &l.Causal, &l.ReturnAttentionScores)
}
