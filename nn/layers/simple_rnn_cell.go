package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[SimpleRNNCell]() }

// SimpleRNNCell is one step of a [SimpleRNN]; see [RNN].
//
// Inputs: (batch, features) and the state (batch, Units). Outputs: the next
// state twice, as output and as state. Weights as those of SimpleRNN.
type SimpleRNNCell struct {
	nn.Base
	Units                int            // size of the state; required
	Activation           ActivationFunc `default:"tanh"`
	UseBias              *bool          `default:"true"`
	KernelInitializer    nn.Initializer `default:"glorot_uniform"`
	RecurrentInitializer nn.Initializer `default:"orthogonal"`
	BiasInitializer      nn.Initializer `default:"zeros"`
	KernelRegularizer    nn.Regularizer
	RecurrentRegularizer nn.Regularizer
	BiasRegularizer      nn.Regularizer
	KernelConstraint     nn.Constraint
	RecurrentConstraint  nn.Constraint
	BiasConstraint       nn.Constraint
	Dropout              float64 // part of the input's features dropped, the same at every step
	RecurrentDropout     float64 // part of the state dropped, the same at every step

	w gatedWeights
}

func (l *SimpleRNNCell) gated() gatedCell {
	return gatedCell{
		units: l.Units, useBias: yes(l.UseBias), dropout: l.Dropout, recurrentDropout: l.RecurrentDropout,
		kernel:    weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		recurrent: weightSettings{l.RecurrentInitializer, l.RecurrentRegularizer, l.RecurrentConstraint},
		bias:      weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint}, w: &l.w,
	}.simple(l.Activation)
}

// Validate checks the settings.
func (l *SimpleRNNCell) Validate() error { return l.gated().validate() }

// StateShapes returns the shape of h.
func (l *SimpleRNNCell) StateShapes() []nn.Shape { return l.gated().stateShapes() }

// Build creates the weights.
func (l *SimpleRNNCell) Build(b *nn.Build, in ...nn.Shape) error { return buildGated(l.gated(), b, in) }

// Call describes the output.
func (l *SimpleRNNCell) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.CallMulti(c, in...)[0]
}

// CallMulti describes the output and the next state.
func (l *SimpleRNNCell) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	return callGated(l.gated(), c, in)
}
