package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[RandomFlip]() }

// RandomFlip mirrors each image with probability ½ while training, in each direction
// of its own.
//
// Input and output: (batch, h, w, c).
type RandomFlip struct {
	nn.Base
	Mode FlipMode `default:"horizontal_and_vertical"`
	Seed *int64   // of its own stream; nil: the model's seed
}

// A FlipMode says in which directions [RandomFlip] mirrors.
type FlipMode string

// Keras' modes.
const (
	FlipHorizontal FlipMode = "horizontal" // left and right change places
	FlipVertical   FlipMode = "vertical"
	FlipBoth       FlipMode = "horizontal_and_vertical"
)

// Validate checks the settings.
func (l *RandomFlip) Validate() error {
	switch l.Mode {
	case FlipHorizontal, FlipVertical, FlipBoth:
		return nil
	}
	return fmt.Errorf("Mode is %q; want horizontal, vertical or horizontal_and_vertical", l.Mode)
}

// Build checks the input.
func (l *RandomFlip) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, ChannelsLast)
}

// OutputShape is that of the input.
func (l *RandomFlip) OutputShape(in ...nn.Shape) (nn.Shape, error) { return in[0], nil }

// Call describes the layer.
func (l *RandomFlip) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if !c.Training {
		return x
	}
	// A flipped axis is read at last - i, one that is not at i.
	read := func(on bool, n int) (slope, start *ops.Value) {
		flip := ops.BroadcastTo(ops.Scalar(0), x.Dim(0), 1)
		if on {
			flip = ops.Less(eachImage(c, l.Seed, 0, 1, x), ops.Scalar(0.5))
		}
		return ops.Sub(ops.Scalar(1), ops.MulScalar(flip, 2)), ops.MulScalar(flip, float32(n-1))
	}
	a0, a2 := read(l.Mode != FlipVertical, x.Dim(2))
	a4, a5 := read(l.Mode != FlipHorizontal, x.Dim(1))
	return filling{FillNearest, Nearest, 0}.warp(x, a0, float32(0), a2, float32(0), a4, a5)
}
