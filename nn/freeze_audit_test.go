package nn_test

import (
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestFrozenModelInside: a frozen model inside another is left alone, moving
// averages included; thawed and compiled again it learns.
func TestFrozenModelInside(t *testing.T) {
	inner := nn.NewSequential(nn.Input(3), &layers.Dense{Units: 4}, &layers.BatchNormalization{})
	inner.SetTrainable(false)
	m := nn.NewSequential(nn.Input(3), inner, &layers.Dense{Units: 1})
	x, y := tensor.From([]float32{1, 2, 3, -1, 0, 2, 4, 1, 0, 2, 2, -2}, 4, 3), tensor.From([]float32{1, 2, 3, 4}, 4, 1)
	changed := func() (inside, outside int) {
		if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: &losses.MeanSquaredError{}}); err != nil {
			t.Fatal(err)
		}
		before := m.GetWeights()
		if _, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}}); err != nil {
			t.Fatal(err)
		}
		for i, w := range m.GetWeights() {
			switch {
			case tensor.ArrayEqual(before[i], w):
			case i < 6: // kernel, bias, gamma, beta, moving mean and variance
				inside++
			default:
				outside++
			}
		}
		return inside, outside
	}
	if in, out := changed(); in != 0 || out != 2 {
		t.Errorf("frozen: %d weights changed inside, %d outside; want 0 and 2", in, out)
	}
	inner.SetTrainable(true)
	// The bias before a batch normalisation has no gradient but rounding errors.
	if in, out := changed(); in < 5 || out != 2 {
		t.Errorf("thawed: %d weights changed inside, %d outside; want 5 or 6 and 2", in, out)
	}
}

// TestAccuracyOfColumnIDs: class ids in a column are ids, not one-hot rows.
func TestAccuracyOfColumnIDs(t *testing.T) {
	for name, y := range map[string]*tensor.Tensor{"(n)": tensor.From([]float32{0, 1, 2, 2}, 4), "(n, 1)": tensor.From([]float32{0, 1, 2, 2}, 4, 1)} {
		m := nn.NewSequential(nn.Input(3), &layers.Dropout{Rate: 0.1})
		err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: &losses.SparseCategoricalCrossentropy{FromLogits: true}, Metrics: []nn.Metric{&metrics.Accuracy{}}})
		if err != nil {
			t.Fatal(err)
		}
		x := tensor.From([]float32{2, 0, 1, 0, 3, 1, 0, 1, 5, 4, 0, 1}, 4, 3) // says 0, 1, 2, 0
		logs, err := m.TestOnBatch(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}})
		if err != nil {
			t.Fatal(err)
		}
		if got := logs.Get("accuracy"); got != 0.75 {
			t.Errorf("targets %s: accuracy %g, want 0.75", name, got)
		}
	}
}
