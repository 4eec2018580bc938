package main

import (
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

func init() {
	cases = append(cases, []testCase{
		{"batch norm 28x28x64", &layers.BatchNormalization{}, []int{32, 28, 28, 64}},
		{"batch norm 7x7x512", &layers.BatchNormalization{}, []int{32, 7, 7, 512}},
		{"batch norm 1024", &layers.BatchNormalization{}, []int{512, 1024}},
		{"layer norm 128x512", &layers.LayerNormalization{}, []int{32, 128, 512}},
		{"layer norm 768", &layers.LayerNormalization{}, []int{512, 768}},
		{"group norm 28x28x64", &layers.GroupNormalization{}, []int{16, 28, 28, 64}},
		{"attention 128x256, 8 heads", &layers.MultiHeadAttention{NumHeads: 8, KeyDim: 32}, []int{32, 128, 256}},
		{"attention 512x128, 2 heads", &layers.MultiHeadAttention{NumHeads: 2, KeyDim: 64}, []int{8, 512, 128}},
		{"attention 20x64, 4 heads", &layers.MultiHeadAttention{NumHeads: 4, KeyDim: 16}, []int{64, 20, 64}},
		{"embedding 100000x128", &layers.Embedding{InputDim: 100000, OutputDim: 128}, []int{32, 80}},
		{"embedding 2000x64", &layers.Embedding{InputDim: 2000, OutputDim: 64}, []int{128, 50}},
	}...)
}

// attends says that the layer takes its input twice: self-attention.
func (c testCase) attends() bool {
	_, ok := c.layer.(*layers.MultiHeadAttention)
	return ok
}

// input is what goes in, as peers.py makes it. ids have no gradient.
func (c testCase) input() (x *tensor.Tensor, ids bool) {
	e, ids := c.layer.(*layers.Embedding)
	x = numbers(0, c.shape)
	for i := 0; ids && i < x.Len(); i++ {
		x.Data()[i] = float32(i * 7919 % e.InputDim)
	}
	return x, ids
}
