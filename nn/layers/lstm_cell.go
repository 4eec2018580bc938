package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[LSTMCell]() }

// LSTMCell is one step of an [LSTM]; see [RNN].
//
// Inputs: (batch, features) and the states h and c, each (batch, Units).
// Outputs: h, as output, and the next h and c. Weights as those of LSTM.
type LSTMCell struct {
	nn.Base
	Units                int            // size of the states; required
	Activation           ActivationFunc `default:"tanh"`
	RecurrentActivation  ActivationFunc `default:"sigmoid"` // of the gates
	UseBias              *bool          `default:"true"`
	KernelInitializer    nn.Initializer `default:"glorot_uniform"`
	RecurrentInitializer nn.Initializer `default:"orthogonal"`
	BiasInitializer      nn.Initializer `default:"zeros"`
	UnitForgetBias       *bool          `default:"true"` // start the forget gate's bias at 1
	KernelRegularizer    nn.Regularizer
	RecurrentRegularizer nn.Regularizer
	BiasRegularizer      nn.Regularizer
	KernelConstraint     nn.Constraint
	RecurrentConstraint  nn.Constraint
	BiasConstraint       nn.Constraint
	Dropout              float64 // part of the input's features dropped, the same at every step
	RecurrentDropout     float64 // part of the state dropped, the same at every step
	Implementation       int     `default:"2"` // 1: a dropout mask for each gate

	w gatedWeights
}

func (l *LSTMCell) gated() gatedCell {
	return gatedCell{
		units: l.Units, useBias: yes(l.UseBias), dropout: l.Dropout, recurrentDropout: l.RecurrentDropout, implementation: l.Implementation,
		kernel:    weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		recurrent: weightSettings{l.RecurrentInitializer, l.RecurrentRegularizer, l.RecurrentConstraint},
		bias:      weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint}, w: &l.w,
	}.lstm(l.Activation, l.RecurrentActivation, yes(l.UnitForgetBias))
}

// Validate checks the settings.
func (l *LSTMCell) Validate() error { return l.gated().validate() }

// StateShapes returns the shapes of h and c.
func (l *LSTMCell) StateShapes() []nn.Shape { return l.gated().stateShapes() }

// Build creates the weights.
func (l *LSTMCell) Build(b *nn.Build, in ...nn.Shape) error { return buildGated(l.gated(), b, in) }

// Call describes the output.
func (l *LSTMCell) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.CallMulti(c, in...)[0] }

// CallMulti describes the output and the next states.
func (l *LSTMCell) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	return callGated(l.gated(), c, in)
}
