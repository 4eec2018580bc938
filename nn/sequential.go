package nn

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

const sequential = "Sequential"

// NewSequential makes a model of layers in a row.
// Keras: Sequential.
//
//	model := nn.NewSequential(nn.Input(784),
//		&layers.Dense{Units: 64, Activation: activations.ReLU},
//		&layers.Dense{Units: 10, Activation: activations.Softmax})
//
// Without an input (nil) the first layer says what it takes (see [InputShape]).
// If it does not, the model has no weights until [Model.Build] or the first
// batch tells their shapes; it can be compiled before.
func NewSequential(in *Symbol, layers ...Layer) *Model {
	m := &Model{class: sequential}
	if in == nil {
		in = startOf(layers)
	}
	if in == nil {
		m.wait(layers)
		return m
	}
	m.begin(in, layers)
	return m
}

// A chain is the layers of a Sequential model and the symbols between them:
// symbols[0] is the input, symbols[i+1] the output of layers[i].
type chain struct {
	layers  []Layer
	symbols []*Symbol
}

// begin starts the row and appends layers to it.
func (m *Model) begin(in *Symbol, layers []Layer) {
	m.row = chain{symbols: []*Symbol{in}}
	for _, l := range layers {
		m.row.append(l)
	}
	m.relink()
}

// relink takes the ends of the row for those of the model.
func (m *Model) relink() {
	s := m.row.symbols
	m.inputs, m.outputs = s[:1:1], []*Symbol{s[len(s)-1]}
	m.compiled, m.initOnce = nil, false
	m.link()
}

// append calls a layer on the last symbol. A mistake stays in its output.
func (c *chain) append(l Layer) {
	x := c.symbols[len(c.symbols)-1]
	out := ApplyMulti(l, x)
	y := out[0]
	var le *layerError
	switch {
	case isNil(l):
		y = failed(fmt.Errorf("nn: layers[%d] of the Sequential model: the layer is nil", len(c.layers)))
	case x.err == nil && errors.As(y.err, &le):
		y = failed(&layerError{c.place(l), le.err})
	case len(out) > 1:
		y = failed(&layerError{c.place(l), fmt.Errorf("it has %d outputs, but a Sequential model hands on one; use nn.ApplyMulti and nn.NewModel", len(out))})
	}
	c.layers, c.symbols = append(c.layers, l), append(c.symbols, y)
}

// place describes the layer that comes next, and says what it would be called.
func (c *chain) place(l Layer) string {
	if l.base().name != "" {
		return fmt.Sprintf("layer %q (%s, layers[%d])", l.base().name, ClassName(l), len(c.layers))
	}
	used := map[string]bool{}
	name := func(l Layer) string {
		if n := l.base().name; n != "" {
			return n
		}
		return freeName(AutoName(ClassName(l)), func(n string) bool { return used[n] })
	}
	for _, o := range c.layers {
		used[name(o)] = true
	}
	return fmt.Sprintf("%s (layers[%d], %q)", describe(l), len(c.layers), name(l))
}

// Add appends a layer to a Sequential model; compile it afterwards. A mistake
// is kept: see [Model.Err].
// Keras: Sequential.add.
func (m *Model) Add(l Layer) *Model {
	switch {
	case m.class != sequential:
		m.err = cmp.Or(m.err, errors.New("nn: Add is for Sequential models; use nn.Apply and nn.NewModel"))
	case m.waiting == nil:
		m.row.append(l)
		m.relink()
	default:
		layers := append(slices.Clip(m.waiting.layers), l)
		if in := startOf(layers); in != nil {
			m.waiting = nil
			m.begin(in, layers)
		} else {
			m.wait(layers)
		}
	}
	return m
}

// Pop removes the last layer of a Sequential model; compile it afterwards.
// Keras: Sequential.pop.
func (m *Model) Pop() error {
	n := len(m.row.layers)
	if m.waiting != nil {
		n = len(m.waiting.layers)
	}
	switch {
	case m.class != sequential:
		return errors.New("nn: Pop is for Sequential models")
	case n == 0:
		return errors.New("nn: Pop: the model has no layers")
	case m.waiting != nil:
		m.wait(m.waiting.layers[:n-1])
	default:
		m.row.layers, m.row.symbols = m.row.layers[:n-1:n-1], m.row.symbols[:n:n]
		m.relink()
	}
	return m.err
}
