package nn

import (
	"context"
	"maps"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/tensor"
)

// TrainingState is where a training stands between two steps: all that Fit
// needs to go on to the very bits it would have come to without a stop. It
// shares no memory with the model.
type TrainingState struct {
	Setup     []string // what is trained how, in words, to tell another training by
	Data      DataPrint
	Seed      uint64
	Weights   []NamedTensor // all: moving averages and states of recurrent layers too
	Optimizer OptimizerState
	Epoch     int  // that is being trained
	Begun     bool // OnEpochBegin was called for it
	Batch     int  // batches of the epoch that are done
	Meter     MeterState
	History   *History
	Callbacks []SavedCallback // of those with a state
	Epochs    int             // that Fit was asked for
	Finished  bool            // training has ended; the weights are those that Fit leaves behind
	Stopped   bool            // by a callback, or because the data ended
}

// A NamedTensor is a tensor with a name that is unique where it is.
type NamedTensor struct {
	Name  string
	Value *tensor.Tensor
}

// DataPrint tells data from other data.
type DataPrint struct {
	Batches int    // an epoch; -1: not known
	Samples int    // an epoch; -1: not known
	First   string // SHA-256 of the first batch of the first epoch, in hex
}

// MeterState is what loss and metrics of an epoch have added up to so far.
type MeterState struct {
	Samples float64
	Losses  []float64
	Sums    [][]float64
}

// SavedCallback is the state of one callback.
type SavedCallback struct {
	Class string
	State CallbackState
}

// A Checkpointer keeps states of a training. Package checkpoint has one that
// keeps them in a directory.
type Checkpointer interface {
	// Begin is called before the first epoch, and again for each Fit. It returns
	// the state to go on from; nil: none, training starts at the beginning. warn
	// is told of what ends no training.
	Begin(ctx context.Context, epochs int, warn func(error)) (*TrainingState, error)
	// Due is asked after every batch and every epoch whether Save should follow.
	Due(batches uint64, epochEnd bool) bool
	// Save keeps a state. It does not wait for a disk; that something failed is
	// told to warn.
	Save(s *TrainingState)
	// End keeps the last state, if there is one, and waits until it is kept.
	End(s *TrainingState) error
}

// NewHistory makes a history of saved values: one for each epoch, of names in
// order.
func NewHistory(epochs []int, names []string, values map[string][]float64) *History {
	return &History{Epoch: epochs, names: names, values: values}
}

func (h *History) clone() *History {
	c := *h
	c.Epoch, c.names, c.values = slices.Clone(h.Epoch), slices.Clone(h.names), maps.Clone(h.values)
	for n, v := range c.values {
		c.values[n] = slices.Clone(v)
	}
	return &c
}

func (t *meter) state() MeterState {
	s := MeterState{Samples: t.samples, Losses: slices.Clone(t.losses)}
	for _, sums := range t.sums {
		s.Sums = append(s.Sums, slices.Clone(sums))
	}
	return s
}

func (t *meter) set(s MeterState) {
	t.samples, t.losses, t.sums = s.Samples, s.Losses, s.Sums
}

// stateWeights are all weights with their paths, each once.
func (m *Model) stateWeights() ([]string, []*Weight) {
	m.initialize()
	var paths []string
	var ws []*Weight
	seen := map[*Weight]bool{}
	m.walkWeights("", func(path string, w *Weight) {
		if !seen[w] {
			seen[w] = true
			paths, ws = append(paths, path), append(ws, w)
		}
	})
	return paths, ws
}

// state copies where the training stands.
func (f *fitter) state() (*TrainingState, error) {
	m := f.m
	opt, err := m.OptimizerState()
	if err != nil {
		return nil, err
	}
	s := &TrainingState{
		Setup: f.setup, Data: f.print, Seed: m.seed, Optimizer: opt,
		Epoch: f.at.epoch, Begun: f.at.begun, Batch: f.at.batch, Meter: f.meter.state(),
		History: f.history.clone(), Epochs: f.c.Epochs,
	}
	paths, ws := m.stateWeights()
	for i, t := range copies(ws) {
		if old, ok := f.states[ws[i]]; ok {
			t = tensor.From(slices.Clone(old), t.Shape()...)
		}
		s.Weights = append(s.Weights, NamedTensor{paths[i], t})
	}
	for _, cb := range f.cbs {
		sc, ok := cb.(StatefulCallback)
		if !ok {
			continue
		}
		cs, err := sc.State()
		if err != nil {
			return nil, err
		}
		for i, t := range cs.Tensors {
			cs.Tensors[i] = tensor.From(slices.Clone(t.Data()), t.Shape()...)
		}
		cs.Values = slices.Clone(cs.Values)
		s.Callbacks = append(s.Callbacks, SavedCallback{config.ClassName(cb), cs})
	}
	return s, nil
}
