package nn_test

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/regularizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestWeighing: masks, weights of samples and of time steps, and penalties, as
// tf-keras' evaluate adds them up; all numbers are its own.
func TestWeighing(t *testing.T) {
	evaluate := func(m *nn.Model, batch int, x, y, w *tensor.Tensor) nn.Logs {
		t.Helper()
		var ws []*tensor.Tensor
		if w != nil {
			ws = []*tensor.Tensor{w}
		}
		logs, err := m.Evaluate(t.Context(), pipeline.ArraysN([]*tensor.Tensor{x}, []*tensor.Tensor{y}, ws, pipeline.ArraysConfig{BatchSize: batch}), nn.EvaluateConfig{})
		must(t, err)
		return logs
	}
	want := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-5*math.Abs(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	mae := []nn.Metric{metrics.MeanAbsoluteError{}}

	// Steps 2 and 3 of the first sequence are masked, 1 to 3 of the second.
	m := nn.NewSequential(nn.Input(4, 3), &layers.Masking{},
		nn.WithWeights(&layers.Dense{Units: 2}, tensor.From([]float32{.5, .5, .5, .5, .5, .5}, 3, 2), tensor.From([]float32{.1, .2}, 2)))
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}, Metrics: mae}))
	x := tensor.New(2, 4, 3)
	for _, i := range []int{0, 1, 2, 3, 4, 5, 12, 13, 14} {
		x.Data()[i] = 1
	}
	for _, c := range []struct {
		what string
		w    *tensor.Tensor
		loss float64
	}{
		{"masked", nil, 2.7250003814697266},
		{"masked, with weights of samples", tensor.From([]float32{1, 3}, 2), 4.5416669845581055},
		{"masked, with weights of steps", tensor.From([]float32{1, 3, 5, 7, 0, 2, 4, 6}, 2, 4), 3.633333683013916},
	} {
		logs := evaluate(m, 32, x, tensor.New(2, 4, 2), c.w)
		want(c.what, logs.Get("loss"), c.loss)
		want(c.what+": a metric", logs.Get("mean_absolute_error"), 1.6500000953674316)
	}

	m = nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1, KernelInitializer: initializers.Ones{}, KernelRegularizer: regularizers.L2(0.1), ActivityRegularizer: regularizers.L2(0.01)})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}, Metrics: mae, WeightedMetrics: mae}))
	x = tensor.From([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	for _, batch := range []int{2, 3} {
		want("penalties", evaluate(m, batch, x, tensor.New(3), nil).Get("loss"), 60.46333312988281)
	}
	logs := evaluate(m, 3, x, tensor.New(3), tensor.From([]float32{1, 0, 2}, 3))
	want("a weight of 0", logs.Get("loss"), 84.46332550048828)
	want("a metric without weights", logs.Get("mean_absolute_error"), 7)
	want("a metric with weights", logs.Get("weighted_mean_absolute_error"), 8.333333015441895)
}
