package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Flatten]() }

// Flatten makes one axis of all axes after the batch. Channels-first data is
// brought to channels-last order first, so both give the same row.
//
// Input: (batch, …). Output: (batch, product of the others).
type Flatten struct {
	nn.Base
	DataFormat DataFormat `default:"channels_last"`
}

// Validate checks the settings.
func (l *Flatten) Validate() error { return l.DataFormat.validate() }

// Call describes the layer.
func (l *Flatten) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if l.DataFormat == ChannelsFirst && x.Rank() > 2 {
		x = toLast(x)
	}
	return ops.Reshape(x, x.Dim(0), x.Size()/max(1, x.Dim(0)))
}

// toLast moves axis 1 to the end.
func toLast(x *ops.Value) *ops.Value {
	perm := []int{0}
	for i := 2; i < x.Rank(); i++ {
		perm = append(perm, i)
	}
	return ops.Transpose(x, append(perm, 1)...)
}

// toFirst moves the last axis to axis 1.
func toFirst(x *ops.Value) *ops.Value {
	perm := []int{0, x.Rank() - 1}
	for i := 1; i < x.Rank()-1; i++ {
		perm = append(perm, i)
	}
	return ops.Transpose(x, perm...)
}
