package main

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

func init() {
	words := []int{32, 80, 128}
	both := func(l nn.Layer) nn.Layer { return &layers.Bidirectional{Layer: l} }
	lstm := func() nn.Layer { return &layers.LSTM{Units: 128, ReturnSequences: true} }
	gru := func() nn.Layer { return &layers.GRU{Units: 128, ReturnSequences: true} }
	simple := func() nn.Layer { return &layers.SimpleRNN{Units: 128, ReturnSequences: true} }
	cases = append(cases, []testCase{
		{name: "LSTM 80x128-128", layer: lstm(), shape: words},
		{name: "LSTM masked 80x128-128", layer: lstm(), shape: words, masked: true},
		{name: "LSTM bidirectional 80x128-128", layer: both(lstm()), shape: words},
		{name: "GRU 80x128-128", layer: gru(), shape: words},
		{name: "GRU masked 80x128-128", layer: gru(), shape: words, masked: true},
		{name: "GRU bidirectional 80x128-128", layer: both(gru()), shape: words},
		{name: "SimpleRNN 80x128-128", layer: simple(), shape: words},
		{name: "SimpleRNN masked 80x128-128", layer: simple(), shape: words, masked: true},
		{name: "SimpleRNN bidirectional 80x128-128", layer: both(simple()), shape: words},
		{name: "ConvLSTM2D 10x40x40x1-16", layer: &layers.ConvLSTM2D{Filters: 16, KernelSize: square(3), Padding: layers.Same}, shape: []int{4, 10, 40, 40, 1}},
	}...)
}

// scale makes weights of layers that feed back small, so that nothing drifts apart.
func (c testCase) scale() float32 {
	switch c.layer.(type) {
	case *layers.LSTM, *layers.GRU, *layers.SimpleRNN, *layers.Bidirectional, *layers.ConvLSTM2D:
		return 0.1
	}
	return 1
}

// mask says which steps count: sequence i has the first T - 7i mod T/2.
func (c testCase) mask() *tensor.Tensor {
	n, steps := c.shape[0], c.shape[1]
	m := tensor.New(n, steps)
	for i := range n {
		for t := range steps - 7*i%(steps/2) {
			m.Data()[i*steps+t] = 1
		}
	}
	return m
}
