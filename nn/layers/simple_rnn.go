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

	memory
	w gatedWeights
}

func (l *SimpleRNN) recurrent() recurrent {
	return recurrent{sequence{
		returnSequences: l.ReturnSequences, returnState: l.ReturnState, goBackwards: l.GoBackwards, stateful: l.Stateful,
		unroll: l.Unroll, timeMajor: l.TimeMajor, zeroOutputForMask: l.ZeroOutputForMask, memory: &l.memory,
	}, gatedCell{
		units: l.Units, useBias: yes(l.UseBias), dropout: l.Dropout, recurrentDropout: l.RecurrentDropout,
		kernel:    weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		recurrent: weightSettings{l.RecurrentInitializer, l.RecurrentRegularizer, l.RecurrentConstraint},
		bias:      weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint}, w: &l.w,
	}.simple(l.Activation)}
}

// simple makes a cell a SimpleRNN's.
func (g gatedCell) simple(act ActivationFunc) gatedCell {
	g.gates, g.states, g.act, g.implementation = 1, 1, act, 1
	g.fused = func(x *ops.Value, s []*ops.Value, w, u, b, mask *ops.Value, c ops.RNNConfig) (*ops.Value, []*ops.Value) {
		all, h := ops.SimpleRNN(x, s[0], w, u, b, mask, c)
		return all, []*ops.Value{h}
	}
	g.step = func(p stepInput) []*ops.Value {
		return []*ops.Value{activations.Apply(act, ops.Add(p.x, p.product(p.states[0], 0, 1)))}
	}
	return g
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
