package main

import (
	"fmt"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
)

// builder turns a spec into a model of ours and remembers its layers in the
// order of the spec: weights travel in that order.
type builder struct {
	layers []nn.Layer
	at     *nn.Symbol
}

func (b *builder) add(l nn.Layer) {
	b.layers = append(b.layers, l)
	b.at = nn.Apply(l, b.at)
}

// build makes the model, and the layers in the order of the spec.
func build(s *wire.Spec) (*nn.Model, []nn.Layer, error) {
	in := nn.Input(s.Input...)
	b := &builder{at: in}
	for _, p := range s.Parts {
		if err := b.part(p); err != nil {
			return nil, nil, err
		}
	}
	m := nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{b.at})
	return m, b.layers, m.Err()
}

func (b *builder) part(p wire.Part) error {
	switch p.Kind {
	case "dense":
		b.add(&layers.Dense{Units: p.Units, Activation: activation(p.ReLU)})
	case "output":
		b.add(&layers.Dense{Units: p.Units, Activation: map[bool]layers.ActivationFunc{true: activations.Sigmoid, false: activations.Softmax}[p.Units == 1]})
	case "conv":
		b.conv(p)
	case "maxpool":
		b.add(&layers.MaxPooling2D{})
	case "flatten":
		b.add(&layers.Flatten{})
	case "average":
		b.add(&layers.GlobalAveragePooling2D{})
	case "embedding":
		b.add(&layers.Embedding{InputDim: p.Words, OutputDim: p.Units})
	case "lstm":
		b.add(&layers.LSTM{Units: p.Units})
	case "gru":
		b.add(&layers.GRU{Units: p.Units})
	case "batchnorm":
		b.add(&layers.BatchNormalization{})
	case "relu":
		b.add(&layers.Activation{Activation: activations.ReLU})
	case "residual":
		b.residual(p)
	default:
		return fmt.Errorf("benchmarks: unknown part %q", p.Kind)
	}
	return nil
}

func activation(relu bool) layers.ActivationFunc {
	if relu {
		return activations.ReLU
	}
	return activations.Linear
}

func (b *builder) conv(p wire.Part) {
	c := &layers.Conv2D{Filters: p.Units, KernelSize: [2]int{p.Kernel, p.Kernel}, Strides: [2]int{p.Stride, p.Stride},
		UseBias: new(!p.NoBias), Activation: activation(p.ReLU)}
	if p.Same {
		c.Padding = layers.Same
	}
	b.add(c)
}

// residual is conv, norm, relu, conv, norm, plus the input (projected where
// its shape changes), relu.
func (b *builder) residual(p wire.Part) {
	short := b.at
	square := wire.Part{Units: p.Units, Kernel: 3, Stride: p.Stride, Same: true, NoBias: true}
	b.conv(square)
	b.add(&layers.BatchNormalization{})
	b.add(&layers.Activation{Activation: activations.ReLU})
	square.Stride = 1
	b.conv(square)
	b.add(&layers.BatchNormalization{})
	main := b.at
	if p.Stride > 1 {
		b.at = short
		b.conv(wire.Part{Units: p.Units, Kernel: 1, Stride: p.Stride, Same: true, NoBias: true})
		b.add(&layers.BatchNormalization{})
		short = b.at
	}
	b.at = nn.Apply(&layers.Add{}, main, short)
	b.add(&layers.Activation{Activation: activations.ReLU})
}
