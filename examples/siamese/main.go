// Siamese compares pictures by one encoder that both inputs share: do two noisy
// pictures show the same letter? It learns from 14 letters and is asked about 6
// others, which it has never seen.
//
//	go run ./examples/siamese
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/constraints"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// encoder turns a picture into a vector, wherever the letter stands.
func encoder() *nn.Model {
	return nn.Name("encoder", nn.NewSequential(nn.Input(size, size, 1),
		&layers.Conv2D{Filters: 16, KernelSize: [2]int{3, 3}, Activation: activations.ReLU},
		&layers.Conv2D{Filters: 32, KernelSize: [2]int{3, 3}, Activation: activations.ReLU},
		&layers.GlobalMaxPooling2D{},
		&layers.Dense{Units: 24}))
}

// model says how likely two pictures show the same letter: the cosine of their
// vectors, scaled.
func model() *nn.Model {
	a, b := nn.NamedInput("a", nn.Shape{nn.Unknown, size, size, 1}), nn.NamedInput("b", nn.Shape{nn.Unknown, size, size, 1})
	shared := encoder()
	cosine := nn.Apply(&layers.Dot{Axes: [2]int{-1, -1}, Normalize: true}, nn.Apply(shared, a), nn.Apply(shared, b))
	same := nn.Apply(nn.Name("same", &layers.Dense{ // a positive weight: near means same
		Units: 1, Activation: activations.Sigmoid, KernelInitializer: &initializers.Constant{Value: 5}, KernelConstraint: &constraints.NonNeg{},
	}), cosine)
	return nn.NewModel([]*nn.Symbol{a, b}, []*nn.Symbol{same})
}

func run(w io.Writer) error {
	ctx := context.Background()
	m := model()
	if err := m.Compile(nn.CompileConfig{
		Optimizer: &optimizers.Adam{LearningRate: 0.005}, Loss: losses.BinaryCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}},
	}); err != nil {
		return err
	}
	data := func(n, lo, hi int, seed uint64) pipeline.Source {
		a, b, same := pairs(n, lo, hi, seed)
		return pipeline.ArraysN([]*tensor.Tensor{a, b}, []*tensor.Tensor{same}, nil, pipeline.ArraysConfig{BatchSize: 64})
	}
	if _, err := m.Fit(ctx, data(2048, 0, 14, 1), nn.FitConfig{Epochs: 12}); err != nil {
		return err
	}
	for _, c := range []struct {
		what   string
		lo, hi int
	}{{"the letters it learned from", 0, 14}, {"letters it has never seen", 14, letters}} {
		logs, err := m.Evaluate(ctx, data(512, c.lo, c.hi, 2), nn.EvaluateConfig{})
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "right in %.0f %% of pairs of %s\n", 100*logs.Get("accuracy"), c.what)
	}
	return nil
}
