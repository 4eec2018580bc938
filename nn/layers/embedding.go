package layers

import (
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Embedding]() }

// Embedding turns ids into vectors: row id of a table.
//
// Input: (batch, …) of whole numbers from 0 to InputDim-1. Output: (batch, …, OutputDim).
// Weights: embeddings (InputDim, OutputDim). With MaskZero the output carries
// a mask that is 0 where the id is 0. As the first layer of a Sequential model it
// takes (batch, InputLength), or sequences of any length when InputLength is not
// given. An id outside the table stops training or prediction with an *ops.IDError
// that names its place and the limit.
type Embedding struct {
	nn.Base
	InputDim              int            // number of ids: the vocabulary plus 1 for id 0; required
	OutputDim             int            // size of a vector; required
	EmbeddingsInitializer nn.Initializer `default:"uniform"`
	EmbeddingsRegularizer nn.Regularizer
	ActivityRegularizer   nn.Regularizer
	EmbeddingsConstraint  nn.Constraint
	MaskZero              bool
	InputLength           []int `null:"-1" single:"true"` // expected sizes after the batch, nn.Unknown for any; nil: any

	table *nn.Weight
}

// Validate checks the settings.
func (l *Embedding) Validate() error {
	if err := positive("InputDim", l.InputDim); err != nil {
		return err
	}
	return positive("OutputDim", l.OutputDim)
}

// StartShape is the input of an Embedding that begins a model.
func (l *Embedding) StartShape() nn.Shape {
	if l.InputLength == nil {
		return nn.Shape{nn.Unknown, nn.Unknown}
	}
	return append(nn.Shape{nn.Unknown}, l.InputLength...)
}

// Build creates the weights.
func (l *Embedding) Build(b *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	if l.InputLength != nil {
		want := append(nn.Shape{in[0][0]}, l.InputLength...)
		if !slices.EqualFunc(want, in[0], func(a, b int) bool { return !differ(a, b) }) {
			return wantShape("InputLength", want, in[0])
		}
	}
	l.table = b.Weight(nn.WeightSpec{
		Name: "embeddings", Shape: nn.Shape{l.InputDim, l.OutputDim},
		Initializer: l.EmbeddingsInitializer, Regularizer: l.EmbeddingsRegularizer, Constraint: l.EmbeddingsConstraint,
	})
	return nil
}

// Call describes the layer.
func (l *Embedding) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Gather(c.Read(l.table), in[0])
}

// ComputeMask is 1 where the id is not 0.
func (l *Embedding) ComputeMask(_ *nn.Call, in ...*ops.Value) *ops.Value {
	if !l.MaskZero {
		return nil
	}
	return ops.NotEqual(in[0], ops.Scalar(0))
}

// ActivityPenalty is the regularizer of the output.
func (l *Embedding) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }

// EndsMask: ids that come with a mask lose it; MaskZero makes the one that counts.
func (l *Embedding) EndsMask() {}
