package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[Resizing]()
	nn.Register[CenterCrop]()
}

// Resizing makes all images one size. It does not blur before it makes images smaller
// (as tf-keras; package image can).
//
// Input: (batch, h, w, c). Output: (batch, Height, Width, c).
type Resizing struct {
	nn.Base
	Height        int           // required
	Width         int           // required
	Interpolation Interpolation `default:"bilinear"`
	// CropToAspectRatio cuts off what does not fit the shape of the result, the
	// centre stays, instead of stretching images.
	CropToAspectRatio bool `default:"false"`
}

// CenterCrop cuts the centre out of images. Images that are too small in height or
// width are cut to the shape of the result and enlarged instead.
//
// Input: (batch, h, w, c). Output: (batch, Height, Width, c).
type CenterCrop struct {
	nn.Base
	Height int // required
	Width  int // required
}

// Validate checks the settings.
func (l *Resizing) Validate() error {
	return firstError(positive("Height", l.Height), positive("Width", l.Width), l.Interpolation.validate())
}

// Build checks the input.
func (l *Resizing) Build(_ *nn.Build, in ...nn.Shape) error { return spatialInput(in, 2, ChannelsLast) }

// OutputShape has the new height and width.
func (l *Resizing) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return imagesOf(in[0], l.Height, l.Width), nil
}

// Call describes the layer.
func (l *Resizing) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	if l.CropToAspectRatio {
		return smartResize(in[0], l.Height, l.Width, l.Interpolation)
	}
	return resizeImages(in[0], l.Height, l.Width, l.Interpolation)
}

// Validate checks the settings.
func (l *CenterCrop) Validate() error {
	return firstError(positive("Height", l.Height), positive("Width", l.Width))
}

// Build checks the input.
func (l *CenterCrop) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, ChannelsLast)
}

// OutputShape has the new height and width.
func (l *CenterCrop) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return imagesOf(in[0], l.Height, l.Width), nil
}

// Call describes the layer.
func (l *CenterCrop) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if x.Dim(1) < l.Height || x.Dim(2) < l.Width {
		return smartResize(x, l.Height, l.Width, Bilinear)
	}
	return cropImages(x, (x.Dim(1)-l.Height)/2, (x.Dim(2)-l.Width)/2, l.Height, l.Width)
}

// imagesOf is the shape of images of another size.
func imagesOf(in nn.Shape, h, w int) nn.Shape { return nn.Shape{in[0], h, w, in[3]} }

func cropImages(x *ops.Value, top, left, h, w int) *ops.Value {
	return ops.Slice(ops.Slice(x, 1, top, top+h), 2, left, left+w)
}

// resizeImages stretches images, the width first.
func resizeImages(x *ops.Value, h, w int, m Interpolation) *ops.Value {
	for _, a := range []struct{ axis, size int }{{2, w}, {1, h}} {
		if n := x.Dim(a.axis); n == 0 {
			panic(&ops.ShapeError{Op: "resize", Shapes: [][]int{x.Shape()}, Reason: fmt.Sprintf("axis %d is empty", a.axis)})
		} else if n != a.size {
			x = ops.Resample(x, a.axis, m.resize(n, a.size))
		}
	}
	return x
}

// smartResize cuts images to the shape of the result and resizes them.
// Keras: smart_resize.
func smartResize(x *ops.Value, h, w int, m Interpolation) *ops.Value {
	height, width := x.Dim(1), x.Dim(2)
	ch := min(height, int(float32(width*h)/float32(w)))
	cw := min(width, int(float32(height*w)/float32(h)))
	return resizeImages(cropImages(x, (height-ch)/2, (width-cw)/2, ch, cw), h, w, m)
}
