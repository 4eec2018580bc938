package main

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
)

// A testCase is a layer and the shape of its input, the batch first. A peer
// gets both; see peers.py for the layers that PyTorch's side knows.
type testCase struct {
	name   string
	layer  nn.Layer
	shape  []int
	masked bool // with a mask of steps
}

func square(n int) [2]int { return [2]int{n, n} }
func cube(n int) [3]int   { return [3]int{n, n, n} }

var cases = []testCase{
	{name: "depthwise 112x112x32", layer: &layers.DepthwiseConv2D{KernelSize: square(3), Padding: layers.Same}, shape: []int{8, 112, 112, 32}},
	{name: "depthwise 56x56x128", layer: &layers.DepthwiseConv2D{KernelSize: square(3), Padding: layers.Same}, shape: []int{8, 56, 56, 128}},
	{name: "depthwise 14x14x512", layer: &layers.DepthwiseConv2D{KernelSize: square(3), Padding: layers.Same}, shape: []int{16, 14, 14, 512}},
	{name: "depthwise 7x7x1024", layer: &layers.DepthwiseConv2D{KernelSize: square(3), Padding: layers.Same}, shape: []int{16, 7, 7, 1024}},
	{name: "depthwise 56x56x128 /2", layer: &layers.DepthwiseConv2D{KernelSize: square(3), Strides: square(2)}, shape: []int{8, 57, 57, 128}},
	{name: "depthwise 5x5 28x28x240", layer: &layers.DepthwiseConv2D{KernelSize: square(5), Padding: layers.Same}, shape: []int{8, 28, 28, 240}},
	{name: "depthwise x2 28x28x64", layer: &layers.DepthwiseConv2D{KernelSize: square(3), Padding: layers.Same, DepthMultiplier: 2}, shape: []int{8, 28, 28, 64}},
	{name: "depthwise1d 200x128", layer: &layers.DepthwiseConv1D{KernelSize: 5, Padding: layers.Same}, shape: []int{32, 200, 128}},
	{name: "separable 28x28x128-128", layer: &layers.SeparableConv2D{Filters: 128, KernelSize: square(3), Padding: layers.Same}, shape: []int{8, 28, 28, 128}},
	{name: "separable1d 200x64-64", layer: &layers.SeparableConv1D{Filters: 64, KernelSize: 5, Padding: layers.Same}, shape: []int{32, 200, 64}},
	{name: "1x1 28x28x256-128", layer: &layers.Conv2D{Filters: 128, KernelSize: square(1)}, shape: []int{8, 28, 28, 256}},
	{name: "1x1 /2 28x28x256-512", layer: &layers.Conv2D{Filters: 512, KernelSize: square(1), Strides: square(2)}, shape: []int{8, 28, 28, 256}},
	{name: "3x3 28x28x128-128", layer: &layers.Conv2D{Filters: 128, KernelSize: square(3), Padding: layers.Same}, shape: []int{8, 28, 28, 128}},
	{name: "3x3 /2 57x57x64-128", layer: &layers.Conv2D{Filters: 128, KernelSize: square(3), Strides: square(2)}, shape: []int{8, 57, 57, 64}},
	{name: "7x7 /2 229x229x3-64", layer: &layers.Conv2D{Filters: 64, KernelSize: square(7), Strides: square(2)}, shape: []int{4, 229, 229, 3}},
	{name: "3x3 dilated 28x28x64-64", layer: &layers.Conv2D{Filters: 64, KernelSize: square(3), Padding: layers.Same, DilationRate: square(2)}, shape: []int{8, 28, 28, 64}},
	{name: "3x3 groups 28x28x128-128", layer: &layers.Conv2D{Filters: 128, KernelSize: square(3), Padding: layers.Same, Groups: 4}, shape: []int{8, 28, 28, 128}},
	{name: "conv1d 400x64-128", layer: &layers.Conv1D{Filters: 128, KernelSize: 5, Activation: nil}, shape: []int{32, 400, 64}},
	{name: "conv1d causal 256x64-64", layer: &layers.Conv1D{Filters: 64, KernelSize: 3, Padding: layers.Causal, DilationRate: 4}, shape: []int{32, 256, 64}},
	{name: "conv1d 4000x1-32", layer: &layers.Conv1D{Filters: 32, KernelSize: 9, Strides: 2}, shape: []int{32, 4000, 1}},
	{name: "conv3d 16x32x32x16-32", layer: &layers.Conv3D{Filters: 32, KernelSize: cube(3), Padding: layers.Same}, shape: []int{2, 16, 32, 32, 16}},
	{name: "conv3d 16x16x16x64-64", layer: &layers.Conv3D{Filters: 64, KernelSize: cube(3), Padding: layers.Same}, shape: []int{2, 16, 16, 16, 64}},
	{name: "conv3d 32x32x32x1-16", layer: &layers.Conv3D{Filters: 16, KernelSize: cube(3)}, shape: []int{2, 32, 32, 32, 1}},
	{name: "conv3d /2 17x33x33x16-32", layer: &layers.Conv3D{Filters: 32, KernelSize: cube(3), Strides: cube(2)}, shape: []int{2, 17, 33, 33, 16}},
	{name: "transpose 4x4 /2 14x14x128-64", layer: &layers.Conv2DTranspose{Filters: 64, KernelSize: square(4), Strides: square(2), Padding: layers.Same}, shape: []int{16, 14, 14, 128}},
	{name: "transpose 3x3 /2 14x14x64-32", layer: &layers.Conv2DTranspose{Filters: 32, KernelSize: square(3), Strides: square(2)}, shape: []int{16, 14, 14, 64}},
	{name: "transpose 2x2 /2 32x32x64-32", layer: &layers.Conv2DTranspose{Filters: 32, KernelSize: square(2), Strides: square(2)}, shape: []int{8, 32, 32, 64}},
	{name: "transpose1d 4 /2 128x64-32", layer: &layers.Conv1DTranspose{Filters: 32, KernelSize: 4, Strides: 2, Padding: layers.Same}, shape: []int{32, 128, 64}},
	{name: "transpose3d 2 /2 8x8x8x64-32", layer: &layers.Conv3DTranspose{Filters: 32, KernelSize: cube(2), Strides: cube(2)}, shape: []int{4, 8, 8, 8, 64}},
}
