package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/regularizers"
)

func init() { nn.Register[ActivityRegularization]() }

// ActivityRegularization hands its input on and adds L1·Σ|x| + L2·Σx², divided
// by the batch size (as tf-keras; Keras 2 did not divide), to the loss.
//
// Input and output: any shape.
type ActivityRegularization struct {
	nn.Base
	L1 float64
	L2 float64
}

// Validate checks the settings.
func (l *ActivityRegularization) Validate() error {
	return (&regularizers.L1L2{L1: l.L1, L2: l.L2}).Validate()
}

// Call returns its input.
func (l *ActivityRegularization) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[0] }

// ActivityPenalty is the regularizer of the output.
func (l *ActivityRegularization) ActivityPenalty() nn.Regularizer {
	return &regularizers.L1L2{L1: l.L1, L2: l.L2}
}

// SupportsMasking hands the mask on.
func (l *ActivityRegularization) SupportsMasking() {}
