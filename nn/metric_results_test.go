package nn_test

import (
	"context"
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestMetricsWithSeveralResults: each result is a log of its own, in order, with
// names that stay apart.
func TestMetricsWithSeveralResults(t *testing.T) {
	m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 3, Activation: activations.Softmax})
	must(t, m.Compile(nn.CompileConfig{
		Optimizer: &optimizers.SGD{}, Loss: losses.SparseCategoricalCrossentropy{},
		Metrics: []nn.Metric{
			metrics.Precision{}, &metrics.F1Score{}, metrics.Precision{TopK: new(2)}, metrics.Named("pr_auc", metrics.AUC{Curve: "PR"}),
			metrics.Named("hits", &metrics.Recall{Thresholds: []float64{0.1, 0.9}}),
		},
		WeightedMetrics: []nn.Metric{&metrics.ConfusionMatrix{NumClasses: 3}},
	}))
	want := []string{"loss", "precision", "f1_score_class_0", "f1_score_class_1", "f1_score_class_2", "precision_1", "pr_auc", "hits_at_0.1", "hits_at_0.9",
		"confusion_matrix_0_0", "confusion_matrix_0_1", "confusion_matrix_0_2", "confusion_matrix_1_0", "confusion_matrix_1_1", "confusion_matrix_1_2", "confusion_matrix_2_0", "confusion_matrix_2_1", "confusion_matrix_2_2"}
	same(t, "metrics names", m.MetricsNames(), want)
	x := tensor.From([]float32{1, 0, 0, 1, 1, 1, 0, 0, 2, 1}, 5, 2)
	y := tensor.From([]float32{0, 1, 2, 1, 0}, 5)
	w := tensor.From([]float32{1, 2, 1, 0.5, 1}, 5)
	data := pipeline.ArraysN([]*tensor.Tensor{x}, []*tensor.Tensor{y}, []*tensor.Tensor{w}, pipeline.ArraysConfig{BatchSize: 2})
	logs, err := m.Evaluate(context.Background(), data, nn.EvaluateConfig{})
	must(t, err)
	same(t, "logs", logs.Names(), want)
	p, err := m.PredictOnBatch(x)
	must(t, err)
	matrix, err := metrics.Confusion(y, p[0], w)
	must(t, err)
	var cells, sum []float64
	for _, n := range want[9:] {
		cells = append(cells, logs.Get(n))
	}
	sum = slices.Concat(matrix...)
	if !slices.Equal(cells, sum) {
		t.Errorf("the logs' matrix is %v, that of all at once %v", cells, sum)
	}
	h, err := m.Fit(context.Background(), data, nn.FitConfig{Epochs: 2, Validation: data})
	must(t, err)
	if n := len(h.Get("val_f1_score_class_2")); n != 2 {
		t.Errorf("history has %d values of val_f1_score_class_2, want 2", n)
	}
}
