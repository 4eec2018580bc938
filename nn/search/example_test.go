package search_test

import (
	"context"
	"fmt"
	"log"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/search"
	"github.com/antler-ml/antler/tensor"
)

// A grid of two settings, judged by cross-validation: exclusive or is learnt
// with a hidden layer only.
func Example() {
	type params struct {
		search.Training
		Hidden       int
		LearningRate float64
	}
	recipe := func(p params) (*nn.Model, nn.CompileConfig) {
		m := nn.NewSequential(nn.Input(2))
		if p.Hidden > 0 {
			m.Add(&layers.Dense{Units: p.Hidden, Activation: activations.Tanh})
		}
		m.Add(&layers.Dense{Units: 1, Activation: activations.Sigmoid})
		return m, nn.CompileConfig{
			Optimizer: &optimizers.Adam{LearningRate: p.LearningRate},
			Loss:      losses.BinaryCrossentropy{},
		}
	}
	x, y := tensor.New(80, 2), tensor.New(80)
	for i := range 80 {
		a, b := i%2, i/2%2
		x.Set(float32(a), i, 0)
		x.Set(float32(b), i, 1)
		y.Set(float32(a^b), i)
	}
	grid := search.Product(params{Training: search.Training{Epochs: 60, BatchSize: 8}},
		search.Vary(func(p *params, v int) { p.Hidden = v }, 0, 8),
		search.Vary(func(p *params, v float64) { p.LearningRate = v }, 1e-4, 3e-2))
	table, err := search.Run(context.Background(), grid, search.Classifiers(recipe), x, y, search.Config{
		CV:   search.StratifiedKFold{Splits: 4, Shuffle: true},
		Seed: 1,
	})
	if err != nil {
		log.Fatal(err)
	}
	best := table.Best()
	fmt.Printf("%d hidden units, learning rate %g: %.2f right\n", best.Params.Hidden, best.Params.LearningRate, best.Mean)
	// Output: 8 hidden units, learning rate 0.03: 1.00 right
}
