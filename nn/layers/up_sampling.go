package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[UpSampling1D]()
	nn.Register[UpSampling2D]()
	nn.Register[UpSampling3D]()
}

// UpSampling1D repeats each step Size times.
//
// Input: (batch, steps, c). Output: (batch, steps·Size, c).
type UpSampling1D struct {
	nn.Base
	Size int `default:"2"`
}

// UpSampling2D enlarges images: it repeats each cell, or interpolates.
//
// Input: (batch, h, w, c), or (batch, c, h, w) channels first.
// Output: (batch, h·Size[0], w·Size[1], c), or channels first.
type UpSampling2D struct {
	nn.Base
	Size          [2]int        `default:"2"`
	DataFormat    DataFormat    `default:"channels_last"`
	Interpolation Interpolation `default:"nearest"`
}

// UpSampling3D repeats each cell of volumes Size[0] times in depth, Size[1]
// times in height and Size[2] times in width.
//
// Input: (batch, d, h, w, c), or (batch, c, d, h, w) channels first.
// Output: (batch, d·Size[0], h·Size[1], w·Size[2], c), or channels first.
type UpSampling3D struct {
	nn.Base
	Size       [3]int     `default:"2"`
	DataFormat DataFormat `default:"channels_last"`
}

// Validate checks the settings.
func (l *UpSampling1D) Validate() error { return positive("Size", l.Size) }

// Build checks the input.
func (l *UpSampling1D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 1, ChannelsLast)
}

// Call describes the layer.
func (l *UpSampling1D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Upsample(in[0], l.Size)
}

// Validate checks the settings.
func (l *UpSampling2D) Validate() error {
	return firstError(eachPositive("Size", l.Size[:]), l.DataFormat.validate(), l.Interpolation.validate())
}

// Build checks the input.
func (l *UpSampling2D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, l.DataFormat)
}

// Call describes the layer.
func (l *UpSampling2D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return lastly(in[0], l.DataFormat, func(x *ops.Value) *ops.Value {
		if l.Interpolation.repeats() {
			return ops.Upsample(x, l.Size[:]...)
		}
		// The width first, while there are few rows.
		for _, i := range [2]int{1, 0} {
			if l.Size[i] > 1 {
				x = ops.Resample(x, 1+i, l.Interpolation.enlarge(x.Dim(1+i), l.Size[i]))
			}
		}
		return x
	})
}

// Validate checks the settings.
func (l *UpSampling3D) Validate() error {
	return firstError(eachPositive("Size", l.Size[:]), l.DataFormat.validate())
}

// Build checks the input.
func (l *UpSampling3D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 3, l.DataFormat)
}

// Call describes the layer.
func (l *UpSampling3D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return lastly(in[0], l.DataFormat, func(x *ops.Value) *ops.Value { return ops.Upsample(x, l.Size[:]...) })
}
