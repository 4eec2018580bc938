package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[GaussianNoise]() }

// GaussianNoise adds zero-centred normal noise while training.
//
// Input and output: any shape.
type GaussianNoise struct {
	nn.Base
	Stddev float64 // standard deviation of the noise; required
	// Seed draws the noise from a stream of its own; nil: the model's seed.
	Seed *int64
}

// Validate checks the settings.
func (l *GaussianNoise) Validate() error {
	if !(l.Stddev >= 0) {
		return fmt.Errorf("Stddev is %g; want 0 or more", l.Stddev)
	}
	return nil
}

// Call describes the layer.
func (l *GaussianNoise) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if !c.Training || l.Stddev == 0 {
		return x
	}
	return ops.Add(x, ops.RandomNormal(ownStream(c, l.Seed), 0, float32(l.Stddev), x.Shape()...))
}

// SupportsMasking hands the mask on.
func (l *GaussianNoise) SupportsMasking() {}
