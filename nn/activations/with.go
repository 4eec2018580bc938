package activations

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[ReLUWith]("ReLU")
	nn.Register[ELUWith]("ELU")
	nn.Register[SoftmaxWith]("Softmax")
	nn.Register[GELUWith]("GELU")
}

// ReLUWith is relu with settings: x from Threshold up, at most MaxValue, and
// NegativeSlope·(x-Threshold) below. Keras: relu(x, alpha, max_value,
// threshold); it is saved as Keras saves the layer ReLU where an activation is
// expected.
type ReLUWith struct {
	MaxValue      *float64
	NegativeSlope float64
	Threshold     float64
}

// ClassName is Keras' name.
func (*ReLUWith) ClassName() string { return "ReLU" }

// Activate applies the function.
func (a *ReLUWith) Activate(x *ops.Value) *ops.Value {
	var y *ops.Value
	switch { // gradients at the corners are those of Keras' kernels
	case a.Threshold == 0 && a.MaxValue == nil:
		return leaky(x, float32(a.NegativeSlope))
	case a.Threshold == 0 && *a.MaxValue == 6:
		y = ops.ReLU6(x)
	case a.Threshold == 0:
		y = ops.Clip(ops.ReLU(x), 0, float32(*a.MaxValue))
	default:
		y = ops.Mul(x, ops.Greater(x, ops.Scalar(float32(a.Threshold))))
		if a.MaxValue != nil {
			y = ops.Clip(y, 0, float32(*a.MaxValue))
		}
	}
	if a.NegativeSlope != 0 {
		below := ops.ReLU(ops.AddScalar(ops.Neg(x), float32(a.Threshold)))
		y = ops.Sub(y, ops.MulScalar(below, float32(a.NegativeSlope)))
	}
	return y
}

// Validate checks the settings.
func (a *ReLUWith) Validate() error {
	if a.MaxValue != nil && *a.MaxValue < 0 || a.NegativeSlope < 0 || a.Threshold < 0 {
		return fmt.Errorf("activation ReLU: max_value, negative_slope and threshold must not be negative")
	}
	return nil
}

// ELUWith is elu with another Alpha: Alpha·(exp(x)-1) below 0.
type ELUWith struct {
	Alpha *float64 `default:"1"`
}

// ClassName is Keras' name.
func (*ELUWith) ClassName() string { return "ELU" }

// Activate applies the function.
func (a *ELUWith) Activate(x *ops.Value) *ops.Value {
	if a.Alpha == nil {
		return elu(x, 1)
	}
	return elu(x, float32(*a.Alpha))
}

// SoftmaxWith is softmax along another Axis.
type SoftmaxWith struct {
	Axis *int `default:"-1"`
}

// ClassName is Keras' name.
func (*SoftmaxWith) ClassName() string { return "Softmax" }

// Activate applies the function.
func (a *SoftmaxWith) Activate(x *ops.Value) *ops.Value {
	if a.Axis == nil {
		return softmax(x)
	}
	if x.Rank() < 2 {
		return softmax(x) // explains
	}
	return ops.Softmax(x, *a.Axis)
}

// GELUWith is gelu, with Approximate through tanh:
// x/2·(1 + tanh(√(2/π)·(x + 0.044715x³))). Keras: gelu(x, approximate=True).
type GELUWith struct {
	Approximate bool
}

// ClassName is the name under which it is saved; Keras 2 has no such class.
func (*GELUWith) ClassName() string { return "GELU" }

// Activate applies the function.
func (a *GELUWith) Activate(x *ops.Value) *ops.Value {
	if !a.Approximate {
		return GELU.Activate(x)
	}
	cube := ops.Mul(ops.Square(x), x)
	inner := ops.MulScalar(ops.Add(x, ops.MulScalar(cube, 0.044715)), 0.7978845608028654)
	return ops.Mul(ops.MulScalar(x, 0.5), ops.AddScalar(ops.Tanh(inner), 1))
}
