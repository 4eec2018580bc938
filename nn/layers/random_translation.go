package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[RandomTranslation]() }

// RandomTranslation moves each image down and to the right while training.
//
// Input and output: (batch, h, w, c).
type RandomTranslation struct {
	nn.Base
	// HeightFactor and WidthFactor are parts of height and width, from -1 to 1: the
	// bounds, or one number f for -f to f. Required.
	HeightFactor  []float64     `single:"true"`
	WidthFactor   []float64     `single:"true"`
	FillMode      FillMode      `default:"reflect"`
	Interpolation Interpolation `default:"bilinear"`
	Seed          *int64        // of its own stream; nil: the model's seed
	FillValue     float64       `default:"0"`
}

func (l *RandomTranslation) filling() filling {
	return filling{l.FillMode, l.Interpolation, l.FillValue}
}

// Validate checks the settings.
func (l *RandomTranslation) Validate() error {
	return firstError(within("HeightFactor", l.HeightFactor, -1, 1), within("WidthFactor", l.WidthFactor, -1, 1), l.filling().validate())
}

// Build checks the input.
func (l *RandomTranslation) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, ChannelsLast)
}

// OutputShape is that of the input.
func (l *RandomTranslation) OutputShape(in ...nn.Shape) (nn.Shape, error) { return in[0], nil }

// Call describes the layer.
func (l *RandomTranslation) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if !c.Training {
		return x
	}
	draw := func(f []float64, n int) *ops.Value {
		lo, hi, _ := factorRange("", f)
		return ops.MulScalar(eachImage(c, l.Seed, lo, hi, x), -float32(n))
	}
	dy, dx := draw(l.HeightFactor, x.Dim(1)), draw(l.WidthFactor, x.Dim(2))
	return l.filling().warp(x, float32(1), float32(0), dx, float32(0), float32(1), dy)
}
