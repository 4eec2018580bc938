package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[LSTM]() }

// LSTM runs a long short-term memory over a sequence:
//
//	i, f, o = ρ(x·W + h·U + b)    c = f∘c + i∘act(x·W + h·U + b)    h = o∘act(c)
//
// with ρ the RecurrentActivation. A masked step carries the states over and
// repeats the output before. Hochreiter and Schmidhuber, 1997.
//
// Input: (batch, time, features), then optionally the initial h and c (batch, Units).
// Output: (batch, Units), or (batch, time, Units) with ReturnSequences, then
// with ReturnState the last h and c. Weights, gates in the order i, f, c, o:
// kernel (features, 4·Units), recurrent_kernel (Units, 4·Units), bias (4·Units).
type LSTM struct {
	nn.Base
	ReturnSequences      bool           // give the output of every step, not of the last
	ReturnState          bool           // give the last states too; see nn.ApplyMulti
	GoBackwards          bool           // last step first; sequences stay in the order of processing
	Stateful             bool           // start from the states that the batch before ended with
	Unroll               bool           // accepted for Keras' sake: the result is the same
	TimeMajor            bool           // input and output are (time, batch, …)
	ZeroOutputForMask    bool           // masked steps give zeros instead of the output before
	Units                int            // size of the state; required
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
	ActivityRegularizer  nn.Regularizer
	KernelConstraint     nn.Constraint
	RecurrentConstraint  nn.Constraint
	BiasConstraint       nn.Constraint
	Dropout              float64 // part of the input's features dropped, the same at every step
	RecurrentDropout     float64 // part of the state dropped, the same at every step
	Implementation       int     `default:"2"` // 1: a dropout mask for each gate

	w recurrentWeights
}

func (l *LSTM) recurrent() *recurrent {
	bias := weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint}
	if yes(l.UnitForgetBias) {
		bias.init = forgetBias{l.Units, l.BiasInitializer}
	}
	return &recurrent{
		units: l.Units, gates: 4, states: 2, act: l.Activation,
		returnSequences: l.ReturnSequences, returnState: l.ReturnState, goBackwards: l.GoBackwards,
		stateful: l.Stateful, unroll: l.Unroll, timeMajor: l.TimeMajor, zeroOutputForMask: l.ZeroOutputForMask,
		dropout: l.Dropout, recurrentDropout: l.RecurrentDropout, useBias: yes(l.UseBias),
		kernel:          weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		recurrentKernel: weightSettings{l.RecurrentInitializer, l.RecurrentRegularizer, l.RecurrentConstraint},
		biasAs:          bias,
		rec:             l.RecurrentActivation,
		implementation:  l.Implementation,
		w:               &l.w, step: l.step, fused: l.fused,
	}
}

func (l *LSTM) fused(x *ops.Value, s []*ops.Value, w, u, b, mask *ops.Value, c ops.RNNConfig) (*ops.Value, []*ops.Value) {
	seq, h, cell := ops.LSTM(x, s[0], s[1], w, u, b, mask, c)
	return seq, []*ops.Value{h, cell}
}

func (l *LSTM) step(p stepInput) []*ops.Value {
	z := ops.Split(ops.Add(p.x, p.product(p.states[0], 0, 4)), 1, 4)
	act := func(v *ops.Value) *ops.Value { return activations.Apply(l.Activation, v) }
	rec := func(v *ops.Value) *ops.Value { return activations.Apply(l.RecurrentActivation, v) }
	cell := ops.Add(ops.Mul(rec(z[1]), p.states[1]), ops.Mul(rec(z[0]), act(z[2])))
	return []*ops.Value{ops.Mul(rec(z[3]), act(cell)), cell}
}

// Validate checks the settings.
func (l *LSTM) Validate() error { return l.recurrent().validate() }

// Build creates the weights.
func (l *LSTM) Build(b *nn.Build, in ...nn.Shape) error { return l.recurrent().build(b, in) }

// Call describes the layer's first output.
func (l *LSTM) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.CallMulti(c, in...)[0] }

// CallMulti describes the output and, with ReturnState, the last states.
func (l *LSTM) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	return l.recurrent().call(c, in)
}

// ComputeMask hands the mask on when every step is returned.
func (l *LSTM) ComputeMask(c *nn.Call, _ ...*ops.Value) *ops.Value { return l.recurrent().mask(c) }

// ActivityPenalty is the regularizer of the output.
func (l *LSTM) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }

// ResetStates makes a stateful layer start from zeros again.
func (l *LSTM) ResetStates() { l.w.forget() }

// SetStates gives a stateful layer its states, each (batch, Units).
func (l *LSTM) SetStates(states ...[]float32) error { return l.w.set(states) }
