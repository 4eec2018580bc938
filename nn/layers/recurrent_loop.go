package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn/ops"
)

// maxUnrolled bounds the steps of an unrolled layer, whose graph grows with them.
const maxUnrolled = 4096

// loop walks over x, (batch, time, …), one op after another: for cells that no
// fused op knows. zeros are states that nobody gave. step returns the output of
// a step and the states after it.
func (s sequence) loop(x *ops.Value, states, zeros []*ops.Value, mask *ops.Value, step func(x *ops.Value, states []*ops.Value) (*ops.Value, []*ops.Value)) walked {
	steps := x.Dim(1)
	if steps == 0 {
		panic(&ops.ShapeError{Op: "recurrent", Shapes: [][]int{x.Shape()}, Reason: "the sequence has no time steps"})
	}
	if steps > maxUnrolled {
		panic(&ops.ShapeError{Op: "recurrent", Shapes: [][]int{x.Shape()}, Reason: fmt.Sprintf("%d steps are too many to unroll (%d); SimpleRNN, GRU and LSTM with tanh, sigmoid, hard_sigmoid, relu and linear need no unrolling", steps, maxUnrolled)})
	}
	for i, v := range states {
		if v == nil {
			states[i] = zeros[i]
		}
	}
	outputs := make([]*ops.Value, steps)
	for k := range steps {
		t := k
		if s.goBackwards {
			t = steps - 1 - k
		}
		out, next := step(ops.Squeeze(ops.Slice(x, 1, t, t+1), 1), states)
		if mask != nil {
			m := ops.Slice(mask, 1, t, t+1) // (batch, 1)
			for i := range next {
				next[i] = hold(m, next[i], states[i])
			}
			before := ops.BroadcastTo(ops.Scalar(0), out.Shape()...)
			if k > 0 && !s.zeroOutputForMask {
				before = outputs[k-1]
			}
			out = hold(m, out, before)
		}
		states, outputs[k] = next, out
	}
	return walked{out: outputs[steps-1], all: func() *ops.Value { return ops.Stack(1, outputs...) }, states: states}
}

// hold is v where the step counts, and before where it is masked.
func hold(m, v, before *ops.Value) *ops.Value {
	shape := make([]int, v.Rank())
	for i := range shape {
		shape[i] = 1
	}
	shape[0] = v.Dim(0)
	return ops.Where(ops.Reshape(m, shape...), v, before)
}

// zeroStates are the states that a sequence begins with when nobody gives others.
func (s sequence) zeroStates(batch int) []*ops.Value {
	z := make([]*ops.Value, len(s.states))
	for i, shape := range s.states {
		z[i] = ops.BroadcastTo(ops.Scalar(0), append([]int{batch}, shape...)...)
	}
	return z
}
