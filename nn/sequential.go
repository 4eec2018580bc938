package nn

import (
	"cmp"
	"errors"
)

// NewSequential makes a model of layers in a row. Keras: Sequential.
//
//	model := nn.NewSequential(nn.Input(784),
//		&layers.Dense{Units: 64, Activation: activations.ReLU},
//		&layers.Dense{Units: 10, Activation: activations.Softmax})
func NewSequential(in *Symbol, layers ...Layer) *Model {
	m := &Model{class: "Sequential", inputs: []*Symbol{in}, outputs: []*Symbol{in}}
	for _, l := range layers {
		m.outputs[0] = Apply(l, m.outputs[0])
	}
	m.link()
	return m
}

// Add appends a layer to a Sequential model; compile it afterwards.
func (m *Model) Add(l Layer) *Model {
	if m.class != "Sequential" {
		m.err = cmp.Or(m.err, errors.New("nn: Add is for Sequential models; use nn.Apply and nn.NewModel"))
		return m
	}
	m.outputs[0] = Apply(l, m.outputs[0])
	m.compiled, m.initOnce = nil, false
	m.link()
	return m
}

// Pop removes the last layer of a Sequential model; compile it afterwards.
func (m *Model) Pop() error {
	if m.class != "Sequential" {
		return errors.New("nn: Pop is for Sequential models")
	}
	if m.outputs[0].node == nil || len(m.outputs[0].node.in) == 0 {
		return errors.New("nn: Pop: the model has no layers")
	}
	m.outputs[0] = m.outputs[0].node.in[0]
	m.compiled = nil
	m.link()
	return m.err
}
