package nn

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// waiting is what a Sequential model keeps while it does not know its input.
type waiting struct {
	layers  []Layer
	compile *CompileConfig // what Compile was told
}

// ErrNotBuilt is what a Sequential model without an input answers until it
// knows one.
var ErrNotBuilt = errors.New("nn: the Sequential model does not know its input yet: call Build with its shape, train or predict a batch, or start it with nn.Input")

// wait keeps the layers until the input is known.
func (m *Model) wait(layers []Layer) {
	m.waiting = &waiting{layers: slices.Clone(layers)}
	m.err, m.layers, m.subs = nil, nil, nil
	for i, l := range layers {
		if isNil(l) {
			m.err = fmt.Errorf("nn: layers[%d] of the Sequential model: the layer is nil", i)
			return
		}
		if !slices.Contains(m.layers, l) {
			m.layers = append(m.layers, l)
		}
	}
	m.err = m.nameAll()
}

// Built reports whether the model knows its input, and so has its weights. All
// do but a Sequential model that was made without one.
// Keras: built.
func (m *Model) Built() bool { return m.waiting == nil && m.err == nil }

// Build tells a Sequential model without an input what it gets, the batch
// included: nn.Shape{nn.Unknown, 784}. For a model that knows its input it only
// checks that the shape is the same.
// Keras: build.
func (m *Model) Build(s Shape) error {
	if m.err != nil {
		return m.err
	}
	if m.waiting == nil {
		if len(m.inputs) != 1 || !m.inputs[0].shape.Equal(s) {
			return fmt.Errorf("nn: Build: model %q was built for %v already, got %v", m.name, m.InputShapes(), s)
		}
		return nil
	}
	in := NamedInput("", s)
	if in.err != nil {
		return in.err
	}
	w := m.waiting
	if len(w.layers) > 0 {
		in.node.layer.(*InputLayer).first = w.layers[0]
	}
	m.waiting = nil
	m.begin(in, w.layers)
	if m.err == nil && w.compile != nil {
		return m.Compile(*w.compile)
	}
	return m.err
}

// buildOn builds a model inside another one for what it is called on.
func (m *Model) buildOn(in []Shape) error {
	if m.err != nil || m.waiting == nil {
		return m.err
	}
	if len(in) != 1 {
		return fmt.Errorf("a Sequential model takes 1 input, got %d", len(in))
	}
	return m.Build(in[0])
}

// buildFor builds the model for a batch, if that is still to be done.
func (m *Model) buildFor(x []*tensor.Tensor) error {
	if m.waiting == nil || m.err != nil {
		return m.err
	}
	if len(x) != 1 || x[0] == nil || x[0].Rank() == 0 {
		return fmt.Errorf("nn: a Sequential model takes 1 input with a batch axis, the data has %d", len(x))
	}
	s := append(Shape{Unknown}, x[0].Shape()[1:]...)
	if len(s) == 1 { // single numbers, as Keras 2 takes them
		s = append(s, 1)
	}
	return m.Build(s)
}

// buildFrom builds the model for the first batch of the data, if that is still
// to be done.
func (m *Model) buildFrom(ctx context.Context, data pipeline.Source) error {
	if m.waiting == nil || m.err != nil || data == nil {
		return m.err
	}
	for b, err := range data.Batches(ctx, 0) {
		if err != nil {
			return err
		}
		return m.buildFor(b.X)
	}
	return errors.New("nn: the data has no batches; check that the source is not empty")
}

// startOf is the input that the first layer asks for, nil when it asks for none.
func startOf(layers []Layer) *Symbol {
	if len(layers) == 0 || isNil(layers[0]) {
		return nil
	}
	s := layers[0].base().starts
	if x, ok := layers[0].(Starter); ok && s == nil {
		s = x.StartShape()
	}
	if m, ok := layers[0].(*Model); ok && len(m.inputs) == 1 && m.inputs[0].err == nil {
		s = m.inputs[0].shape
	}
	if s == nil {
		return nil
	}
	in := NamedInput("", s)
	if in.err == nil {
		in.node.layer.(*InputLayer).first = layers[0]
	}
	return in
}
