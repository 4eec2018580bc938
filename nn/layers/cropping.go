package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[Cropping1D]()
	nn.Register[Cropping2D]()
	nn.Register[Cropping3D]()
}

// Cropping1D takes steps off both ends.
//
// Input: (batch, steps, c). Output: (batch, steps - before - after, c).
type Cropping1D struct {
	nn.Base
	Cropping *[2]int `default:"1"` // before the first and after the last step that stay: &[2]int{1, 2}
}

// Cropping2D takes cells off the borders of images.
//
// Input: (batch, h, w, c), or (batch, c, h, w) channels first.
// Output: (batch, h - top - bottom, w - left - right, c), or channels first.
type Cropping2D struct {
	nn.Base
	Cropping   [2][2]int  // {{top, bottom}, {left, right}}
	DataFormat DataFormat `default:"channels_last"`
}

// Cropping3D takes cells off the borders of volumes.
//
// Input: (batch, d, h, w, c), or (batch, c, d, h, w) channels first.
// Output: the same with fewer cells along d, h and w.
type Cropping3D struct {
	nn.Base
	Cropping   *[3][2]int `default:"1"` // {{front, back}, {top, bottom}, {left, right}}
	DataFormat DataFormat `default:"channels_last"`
}

// borders are cells before and after, along each axis between batch and channels.
type borders [][2]int

func (b borders) validate(setting string) error {
	for _, n := range b {
		if n[0] < 0 || n[1] < 0 {
			if len(b) == 1 {
				return fmt.Errorf("%s is %v; want numbers of cells, 0 or more", setting, n)
			}
			return fmt.Errorf("%s is %v; want numbers of cells, 0 or more", setting, b)
		}
	}
	return nil
}

// axis is the axis of the input that entry i is about.
func (b borders) axis(i int, f DataFormat) int {
	if f == ChannelsFirst {
		return 2 + i
	}
	return 1 + i
}

// croppable checks that something is left of an input.
func (b borders) croppable(in []nn.Shape, f DataFormat) error {
	if err := spatialInput(in, len(b), f); err != nil {
		return err
	}
	for i, n := range b {
		if a := b.axis(i, f); in[0][a] != nn.Unknown && n[0]+n[1] >= in[0][a] {
			return fmt.Errorf("Cropping takes %d and %d cells off axis %d of size %d, and nothing is left; want less than %d together", n[0], n[1], a, in[0][a], in[0][a])
		}
	}
	return nil
}

func (b borders) crop(x *ops.Value, f DataFormat) *ops.Value {
	for i, n := range b {
		a := b.axis(i, f)
		x = ops.Slice(x, a, n[0], x.Dim(a)-n[1])
	}
	return x
}

// Validate checks the settings.
func (l *Cropping1D) Validate() error { return l.borders().validate("Cropping") }

func (l *Cropping1D) borders() borders { return borders{*l.Cropping} }

// Build checks the input.
func (l *Cropping1D) Build(_ *nn.Build, in ...nn.Shape) error {
	return l.borders().croppable(in, ChannelsLast)
}

// Call describes the layer.
func (l *Cropping1D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return l.borders().crop(in[0], ChannelsLast)
}

// Validate checks the settings.
func (l *Cropping2D) Validate() error {
	return firstError(borders(l.Cropping[:]).validate("Cropping"), l.DataFormat.validate())
}

// Build checks the input.
func (l *Cropping2D) Build(_ *nn.Build, in ...nn.Shape) error {
	return borders(l.Cropping[:]).croppable(in, l.DataFormat)
}

// Call describes the layer.
func (l *Cropping2D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return borders(l.Cropping[:]).crop(in[0], l.DataFormat)
}

// Validate checks the settings.
func (l *Cropping3D) Validate() error {
	return firstError(borders(l.Cropping[:]).validate("Cropping"), l.DataFormat.validate())
}

// Build checks the input.
func (l *Cropping3D) Build(_ *nn.Build, in ...nn.Shape) error {
	return borders(l.Cropping[:]).croppable(in, l.DataFormat)
}

// Call describes the layer.
func (l *Cropping3D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return borders(l.Cropping[:]).crop(in[0], l.DataFormat)
}
