package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[RandomZoom]() }

// RandomZoom makes what is on each image smaller or larger while training; the centre
// stays.
//
// Input and output: (batch, h, w, c).
type RandomZoom struct {
	nn.Base
	// HeightFactor is how much smaller, from -1 to 1: 0.2 shows 1.2 times the height,
	// -0.2 shows 0.8 of it. The bounds, or one number f for -f to f. Required.
	HeightFactor []float64 `single:"true"`
	// WidthFactor is the same for the width, above -1; nil: the factor that was drawn
	// for the height.
	WidthFactor   []float64     `single:"true"`
	FillMode      FillMode      `default:"reflect"`
	Interpolation Interpolation `default:"bilinear"`
	Seed          *int64        // of its own stream; nil: the model's seed
	FillValue     float64       `default:"0"`
}

func (l *RandomZoom) filling() filling { return filling{l.FillMode, l.Interpolation, l.FillValue} }

// Validate checks the settings.
func (l *RandomZoom) Validate() error {
	if err := within("HeightFactor", l.HeightFactor, -1, 1); err != nil {
		return err
	}
	if l.WidthFactor != nil {
		lo, _, err := factorRange("WidthFactor", l.WidthFactor)
		if err == nil && lo < -1 {
			err = fmt.Errorf("WidthFactor is %v; want factors above -1", l.WidthFactor)
		}
		if err != nil {
			return err
		}
	}
	return l.filling().validate()
}

// Build checks the input.
func (l *RandomZoom) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, ChannelsLast)
}

// OutputShape is that of the input.
func (l *RandomZoom) OutputShape(in ...nn.Shape) (nn.Shape, error) { return in[0], nil }

// Call describes the layer.
func (l *RandomZoom) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if !c.Training {
		return x
	}
	draw := func(f []float64) *ops.Value {
		lo, hi, _ := factorRange("", f)
		return eachImage(c, l.Seed, 1+lo, 1+hi, x)
	}
	zy := draw(l.HeightFactor)
	zx := zy
	if l.WidthFactor != nil {
		zx = draw(l.WidthFactor)
	}
	start := func(z *ops.Value, n int) *ops.Value {
		return ops.MulScalar(ops.Sub(ops.Scalar(1), z), float32(n-1)/2)
	}
	return l.filling().warp(x, zx, float32(0), start(zx, x.Dim(2)), float32(0), zy, start(zy, x.Dim(1)))
}
