package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[ZeroPadding1D]()
	nn.Register[ZeroPadding2D]()
	nn.Register[ZeroPadding3D]()
}

// ZeroPadding1D puts steps of zeros before and after sequences.
//
// Input: (batch, steps, c). Output: (batch, before + steps + after, c).
type ZeroPadding1D struct {
	nn.Base
	Padding *[2]int `default:"1"` // steps before and after: &[2]int{1, 2}
}

// ZeroPadding2D puts zeros around images.
//
// Input: (batch, h, w, c), or (batch, c, h, w) channels first.
// Output: (batch, top + h + bottom, left + w + right, c), or channels first.
type ZeroPadding2D struct {
	nn.Base
	Padding    *[2][2]int `default:"1"` // {{top, bottom}, {left, right}}
	DataFormat DataFormat `default:"channels_last"`
}

// ZeroPadding3D puts zeros around volumes.
//
// Input: (batch, d, h, w, c), or (batch, c, d, h, w) channels first.
// Output: the same with more cells along d, h and w.
type ZeroPadding3D struct {
	nn.Base
	Padding    *[3][2]int `default:"1"` // {{front, back}, {top, bottom}, {left, right}}
	DataFormat DataFormat `default:"channels_last"`
}

func (b borders) pad(x *ops.Value, f DataFormat) *ops.Value {
	pads := make([][2]int, x.Rank())
	copy(pads[b.axis(0, f):], b)
	return ops.Pad(x, pads, 0)
}

// Validate checks the settings.
func (l *ZeroPadding1D) Validate() error { return l.borders().validate("Padding") }

func (l *ZeroPadding1D) borders() borders { return borders{*l.Padding} }

// Build checks the input.
func (l *ZeroPadding1D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 1, ChannelsLast)
}

// Call describes the layer.
func (l *ZeroPadding1D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return l.borders().pad(in[0], ChannelsLast)
}

// Validate checks the settings.
func (l *ZeroPadding2D) Validate() error {
	return firstError(borders(l.Padding[:]).validate("Padding"), l.DataFormat.validate())
}

// Build checks the input.
func (l *ZeroPadding2D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 2, l.DataFormat)
}

// Call describes the layer.
func (l *ZeroPadding2D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return borders(l.Padding[:]).pad(in[0], l.DataFormat)
}

// Validate checks the settings.
func (l *ZeroPadding3D) Validate() error {
	return firstError(borders(l.Padding[:]).validate("Padding"), l.DataFormat.validate())
}

// Build checks the input.
func (l *ZeroPadding3D) Build(_ *nn.Build, in ...nn.Shape) error {
	return spatialInput(in, 3, l.DataFormat)
}

// Call describes the layer.
func (l *ZeroPadding3D) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return borders(l.Padding[:]).pad(in[0], l.DataFormat)
}
