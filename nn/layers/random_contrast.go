package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[RandomContrast]() }

// RandomContrast moves the pixels of images away from the mean of their channel, or
// towards it, while training: (x - mean)·f + mean, between 0 and 255. The factor f is
// drawn for all images of a batch.
//
// Input and output: (batch, h, w, c), pixels from 0 to 255.
type RandomContrast struct {
	nn.Base
	// Factor bounds f: from 1 - Factor[0] to 1 + Factor[1]; one number stands for both.
	// Required.
	Factor []float64 `single:"true"`
	Seed   *int64    // of its own stream; nil: the model's seed
}

// Validate checks the settings.
func (l *RandomContrast) Validate() error {
	lower, upper, err := l.factors()
	if err == nil && !(lower >= 0 && lower <= 1 && upper >= 0) {
		err = fmt.Errorf("Factor is %v; want 0 to 1, and an upper factor of 0 or more", l.Factor)
	}
	return err
}

func (l *RandomContrast) factors() (lower, upper float64, err error) {
	switch len(l.Factor) {
	case 1:
		return l.Factor[0], l.Factor[0], nil
	case 2:
		return l.Factor[0], l.Factor[1], nil
	}
	return 0, 0, fmt.Errorf("Factor has %d numbers; want one, or a lower and an upper one", len(l.Factor))
}

// Build checks the input.
func (l *RandomContrast) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, ChannelsLast)
}

// OutputShape is that of the input.
func (l *RandomContrast) OutputShape(in ...nn.Shape) (nn.Shape, error) { return in[0], nil }

// Call describes the layer.
func (l *RandomContrast) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if !c.Training {
		return x
	}
	lower, upper, _ := l.factors()
	f := ops.RandomUniform(ownStream(c, l.Seed), float32(1-lower), float32(1+upper), 1)
	mean := ops.MeanKeep(x, 1, 2)
	return ops.Clip(ops.Add(ops.Mul(ops.Sub(x, mean), f), mean), 0, 255)
}
