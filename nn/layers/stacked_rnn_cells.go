package layers

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[StackedRNNCells]() }

// StackedRNNCells makes one cell of several: the output of each is the input of
// the next. Its states are those of the first cell, then those of the second, and
// so on. Constants go to cells of your own.
//
// Inputs: (batch, features) and the states. Outputs: that of the last cell and
// the next states of all.
type StackedRNNCells struct {
	nn.Base
	Cells []Cell // at least one; required
}

// Validate checks the settings.
func (l *StackedRNNCells) Validate() error {
	if len(l.Cells) == 0 {
		return errors.New("no Cells; want at least one, such as &layers.LSTMCell{Units: 32}")
	}
	for i, c := range l.Cells {
		if c == nil {
			return fmt.Errorf("Cells[%d] is nil; want a cell", i)
		}
	}
	return nil
}

// StateShapes returns the shapes of the states of all cells.
func (l *StackedRNNCells) StateShapes() []nn.Shape {
	var s []nn.Shape
	for _, c := range l.Cells {
		if c != nil { // Validate says so
			s = append(s, c.StateShapes()...)
		}
	}
	return s
}

// Build builds the cells.
func (l *StackedRNNCells) Build(b *nn.Build, in ...nn.Shape) error {
	n := len(l.StateShapes())
	if len(in) < 1+n {
		return fmt.Errorf("the cells have %d states together: want %d inputs, the step's input and the states; got %d. To run the cells over a sequence, put them into layers.RNN", n, 1+n, len(in))
	}
	x, constants := in[0], in[1+n:]
	for i, c := range l.Cells {
		err := b.Sub(fmt.Sprintf("cells/%d", i), c, cellInputs(c, x, constants)...)
		if err == nil && i < len(l.Cells)-1 {
			x, err = cellOutput(c, x, constants)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Call describes the output.
func (l *StackedRNNCells) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	return l.CallMulti(c, in...)[0]
}

// CallMulti describes the output and the next states.
func (l *StackedRNNCells) CallMulti(c *nn.Call, in ...*ops.Value) []*ops.Value {
	x, states := in[0], in[1:]
	constants := in[1+len(l.StateShapes()):]
	var all []*ops.Value
	for _, cell := range l.Cells {
		n := len(cell.StateShapes())
		var next []*ops.Value
		x, next = stepCell(c, cell, x, states[:n:n], constants)
		all, states = append(all, next...), states[n:]
	}
	return append([]*ops.Value{x}, all...)
}

// walk lets the first cell walk over the sequence, then the second over what
// the first gave, and so on: cells see each other only within a step.
func (l *StackedRNNCells) walk(c *nn.Call, s sequence) walk {
	return func(x *ops.Value, states, constants []*ops.Value, mask *ops.Value) walked {
		s, w := s, walked{}
		var all []*ops.Value
		for i, cell := range l.Cells {
			if i > 0 {
				if x = w.all(); s.goBackwards && mask != nil {
					mask = ops.Reverse(mask, 1)
				}
				s.goBackwards = false
			}
			n := len(cell.StateShapes())
			w = walkCell(c, cell, s)(x, states[:n:n], constants, mask)
			all, states = append(all, w.states...), states[n:]
		}
		w.states = all
		return w
	}
}
