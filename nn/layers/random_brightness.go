package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[RandomBrightness]() }

// RandomBrightness adds a number to all pixels of an image while training, drawn for
// each image.
//
// Input and output: (batch, h, w, c).
type RandomBrightness struct {
	nn.Base
	// Factor bounds what is added, as a part of the value range: the bounds, or one
	// number f for -f to f; from -1 to 1. Required.
	Factor []float64 `single:"true"`
	// ValueRange are the least and the largest value of a pixel; what is beyond after
	// the addition is cut off.
	ValueRange [2]float64 `default:"0,255"`
	Seed       *int64     // of its own stream; nil: the model's seed
}

// Validate checks the settings.
func (l *RandomBrightness) Validate() error {
	if r := l.ValueRange; !(r[0] < r[1]) {
		return fmt.Errorf("ValueRange is %v; want a least value below the largest", r)
	}
	return within("Factor", l.Factor, -1, 1)
}

// Build checks the input.
func (l *RandomBrightness) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, ChannelsLast)
}

// OutputShape is that of the input.
func (l *RandomBrightness) OutputShape(in ...nn.Shape) (nn.Shape, error) { return in[0], nil }

// Call describes the layer.
func (l *RandomBrightness) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if !c.Training {
		return x
	}
	lo, hi, _ := factorRange("Factor", l.Factor)
	least, most := float32(l.ValueRange[0]), float32(l.ValueRange[1])
	delta := ops.MulScalar(eachImage(c, l.Seed, lo, hi, x), most-least)
	return ops.Clip(ops.Add(x, ops.Reshape(delta, x.Dim(0), 1, 1, 1)), least, most)
}
