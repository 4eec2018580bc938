package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[PReLU]() }

// PReLU is x where x > 0, else alpha·x with a learned alpha for each element of
// a sample. He et al., 2015 (arXiv 1502.01852).
//
// Input and output: any shape of rank 2 or more.
// Weights: alpha, of the input's shape without the batch, with 1 at SharedAxes.
type PReLU struct {
	nn.Base
	AlphaInitializer nn.Initializer `default:"zeros"`
	AlphaRegularizer nn.Regularizer
	AlphaConstraint  nn.Constraint
	// SharedAxes are the axes along which one alpha serves all elements, counted
	// from 1: {1, 2} for images shares it over height and width.
	SharedAxes []int

	alpha *nn.Weight
}

// Build creates the weight.
func (l *PReLU) Build(b *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	rank := in[0].Rank()
	if rank < 2 {
		return fmt.Errorf("want input of rank 2 or more, got %v", in[0])
	}
	shape := append(nn.Shape{}, in[0][1:]...)
	for _, a := range l.SharedAxes {
		if a < 1 || a >= rank {
			return fmt.Errorf("SharedAxes is %v, but the input %v has the axes 1 … %d after the batch", l.SharedAxes, in[0], rank-1)
		}
		shape[a-1] = 1
	}
	for i, d := range shape {
		if d == nn.Unknown {
			return fmt.Errorf("axis %d of the input %v has no fixed size, so there cannot be an alpha for each of its elements; add it to SharedAxes", i+1, in[0])
		}
	}
	l.alpha = b.Weight(nn.WeightSpec{
		Name: "alpha", Shape: shape,
		Initializer: l.AlphaInitializer, Regularizer: l.AlphaRegularizer, Constraint: l.AlphaConstraint,
	})
	return nil
}

// Call describes the layer.
func (l *PReLU) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	return ops.Sub(ops.ReLU(x), ops.Mul(c.Read(l.alpha), ops.ReLU(ops.Neg(x))))
}

// SupportsMasking hands the mask on.
func (l *PReLU) SupportsMasking() {}
