package layers

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// sequence is how a recurrent layer treats time: what SimpleRNN, GRU, LSTM, RNN
// and the ConvLSTMs share. The layers fill it from their fields.
type sequence struct {
	returnSequences, returnState  bool
	goBackwards, stateful, unroll bool
	timeMajor, zeroOutputForMask  bool
	constants                     int        // inputs at the end that are the same at every step
	states                        []nn.Shape // of each state, without the batch
	memory                        *memory
}

// walked is what a cell gives that walked over a sequence.
type walked struct {
	out    *ops.Value        // of the last step
	all    func() *ops.Value // outputs of every step, (batch, time, …), in the order of processing
	states []*ops.Value      // after the last step
}

// walk runs a cell over x, (batch, time, …), from states, of which those that
// are nil are zeros. mask is nil or (batch, time).
type walk func(x *ops.Value, states, constants []*ops.Value, mask *ops.Value) walked

// build checks the inputs and makes the states of a stateful layer.
func (s sequence) build(b *nn.Build, in []nn.Shape) error {
	x := in[0]
	time, batch := x[1], x[0]
	if s.timeMajor {
		time, batch = batch, time
	}
	if s.unroll && time == nn.Unknown {
		return fmt.Errorf("Unroll needs a known number of time steps, got %v", x)
	}
	if s.constants < 0 || s.constants > len(in)-1 {
		return fmt.Errorf("NumConstants is %d, but only %d inputs follow the sequence", s.constants, len(in)-1)
	}
	initial := in[1 : len(in)-s.constants]
	if len(initial) != 0 && len(initial) != len(s.states) {
		return fmt.Errorf("want the sequence, or the sequence and %d initial states, got %d inputs%s", len(s.states), len(in), s.constantsNote())
	}
	for i, got := range initial {
		if !fitsState(got, s.states[i]) {
			return fmt.Errorf("initial state %d: want %s, got %v", i, stateText(s.states[i]), got)
		}
	}
	if !s.stateful {
		return nil
	}
	if batch == nn.Unknown {
		return fmt.Errorf("Stateful needs a fixed batch size, got input %v; start the model with nn.BatchInput(batch, …)", x)
	}
	return s.memory.build(b, batch, s.states)
}

func (s sequence) constantsNote() string {
	if s.constants == 0 {
		return ""
	}
	return fmt.Sprintf(", the last %d of them constants", s.constants)
}

// step is the shape of one step of the input.
func (s sequence) step(x nn.Shape) nn.Shape {
	if s.timeMajor {
		return x[1:]
	}
	return append(nn.Shape{x[0]}, x[2:]...)
}

func fitsState(got, want nn.Shape) bool {
	return got.Rank() == want.Rank()+1 && slices.EqualFunc(got[1:], want, func(a, b int) bool {
		return a == b || a == nn.Unknown || b == nn.Unknown
	})
}

// stateText is a state's shape as it is asked for: (batch, 4).
func stateText(s nn.Shape) string {
	text := "(batch"
	for _, d := range s {
		text += ", " + axisText(d)
	}
	return text + ")"
}

func axisText(d int) string {
	if d == nn.Unknown {
		return "None"
	}
	return strconv.Itoa(d)
}

// call runs the layer and returns the output and, if asked for, the states.
func (s sequence) call(c *nn.Call, in []*ops.Value, run walk) []*ops.Value {
	x, mask := in[0], c.Mask(0)
	if mask != nil && mask.Rank() != 2 {
		panic(&ops.ShapeError{Op: "recurrent", Shapes: [][]int{x.Shape(), mask.Shape()},
			Reason: "the mask must be (batch, time); apply the layer to each part of longer inputs with layers.TimeDistributed"})
	}
	if x.Dim(1) == 0 || s.timeMajor && x.Dim(0) == 0 {
		panic(&ops.ShapeError{Op: "recurrent", Shapes: [][]int{x.Shape()}, Reason: "the sequence has no time steps"})
	}
	if s.timeMajor {
		x = swapTime(x)
		if mask != nil {
			mask = swapTime(mask)
		}
	}
	end := len(in) - s.constants
	w := run(x, s.start(c, x.Dim(0), in[1:end]), in[end:], mask)
	s.memory.keep(c, x.Dim(0), w.states)
	out := w.out
	if s.returnSequences {
		out = w.all()
		if s.timeMajor {
			out = swapTime(out)
		}
	}
	if s.returnState {
		return append([]*ops.Value{out}, w.states...)
	}
	return []*ops.Value{out}
}

// start is the states to begin with; nil stands for zeros. A stateful layer goes
// on from what it remembers, unless that is all zeros and other states are given.
func (s sequence) start(c *nn.Call, batch int, given []*ops.Value) []*ops.Value {
	states := make([]*ops.Value, len(s.states))
	copy(states, given)
	if !s.stateful || !s.memory.holds(batch) {
		return states
	}
	remembered := s.memory.read(c)
	if len(given) == 0 {
		return remembered
	}
	var any *ops.Value // 1 when something is remembered
	for _, v := range remembered {
		some := ops.Reshape(ops.Max(ops.NotEqual(v, ops.Scalar(0))), 1)
		if any != nil {
			some = ops.Maximum(any, some)
		}
		any = some
	}
	for i, v := range remembered {
		states[i] = ops.Where(any, v, given[i])
	}
	return states
}

// mask is the mask of the output.
func (s sequence) mask(c *nn.Call) *ops.Value {
	if s.returnSequences {
		return c.Mask(0)
	}
	return nil
}

// swapTime exchanges the first two axes.
func swapTime(x *ops.Value) *ops.Value {
	perm := make([]int, x.Rank())
	for i := range perm {
		perm[i] = i
	}
	perm[0], perm[1] = 1, 0
	return ops.Transpose(x, perm...)
}

// memory is what a stateful layer remembers from batch to batch. Layers embed
// it for its methods.
type memory struct{ remembered []*nn.Weight }

// ResetStates makes a stateful layer start from zeros again.
func (m *memory) ResetStates() {
	for _, s := range m.remembered {
		clear(s.Value().Data())
	}
}

// SetStates gives a stateful layer its states, each as many numbers as batch and
// state have. Keras: reset_states(states).
func (m *memory) SetStates(states ...[]float32) error {
	if len(states) != len(m.remembered) {
		return fmt.Errorf("layers: want %d states, got %d; is the layer stateful and applied?", len(m.remembered), len(states))
	}
	for i, s := range m.remembered {
		if len(states[i]) != s.Value().Len() {
			return fmt.Errorf("layers: state %d has %d numbers, want %v", i, len(states[i]), s.Shape())
		}
	}
	for i, s := range m.remembered {
		copy(s.Value().Data(), states[i])
	}
	return nil
}

func (m *memory) build(b *nn.Build, batch int, states []nn.Shape) error {
	m.remembered = nil
	for i, s := range states {
		if slices.Contains(s, nn.Unknown) {
			return fmt.Errorf("Stateful needs fixed sizes, got state %s", stateText(s))
		}
		m.remembered = append(m.remembered, b.Weight(nn.WeightSpec{
			Name: fmt.Sprintf("state_%d", i), Shape: append(nn.Shape{batch}, s...), State: true,
		}))
	}
	return nil
}

// holds reports whether the states are those of a batch of this size: a layer
// may be traced with another.
func (m *memory) holds(batch int) bool {
	return len(m.remembered) > 0 && m.remembered[0].Shape()[0] == batch
}

func (m *memory) read(c *nn.Call) []*ops.Value {
	var s []*ops.Value
	for _, w := range m.remembered {
		s = append(s, c.Read(w))
	}
	return s
}

func (m *memory) keep(c *nn.Call, batch int, states []*ops.Value) {
	if !m.holds(batch) {
		return
	}
	for i, w := range m.remembered {
		c.Assign(w, states[i])
	}
}
