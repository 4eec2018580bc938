package onnx_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/onnx"
)

func ExampleExport() {
	m := nn.NewSequential(nn.Input(28, 28, 1),
		&layers.Conv2D{Filters: 8, KernelSize: [2]int{3, 3}, Activation: activations.ReLU},
		&layers.GlobalAveragePooling2D{},
		&layers.Dense{Units: 10, Activation: activations.Softmax})
	var file bytes.Buffer
	if err := onnx.Export(m, &file, onnx.Config{}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(file.Len() > 0)
	// Output: true
}
