package nn_test

import (
	"context"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/constraints"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/regularizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestNestedDefaults: things inside a layer's settings, and metrics given by
// value, have Keras' defaults too.
func TestNestedDefaults(t *testing.T) {
	norm := &constraints.MaxNorm{}
	l := &layers.Dense{Units: 50, KernelInitializer: initializers.RandomNormal{}, KernelConstraint: norm, KernelRegularizer: &regularizers.OnlyL2{}}
	m := nn.NewSequential(nn.Input(40), l)
	must(t, m.Err())
	if norm.MaxValue != 2 || len(norm.Axis) != 1 || *l.KernelRegularizer.(*regularizers.OnlyL2).L2 != 0.01 {
		t.Errorf("constraint %+v, regularizer %+v", norm, l.KernelRegularizer)
	}
	sum := float32(0)
	for _, w := range m.Weights()[0].Value().Data() {
		sum += w * w
	}
	if sum < 0.5*2000*0.05*0.05 {
		t.Errorf("RandomNormal{} in a layer draws with a deviation of 0, not 0.05: Σw² is %v", sum)
	}
	out := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1, Activation: activations.Linear, KernelInitializer: initializers.Ones{}})
	must(t, out.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}, Metrics: []nn.Metric{metrics.BinaryAccuracy{}}}))
	x, y := tensor.From([]float32{0.2, 0.4, 0.6}, 3, 1), tensor.From([]float32{0, 0, 1}, 3, 1)
	logs, err := out.Evaluate(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{}), nn.EvaluateConfig{})
	must(t, err)
	if got := logs.Get("binary_accuracy"); got != 1 {
		t.Errorf("BinaryAccuracy{} gives %v, want 1: its threshold is 0.5", got)
	}
}

// TestZeroIsAValue: 0 where Keras' default is another number is what was asked for,
// as it is in l2(0.0) and RandomUniform(-1, 0) of Keras: also in files.
func TestZeroIsAValue(t *testing.T) {
	for i, r := range []nn.Regularizer{regularizers.L1(0), regularizers.L2(0), &regularizers.OrthogonalRegularizer{Factor: new(0.0)}} {
		d := &layers.Dense{Units: 2, KernelInitializer: &initializers.RandomUniform{Minval: new(-1.0), Maxval: new(0.0)}, KernelRegularizer: r, UseBias: new(false)}
		m := nn.NewSequential(nn.Input(3), d)
		must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}))
		for _, w := range m.Weights()[0].Value().Data() {
			if w >= 0 {
				t.Errorf("RandomUniform of -1 … 0 gives %v", w)
			}
		}
		data := pipeline.Arrays(tensor.New(4, 3), tensor.New(4, 2), pipeline.ArraysConfig{}) // predicts 0 for 0
		logs, err := m.Evaluate(t.Context(), data, nn.EvaluateConfig{})
		must(t, err)
		if got := logs.Get("loss"); got != 0 {
			t.Errorf("regularizer %d of factor 0 adds %v", i, got)
		}
		text, err := saving.ToJSON(m)
		must(t, err)
		back, err := saving.FromJSON(text)
		must(t, err)
		must(t, back.SetWeights(m.GetWeights()))
		must(t, back.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}))
		logs, err = back.Evaluate(t.Context(), data, nn.EvaluateConfig{})
		must(t, err)
		if got := logs.Get("loss"); got != 0 {
			t.Errorf("regularizer %d of factor 0 adds %v after a file", i, got)
		}
	}
}

// TestNestedMistakes: settings of things inside a layer are checked as well.
func TestNestedMistakes(t *testing.T) {
	for want, l := range map[string]nn.Layer{
		"stddev is -1":       &layers.Dense{Units: 1, KernelInitializer: &initializers.RandomNormal{Stddev: -1}},
		"want 0 or more":     &layers.Dense{Units: 1, KernelRegularizer: regularizers.L1(-1)},
		"is above max_value": &layers.Dense{Units: 1, KernelConstraint: &constraints.MinMaxNorm{MinValue: 3}},
	} {
		err := nn.NewSequential(nn.Input(2), l).Err()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "layer Dense") {
			t.Errorf("got %v, want %q of layer Dense", err, want)
		}
	}
	m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1})
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{Reduction: "median"}}); err == nil || !strings.Contains(err.Error(), `reduction is "median"`) {
		t.Errorf("got %v", err)
	}
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}, Metrics: []nn.Metric{nil}}); err == nil || !strings.Contains(err.Error(), "metric 0 is nil") {
		t.Errorf("got %v", err)
	}
}
