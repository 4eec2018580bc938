package metrics_test

import (
	"math"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestCrossentropyThatFits: metrics=["crossentropy", "ce"] of tf-keras on these models
// give the numbers below, whatever the loss is.
func TestCrossentropyThatFits(t *testing.T) {
	x := tensor.From([]float32{1, 2, 3, -1, 0.5, 0.25}, 3, 2)
	one := &layers.Dense{Units: 1, Activation: activations.Sigmoid, KernelInitializer: initializers.Constant{Value: 0.25}, BiasInitializer: initializers.Constant{Value: 0.5}}
	three := func() nn.Layer {
		return nn.WithWeights(&layers.Dense{Units: 3, Activation: activations.Softmax},
			tensor.From([]float32{.5, -.25, .1, .2, .3, -.4}, 2, 3), tensor.From([]float32{.1, 0, -.1}, 3))
	}
	for name, c := range map[string]struct {
		layer nn.Layer
		loss  nn.Loss
		y     *tensor.Tensor
		want  float64
	}{
		"binary":      {one, losses.MeanSquaredError{}, tensor.From([]float32{1, 0, 1}, 3, 1), 0.6575139},
		"categorical": {three(), losses.MeanSquaredError{}, tensor.From([]float32{0, 0, 1, 1, 0, 0, 0, 1, 0}, 3, 3), 1.3323846},
		"sparse":      {three(), losses.SparseCategoricalCrossentropy{}, tensor.From([]float32{2, 0, 1}, 3), 1.3323846},
	} {
		m := nn.NewSequential(nn.Input(2), c.layer)
		if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: c.loss, Metrics: []nn.Metric{metrics.Crossentropy{}, metrics.Named("ce", metrics.Crossentropy{})}}); err != nil {
			t.Fatal(err)
		}
		logs, err := m.Evaluate(t.Context(), pipeline.Arrays(x, c.y, pipeline.ArraysConfig{}), nn.EvaluateConfig{})
		if err != nil {
			t.Fatal(err)
		}
		for _, log := range []string{"crossentropy", "ce"} {
			if got := logs.Get(log); math.Abs(got-c.want) > 1e-6 {
				t.Errorf("%s: %s is %v, want %v", name, log, got, c.want)
			}
		}
	}
	m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1})
	err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.BinaryCrossentropy{FromLogits: true}, Metrics: []nn.Metric{metrics.Crossentropy{}}})
	if err == nil || !strings.Contains(err.Error(), "use metrics.BinaryCrossentropy{FromLogits: true}") {
		t.Errorf("got %v", err)
	}
}
