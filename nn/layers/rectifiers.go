package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[ReLU]()
	nn.Register[LeakyReLU]()
	nn.Register[ThresholdedReLU]()
	nn.Register[ELU]()
}

// ReLU is MaxValue from MaxValue up, x from Threshold to there, and
// NegativeSlope·(x-Threshold) below: by default max(x, 0).
//
// Input and output: any shape.
type ReLU struct {
	nn.Base
	MaxValue      *float64 // nil: no limit
	NegativeSlope float64
	Threshold     float64
}

// LeakyReLU is x where x > 0, else Alpha·x. Maas et al., 2013.
//
// Input and output: any shape.
type LeakyReLU struct {
	nn.Base
	Alpha *float64 `default:"0.3"`
}

// ThresholdedReLU is x where x > Theta, else 0. Konda et al., 2014 (arXiv
// 1402.3337).
//
// Input and output: any shape.
type ThresholdedReLU struct {
	nn.Base
	Theta *float64 `default:"1"`
}

// ELU is x where x > 0, else Alpha·(exp(x)-1). Clevert et al., 2015 (arXiv
// 1511.07289).
//
// Input and output: any shape.
type ELU struct {
	nn.Base
	Alpha *float64 `default:"1"`
}

// Validate checks the settings.
func (l *ReLU) Validate() error {
	switch {
	case l.MaxValue != nil && !(*l.MaxValue >= 0):
		return fmt.Errorf("MaxValue is %g; want 0 or more", *l.MaxValue)
	case !(l.NegativeSlope >= 0):
		return fmt.Errorf("NegativeSlope is %g; want 0 or more", l.NegativeSlope)
	case !(l.Threshold >= 0):
		return fmt.Errorf("Threshold is %g; want 0 or more", l.Threshold)
	}
	return nil
}

// Call describes the layer.
func (l *ReLU) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	f := activations.ReLUWith{MaxValue: l.MaxValue, NegativeSlope: l.NegativeSlope, Threshold: l.Threshold}
	return f.Activate(in[0])
}

// SupportsMasking hands the mask on.
func (l *ReLU) SupportsMasking() {}

// Call describes the layer.
func (l *LeakyReLU) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return (&activations.ReLUWith{NegativeSlope: *l.Alpha}).Activate(in[0])
}

// SupportsMasking hands the mask on.
func (l *LeakyReLU) SupportsMasking() {}

// Validate checks the settings.
func (l *ThresholdedReLU) Validate() error {
	if !(*l.Theta >= 0) {
		return fmt.Errorf("Theta is %g; want 0 or more", *l.Theta)
	}
	return nil
}

// Call describes the layer.
func (l *ThresholdedReLU) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	return ops.Mul(x, ops.Greater(x, ops.Scalar(float32(*l.Theta))))
}

// SupportsMasking hands the mask on.
func (l *ThresholdedReLU) SupportsMasking() {}

// Call describes the layer.
func (l *ELU) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return (&activations.ELUWith{Alpha: l.Alpha}).Activate(in[0])
}

// SupportsMasking hands the mask on.
func (l *ELU) SupportsMasking() {}
