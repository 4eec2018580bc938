package layers

import (
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[LayerNormalization]() }

// LayerNormalization is Gamma·(x-mean)/√(variance+Epsilon) + Beta, with the mean
// and variance of each sample over Axis, the same in training and use.
// Ba, Kiros and Hinton, 2016 (arXiv 1607.06450).
//
// Input and output: any shape of rank 2 or more.
// Weights: gamma, beta, of the sizes of Axis in the order given.
type LayerNormalization struct {
	nn.Base
	Axis             []int          `default:"-1"` // that are normalised; not the batch
	Epsilon          float64        `default:"0.001"`
	Center           *bool          `default:"true"` // have Beta
	Scale            *bool          `default:"true"` // have Gamma
	BetaInitializer  nn.Initializer `default:"zeros"`
	GammaInitializer nn.Initializer `default:"ones"`
	BetaRegularizer  nn.Regularizer
	GammaRegularizer nn.Regularizer
	BetaConstraint   nn.Constraint
	GammaConstraint  nn.Constraint

	affine affine
}

// Validate checks the settings.
func (l *LayerNormalization) Validate() error { return atLeastZero("Epsilon", l.Epsilon) }

// Build creates the weights.
func (l *LayerNormalization) Build(b *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	axes, err := normAxes(l.Axis, in[0].Rank())
	if err != nil {
		return err
	}
	shape := make(nn.Shape, len(axes))
	for i, a := range axes {
		if shape[i] = in[0][a]; shape[i] == nn.Unknown {
			return unknownAxis(a, in[0])
		}
	}
	l.affine = affineWeights(b, shape, yes(l.Scale), yes(l.Center),
		weightSettings{l.GammaInitializer, l.GammaRegularizer, l.GammaConstraint},
		weightSettings{l.BetaInitializer, l.BetaRegularizer, l.BetaConstraint})
	return nil
}

// Call describes the layer: the axes are moved to one last axis, where the op
// wants them.
func (l *LayerNormalization) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	axes, _ := normAxes(l.Axis, in[0].Rank())
	slices.Sort(axes) // Keras reads the weights in the order of the axes
	v := viewOf(in[0].Shape(), axes)
	x := v.apply(in[0])
	gamma, beta := l.affine.read(c)
	return v.undo(ops.LayerNorm(x, gamma, beta, float32(l.Epsilon)))
}

// SupportsMasking hands the mask on.
func (l *LayerNormalization) SupportsMasking() {}
