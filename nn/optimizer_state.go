package nn

import (
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/tensor"
)

// A SlotName names one slot of an optimizer.
type SlotName struct {
	Name string // as tf-keras has it: m, velocity, accumulator
	Slot int    // -1: Keras keeps numbers there, which nothing reads; they are zeros here
}

// SlotNamer is an optimizer that names its slots. Keras makes the variables of
// one group weight by weight, and one group after the other; files rely on that
// order.
type SlotNamer interface{ SlotNames() [][]SlotName }

// An OptimizerVariable is one vector of an optimizer's state.
type OptimizerVariable struct {
	Slot   string // m; average for the running mean of a weight (UseEMA)
	Weight string // as [Weight.Name]: dense/kernel
	Value  *tensor.Tensor
}

// OptimizerState is what an optimizer remembers: all it needs to go on as if it
// had never stopped.
type OptimizerState struct {
	Class string // of the optimizer: Adam
	// Iterations counts updates. Keras: iterations.
	Iterations uint64
	// Batches counts those that were trained on. It is Iterations unless gradients
	// are accumulated, and drives dropout and other random ops.
	Batches uint64
	// LearningRate is that of the next update, before decay; a schedule has its own.
	LearningRate float64
	// Variables are the slots with tf-keras' names, in its order, which leaves out
	// iteration and learning rate. Its full name is Class/Slot/Weight.
	Variables []OptimizerVariable
	// Window is what was accumulated since the last update; nil: nothing.
	Window *GradientWindow
}

// A GradientWindow is the sum of the gradients of some batches, each times its samples.
type GradientWindow struct {
	Batches int
	Samples int
	Sums    []*tensor.Tensor // one for each trainable weight
	Rows    []bool           // whether a sum has few rows
}

// OptimizerState returns a copy of the optimizer's state.
// Keras: optimizer.get_weights, optimizer.variables.
func (m *Model) OptimizerState() (OptimizerState, error) {
	c := m.compiled
	if c == nil {
		return OptimizerState{}, ErrNotCompiled
	}
	s := OptimizerState{
		Class: config.ClassName(c.opt.opt), Iterations: c.opt.updates, Batches: c.steps, LearningRate: c.lr,
		Window: c.opt.window.state(c.opt.weights),
	}
	for _, v := range c.opt.variables() {
		s.Variables = append(s.Variables, OptimizerVariable{v.slot, v.weight.Name(), v.tensor()})
	}
	return s, nil
}

// SetOptimizerState makes the optimizer go on from a state. The variables must be
// those of [Model.OptimizerState], in its order; names that are empty are not
// compared. When one does not fit, nothing changes.
// Keras: optimizer.set_weights.
func (m *Model) SetOptimizerState(s OptimizerState) error {
	c := m.compiled
	if c == nil {
		return ErrNotCompiled
	}
	if class := config.ClassName(c.opt.opt); s.Class != "" && s.Class != class {
		return fmt.Errorf("nn: SetOptimizerState: the state is of %s, the model is compiled with %s", s.Class, class)
	}
	if !(s.LearningRate >= 0) || math.IsInf(s.LearningRate, 0) {
		return fmt.Errorf("nn: SetOptimizerState: the learning rate is %g; want 0 or more", s.LearningRate)
	}
	vars := c.opt.variables()
	if len(vars) != len(s.Variables) {
		return fmt.Errorf("nn: SetOptimizerState: %s has %d variables for these weights, got %d", config.ClassName(c.opt.opt), len(vars), len(s.Variables))
	}
	for i, v := range vars {
		got := s.Variables[i]
		if got.Slot != "" && got.Slot != v.slot || got.Weight != "" && got.Weight != v.weight.Name() {
			return fmt.Errorf("nn: SetOptimizerState: variable %d is %s of %s, want %s of %s; is it another model?", i, got.Slot, got.Weight, v.slot, v.weight.Name())
		}
		if got.Value == nil {
			return fmt.Errorf("nn: SetOptimizerState: %s of %s: the tensor is nil", v.slot, v.weight.Name())
		}
		if why := v.shape.mismatch(got.Value.Shape()); why != "" {
			return fmt.Errorf("nn: SetOptimizerState: %s of %s: %s", v.slot, v.weight.Name(), why)
		}
	}
	if err := c.opt.window.check(s.Window, c.opt.weights); err != nil {
		return err
	}
	for i, v := range vars {
		copy(v.data, s.Variables[i].Value.Data())
	}
	c.steps, c.lr = s.Batches, s.LearningRate
	c.opt.updates = s.Iterations
	c.opt.step.N = int(s.Iterations)
	clear(c.opt.touched) // the slots tell which rows were
	c.opt.window.set(s.Window)
	return nil
}

// variable is a slot of one weight.
type variable struct {
	slot   string
	weight *Weight
	shape  Shape
	data   []float32 // nil: zeros that nobody keeps
}

func (v variable) tensor() *tensor.Tensor {
	if v.data == nil {
		return tensor.New(v.shape...)
	}
	return tensor.From(slices.Clone(v.data), v.shape...)
}

// variables lists the state in tf-keras' order.
func (s *optimizerState) variables() []variable {
	var vs []variable
	for i, a := range s.averages {
		vs = append(vs, variable{"average", s.weights[i], s.weights[i].shape, a})
	}
	for _, group := range s.slotNames() {
		for i, w := range s.weights {
			for _, n := range group {
				v := variable{slot: n.Name, weight: w, shape: w.shape}
				if n.Slot >= 0 {
					v.data = s.slots[i][n.Slot]
					if v.shape = s.slotShape(w, n.Slot); v.shape == nil {
						continue
					}
				}
				vs = append(vs, v)
			}
		}
	}
	return vs
}

func (s *optimizerState) slotNames() [][]SlotName {
	if n, ok := s.opt.(SlotNamer); ok {
		return n.SlotNames()
	}
	var group []SlotName
	for k := range s.opt.Slots() {
		group = append(group, SlotName{fmt.Sprintf("slot_%d", k), k})
	}
	return [][]SlotName{group}
}

// slotShape is the shape of a slot of w; nil: w has no such slot.
func (s *optimizerState) slotShape(w *Weight, slot int) Shape {
	if o, ok := s.opt.(WholeOptimizer); ok {
		return o.SlotShapes(w.shape)[slot]
	}
	return w.shape
}

// elements is how many numbers a vector of this shape has; nil: none.
func elements(s Shape) int {
	if s == nil {
		return 0
	}
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}
