package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Dense]() }

// Dense is activation(x·kernel + bias) on the last axis.
//
// Input: (batch, …, n). Output: (batch, …, Units).
// Weights: kernel (n, Units), bias (Units).
type Dense struct {
	nn.Base
	Units               int // size of the output's last axis; required
	Activation          ActivationFunc
	UseBias             *bool          `default:"true"`
	KernelInitializer   nn.Initializer `default:"glorot_uniform"`
	BiasInitializer     nn.Initializer `default:"zeros"`
	KernelRegularizer   nn.Regularizer
	BiasRegularizer     nn.Regularizer
	ActivityRegularizer nn.Regularizer
	KernelConstraint    nn.Constraint
	BiasConstraint      nn.Constraint

	kernel, bias *nn.Weight
}

// Validate checks the settings.
func (l *Dense) Validate() error { return positive("Units", l.Units) }

// Build creates the weights.
func (l *Dense) Build(b *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	if in[0].Rank() < 2 {
		return fmt.Errorf("want input of rank 2 or more (batch, …, features), got %v", in[0])
	}
	l.kernel = b.Weight(nn.WeightSpec{
		Name: "kernel", Shape: nn.Shape{in[0].Last(), l.Units},
		Initializer: l.KernelInitializer, Regularizer: l.KernelRegularizer, Constraint: l.KernelConstraint,
	})
	if yes(l.UseBias) {
		l.bias = b.Weight(nn.WeightSpec{
			Name: "bias", Shape: nn.Shape{l.Units},
			Initializer: l.BiasInitializer, Regularizer: l.BiasRegularizer, Constraint: l.BiasConstraint,
		})
	}
	return nil
}

// Call describes the layer.
func (l *Dense) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if n, want := x.Dim(-1), l.kernel.Shape()[0]; n != want {
		panic(&ops.ShapeError{Op: "Dense", Shapes: [][]int{x.Shape()}, Reason: fmt.Sprintf("want %d features on the last axis, got %d%s", want, n, flattenHint(x.Shape(), want))})
	}
	y := ops.MatMul(x, c.Read(l.kernel))
	if l.bias != nil {
		y = ops.Add(y, c.Read(l.bias))
	}
	return activations.Apply(l.Activation, y)
}

// ActivityPenalty is the regularizer of the output.
func (l *Dense) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }

// SupportsMasking hands the mask on.
func (l *Dense) SupportsMasking() {}

// flattenHint recognises an image or sequence that was not flattened.
func flattenHint(shape []int, want int) string {
	n := 1
	for _, d := range shape[1:] {
		n *= d
	}
	if n == want && len(shape) > 2 {
		return "; add Flatten before it"
	}
	return ""
}
