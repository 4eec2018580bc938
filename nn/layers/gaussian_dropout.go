package layers

import (
	"math"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[GaussianDropout]() }

// GaussianDropout multiplies its input with normal noise of mean 1 and standard
// deviation √(Rate/(1-Rate)) while training. Srivastava et al., 2014.
//
// Input and output: any shape.
type GaussianDropout struct {
	nn.Base
	Rate float64 // from 0 to less than 1, as the rate of Dropout; required
	// Seed draws the noise from a stream of its own; nil: the model's seed.
	Seed *int64
}

// Validate checks the settings.
func (l *GaussianDropout) Validate() error { return dropoutRate("Rate", l.Rate) }

// Call describes the layer.
func (l *GaussianDropout) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if !c.Training || l.Rate == 0 {
		return x
	}
	deviation := math.Sqrt(l.Rate / (1 - l.Rate))
	return ops.Mul(x, ops.RandomNormal(ownStream(c, l.Seed), 1, float32(deviation), x.Shape()...))
}

// SupportsMasking hands the mask on.
func (l *GaussianDropout) SupportsMasking() {}
