package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[RepeatVector]() }

// RepeatVector makes a sequence of N equal steps of a vector.
//
// Input: (batch, f). Output: (batch, N, f).
type RepeatVector struct {
	nn.Base
	N int // required
}

// Validate checks the settings.
func (l *RepeatVector) Validate() error { return positive("N", l.N) }

// Build checks the input.
func (l *RepeatVector) Build(_ *nn.Build, in ...nn.Shape) error {
	return firstError(oneInput(in), rank(in[0], 2, "(batch, features)"))
}

// Call describes the layer.
func (l *RepeatVector) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	return ops.BroadcastTo(ops.ExpandDims(x, 1), x.Dim(0), l.N, x.Dim(1))
}
