package sequence_test

import (
	"fmt"

	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/tensor"
)

func ExamplePad() {
	x, err := sequence.Pad([][]int{{1}, {2, 3}, {4, 5, 6, 7}}, sequence.PadConfig{MaxLen: 3})
	if err != nil {
		panic(err)
	}
	// Keras' defaults: zeros in front, and the end of what is too long.
	fmt.Println(x.Shape(), x.Data())
	// Output: [3 3] [0 0 1 0 2 3 5 6 7]
}

func ExamplePadSlices() {
	x, err := sequence.PadSlices([][]string{{"to", "be"}, {"or"}}, "<pad>", sequence.PadConfig{Padding: sequence.Post})
	if err != nil {
		panic(err)
	}
	fmt.Println(x)
	// Output: [[to be] [or <pad>]]
}

func ExamplePadTensors() {
	x, err := sequence.PadTensors([]*tensor.Tensor{
		tensor.From([]float32{1, 2, 3, 4}, 2, 2),
		tensor.From([]float32{5, 6}, 1, 2),
	}, sequence.PadConfig{})
	if err != nil {
		panic(err)
	}
	fmt.Println(x.Shape(), x.Data())
	// Output: [2 2 2] [1 2 3 4 0 0 5 6]
}
