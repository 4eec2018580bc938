package search

import (
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/tensor"
)

// settings are what the tests search over.
type settings struct {
	Training
	Units        int
	LearningRate float64
	Dropout      float64
}

// base trains the small model fast.
var base = settings{Training: Training{Epochs: 5, BatchSize: 8}, Units: 8, LearningRate: 0.05}

// sparse tells two or more classes apart.
func sparse(classes int) Recipe[settings] {
	return func(s settings) (*nn.Model, nn.CompileConfig) {
		m := nn.NewSequential(nn.Input(2),
			&layers.Dense{Units: s.Units, Activation: activations.Tanh},
			&layers.Dropout{Rate: s.Dropout},
			&layers.Dense{Units: classes, Activation: activations.Softmax})
		return m, nn.CompileConfig{
			Optimizer: &optimizers.Adam{LearningRate: s.LearningRate},
			Loss:      losses.SparseCategoricalCrossentropy{},
		}
	}
}

// clouds are points around three corners, labelled 10, 20 and 30.
func clouds(n int) (x, y *tensor.Tensor) {
	r := rng.At(7)
	x, y = tensor.New(n, 2), tensor.New(n)
	for i := range n {
		c := i % 3
		x.Set(float32(c%2)*2+float32(r.NormFloat64())*0.3, i, 0)
		x.Set(float32(c/2)*2+float32(r.NormFloat64())*0.3, i, 1)
		y.Set(float32(10*(c+1)), i)
	}
	return x, y
}
