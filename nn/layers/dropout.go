package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Dropout]() }

// Dropout sets a random part of its input to 0 while training and multiplies
// the rest by 1/(1-Rate). Srivastava et al., 2014.
//
// Input and output: any shape.
type Dropout struct {
	nn.Base
	Rate float64 // part that is dropped, from 0 to less than 1
	// NoiseShape shares one decision along the axes where it is 1; an Unknown
	// axis takes the input's size. The batch axis is the first. nil: no sharing.
	NoiseShape []int
	// Seed draws the decisions from a stream of its own; nil: the model's seed.
	Seed *int64
}

// Validate checks the settings.
func (l *Dropout) Validate() error { return dropoutRate("Rate", l.Rate) }

func dropoutRate(setting string, r float64) error {
	if !(r >= 0 && r < 1) {
		return fmt.Errorf("%s is %g; want a part from 0 up to, but not, 1", setting, r)
	}
	return nil
}

// Call describes the layer.
func (l *Dropout) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if !c.Training || l.Rate == 0 {
		return x
	}
	stream := c.Stream()
	if l.Seed != nil {
		stream ^= uint64(*l.Seed) * 0x9e3779b97f4a7c15
	}
	return ops.Dropout(x, stream, float32(l.Rate), l.noise(x.Shape()))
}

func (l *Dropout) noise(shape []int) []int {
	if l.NoiseShape == nil {
		return nil
	}
	if len(l.NoiseShape) != len(shape) {
		panic(&ops.ShapeError{Op: "Dropout", Shapes: [][]int{shape}, Reason: fmt.Sprintf("NoiseShape %v has rank %d, the input rank %d", nn.Shape(l.NoiseShape), len(l.NoiseShape), len(shape))})
	}
	n := make([]int, len(shape))
	for i, d := range l.NoiseShape {
		n[i] = d
		if d == nn.Unknown {
			n[i] = shape[i]
		}
	}
	return n
}

// SupportsMasking hands the mask on.
func (l *Dropout) SupportsMasking() {}
