package layers_test

import (
	"fmt"
	"log"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

func ExampleZeroPadding2D() {
	x := nn.Input(4, 4, 3)
	fmt.Println(nn.Apply(&layers.ZeroPadding2D{}, x).Shape()) // one cell all around
	fmt.Println(nn.Apply(&layers.ZeroPadding2D{Padding: &[2][2]int{{0, 1}, {2, 2}}}, x).Shape())
	// Output:
	// (None, 6, 6, 3)
	// (None, 5, 8, 3)
}

func ExampleUpSampling2D() {
	model := nn.NewSequential(nn.Input(2, 2, 1), &layers.UpSampling2D{Interpolation: layers.Bilinear})
	out, err := model.PredictOnBatch(tensor.From([]float32{0, 4, 8, 12}, 1, 2, 2, 1))
	if err != nil {
		log.Fatal(err)
	}
	for row := range 4 {
		fmt.Println(out[0].Data()[4*row:][:4])
	}
	// Output:
	// [0 1 3 4]
	// [2 3 5 6]
	// [6 7 9 10]
	// [8 9 11 12]
}

// Masking lets layers behind it skip the padding of sequences.
func ExampleMasking() {
	in := nn.Input(nn.Unknown, 1) // any number of steps with one number each
	steps := nn.Apply(&layers.Masking{}, in)
	model := nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{nn.Apply(&layers.GlobalAveragePooling1D{}, steps)})
	out, err := model.PredictOnBatch(tensor.From([]float32{2, 4, 0, 0, 1, 2, 3, 6}, 2, 4, 1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out[0].Data())
	// Output: [3 3]
}
