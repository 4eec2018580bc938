package layers

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[RNN]() }

// RNN takes a cell through a sequence: one of ours ([LSTMCell], [GRUCell],
// [SimpleRNNCell], several as [StackedRNNCells]), or your own; see [Cell]. A
// masked step carries the states over and repeats the output before.
//
// Our cells run as fused ops. One of your own is written out step by step, so the
// graph grows with the sequence; up to a few hundred steps that is no trouble.
//
// Input: (batch, time, …), then optionally the initial states, then NumConstants
// inputs that the cell sees at every step. Output: what the cell gives at the last
// step, (batch, …), or at every step, (batch, time, …), with ReturnSequences; then
// with ReturnState the last states. Weights: those of the cell.
type RNN struct {
	nn.Base
	Cell              Cell // what happens at each step; required
	ReturnSequences   bool // give the output of every step, not of the last
	ReturnState       bool // give the last states too; see nn.ApplyMulti
	GoBackwards       bool // last step first; sequences stay in the order of processing
	Stateful          bool // start from the states that the batch before ended with
	Unroll            bool // accepted for Keras' sake: the result is the same
	TimeMajor         bool // input and output are (time, batch, …)
	ZeroOutputForMask bool // masked steps give zeros instead of the output before
	NumConstants      int  // how many of the inputs, at the end, are constants

	memory
}

func (l *RNN) sequence() sequence {
	return sequence{
		returnSequences: l.ReturnSequences, returnState: l.ReturnState, goBackwards: l.GoBackwards, stateful: l.Stateful,
		unroll: l.Unroll, timeMajor: l.TimeMajor, zeroOutputForMask: l.ZeroOutputForMask,
		constants: l.NumConstants, states: l.Cell.StateShapes(), memory: &l.memory,
	}
}

// Validate checks the settings.
func (l *RNN) Validate() error {
	if l.Cell == nil {
		return errors.New("no Cell; try &layers.LSTMCell{Units: 32}, or the layer LSTM")
	}
	return nil
}

// Build builds the cell.
func (l *RNN) Build(b *nn.Build, in ...nn.Shape) error {
	if in[0].Rank() < 3 {
		axes := "(batch, time, …)"
		if l.TimeMajor {
			axes = "(time, batch, …)"
		}
		return fmt.Errorf("want input of rank 3 or more %s, got rank %d %v", axes, in[0].Rank(), in[0])
	}
	if _, ours := l.Cell.(gated); ours && l.NumConstants > 0 {
		return fmt.Errorf("NumConstants is %d, but a %s takes no constants; cells of your own may", l.NumConstants, nn.ClassName(l.Cell))
	}
	s := l.sequence()
	constants := in[max(1, len(in)-max(0, s.constants)):]
	if err := b.Sub("cell", l.Cell, cellInputs(l.Cell, s.step(in[0]), constants)...); err != nil {
		return err
	}
	return s.build(b, in)
}

// Call describes the layer's first output.
func (l *RNN) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return l.CallMulti(c, in...)[0] }

// CallMulti describes the output and, with ReturnState, the last states.
func (l *RNN) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	s := l.sequence()
	return s.call(c, in, walkCell(c, l.Cell, s))
}

// ComputeMask hands the mask on when every step is returned.
func (l *RNN) ComputeMask(c *nn.Call, _ ...*ops.Value) *ops.Value { return l.sequence().mask(c) }
