package layers

import (
	"math"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[RandomRotation]() }

// RandomRotation turns each image around its centre while training.
//
// Input and output: (batch, h, w, c).
type RandomRotation struct {
	nn.Base
	// Factor is the angle in full turns, counter-clockwise: the bounds, or one number
	// f for -f to f. 0.1 turns by up to 36° in both directions. Required.
	Factor        []float64     `single:"true"`
	FillMode      FillMode      `default:"reflect"`
	Interpolation Interpolation `default:"bilinear"`
	Seed          *int64        // of its own stream; nil: the model's seed
	FillValue     float64       `default:"0"`
}

func (l *RandomRotation) filling() filling { return filling{l.FillMode, l.Interpolation, l.FillValue} }

// Validate checks the settings.
func (l *RandomRotation) Validate() error {
	_, _, err := factorRange("Factor", l.Factor)
	return firstError(err, l.filling().validate())
}

// Build checks the input.
func (l *RandomRotation) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, ChannelsLast)
}

// OutputShape is that of the input.
func (l *RandomRotation) OutputShape(in ...nn.Shape) (nn.Shape, error) { return in[0], nil }

// Call describes the layer.
func (l *RandomRotation) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if !c.Training {
		return x
	}
	lo, hi, _ := factorRange("Factor", l.Factor)
	angle := eachImage(c, l.Seed, 2*math.Pi*lo, 2*math.Pi*hi, x)
	cos, sin := ops.Cos(angle), ops.Sin(angle)
	w, h := float32(x.Dim(2)-1), float32(x.Dim(1)-1)
	// The centre stays: half of what the far corner moves.
	left := ops.MulScalar(ops.Sub(ops.Scalar(w), ops.Sub(ops.MulScalar(cos, w), ops.MulScalar(sin, h))), 0.5)
	top := ops.MulScalar(ops.Sub(ops.Scalar(h), ops.Add(ops.MulScalar(sin, w), ops.MulScalar(cos, h))), 0.5)
	return l.filling().warp(x, cos, ops.Neg(sin), left, sin, cos, top)
}
