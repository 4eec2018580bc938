package nn

import (
	"fmt"
	"iter"
	"slices"

	"github.com/antler-ml/antler/tensor"
)

// Weights returns the model's weights layer by layer, each once. Their values
// are there: a model that was not trained or loaded is initialised first.
func (m *Model) Weights() []*Weight {
	m.initialize()
	return m.allWeights()
}

func (m *Model) allWeights() []*Weight {
	var ws []*Weight
	seen := map[*Weight]bool{}
	for _, l := range m.layers {
		lw := l.base().Weights()
		if sub, ok := l.(*Model); ok {
			lw = sub.allWeights()
		}
		for _, w := range lw {
			if !seen[w] {
				seen[w] = true
				ws = append(ws, w)
			}
		}
	}
	return ws
}

// NamedWeights yields the weights with their paths, which are unique in the
// model and under which they are saved: dense/kernel, or inner/dense/kernel in
// a nested model. A weight that nested models share comes once for each.
// Unlike [Model.Weights] it gives no weight a value.
func (m *Model) NamedWeights() iter.Seq2[string, *Weight] {
	return func(yield func(string, *Weight) bool) {
		stop := false
		m.walkWeights("", func(path string, w *Weight) {
			if !stop && !w.state {
				stop = !yield(path, w)
			}
		})
	}
}

// TrainableWeights returns the weights that training changes: none of frozen
// layers, and none of what is inside a frozen model.
// Keras: trainable_weights.
func (m *Model) TrainableWeights() []*Weight {
	m.initialize()
	return m.trainableWeights()
}

// NonTrainableWeights returns the other weights.
// Keras: non_trainable_weights.
func (m *Model) NonTrainableWeights() []*Weight {
	learns := m.learning()
	return slices.DeleteFunc(m.Weights(), func(w *Weight) bool { return learns[w] })
}

func (m *Model) trainableWeights() []*Weight {
	learns := m.learning()
	return slices.DeleteFunc(m.allWeights(), func(w *Weight) bool { return !learns[w] })
}

// GetWeights returns copies of the weights' values, in the order of [Model.Weights].
func (m *Model) GetWeights() []*tensor.Tensor { return copies(m.Weights()) }

// SetWeights copies values into the weights, in the order of [Model.Weights].
// When one does not fit, none changes.
func (m *Model) SetWeights(ts []*tensor.Tensor) error {
	if m.waiting != nil {
		return ErrNotBuilt
	}
	return setAll(fmt.Sprintf("model %q", m.name), m.allWeights(), ts)
}

// initialize gives every weight that has none its first value.
func (m *Model) initialize() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.initOnce {
		return
	}
	m.initOnce = true
	m.walkWeights("", func(path string, w *Weight) { w.initialize(m.seed, path) })
}

// Seed sets the seed of weights that have no values yet, of dropout and other
// random ops. The default is 0.
func (m *Model) Seed(seed uint64) { m.seed = seed }

// ResetStates forgets what stateful layers remember.
// Keras: reset_states.
func (m *Model) ResetStates() {
	m.eachWeight(func(w *Weight) {
		if w.state {
			clear(w.Value().Data())
		}
	})
}

// SetTrainable freezes or thaws the model as a layer of another model.
func (m *Model) SetTrainable(t bool) { m.Base.SetTrainable(t) }

// CountParams returns the number of elements of all weights.
func (m *Model) CountParams() int {
	n := 0
	for _, w := range m.allWeights() {
		n += w.size()
	}
	return n
}
