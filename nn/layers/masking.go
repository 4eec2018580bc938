package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Masking]() }

// Masking masks the steps whose features all equal MaskValue, and sets them to
// zero. Layers that know masks, such as LSTM, then skip them.
//
// Input and output: (batch, steps, …, f). Mask: (batch, steps, …), whatever the
// mask of the input was.
type Masking struct {
	nn.Base
	MaskValue float64
}

// Build checks the input.
func (l *Masking) Build(_ *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	if in[0].Rank() < 2 {
		return fmt.Errorf("want input of rank 2 or more, such as (batch, steps, features), got %v", in[0])
	}
	return nil
}

// counts is 1 where a step has a feature that is not MaskValue.
func (l *Masking) counts(x *ops.Value) *ops.Value {
	return ops.MaxKeep(ops.NotEqual(x, ops.Scalar(float32(l.MaskValue))), -1)
}

// Call describes the layer.
func (l *Masking) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Mul(in[0], l.counts(in[0]))
}

// ComputeMask is 1 for steps that count.
func (l *Masking) ComputeMask(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Squeeze(l.counts(in[0]), -1)
}
