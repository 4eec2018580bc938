// Package activations holds Keras' activation functions: softmax, relu, tanh
// and so on, as values: activations.ReLU.
package activations

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// An Activation is a function that is applied to a layer's output.
type Activation interface {
	Activate(x *ops.Value) *ops.Value
}

// Func makes an activation of a function. It is saved under the name; register
// it with nn.Alias so that it can be loaded.
func Func(name string, f func(x *ops.Value) *ops.Value) Activation {
	return &named{name, f}
}

type named struct {
	name string
	f    func(x *ops.Value) *ops.Value
}

func (a *named) Activate(x *ops.Value) *ops.Value { return a.f(x) }
func (a *named) ConfigName() string               { return a.name }
func (a *named) String() string                   { return a.name }

// builtin makes an activation and registers it.
func builtin(f func(x *ops.Value) *ops.Value, name string, aliases ...string) Activation {
	a := Func(name, f)
	nn.Alias(a, append([]string{name}, aliases...)...)
	return a
}

// Apply applies a, or returns x when a is nil.
func Apply(a Activation, x *ops.Value) *ops.Value {
	if a == nil {
		return x
	}
	return a.Activate(x)
}

// Keras' activations. Formulas act on each element, softmax on the last axis.
var (
	// Linear is x.
	Linear = builtin(func(x *ops.Value) *ops.Value { return x }, "linear")
	// ReLU is max(x, 0).
	ReLU = builtin(ops.ReLU, "relu")
	// ReLU6 is min(max(x, 0), 6).
	ReLU6 = builtin(ops.ReLU6, "relu6")
	// LeakyReLU is x where x > 0, else 0.2x: tf-keras' function, not the layer of
	// that name, whose slope is 0.3.
	LeakyReLU = builtin(func(x *ops.Value) *ops.Value { return leaky(x, 0.2) }, "leaky_relu")
	// Tanh is the hyperbolic tangent.
	Tanh = builtin(ops.Tanh, "tanh")
	// Sigmoid is 1/(1+exp(-x)).
	Sigmoid = builtin(ops.Sigmoid, "sigmoid")
	// HardSigmoid is clip(0.2x + 0.5, 0, 1), as in Keras 2.
	HardSigmoid = builtin(func(x *ops.Value) *ops.Value {
		return ops.Clip(ops.AddScalar(ops.MulScalar(x, 0.2), 0.5), 0, 1)
	}, "hard_sigmoid")
	// Softmax is exp(x)/Σ exp(x) along the last axis; rank 2 or more.
	Softmax = builtin(softmax, "softmax")
	// LogSoftmax is log(softmax(x)).
	LogSoftmax = builtin(func(x *ops.Value) *ops.Value { return ops.LogSoftmax(x, -1) }, "log_softmax")
	// Softplus is log(1+exp(x)).
	Softplus = builtin(ops.Softplus, "softplus")
	// Softsign is x/(1+|x|).
	Softsign = builtin(func(x *ops.Value) *ops.Value {
		return ops.Div(x, ops.AddScalar(ops.Abs(x), 1))
	}, "softsign")
	// ELU is x where x > 0, else exp(x)-1.
	ELU = builtin(func(x *ops.Value) *ops.Value { return elu(x, 1) }, "elu")
	// SELU is the scaled elu of Klambauer et al., 2017 (arXiv 1706.02515).
	SELU = builtin(selu, "selu")
	// Exponential is exp(x).
	Exponential = builtin(ops.Exp, "exponential")
	// GELU is x·Φ(x), exactly (through erf). Hendrycks and Gimpel, 2016 (arXiv 1606.08415).
	GELU = builtin(func(x *ops.Value) *ops.Value {
		phi := ops.MulScalar(ops.AddScalar(ops.Erf(ops.MulScalar(x, 0.7071067811865476)), 1), 0.5)
		return ops.Mul(x, phi)
	}, "gelu")
	// Swish is x·sigmoid(x). Ramachandran et al., 2017 (arXiv 1710.05941).
	Swish = builtin(func(x *ops.Value) *ops.Value { return ops.Mul(x, ops.Sigmoid(x)) }, "swish", "silu")
	// Mish is x·tanh(softplus(x)). Misra, 2019 (arXiv 1908.08681).
	Mish = builtin(func(x *ops.Value) *ops.Value { return ops.Mul(x, ops.Tanh(ops.Softplus(x))) }, "mish")
)

func softmax(x *ops.Value) *ops.Value {
	if x.Rank() < 2 {
		panic(&ops.ShapeError{Op: "softmax", Shapes: [][]int{x.Shape()}, Reason: "cannot apply softmax to a tensor that is 1D"})
	}
	return ops.Softmax(x, -1)
}

// leaky has the gradient slope at 0, as Keras' kernel.
func leaky(x *ops.Value, slope float32) *ops.Value {
	return ops.Add(ops.ReLU(x), ops.MulScalar(ops.MinimumScalar(x, 0), slope))
}

// selu has at 0 the gradient of the right side, as Keras' kernel (elu that of
// the left).
func selu(x *ops.Value) *ops.Value {
	left := ops.MulScalar(ops.Expm1(ops.MinimumScalar(x, 0)), 1.6732632423543772)
	return ops.MulScalar(ops.Where(ops.GreaterEqual(x, ops.Scalar(0)), x, left), 1.0507009873554805)
}

// elu keeps both branches finite: exp is taken of min(x, 0).
func elu(x *ops.Value, alpha float32) *ops.Value {
	neg := ops.MulScalar(ops.Expm1(ops.MinimumScalar(x, 0)), alpha)
	return ops.Add(ops.ReLU(x), neg)
}
