package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[GRU]() }

// GRU runs a gated recurrent unit over a sequence:
//
//	z, r = ρ(x·W + h·U + b)    ĥ = act(x·W + r∘(h·U + b') + b)    h = z∘h + (1-z)∘ĥ
//
// with ρ the RecurrentActivation; without ResetAfter ĥ = act(x·W + (r∘h)·U + b).
// A masked step carries the state over and repeats the output before. Cho et
// al., 2014 (arXiv 1406.1078).
//
// Input: (batch, time, features), then optionally the initial h (batch, Units).
// Output: (batch, Units), or (batch, time, Units) with ReturnSequences, then
// with ReturnState the last h. Weights, gates in the order z, r, h: kernel
// (features, 3·Units), recurrent_kernel (Units, 3·Units), bias (2, 3·Units):
// the input's and the recurrent one; (3·Units) without ResetAfter.
type GRU struct {
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
	KernelRegularizer    nn.Regularizer
	RecurrentRegularizer nn.Regularizer
	BiasRegularizer      nn.Regularizer
	ActivityRegularizer  nn.Regularizer
	KernelConstraint     nn.Constraint
	RecurrentConstraint  nn.Constraint
	BiasConstraint       nn.Constraint
	Dropout              float64 // part of the input's features dropped, the same at every step
	RecurrentDropout     float64 // part of the state dropped, the same at every step
	Implementation       int     `default:"2"`    // 1: a dropout mask for each gate
	ResetAfter           *bool   `default:"true"` // apply the reset gate after the recurrent product

	memory
	w gatedWeights
}

func (l *GRU) recurrent() recurrent {
	return recurrent{sequence{
		returnSequences: l.ReturnSequences, returnState: l.ReturnState, goBackwards: l.GoBackwards, stateful: l.Stateful,
		unroll: l.Unroll, timeMajor: l.TimeMajor, zeroOutputForMask: l.ZeroOutputForMask, memory: &l.memory,
	}, gatedCell{
		units: l.Units, useBias: yes(l.UseBias), dropout: l.Dropout, recurrentDropout: l.RecurrentDropout, implementation: l.Implementation,
		kernel:    weightSettings{l.KernelInitializer, l.KernelRegularizer, l.KernelConstraint},
		recurrent: weightSettings{l.RecurrentInitializer, l.RecurrentRegularizer, l.RecurrentConstraint},
		bias:      weightSettings{l.BiasInitializer, l.BiasRegularizer, l.BiasConstraint}, w: &l.w,
	}.gru(l.Activation, l.RecurrentActivation, yes(l.ResetAfter))}
}

// gru makes a cell a GRU's.
func (g gatedCell) gru(act, rec ActivationFunc, resetAfter bool) gatedCell {
	g.gates, g.states, g.act, g.rec, g.resetAfter = 3, 1, act, rec, resetAfter
	g.fused = func(x *ops.Value, s []*ops.Value, w, u, b, mask *ops.Value, c ops.RNNConfig) (*ops.Value, []*ops.Value) {
		all, h := ops.GRU(x, s[0], w, u, b, mask, c)
		return all, []*ops.Value{h}
	}
	g.step = func(p stepInput) []*ops.Value {
		h := p.states[0]
		x := ops.Split(p.x, 1, 3)
		zr := ops.Split(p.product(h, 0, 2), 1, 2)
		z := activations.Apply(rec, ops.Add(x[0], zr[0]))
		r := activations.Apply(rec, ops.Add(x[1], zr[1]))
		var inner *ops.Value
		if resetAfter {
			inner = ops.Mul(r, p.product(h, 2, 3))
		} else {
			inner = p.product(ops.Mul(r, h), 2, 3)
		}
		candidate := activations.Apply(act, ops.Add(x[2], inner))
		return []*ops.Value{ops.Add(ops.Mul(z, h), ops.Mul(ops.AddScalar(ops.Neg(z), 1), candidate))}
	}
	return g
}

// Validate checks the settings.
func (l *GRU) Validate() error { return l.recurrent().validate() }

// Build creates the weights.
func (l *GRU) Build(b *nn.Build, in ...nn.Shape) error { return l.recurrent().build(b, in) }

// Call describes the layer's first output.
func (l *GRU) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.CallMulti(c, in...)[0] }

// CallMulti describes the output and, with ReturnState, the last states.
func (l *GRU) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	return l.recurrent().call(c, in)
}

// ComputeMask hands the mask on when every step is returned.
func (l *GRU) ComputeMask(c *nn.Call, _ ...*ops.Value) *ops.Value { return l.recurrent().mask(c) }

// ActivityPenalty is the regularizer of the output.
func (l *GRU) ActivityPenalty() nn.Regularizer { return l.ActivityRegularizer }
