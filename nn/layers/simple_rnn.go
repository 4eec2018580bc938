package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[SimpleRNN]() }

// SimpleRNN runs h = act(x·W + h·U + b) over a sequence. A masked step carries
// the state over and repeats the output before.
//
// Input: (batch, time, features), then optionally the initial h (batch, Units).
// Output: (batch, Units), or (batch, time, Units) with ReturnSequences, then
// with ReturnState the last h. Weights: kernel (features, Units),
// recurrent_kernel (Units, Units), bias (Units).
type SimpleRNN struct {
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
	UseBias              *bool          `default:"true"`
	KernelInitializer    nn.Initializer `default:"glorot_uniform"`
	RecurrentInitializer nn.Initializer `default:"orthogonal"`
	BiasInitializer      nn.Initializer `default:"zeros"`
	KernelRegularizer    nn.Regularizer
	RecurrentRegularizer nn.Regularizer
	BiasRegularizer      nn.Regularizer
	ActivityRegularizer  nn.Regularizer
	KernelConstraint     nn.Constraint
	RecurrentConstraint  nn.Constraint
	BiasConstraint       nn.Constraint
	Dropout              float64 // part of the input's features dropped, the same at every step
	RecurrentDropout     float64 // part of the state dropped, the same at every step

	w recurrentWeights
}

func (l *SimpleRNN) recurrent() *recurrent {
	return &recurrent{
		units: l.Units, gates: 1, states: 1, act: l.Activation,
		returnSequences: l.ReturnSequences, returnState: l.ReturnState, goBackwards: l.GoBackwards,
		stateful: l.Stateful, unroll: l.Unroll, timeMajor: l.TimeMajor, zeroOutputForMask: l.ZeroOutputForMask,
		dropout: l.Dropout, recurrentDropout: l.RecurrentDropout, useBias: yes(l.UseBias),
		kernel:          weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		recurrentKernel: weightSettings{l.RecurrentInitializer, l.RecurrentRegularizer, l.RecurrentConstraint},
		biasAs:          weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint},
		implementation:  1,
		w:               &l.w, step: l.step, fused: l.fused,
	}
}

func (l *SimpleRNN) fused(x *ops.Value, s []*ops.Value, w, u, b, mask *ops.Value, c ops.RNNConfig) (*ops.Value, []*ops.Value) {
	seq, h := ops.SimpleRNN(x, s[0], w, u, b, mask, c)
	return seq, []*ops.Value{h}
}

func (l *SimpleRNN) step(p stepInput) []*ops.Value {
	return []*ops.Value{activations.Apply(l.Activation, ops.Add(p.x, p.product(p.states[0], 0, 1)))}
}

// Validate checks the settings.
func (l *SimpleRNN) Validate() error { return l.recurrent().validate() }

// Build creates the weights.
func (l *SimpleRNN) Build(b *nn.Build, in ...nn.Shape) error { return l.recurrent().build(b, in) }

// Call describes the layer's first output.
func (l *SimpleRNN) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.CallMulti(c, in...)[0] }

// CallMulti describes the output and, with ReturnState, the last states.
func (l *SimpleRNN) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	return l.recurrent().call(c, in)
}

// ComputeMask hands the mask on when every step is returned.
func (l *SimpleRNN) ComputeMask(c *nn.Call, _ ...*ops.Value) *ops.Value { return l.recurrent().mask(c) }

// ActivityPenalty is the regularizer of the output.
func (l *SimpleRNN) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }

// ResetStates makes a stateful layer start from zeros again.
func (l *SimpleRNN) ResetStates() { l.w.forget() }

// SetStates gives a stateful layer its states, each (batch, Units).
func (l *SimpleRNN) SetStates(states ...[]float32) error { return l.w.set(states) }
