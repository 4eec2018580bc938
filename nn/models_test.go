package nn_test

import (
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/tensor"
)

// The models that peers are compared with, and their data.

func mlp() *nn.Model {
	return nn.NewSequential(nn.Input(784),
		&layers.Dense{Units: 512, Activation: activations.ReLU},
		&layers.Dense{Units: 512, Activation: activations.ReLU},
		&layers.Dense{Units: 10, Activation: activations.Softmax})
}

func tiny() *nn.Model {
	return nn.NewSequential(nn.Input(10),
		&layers.Dense{Units: 16, Activation: activations.ReLU},
		&layers.Dense{Units: 1, Activation: activations.Sigmoid})
}

func cnn28() *nn.Model {
	return nn.NewSequential(nn.Input(28, 28, 1),
		&layers.Conv2D{Filters: 32, KernelSize: [2]int{3, 3}, Activation: activations.ReLU},
		&layers.Conv2D{Filters: 64, KernelSize: [2]int{3, 3}, Activation: activations.ReLU},
		&layers.MaxPooling2D{},
		&layers.Flatten{},
		&layers.Dense{Units: 128, Activation: activations.ReLU},
		&layers.Dense{Units: 10, Activation: activations.Softmax})
}

func cnn32() *nn.Model {
	conv := func(f int) nn.Layer {
		return &layers.Conv2D{Filters: f, KernelSize: [2]int{3, 3}, Padding: layers.Same, Activation: activations.ReLU}
	}
	return nn.NewSequential(nn.Input(32, 32, 3), conv(32), conv(32), &layers.MaxPooling2D{},
		conv(64), conv(64), &layers.MaxPooling2D{}, &layers.Flatten{},
		&layers.Dense{Units: 512, Activation: activations.ReLU},
		&layers.Dense{Units: 10, Activation: activations.Softmax})
}

func recurrent(cell nn.Layer) *nn.Model {
	return nn.NewSequential(nn.Input(80),
		&layers.Embedding{InputDim: 20000, OutputDim: 128}, cell,
		&layers.Dense{Units: 1, Activation: activations.Sigmoid})
}

func lstm() *nn.Model { return recurrent(&layers.LSTM{Units: 128}) }
func gru() *nn.Model  { return recurrent(&layers.GRU{Units: 128}) }

func compiled(m *nn.Model) *nn.Model { return compiledWith(m, metrics.Accuracy{}) }

func compiledWith(m *nn.Model, ms ...nn.Metric) *nn.Model {
	c := nn.CompileConfig{Optimizer: &optimizers.Adam{}, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: ms}
	if m.Outputs()[0].Shape().Last() == 1 {
		c.Loss = losses.BinaryCrossentropy{}
	}
	if err := m.Compile(c); err != nil {
		panic(err)
	}
	return m
}

// sampleBatch is random data that suits a model: ids for embeddings, else
// numbers from 0 to 1, and class ids.
func sampleBatch(m *nn.Model, n int) (x, y []*tensor.Tensor) {
	r := rng.At(3)
	shape := append([]int{n}, m.Inputs()[0].Shape()[1:]...)
	xt, yt := tensor.New(shape...), tensor.New(n)
	for i := range xt.Data() {
		xt.Data()[i] = r.Float32()
		if len(shape) == 2 && shape[1] == 80 {
			xt.Data()[i] = float32(1 + r.IntN(19999))
		}
	}
	classes := max(2, m.Outputs()[0].Shape().Last())
	for i := range yt.Data() {
		yt.Data()[i] = float32(r.IntN(classes))
	}
	return []*tensor.Tensor{xt}, []*tensor.Tensor{yt}
}
