package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[GlobalMaxPooling2D]("GlobalMaxPooling2D", "GlobalMaxPool2D")
	nn.Register[GlobalAveragePooling2D]("GlobalAveragePooling2D", "GlobalAvgPool2D")
}

// GlobalMaxPooling2D takes the largest number of each channel.
//
// Input: (batch, h, w, c), or (batch, c, h, w) channels first. Output:
// (batch, c), with Keepdims (batch, 1, 1, c) or (batch, c, 1, 1).
type GlobalMaxPooling2D struct {
	nn.Base
	DataFormat DataFormat `default:"channels_last"`
	Keepdims   bool
}

// GlobalAveragePooling2D takes the mean of each channel.
//
// Shapes: see [GlobalMaxPooling2D].
type GlobalAveragePooling2D struct {
	nn.Base
	DataFormat DataFormat `default:"channels_last"`
	Keepdims   bool
}

// global reduces the axes of the image.
func global(x *ops.Value, f DataFormat, keep bool, drop, kept func(*ops.Value, ...int) *ops.Value) *ops.Value {
	if _, err := channels(nn.Shape(x.Shape()), f); err != nil {
		panic(&ops.ShapeError{Op: "global pooling", Shapes: [][]int{x.Shape()}, Reason: err.Error()})
	}
	axes := []int{1, 2}
	if f == ChannelsFirst {
		axes = []int{2, 3}
	}
	if keep {
		return kept(x, axes...)
	}
	return drop(x, axes...)
}

// Validate checks the settings.
func (l *GlobalMaxPooling2D) Validate() error { return l.DataFormat.validate() }

// Call describes the layer.
func (l *GlobalMaxPooling2D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return global(in[0], l.DataFormat, l.Keepdims, ops.Max, ops.MaxKeep)
}

// Validate checks the settings.
func (l *GlobalAveragePooling2D) Validate() error { return l.DataFormat.validate() }

// Call describes the layer.
func (l *GlobalAveragePooling2D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return global(in[0], l.DataFormat, l.Keepdims, ops.Mean, ops.MeanKeep)
}
