package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[RandomCrop]() }

// RandomCrop cuts a part out of images while training, the same of all images of a
// batch. Otherwise, and where images are too small, it resizes them, cut to the shape
// of the result, as tf-keras.
//
// Input: (batch, h, w, c). Output: (batch, Height, Width, c).
type RandomCrop struct {
	nn.Base
	Height int    // required
	Width  int    // required
	Seed   *int64 // of its own stream; nil: the model's seed
}

// Validate checks the settings.
func (l *RandomCrop) Validate() error {
	return firstError(positive("Height", l.Height), positive("Width", l.Width))
}

// Build checks the input.
func (l *RandomCrop) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, ChannelsLast)
}

// OutputShape has the new height and width.
func (l *RandomCrop) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return imagesOf(in[0], l.Height, l.Width), nil
}

// Call describes the layer.
func (l *RandomCrop) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if !c.Training || x.Dim(1) < l.Height || x.Dim(2) < l.Width {
		return smartResize(x, l.Height, l.Width, Bilinear)
	}
	start := func(n int) *ops.Value { // one of n places, the same for all images
		u := ops.RandomUniform(ownStream(c, l.Seed), 0, float32(n), 1, 1)
		return ops.BroadcastTo(ops.Floor(u), x.Dim(0), 1)
	}
	all := func(v float32) *ops.Value { return ops.BroadcastTo(ops.Scalar(v), x.Dim(0), 1) }
	top, left := start(x.Dim(1)-l.Height+1), start(x.Dim(2)-l.Width+1)
	matrix := ops.Concat(1, all(1), all(0), left, all(0), all(1), top)
	return ops.Warp(x, matrix, ops.WarpConfig{Size: [2]int{l.Height, l.Width}, Mode: ops.WarpNearest})
}
