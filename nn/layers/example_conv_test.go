package layers_test

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
)

// A causal convolution sees only steps before and at its own: dilations of 1,
// 2 and 4 with windows of 3 steps reach 14 steps back.
func ExampleConv1D() {
	m := nn.NewSequential(nn.Input(64, 8),
		&layers.Conv1D{Filters: 16, KernelSize: 3, Padding: layers.Causal, Activation: activations.ReLU},
		&layers.Conv1D{Filters: 16, KernelSize: 3, Padding: layers.Causal, DilationRate: 2, Activation: activations.ReLU},
		&layers.Conv1D{Filters: 16, KernelSize: 3, Padding: layers.Causal, DilationRate: 4, Activation: activations.ReLU},
	)
	fmt.Println(m.Outputs()[0].Shape(), m.CountParams())
	// Output: (None, 64, 16) 1968
}

// A block of MobileNet: each channel by itself, then all of them cell by cell.
func ExampleDepthwiseConv2D() {
	x := nn.Input(56, 56, 64)
	y := nn.Apply(&layers.DepthwiseConv2D{KernelSize: [2]int{3, 3}, Strides: [2]int{2, 2}, Padding: layers.Same}, x)
	z := nn.Apply(&layers.Conv2D{Filters: 128, KernelSize: [2]int{1, 1}}, y)
	fmt.Println(y.Shape(), z.Shape())
	// Output: (None, 28, 28, 64) (None, 28, 28, 128)
}

// The way back up of an auto-encoder: each layer doubles height and width.
func ExampleConv2DTranspose() {
	up := func(filters int) nn.Layer {
		return &layers.Conv2DTranspose{Filters: filters, KernelSize: [2]int{3, 3}, Strides: [2]int{2, 2}, Padding: layers.Same}
	}
	fmt.Println(nn.Apply(up(1), nn.Apply(up(8), nn.Input(7, 7, 16))).Shape())
	// Output: (None, 28, 28, 1)
}
