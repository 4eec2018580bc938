package ops

import (
	"fmt"
	"math/bits"
)

// RNNConfig says how a recurrent op runs over its sequence.
type RNNConfig struct {
	Activation          RNNActivation // of the candidate and the output; default tanh
	RecurrentActivation RNNActivation // of the gates; default sigmoid
	GoBackwards         bool          // last step first; the results are in the order of processing
	ResetAfter          bool          // GRU: the reset gate is applied after the recurrent product
	ZeroOutputForMask   bool          // emit zeros at masked steps, not the output before

	// DropX and DropH are nil or factors for the input and for the state that
	// the recurrent weights meet, the same at every step: [batch, features] and
	// [batch, units], or one mask per gate side by side, [batch, gates·features]
	// and [batch, gates·units]. They get no gradient.
	DropX, DropH *Value
}

// An rnn is one of the recurrent ops, forward. Gates stand side by side in the
// columns of the weights: LSTM i, f, c, o; GRU z, r, h.
//
// The products of the input with all weights are one matrix product before the
// first step. After that nothing joins sequences of a batch, so a few of them
// at a time walk through all steps on one worker. What a step computes is kept
// for the backward pass: the gates after their activations (a GRU with
// ResetAfter also keeps the recurrent part of its candidate, as a fourth), the
// states, and the cells of an LSTM.
//
// Results: sequence, last state, gates; LSTM: last cell, cells; with a mask:
// states, which are the sequence otherwise.
type rnn struct {
	kind                               rnnKind
	act, rec                           RNNActivation
	backwards, resetAfter, zeroOutputs bool
	has                                operandSet
}

type rnnKind uint8

const (
	simpleRNN rnnKind = iota
	gru
	lstm
)

// Operands of rnn, in order, those that are there.
const (
	rnnX = iota
	rnnW
	rnnU
	rnnB
	rnnH0
	rnnC0
	rnnMask
	rnnDropX
	rnnDropH
)

// Results of rnn; the states are the last when there is a mask.
const (
	rnnSequence = iota
	rnnLast
	rnnGates
	rnnLastCell
	rnnCells
)

func newRNN(kind rnnKind, c RNNConfig, x, h0, c0, w, u, b, mask *Value) (o rnn, out []*Value) {
	o = rnn{kind: kind, act: c.Activation.or(RNNTanh), rec: c.RecurrentActivation.or(RNNSigmoid),
		backwards: c.GoBackwards, resetAfter: c.ResetAfter && kind == gru, zeroOutputs: c.ZeroOutputForMask}
	var in []*Value
	o.has, in = pick(x, w, u, b, h0, c0, mask, c.DropX, c.DropH)
	return o, Apply(o, in...)
}

func (o rnn) String() string { return [...]string{"SimpleRNN", "GRU", "LSTM"}[o.kind] }

func (o rnn) gates() int { return [...]int{1, 3, 4}[o.kind] }

// saved is how many units' worth of columns the gates result has.
func (o rnn) saved() int {
	if o.resetAfter {
		return 4
	}
	return o.gates()
}

// rnnSize holds the sizes of an rnn and of its backward ops.
type rnnSize struct {
	batch, time, in, units int
	cols                   int // of the weights: gates·units
	ld                     int // of the gates result: saved·units
	perGateX, perGateH     bool
	chunk, chunks          int // sequences that walk together
}

func (o rnn) size(x, u, dropX, dropH []int) rnnSize {
	s := rnnSize{batch: x[0], time: x[1], in: x[2], units: u[0]}
	s.cols, s.ld = o.gates()*s.units, o.saved()*s.units
	s.perGateX = dropX != nil && dropX[1] != s.in
	s.perGateH = dropH != nil && dropH[1] != s.units
	// Eight rows keep the multipliers busy; more, when the weights do not stay
	// in the second-level cache and each visit should do more with them. Half of the
	// few where eight would leave all to one worker.
	rows := 8
	switch {
	case s.units*s.cols > 1<<18:
		rows = 16
	case s.batch > 2 && s.batch <= 8:
		rows = (s.batch + 1) / 2
	}
	s.chunks = max(1, (s.batch+rows-1)/rows)
	s.chunk = max(1, (s.batch+s.chunks-1)/s.chunks)
	return s
}

func (o rnn) Infer(in [][]int) [][]int {
	x, w, u := in[o.has.at(rnnX)], in[o.has.at(rnnW)], in[o.has.at(rnnU)]
	if len(x) != 3 {
		shapePanic(o.String(), in, "x must be [batch, time, features]")
	}
	if len(w) != 2 || len(u) != 2 {
		shapePanic(o.String(), in, "the weights must be matrices: w [features, %d·units], u [units, %d·units]", o.gates(), o.gates())
	}
	b, t, n := x[0], x[1], u[0]
	want := func(which int, name string, allowed ...[]int) {
		k := o.has.at(which)
		if k < 0 {
			return
		}
		for _, a := range allowed {
			if fmt.Sprint(a) == fmt.Sprint(in[k]) {
				return
			}
		}
		shapePanic(o.String(), in, "%s has shape %v, want %v (batch %d, time %d, features %d, units %d)", name, in[k], allowed[0], b, t, x[2], n)
	}
	cols := o.gates() * n
	want(rnnU, "u", []int{n, cols})
	want(rnnW, "w", []int{x[2], cols})
	if o.resetAfter {
		want(rnnB, "b", []int{2, cols})
	} else {
		want(rnnB, "b", []int{cols})
	}
	want(rnnH0, "h0", []int{b, n})
	want(rnnC0, "c0", []int{b, n})
	want(rnnMask, "mask", []int{b, t})
	want(rnnDropX, "DropX", []int{b, x[2]}, []int{b, o.gates() * x[2]})
	want(rnnDropH, "DropH", []int{b, n}, []int{b, cols})
	sequence, state := []int{b, t, n}, []int{b, n}
	out := [][]int{sequence, state, {b, t, o.saved() * n}}
	if o.kind == lstm {
		out = append(out, state, sequence)
	}
	if o.has.is(rnnMask) {
		out = append(out, sequence)
	}
	return out
}

// statesAt returns which result holds the states.
func (o rnn) statesAt(results int) int {
	if o.has.is(rnnMask) {
		return results - 1
	}
	return rnnSequence
}

// An rnnGroup is a product with columns of the recurrent weights that all meet
// the same left factor.
type rnnGroup struct {
	gate, weight int  // first column among the gates and among the weights
	cols         int  //
	drop         int  // first column of DropH
	reset        bool // the left factor is the state times the reset gate
}

func (o rnn) groups(s rnnSize) []rnnGroup {
	n := s.units
	var g []rnnGroup
	split := func(from, to int) {
		step := to - from
		if s.perGateH {
			step = n
		}
		for c := from; c < to; c += step {
			g = append(g, rnnGroup{gate: c, weight: c, cols: step})
		}
	}
	switch {
	case n == 0:
	case o.kind != gru:
		split(0, s.cols)
	default:
		split(0, 2*n)
		last := rnnGroup{gate: 2 * n, weight: 2 * n, cols: n, reset: !o.resetAfter}
		if o.resetAfter {
			last.gate = 3 * n
		}
		g = append(g, last)
	}
	for i := range g {
		if s.perGateH {
			g[i].drop = g[i].weight
		}
	}
	return g
}

// An operandSet says which of an op's possible operands there are.
type operandSet uint16

// pick returns the operands that are not nil.
func pick(all ...*Value) (s operandSet, in []*Value) {
	for i, v := range all {
		if v != nil {
			s |= 1 << i
			in = append(in, v)
		}
	}
	return s, in
}

func (s operandSet) is(k int) bool { return s>>k&1 != 0 }

// at returns the index of possible operand k among those there are, or -1.
func (s operandSet) at(k int) int {
	if !s.is(k) {
		return -1
	}
	return bits.OnesCount16(uint16(s) & (1<<k - 1))
}

// of returns operand k of a list, the zero value when it is not there.
func of[T any](s operandSet, list []T, k int) (none T) {
	if i := s.at(k); i >= 0 {
		return list[i]
	}
	return none
}
