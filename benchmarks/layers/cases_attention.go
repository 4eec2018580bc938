package main

import (
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

func init() {
	cases = append(cases, []testCase{
		{name: "batch norm 28x28x64", layer: &layers.BatchNormalization{}, shape: []int{32, 28, 28, 64}},
		{name: "batch norm 7x7x512", layer: &layers.BatchNormalization{}, shape: []int{32, 7, 7, 512}},
		{name: "batch norm 1024", layer: &layers.BatchNormalization{}, shape: []int{512, 1024}},
		{name: "layer norm 128x512", layer: &layers.LayerNormalization{}, shape: []int{32, 128, 512}},
		{name: "layer norm 768", layer: &layers.LayerNormalization{}, shape: []int{512, 768}},
		{name: "group norm 28x28x64", layer: &layers.GroupNormalization{}, shape: []int{16, 28, 28, 64}},
		{name: "attention 128x256, 8 heads", layer: &layers.MultiHeadAttention{NumHeads: 8, KeyDim: 32}, shape: []int{32, 128, 256}},
		{name: "attention 512x128, 2 heads", layer: &layers.MultiHeadAttention{NumHeads: 2, KeyDim: 64}, shape: []int{8, 512, 128}},
		{name: "attention 20x64, 4 heads", layer: &layers.MultiHeadAttention{NumHeads: 4, KeyDim: 16}, shape: []int{64, 20, 64}},
		{name: "embedding 100000x128", layer: &layers.Embedding{InputDim: 100000, OutputDim: 128}, shape: []int{32, 80}},
		{name: "embedding 2000x64", layer: &layers.Embedding{InputDim: 2000, OutputDim: 64}, shape: []int{128, 50}},
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
