package nn_test

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestInputAxisOfOne: Keras takes (n,) for an input of (n, 1), also when a Sequential
// model is built by the data, and (n, k, 1) for one of (n, k).
func TestInputAxisOfOne(t *testing.T) {
	one := func() nn.Layer { return &layers.Dense{Units: 1, KernelInitializer: initializers.Ones{}} }
	x, y := tensor.From([]float32{1, 2, 3, 4}, 4), tensor.From([]float32{2, 3, 4, 5}, 4)
	column := tensor.From([]float32{1, 2, 3, 4}, 4, 1)
	for name, c := range map[string]struct {
		model *nn.Model
		x     *tensor.Tensor
	}{
		"without the axis":       {nn.NewSequential(nn.Input(1), one()), x},
		"with it":                {nn.NewSequential(nn.Input(1), one()), column},
		"built by the data":      {nn.NewSequential(nil, one()), x},
		"an axis too many":       {nn.NewSequential(nn.Input(1), one()), tensor.From([]float32{1, 2, 3, 4}, 4, 1, 1)},
		"images without channel": {nn.NewSequential(nn.Input(1, 1, 1), &layers.Flatten{}, one()), tensor.From([]float32{1, 2, 3, 4}, 4, 1, 1)},
	} {
		m := c.model
		must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}))
		data := pipeline.Arrays(c.x, y, pipeline.ArraysConfig{})
		h, err := m.Fit(t.Context(), data, nn.FitConfig{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		// p = x, y = x + 1: the loss is 1. The step is 0.01·2·(mean of x, 1) = (0.05, 0.02): p
		// becomes 1.05x + 0.02, and is (0.05x + 0.02)² from x, 0.02415 in the mean. So does
		// tf-keras: 1.0 and 0.02414995.
		if got := h.Last("loss"); math.Abs(got-1) > 1e-6 {
			t.Errorf("%s: loss %v, want 1", name, got)
		}
		logs, err := m.Evaluate(t.Context(), pipeline.Arrays(c.x, x, pipeline.ArraysConfig{}), nn.EvaluateConfig{})
		must(t, err)
		if got := logs.Get("loss"); math.Abs(got-0.02415) > 1e-6 {
			t.Errorf("%s: loss after a step %v, want 0.02415", name, got)
		}
		p, err := m.Predict(t.Context(), pipeline.Arrays(c.x, nil, pipeline.ArraysConfig{BatchSize: 3}), nn.PredictConfig{})
		must(t, err)
		q, err := m.PredictOnBatch(c.x)
		must(t, err)
		for _, p := range []*tensor.Tensor{p[0], q[0]} {
			if s := nn.Shape(p.Shape()); !s.Equal(nn.Shape{4, 1}) || math.Abs(float64(p.Data()[3])-4.22) > 1e-5 {
				t.Errorf("%s: predicts %v %v, want 1.05x + 0.02", name, s, p.Data())
			}
		}
	}
	two := nn.NewSequential(nn.Input(2, 1), &layers.Flatten{}, one())
	for _, bad := range []*tensor.Tensor{tensor.New(4, 3), tensor.New(4), tensor.New(4, 2, 2), tensor.New(4, 2, 1, 2)} {
		if _, err := two.PredictOnBatch(bad); err == nil {
			t.Errorf("an input of shape %v was taken for (None, 2, 1)", bad.Shape())
		}
	}
}
