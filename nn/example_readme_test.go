package nn_test

import (
	"context"
	"fmt"
	"log"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func Example() {
	x := tensor.From([]float32{0, 0, 0, 1, 1, 0, 1, 1}, 4, 2)
	y := tensor.From([]float32{0, 1, 1, 0}, 4) // exclusive or
	model := nn.NewSequential(nn.Input(2),
		&layers.Dense{Units: 8, Activation: activations.Tanh}, &layers.Dense{Units: 2, Activation: activations.Softmax})
	if err := model.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{LearningRate: 0.05}, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}}}); err != nil {
		log.Fatal(err)
	}
	history, err := model.Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 4}), nn.FitConfig{Epochs: 100})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("accuracy:", history.Last("accuracy"))
	// Output: accuracy: 1
}
