package optimizers_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// reader is a small model with an embedding, whose gradients have few rows, with
// dropout and with moving averages.
func reader(t *testing.T, o nn.Optimizer) *nn.Model {
	t.Helper()
	m := nn.NewSequential(nn.Input(3),
		&layers.Embedding{InputDim: 50, OutputDim: 4}, &layers.Flatten{}, &layers.BatchNormalization{},
		&layers.Dense{Units: 6, Activation: activations.ReLU}, &layers.Dropout{Rate: 0.3}, &layers.Dense{Units: 1})
	must(t, m.Compile(nn.CompileConfig{Optimizer: o, Loss: losses.MeanSquaredError{}, Seed: 3}))
	return m
}

// words is batch i of n samples.
func words(i, n int) pipeline.Batch {
	x, y := tensor.New(n, 3), tensor.New(n, 1)
	for j := range x.Data() {
		x.Data()[j] = float32((i*31 + j*j*7) % 40)
	}
	for j := range y.Data() {
		y.Data()[j] = float32((i+j)%5) - 2
	}
	return pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}}
}

func train(t *testing.T, m *nn.Model, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		_, err := m.TrainOnBatch(words(i, 4))
		must(t, err)
	}
}

// A state that is taken and given to a new model goes on to the same bits, for
// every optimizer, with averages, and within a window of accumulation.
func TestStateGoesOn(t *testing.T) {
	for name, o := range contracts {
		t.Run(name, func(t *testing.T) { goesOn(t, o) })
	}
	goesOn(t, &optimizers.Adam{UseEMA: true, EMAMomentum: new(0.8), EMAOverwriteFrequency: 4})
	goesOn(t, &optimizers.SGD{Momentum: 0.9, GradientAccumulationSteps: 4})
	goesOn(t, &optimizers.Adam{GradientAccumulationSteps: 5, Clipnorm: 0.1})
}

func goesOn(t *testing.T, o nn.Optimizer) {
	whole := reader(t, o)
	train(t, whole, 0, 12)
	for _, k := range []int{1, 6, 7} {
		first := reader(t, o)
		train(t, first, 0, k)
		st, err := first.OptimizerState()
		must(t, err)
		second := reader(t, o)
		must(t, second.SetWeights(first.GetWeights()))
		must(t, second.SetOptimizerState(st))
		train(t, second, k, 12)
		for i, w := range whole.Weights() {
			if !slices.Equal(w.Value().Data(), second.Weights()[i].Value().Data()) {
				t.Errorf("%T, stopped after %d of 12 batches: %s differs", o, k, w.Name())
			}
		}
	}
}

func TestStateOfAnother(t *testing.T) {
	m := reader(t, &optimizers.Adam{})
	train(t, m, 0, 1)
	st, err := m.OptimizerState()
	must(t, err)
	for _, c := range []struct {
		want  string
		spoil func(s *nn.OptimizerState)
	}{
		{"the state is of SGD, the model is compiled with Adam", func(s *nn.OptimizerState) { s.Class = "SGD" }},
		{"has 14 variables for these weights, got 13", func(s *nn.OptimizerState) { s.Variables = s.Variables[:13] }},
		{"variable 1 is m of embedding/embeddings, want v of", func(s *nn.OptimizerState) { s.Variables[1].Slot = "m" }},
		{"m of embedding/embeddings: ", func(s *nn.OptimizerState) { s.Variables[0].Value = tensor.New(2, 2) }},
		{"the tensor is nil", func(s *nn.OptimizerState) { s.Variables[0].Value = nil }},
		{"the learning rate is -1", func(s *nn.OptimizerState) { s.LearningRate = -1 }},
		{"the window has 1 gradients", func(s *nn.OptimizerState) {
			s.Window = &nn.GradientWindow{Batches: 1, Samples: 1, Sums: []*tensor.Tensor{tensor.New(1)}, Rows: []bool{false}}
		}},
	} {
		bad := st
		bad.Variables = slices.Clone(st.Variables)
		c.spoil(&bad)
		if err := m.SetOptimizerState(bad); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	must(t, m.SetOptimizerState(st))
}

// Accumulated gradients are those of one large batch, also when batches and the
// last window of an epoch are shorter.
func TestAccumulation(t *testing.T) {
	model := func(o nn.Optimizer) *nn.Model {
		m := nn.NewSequential(nn.Input(3), &layers.Embedding{InputDim: 50, OutputDim: 4}, &layers.Flatten{}, &layers.Dense{Units: 1})
		must(t, m.Compile(nn.CompileConfig{Optimizer: o, Loss: losses.MeanSquaredError{}, Seed: 3}))
		return m
	}
	data := words(0, 22) // batches of 4 in windows of 3: 12 samples, then 10
	fit := func(size, steps int) *nn.Model {
		m := model(&optimizers.Adam{LearningRate: 0.01, GradientAccumulationSteps: steps, Clipnorm: 0.5})
		_, err := m.Fit(context.Background(), pipeline.Arrays(data.X[0], data.Y[0], pipeline.ArraysConfig{BatchSize: size}), nn.FitConfig{Epochs: 3})
		must(t, err)
		return m
	}
	small, large := fit(4, 3), fit(12, 0)
	if small.Updates() != 6 || large.Updates() != 6 {
		t.Errorf("%d and %d updates, want 6", small.Updates(), large.Updates())
	}
	for i, w := range large.Weights() {
		for j, want := range w.Value().Data() {
			if got := small.Weights()[i].Value().Data()[j]; got-want > 2e-5 || want-got > 2e-5 {
				t.Fatalf("%s[%d]: %v accumulated, %v at once", w.Name(), j, got, want)
			}
		}
	}
}

// By hand: the gradient of w² at 1 is 2, the rate 0.1 or a factor of it.
func TestLearningRateFactor(t *testing.T) {
	a := &layers.Dense{Units: 1, UseBias: new(false)}
	inner := nn.NewSequential(nn.Input(1), nn.LearningRateFactor(0.5, &layers.Dense{Units: 1, UseBias: new(false)}))
	for _, c := range []struct {
		layer nn.Layer
		want  float32
	}{{a, 0.8}, {nn.LearningRateFactor(0.25, &layers.Dense{Units: 1, UseBias: new(false)}), 0.95}, {nn.LearningRateFactor(0.5, inner), 0.95}, {nn.LearningRateFactor(0, &layers.Dense{Units: 1, UseBias: new(false)}), 1}} {
		m := nn.NewSequential(nn.Input(1), c.layer)
		must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.1}, Loss: losses.MeanSquaredError{}}))
		w := m.Weights()[0]
		must(t, w.Set(tensor.From([]float32{1}, 1, 1)))
		_, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{tensor.From([]float32{1}, 1, 1)}, Y: []*tensor.Tensor{tensor.New(1, 1)}})
		must(t, err)
		if got := w.Value().Data()[0]; got-c.want > 1e-6 || c.want-got > 1e-6 {
			t.Errorf("%T: %v, want %v", c.layer, got, c.want)
		}
	}
	m := nn.NewSequential(nn.Input(1), nn.LearningRateFactor(-1, &layers.Dense{Units: 1}))
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}); err == nil || !strings.Contains(err.Error(), "factor of the learning rate is -1") {
		t.Errorf("got %v", err)
	}
}

func TestLearningRateOfZero(t *testing.T) {
	for _, lr := range []float64{-1, -1e-9} {
		m := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1})
		if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{LearningRate: lr}, Loss: losses.MeanSquaredError{}}); err == nil || !strings.Contains(err.Error(), "learning_rate is -") {
			t.Errorf("got %v", err)
		}
	}
}
