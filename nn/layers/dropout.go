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
	NoiseShape []int `null:"-1"`
	// Seed draws the decisions from a stream of its own; nil: the model's seed.
	Seed *int64
}

// Validate checks the settings.
func (l *Dropout) Validate() error { return dropoutRate("Rate", l.Rate) }

// Build checks the input.
func (l *Dropout) Build(_ *nn.Build, in ...nn.Shape) error { return fitsNoise(l.NoiseShape, in) }

// Call describes the layer.
func (l *Dropout) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return drop(c, in[0], l.Rate, noiseOf(l.NoiseShape, in[0].Shape()), l.Seed)
}

// SupportsMasking hands the mask on.
func (l *Dropout) SupportsMasking() {}

func dropoutRate(setting string, r float64) error {
	if !(r >= 0 && r < 1) {
		return fmt.Errorf("%s is %g; want a part from 0 up to, but not, 1", setting, r)
	}
	return nil
}

// drop is what the layers of dropout share; noise is the concrete shape of the
// decisions.
func drop(c *nn.Call, x *ops.Value, rate float64, noise []int, seed *int64) *ops.Value {
	if !c.Training || rate == 0 {
		return x
	}
	return ops.Dropout(x, ownStream(c, seed), float32(rate), noise)
}

// ownStream is a fresh stream of random numbers; a seed makes it another one.
func ownStream(c *nn.Call, seed *int64) uint64 {
	stream := c.Stream()
	if seed != nil {
		stream ^= uint64(*seed) * 0x9e3779b97f4a7c15
	}
	return stream
}

// takesSize reports whether an entry of a NoiseShape stands for the size of the
// input: Unknown, or nothing.
func takesSize(d int) bool { return d == nn.Unknown || d == 0 }

// fitsNoise compares a NoiseShape with the input.
func fitsNoise(noise []int, in []nn.Shape) error {
	if err := oneInput(in); err != nil || noise == nil {
		return err
	}
	if len(noise) != in[0].Rank() {
		return fmt.Errorf("NoiseShape %v has %d axes, but the input %v has %d; the batch is one of them", nn.Shape(noise), len(noise), in[0], in[0].Rank())
	}
	for i, d := range noise {
		if n := in[0][i]; !takesSize(d) && d != 1 && d != n {
			return fmt.Errorf("NoiseShape %v has %d at axis %d, but the input is %v; want 1 to share decisions, or nn.Unknown", nn.Shape(noise), d, i, in[0])
		}
	}
	return nil
}

// noiseOf is a NoiseShape for an input.
func noiseOf(setting, shape []int) []int {
	noise := append([]int{}, shape...)
	for i, d := range setting {
		if !takesSize(d) {
			noise[i] = d
		}
	}
	return noise
}
