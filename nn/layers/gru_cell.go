package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[GRUCell]() }

// GRUCell is one step of a [GRU]; see [RNN].
//
// Inputs: (batch, features) and the state (batch, Units). Outputs: the next
// state twice, as output and as state. Weights as those of GRU.
type GRUCell struct {
	nn.Base
	Units                int            // size of the state; required
	Activation           ActivationFunc `default:"tanh"`
	RecurrentActivation  ActivationFunc `default:"sigmoid"` // of the gates
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
	Implementation       int     `default:"2"`    // 1: a dropout mask for each gate
	ResetAfter           *bool   `default:"true"` // apply the reset gate after the recurrent product

	w gatedWeights
}

func (l *GRUCell) gated() gatedCell {
	return gatedCell{
		units: l.Units, useBias: yes(l.UseBias), dropout: l.Dropout, recurrentDropout: l.RecurrentDropout, implementation: l.Implementation,
		kernel:    weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		recurrent: weightSettings{l.RecurrentInitializer, l.RecurrentRegularizer, l.RecurrentConstraint},
		bias:      weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint}, w: &l.w,
	}.gru(l.Activation, l.RecurrentActivation, yes(l.ResetAfter))
}

// Validate checks the settings.
func (l *GRUCell) Validate() error { return l.gated().validate() }

// StateShapes returns the shape of h.
func (l *GRUCell) StateShapes() []nn.Shape { return l.gated().stateShapes() }

// Build creates the weights.
func (l *GRUCell) Build(b *nn.Build, in ...nn.Shape) error { return buildGated(l.gated(), b, in) }

// Call describes the output.
func (l *GRUCell) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.CallMulti(c, in...)[0] }

// CallMulti describes the output and the next state.
func (l *GRUCell) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	return callGated(l.gated(), c, in)
}
