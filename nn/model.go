package nn

import (
	"fmt"
	"slices"
	"sync"

	"github.com/antler-ml/antler/nn/ops"
)

// A Model is a drawing with a beginning and an end: symbols from inputs to
// outputs. It is a layer itself, so models nest, and its layers may be shared
// with other models.
//
// Predict and Evaluate are safe for concurrent use. Everything that changes
// the model (Compile, Fit, TrainOnBatch, setting weights) is not.
type Model struct {
	Base
	class   string // Functional or Sequential
	inputs  []*Symbol
	outputs []*Symbol
	order   []*node // every call between inputs and outputs, in running order
	layers  []Layer // by depth, as Keras orders them
	err     error

	seed     uint64
	initOnce bool
	compiled *compiled
	arena    *ops.Arena
	mu       sync.Mutex // guards plans
	plans    planCache
}

// NewModel makes a model of everything between in and out. A mistake made on
// the way is kept: see [Model.Err]. Keras: Model(inputs, outputs).
func NewModel(in, out []*Symbol) *Model {
	m := &Model{class: "Functional", inputs: slices.Clone(in), outputs: slices.Clone(out)}
	m.link()
	return m
}

// Err returns the first mistake in the model's description.
func (m *Model) Err() error { return m.err }

// ClassName is what Keras calls this kind of model: Functional or Sequential.
func (m *Model) ClassName() string { return m.class }

// Inputs returns the symbols where the model begins.
func (m *Model) Inputs() []*Symbol { return m.inputs }

// Outputs returns the symbols where the model ends.
func (m *Model) Outputs() []*Symbol { return m.outputs }

// Layers returns the model's layers in Keras' order: by distance from the
// outputs, the farthest first. An InputLayer is one of them, except in a
// Sequential model.
func (m *Model) Layers() []Layer {
	if m.class != "Sequential" {
		return m.layers
	}
	return slices.DeleteFunc(slices.Clone(m.layers), func(l Layer) bool {
		_, input := l.(*InputLayer)
		return input
	})
}

// AllLayers is [Model.Layers] with the InputLayers of a Sequential model.
func (m *Model) AllLayers() []Layer { return m.layers }

// Layer returns the layer with a name. Keras: get_layer.
func (m *Model) Layer(name string) (Layer, error) {
	for _, l := range m.layers {
		if l.base().name == name {
			return l, nil
		}
	}
	return nil, fmt.Errorf("nn: model %q has no layer %q", m.name, name)
}

// OutputNames returns, for each output, the name of the layer that makes it.
func (m *Model) OutputNames() []string {
	var names []string
	for _, s := range m.outputs {
		n := s.node.layer.base().name
		for base, k := n, 1; slices.Contains(names, n); k++ {
			n = fmt.Sprintf("%s_%d", base, k)
		}
		names = append(names, n)
	}
	return names
}
