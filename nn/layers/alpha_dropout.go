package layers

import (
	"math"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[AlphaDropout]() }

// AlphaDropout is dropout for networks of selu: while training a random part of
// its input becomes selu's limit, α' = -1.758, and all of it is scaled and
// shifted so that mean 0 and variance 1 stay. Klambauer et al., 2017 (arXiv
// 1706.02515).
//
// Input and output: any shape.
type AlphaDropout struct {
	nn.Base
	Rate float64 // part that is dropped, from 0 to less than 1; required
	// NoiseShape shares decisions as that of [Dropout] does.
	NoiseShape []int `null:"-1"`
	// Seed draws the decisions from a stream of its own; nil: the model's seed.
	Seed *int64
}

// alphaPrime is what selu tends to for very small numbers: -scale·alpha.
const alphaPrime = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717

// Validate checks the settings.
func (l *AlphaDropout) Validate() error { return dropoutRate("Rate", l.Rate) }

// Build checks the input.
func (l *AlphaDropout) Build(_ *nn.Build, in ...nn.Shape) error { return fitsNoise(l.NoiseShape, in) }

// Call describes the layer.
func (l *AlphaDropout) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if !c.Training || l.Rate == 0 {
		return x
	}
	kept := ops.GreaterEqual(ops.RandomUniform(ownStream(c, l.Seed), 0, 1, noiseOf(l.NoiseShape, x.Shape())...), ops.Scalar(float32(l.Rate)))
	a := 1 / math.Sqrt((1-l.Rate)*(1+l.Rate*alphaPrime*alphaPrime))
	b := -a * alphaPrime * l.Rate
	y := ops.Where(kept, x, ops.Scalar(alphaPrime))
	return ops.AddScalar(ops.MulScalar(y, float32(a)), float32(b))
}

// SupportsMasking hands the mask on.
func (l *AlphaDropout) SupportsMasking() {}
