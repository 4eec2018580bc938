package layers

import (
	"errors"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Activation]() }

// Activation applies a function to its input.
//
// Input and output: any shape.
type Activation struct {
	nn.Base
	Activation          ActivationFunc // required
	ActivityRegularizer nn.Regularizer `keras:"-"`
}

// Validate checks the settings.
func (l *Activation) Validate() error {
	if l.Activation == nil {
		return errors.New("no Activation; try activations.ReLU")
	}
	return nil
}

// Call describes the layer.
func (l *Activation) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return activations.Apply(l.Activation, in[0])
}

// ActivityPenalty is the regularizer of the output.
func (l *Activation) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }

// SupportsMasking hands the mask on.
func (l *Activation) SupportsMasking() {}
