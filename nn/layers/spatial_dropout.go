package layers

import (
	"errors"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[SpatialDropout1D]()
	nn.Register[SpatialDropout2D]()
	nn.Register[SpatialDropout3D]()
}

// SpatialDropout1D drops whole channels of sequences while training and
// multiplies the others by 1/(1-Rate). Tompson et al., 2015 (arXiv 1411.4280).
//
// Input and output: (batch, steps, c).
type SpatialDropout1D struct {
	nn.Base
	Rate       float64 // part of the channels that is dropped, from 0 to less than 1
	NoiseShape []int   // always nil: it is in Keras' files, without effect
	Seed       *int64  // draws the decisions from a stream of its own; nil: the model's seed
}

// SpatialDropout2D drops whole channels of images while training and multiplies
// the others by 1/(1-Rate). Tompson et al., 2015 (arXiv 1411.4280).
//
// Input and output: (batch, h, w, c), or (batch, c, h, w) channels first.
type SpatialDropout2D struct {
	nn.Base
	Rate       float64    // part of the channels that is dropped, from 0 to less than 1
	DataFormat DataFormat `default:"channels_last"`
	NoiseShape []int      // always nil: it is in Keras' files, without effect
	Seed       *int64     // draws the decisions from a stream of its own; nil: the model's seed
}

// SpatialDropout3D drops whole channels of volumes while training and
// multiplies the others by 1/(1-Rate). Tompson et al., 2015 (arXiv 1411.4280).
//
// Input and output: (batch, d, h, w, c), or (batch, c, d, h, w) channels first.
type SpatialDropout3D struct {
	nn.Base
	Rate       float64    // part of the channels that is dropped, from 0 to less than 1
	DataFormat DataFormat `default:"channels_last"`
	NoiseShape []int      // always nil: it is in Keras' files, without effect
	Seed       *int64     // draws the decisions from a stream of its own; nil: the model's seed
}

func spatialDropout(rate float64, noise []int) error {
	if noise != nil {
		return errors.New("NoiseShape is set, but this layer shares decisions within channels; leave it out, or use Dropout")
	}
	return dropoutRate("Rate", rate)
}

// perChannel is the shape of one decision for each sample and channel.
func perChannel(shape []int, f DataFormat) []int {
	noise := append([]int{}, shape...)
	for i := 1; i < len(noise); i++ {
		if channel := f == ChannelsFirst && i == 1 || f == ChannelsLast && i == len(noise)-1; !channel {
			noise[i] = 1
		}
	}
	return noise
}

// Validate checks the settings.
func (l *SpatialDropout1D) Validate() error { return spatialDropout(l.Rate, l.NoiseShape) }

// Build checks the input.
func (l *SpatialDropout1D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 1, ChannelsLast)
}

// Call describes the layer.
func (l *SpatialDropout1D) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return drop(c, in[0], l.Rate, perChannel(in[0].Shape(), ChannelsLast), l.Seed)
}

// SupportsMasking hands the mask on.
func (l *SpatialDropout1D) SupportsMasking() {}

// Validate checks the settings.
func (l *SpatialDropout2D) Validate() error {
	return firstError(spatialDropout(l.Rate, l.NoiseShape), l.DataFormat.validate())
}

// Build checks the input.
func (l *SpatialDropout2D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, l.DataFormat)
}

// Call describes the layer.
func (l *SpatialDropout2D) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return drop(c, in[0], l.Rate, perChannel(in[0].Shape(), l.DataFormat), l.Seed)
}

// SupportsMasking hands the mask on.
func (l *SpatialDropout2D) SupportsMasking() {}

// Validate checks the settings.
func (l *SpatialDropout3D) Validate() error {
	return firstError(spatialDropout(l.Rate, l.NoiseShape), l.DataFormat.validate())
}

// Build checks the input.
func (l *SpatialDropout3D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 3, l.DataFormat)
}

// Call describes the layer.
func (l *SpatialDropout3D) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return drop(c, in[0], l.Rate, perChannel(in[0].Shape(), l.DataFormat), l.Seed)
}

// SupportsMasking hands the mask on.
func (l *SpatialDropout3D) SupportsMasking() {}
