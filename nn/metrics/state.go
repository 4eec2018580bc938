package metrics

import (
	"errors"
	"fmt"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// A State computes a metric outside a model, batch by batch, as Keras'
// update_state, result and reset_state do. It is not safe for concurrent use.
type State struct {
	metric   nn.Metric
	sums     []float64
	names    []string
	programs []*stateProgram
}

// stateProgram is the update for operands of certain shapes.
type stateProgram struct {
	shapes  [][]int
	program *ops.Program
}

// NewState begins with nothing counted. The settings of the metric are completed
// and checked.
func NewState(m nn.Metric) (*State, error) {
	if m == nil {
		return nil, errors.New("metrics: NewState: the metric is nil")
	}
	v, err := config.Complete(m)
	if err != nil {
		return nil, fmt.Errorf("metrics: NewState: %w", err)
	}
	return &State{metric: v.(nn.Metric)}, nil
}

// Update counts one batch. Weights are nil, or one number for each sample, time
// step or prediction. An error leaves the state as it was.
// Keras: update_state.
func (s *State) Update(yTrue, yPred, weights *tensor.Tensor) error {
	if yTrue == nil || yPred == nil {
		return errors.New("metrics: Update: want targets and predictions")
	}
	return s.update(yTrue, yPred, weights)
}

// UpdateValues counts values of a metric that takes no targets: [Mean], [Sum],
// [MeanTensor].
func (s *State) UpdateValues(values, weights *tensor.Tensor) error {
	if values == nil {
		return errors.New("metrics: UpdateValues: want values")
	}
	return s.update(values, values, weights)
}

func (s *State) update(y, p, w *tensor.Tensor) error {
	if t, ok := s.metric.(nn.TargetChecker); ok {
		if err := t.CheckTarget(nn.Shape(y.Shape()), nn.Shape(p.Shape())); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
	}
	in := []*tensor.Tensor{y, p}
	if w != nil {
		in = append(in, w)
	}
	program, err := s.program(in)
	if err != nil {
		return fmt.Errorf("metrics: %s: %w", s.metric.Name(), err)
	}
	if err := program.Run(ops.State{}, in); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	sums := program.Out(0).Data()
	if s.sums == nil {
		s.sums = make([]float64, len(sums))
		if m, ok := s.metric.(nn.MultiMetric); ok {
			s.names = m.ResultNames(nn.Shape(p.Shape()))
		}
	}
	if len(sums) != len(s.sums) {
		return fmt.Errorf("metrics: %s: predictions of shape %v do not go with earlier ones", s.metric.Name(), nn.Shape(p.Shape()))
	}
	kernel.AddTo(s.sums, sums)
	return nil
}

// program describes and compiles the update for these shapes, once.
func (s *State) program(in []*tensor.Tensor) (p *ops.Program, err error) {
	for _, c := range s.programs {
		if slices.EqualFunc(c.shapes, in, func(shape []int, t *tensor.Tensor) bool { return slices.Equal(shape, t.Shape()) }) {
			return c.program, nil
		}
	}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*ops.ShapeError)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	c := &stateProgram{}
	vs := make([]*ops.Value, 3)
	for i, t := range in {
		c.shapes = append(c.shapes, slices.Clone(t.Shape()))
		vs[i] = ops.Input(t.Shape()...)
	}
	out := s.metric.Update(vs[0], vs[1], vs[2])
	c.program = ops.Compile(ops.Spec{In: vs[:len(in)], Out: []*ops.Value{out}})
	s.programs = append(s.programs, c)
	return c.program, nil
}

// Result returns the metric over all updates, 0 before the first. Of a metric with
// several results it is the mean, if its documentation says nothing else.
func (s *State) Result() float64 {
	if s.sums == nil {
		return 0
	}
	return s.metric.Result(s.sums)
}

// Results returns all results of a metric with several, in the order of
// [State.Names]; else the one. Before the first update there is none.
func (s *State) Results() []float64 {
	if s.sums == nil {
		return nil
	}
	if len(s.names) == 0 {
		return []float64{s.Result()}
	}
	r := make([]float64, len(s.names))
	s.metric.(nn.MultiMetric).Results(s.sums, r)
	return r
}

// Names returns the names that the results have in the logs of a model.
func (s *State) Names() []string {
	if len(s.names) == 0 {
		return []string{s.metric.Name()}
	}
	var names []string
	for _, n := range s.names {
		names = append(names, s.metric.Name()+"_"+n)
	}
	return names
}

// Reset forgets what was counted.
// Keras: reset_state, reset_states.
func (s *State) Reset() { s.sums = nil }
