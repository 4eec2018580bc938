package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[GlobalMaxPooling1D]("GlobalMaxPooling1D", "GlobalMaxPool1D")
	nn.Register[GlobalMaxPooling2D]("GlobalMaxPooling2D", "GlobalMaxPool2D")
	nn.Register[GlobalMaxPooling3D]("GlobalMaxPooling3D", "GlobalMaxPool3D")
	nn.Register[GlobalAveragePooling1D]("GlobalAveragePooling1D", "GlobalAvgPool1D")
	nn.Register[GlobalAveragePooling2D]("GlobalAveragePooling2D", "GlobalAvgPool2D")
	nn.Register[GlobalAveragePooling3D]("GlobalAveragePooling3D", "GlobalAvgPool3D")
}

// GlobalMaxPooling1D takes the largest number of each channel.
// Keras: GlobalMaxPooling1D, GlobalMaxPool1D.
//
// Input: (batch, steps, c), or (batch, c, steps) channels first. Output:
// (batch, c), with Keepdims (batch, 1, c) or (batch, c, 1).
type GlobalMaxPooling1D struct {
	nn.Base
	DataFormat DataFormat `default:"channels_last"`
	Keepdims   bool
}

// GlobalMaxPooling2D takes the largest number of each channel.
// Keras: GlobalMaxPooling2D, GlobalMaxPool2D.
//
// Input: (batch, h, w, c), or (batch, c, h, w) channels first. Output:
// (batch, c), with Keepdims (batch, 1, 1, c) or (batch, c, 1, 1).
type GlobalMaxPooling2D struct {
	nn.Base
	DataFormat DataFormat `default:"channels_last"`
	Keepdims   bool
}

// GlobalMaxPooling3D takes the largest number of each channel.
// Keras: GlobalMaxPooling3D, GlobalMaxPool3D.
//
// Input: (batch, d, h, w, c), or (batch, c, d, h, w) channels first. Output:
// (batch, c), with Keepdims (batch, 1, 1, 1, c) or (batch, c, 1, 1, 1).
type GlobalMaxPooling3D struct {
	nn.Base
	DataFormat DataFormat `default:"channels_last"`
	Keepdims   bool
}

// GlobalAveragePooling1D takes the mean of each channel, over the steps that
// count when the input has a mask (NaN when none does). The output has no mask.
// Keras: GlobalAveragePooling1D, GlobalAvgPool1D.
//
// Shapes: see [GlobalMaxPooling1D].
type GlobalAveragePooling1D struct {
	nn.Base
	DataFormat DataFormat `default:"channels_last"`
	Keepdims   bool
}

// GlobalAveragePooling2D takes the mean of each channel.
// Keras: GlobalAveragePooling2D, GlobalAvgPool2D.
//
// Shapes: see [GlobalMaxPooling2D].
type GlobalAveragePooling2D struct {
	nn.Base
	DataFormat DataFormat `default:"channels_last"`
	Keepdims   bool
}

// GlobalAveragePooling3D takes the mean of each channel.
// Keras: GlobalAveragePooling3D, GlobalAvgPool3D.
//
// Shapes: see [GlobalMaxPooling3D].
type GlobalAveragePooling3D struct {
	nn.Base
	DataFormat DataFormat `default:"channels_last"`
	Keepdims   bool
}

// A reduction takes axes away, or keeps them with size 1.
type reduction struct {
	drop, keep func(*ops.Value, ...int) *ops.Value
}

var (
	globalMax  = reduction{ops.Max, ops.MaxKeep}
	globalMean = reduction{ops.Mean, ops.MeanKeep}
	globalSum  = reduction{ops.Sum, ops.SumKeep}
)

// global reduces the n axes between batch and channels.
func (r reduction) global(x *ops.Value, n int, f DataFormat, keep bool) *ops.Value {
	axes := []int{1, 2, 3}[:n]
	if f == ChannelsFirst {
		axes = []int{2, 3, 4}[:n]
	}
	if keep {
		return r.keep(x, axes...)
	}
	return r.drop(x, axes...)
}

// Validate checks the settings.
func (l *GlobalMaxPooling1D) Validate() error { return l.DataFormat.validate() }

// Build checks the input.
func (l *GlobalMaxPooling1D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 1, l.DataFormat)
}

// Call describes the layer.
func (l *GlobalMaxPooling1D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return globalMax.global(in[0], 1, l.DataFormat, l.Keepdims)
}

// Validate checks the settings.
func (l *GlobalMaxPooling2D) Validate() error { return l.DataFormat.validate() }

// Build checks the input.
func (l *GlobalMaxPooling2D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, l.DataFormat)
}

// Call describes the layer.
func (l *GlobalMaxPooling2D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return globalMax.global(in[0], 2, l.DataFormat, l.Keepdims)
}

// Validate checks the settings.
func (l *GlobalMaxPooling3D) Validate() error { return l.DataFormat.validate() }

// Build checks the input.
func (l *GlobalMaxPooling3D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 3, l.DataFormat)
}

// Call describes the layer.
func (l *GlobalMaxPooling3D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return globalMax.global(in[0], 3, l.DataFormat, l.Keepdims)
}

// Validate checks the settings.
func (l *GlobalAveragePooling1D) Validate() error { return l.DataFormat.validate() }

// Build checks the input.
func (l *GlobalAveragePooling1D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 1, l.DataFormat)
}

// Call describes the layer.
func (l *GlobalAveragePooling1D) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	mask := c.Mask(0)
	if mask == nil {
		return globalMean.global(in[0], 1, l.DataFormat, l.Keepdims)
	}
	axis := 2
	if l.DataFormat == ChannelsFirst {
		axis = 1
	}
	if steps := in[0].Dim(3 - axis); mask.Dim(1) != steps {
		panic(&ops.ShapeError{Op: "GlobalAveragePooling1D", Shapes: [][]int{in[0].Shape()}, Reason: fmt.Sprintf("the mask is for %d steps, the input has %d", mask.Dim(1), steps)})
	}
	mask = ops.ExpandDims(mask, axis)
	total := globalSum.global(ops.Mul(in[0], mask), 1, l.DataFormat, l.Keepdims)
	return ops.Div(total, globalSum.global(mask, 1, l.DataFormat, l.Keepdims))
}

// ComputeMask is none: the steps are gone.
func (l *GlobalAveragePooling1D) ComputeMask(*nn.Call, ...*ops.Value) *ops.Value { return nil }

// Validate checks the settings.
func (l *GlobalAveragePooling2D) Validate() error { return l.DataFormat.validate() }

// Build checks the input.
func (l *GlobalAveragePooling2D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, l.DataFormat)
}

// Call describes the layer.
func (l *GlobalAveragePooling2D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return globalMean.global(in[0], 2, l.DataFormat, l.Keepdims)
}

// Validate checks the settings.
func (l *GlobalAveragePooling3D) Validate() error { return l.DataFormat.validate() }

// Build checks the input.
func (l *GlobalAveragePooling3D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 3, l.DataFormat)
}

// Call describes the layer.
func (l *GlobalAveragePooling3D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return globalMean.global(in[0], 3, l.DataFormat, l.Keepdims)
}
