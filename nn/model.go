package nn

import (
	"fmt"
	"slices"
	"sync"

	"github.com/antler-ml/antler/internal/config"
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
	extra   []*Symbol // ends that are no outputs: added losses and metrics
	order   []*node   // every call between inputs and ends, in running order
	layers  []Layer   // by depth, as Keras orders them
	err     error
	row     chain    // of a Sequential model
	waiting *waiting // for its input; nil for most models

	seed     uint64
	initOnce bool
	compiled *compiled
	arena    *ops.Arena
	mu       sync.Mutex // guards plans
	plans    planCache
}

// NewModel makes a model of everything between in and out. A mistake made on
// the way is kept: see [Model.Err].
// Keras: Model(inputs, outputs).
//
// An input may be any symbol, not only one of [Input]: the model then begins
// there, with an input of its own, and its layers are called once more.
func NewModel(in, out []*Symbol) *Model {
	m := &Model{class: "Functional", inputs: slices.Clone(in), outputs: slices.Clone(out)}
	m.cut()
	m.link()
	return m
}

// Err returns the first mistake in the model's description.
func (m *Model) Err() error { return m.err }

// ClassName is what Keras calls this kind of model: Functional or Sequential.
func (m *Model) ClassName() string { return m.class }

// Inputs returns the symbols where the model begins.
// Keras: Model.input, Sequential.input.
func (m *Model) Inputs() []*Symbol { return m.inputs }

// Outputs returns the symbols where the model ends.
// Keras: Model.output, Sequential.output.
func (m *Model) Outputs() []*Symbol { return m.outputs }

// InputShapes returns the shapes of the inputs.
// Keras: input_shape.
func (m *Model) InputShapes() []Shape { return shapesOfSymbols(m.inputs) }

// OutputShapes returns the shapes of the outputs.
// Keras: output_shape.
func (m *Model) OutputShapes() []Shape { return shapesOfSymbols(m.outputs) }

func shapesOfSymbols(ss []*Symbol) []Shape {
	var shapes []Shape
	for _, s := range ss {
		shapes = append(shapes, s.shape)
	}
	return shapes
}

// Layers returns the model's layers in Keras' order: by distance from the
// outputs, the farthest first. An InputLayer is one of them, except in a
// Sequential model.
func (m *Model) Layers() []Layer {
	if m.class != sequential {
		return m.layers
	}
	return slices.DeleteFunc(slices.Clone(m.layers), func(l Layer) bool {
		_, input := l.(*InputLayer)
		return input
	})
}

// AllLayers is [Model.Layers] with the InputLayers of a Sequential model.
func (m *Model) AllLayers() []Layer { return m.layers }

// Layer returns the layer with a name.
// Keras: get_layer.
func (m *Model) Layer(name string) (Layer, error) {
	var names []string
	for _, l := range m.layers {
		if l.base().name == name {
			return l, nil
		}
		names = append(names, l.base().name)
	}
	err := fmt.Errorf("nn: model %q has no layer %q; its layers are %q", m.name, name, names)
	if near := config.Nearest(name, names); len(near) > 0 {
		err = fmt.Errorf("nn: model %q has no layer %q; did you mean %q?", m.name, name, near[0])
	}
	return nil, err
}

// LayerAt returns the layer with a place in [Model.Layers]; negative places
// count from the end.
// Keras: get_layer(index=…).
func (m *Model) LayerAt(i int) (Layer, error) {
	layers := m.Layers()
	at := i
	if at < 0 {
		at += len(layers)
	}
	if at < 0 || at >= len(layers) {
		return nil, fmt.Errorf("nn: model %q has %d layers, there is no layer %d", m.name, len(layers), i)
	}
	return layers[at], nil
}

// InputNames returns the names of the inputs.
// Keras: input_names.
func (m *Model) InputNames() []string {
	var names []string
	for _, s := range m.inputs {
		names = append(names, s.node.layer.base().name)
	}
	return names
}

// OutputNames returns, for each output, the name of the layer that makes it.
// Keras: output_names.
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
