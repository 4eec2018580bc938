package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// A Cell is one step of a recurrent network, which [RNN] takes through time: a
// layer whose inputs are the step's input, the states and the constants of the
// sequence, in this order. Call returns the output, which is the next state
// too. A cell with several states, or whose output is none of them, has
// CallMulti (see [nn.MultiLayer]), which returns the output and the next states.
// Keras: AbstractRNNCell.
type Cell interface {
	nn.Layer
	// StateShapes returns the shape of each state, without the batch. It must
	// follow from the settings alone: it is asked for before Build, whose
	// inputs are those of a call. Keras: state_size.
	StateShapes() []nn.Shape
}

// gated is a cell that a fused op may know: SimpleRNNCell, GRUCell, LSTMCell.
type gated interface {
	Cell
	gated() gatedCell
}

// walkCell runs any cell over a sequence.
func walkCell(c *nn.Call, cell Cell, s sequence) walk {
	s.states = cell.StateShapes()
	switch cell := cell.(type) {
	case gated:
		g := cell.gated()
		return g.walk(c, s)
	case *StackedRNNCells:
		return cell.walk(c, s)
	}
	return func(x *ops.Value, states, constants []*ops.Value, mask *ops.Value) walked {
		c.Forget(cell)
		return s.loop(x, states, s.zeroStates(x.Dim(0)), mask, func(x *ops.Value, states []*ops.Value) (*ops.Value, []*ops.Value) {
			return stepCell(c, cell, x, states, constants)
		})
	}
}

// stepCell calls a cell once.
func stepCell(c *nn.Call, cell Cell, x *ops.Value, states, constants []*ops.Value) (out *ops.Value, next []*ops.Value) {
	in := append([]*ops.Value{x}, states...)
	if _, ours := cell.(gated); !ours {
		in = append(in, constants...)
	}
	got, _ := c.SubMasked(cell, in, nil)
	if len(got) == 1 && len(states) == 1 {
		return got[0], got
	}
	if len(got) != 1+len(states) {
		panic(&ops.ShapeError{Op: nn.ClassName(cell), Reason: fmt.Sprintf(
			"StateShapes names %d states, but a call returns %d values; want the output and the next states from CallMulti", len(states), len(got))})
	}
	for i, v := range got[1:] {
		if want := states[i].Shape(); fmt.Sprint(v.Shape()) != fmt.Sprint(want) {
			panic(&ops.ShapeError{Op: nn.ClassName(cell), Shapes: [][]int{v.Shape()}, Reason: fmt.Sprintf("the next state %d should have the shape of the state before, %v", i, want)})
		}
	}
	return got[0], got[1:]
}

// cellInputs are the shapes that a cell is built for: a step, states and, for cells
// that are not ours, constants.
func cellInputs(c Cell, step nn.Shape, constants []nn.Shape) []nn.Shape {
	in := []nn.Shape{step}
	for _, s := range c.StateShapes() {
		in = append(in, append(nn.Shape{step[0]}, s...))
	}
	if _, ours := c.(gated); ours {
		return in
	}
	return append(in, constants...)
}

// cellOutput is the shape of what a cell gives: what it says, or that of its
// first state.
func cellOutput(c Cell, step nn.Shape, constants []nn.Shape) (nn.Shape, error) {
	if s, ok := c.(*StackedRNNCells); ok {
		var err error
		for _, inner := range s.Cells {
			if step, err = cellOutput(inner, step, constants); err != nil {
				return nil, err
			}
		}
		return step, nil
	}
	in := cellInputs(c, step, constants)
	if s, ok := c.(nn.Shaper); ok {
		return s.OutputShape(in...)
	}
	if len(c.StateShapes()) == 0 {
		return nil, fmt.Errorf("%s has no states: it must say its OutputShape to be followed by another cell", nn.ClassName(c))
	}
	return in[1], nil
}

// callGated is one call of a cell as a layer: its output and its next states.
func callGated(g gatedCell, c *nn.Call, in []*ops.Value) []*ops.Value {
	next := g.stepper(c, in[0])(in[0], in[1:])
	return append([]*ops.Value{next[0]}, next...)
}

// buildGated checks the inputs of a cell and makes its weights.
func buildGated(g gatedCell, b *nn.Build, in []nn.Shape) error {
	if len(in) != 1+g.states {
		return fmt.Errorf("a cell with %d states takes %d inputs, the step's input and the states; got %d. To run it over a sequence, put it into layers.RNN", g.states, 1+g.states, len(in))
	}
	if err := rank(in[0], 2, "(batch, features)"); err != nil {
		return err
	}
	for i, s := range g.stateShapes() {
		if !fitsState(in[1+i], s) {
			return fmt.Errorf("state %d: want %s, got %v", i, stateText(s), in[1+i])
		}
	}
	g.build(b, in[0].Last())
	return nil
}
