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

	memory
	w gatedWeights
}

func (l *LSTM) recurrent() recurrent {
	return recurrent{sequence{
		returnSequences: l.ReturnSequences, returnState: l.ReturnState, goBackwards: l.GoBackwards, stateful: l.Stateful,
		unroll: l.Unroll, timeMajor: l.TimeMajor, zeroOutputForMask: l.ZeroOutputForMask, memory: &l.memory,
	}, gatedCell{
		units: l.Units, useBias: yes(l.UseBias), dropout: l.Dropout, recurrentDropout: l.RecurrentDropout, implementation: l.Implementation,
		kernel:    weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		recurrent: weightSettings{l.RecurrentInitializer, l.RecurrentRegularizer, l.RecurrentConstraint},
		bias:      weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint}, w: &l.w,
	}.lstm(l.Activation, l.RecurrentActivation, yes(l.UnitForgetBias))}
}

// lstm makes a cell an LSTM's.
func (g gatedCell) lstm(act, rec ActivationFunc, unitForgetBias bool) gatedCell {
	g.gates, g.states, g.act, g.rec = 4, 2, act, rec
	if unitForgetBias {
		g.bias.init = forgetBias{g.units, g.bias.init}
	}
	g.fused = func(x *ops.Value, s []*ops.Value, w, u, b, mask *ops.Value, c ops.RNNConfig) (*ops.Value, []*ops.Value) {
		all, h, cell := ops.LSTM(x, s[0], s[1], w, u, b, mask, c)
		return all, []*ops.Value{h, cell}
	}
	g.step = func(p stepInput) []*ops.Value {
		return lstmStep(ops.Add(p.x, p.product(p.states[0], 0, 4)), p.states[1], act, rec)
	}
	return g
}

// lstmStep is a step after its products: gates i, f, c and o side by side on
// the last axis. It returns the next h and c; the cell before is nil for zeros.
func lstmStep(z, before *ops.Value, act, rec ActivationFunc) []*ops.Value {
	g := ops.Split(z, -1, 4)
	cell := ops.Mul(activations.Apply(rec, g[0]), activations.Apply(act, g[2]))
	if before != nil {
		cell = ops.Add(ops.Mul(activations.Apply(rec, g[1]), before), cell)
	}
	return []*ops.Value{ops.Mul(activations.Apply(rec, g[3]), activations.Apply(act, cell)), cell}
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
