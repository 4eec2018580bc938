package main

import "github.com/antler-ml/antler/nn"

// A testCase is a model and what it is trained on.
type testCase struct {
	name   string
	model  func() *nn.Model
	inputs []data
	target data
	loss   string // Keras' class name
	sgd    bool   // with momentum, for Adam
}

// data is numbers of a shape, the batch first: ids below a bound, or numbers
// between -0.5 and 0.5.
type data struct {
	Shape []int `json:"shape"`
	Below int   `json:"below"`
}

const (
	classes = "SparseCategoricalCrossentropy"
	binary  = "BinaryCrossentropy"
)

var cases = []testCase{
	{"ResNet-20, 32×32, batch 64", resnet20, []data{{Shape: []int{64, 32, 32, 3}}}, data{[]int{64, 1}, 10}, classes, true},
	{"MobileNet 0.25, 96×96, batch 32", mobilenet, []data{{Shape: []int{32, 96, 96, 3}}}, data{[]int{32, 1}, 100}, classes, false},
	{"2 bidirectional LSTMs, 50 words, batch 32", tagger, []data{{[]int{32, 50}, 10000}}, data{[]int{32, 50, 1}, 20}, classes, false},
	{"2 encoder blocks, 64 words, batch 32", encoder, []data{{[]int{32, 64}, 5000}, {[]int{32, 64}, 64}}, data{[]int{32, 1}, 10}, classes, false},
	{"U-Net, 64×64, batch 16", unet, []data{{Shape: []int{16, 64, 64, 3}}}, data{[]int{16, 64, 64, 1}, 2}, binary, false},
}
