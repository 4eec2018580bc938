package nn_test

import (
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

// BenchmarkMetricOverhead is one training step with no metric, with accuracy, and with
// several whose sums take a pass of their own: their share is the difference.
func BenchmarkMetricOverhead(b *testing.B) {
	some := []nn.Metric{metrics.Accuracy{}, &metrics.AUC{}, &metrics.Precision{}, &metrics.F1Score{Average: "macro"}}
	for _, model := range []struct {
		name  string
		make  func() *nn.Model
		shape []int
	}{
		{"tiny", func() *nn.Model {
			return nn.NewSequential(nn.Input(8), &layers.Dense{Units: 16, Activation: activations.ReLU}, &layers.Dense{Units: 3, Activation: activations.Softmax})
		}, []int{32, 8}},
		{"cnn", func() *nn.Model {
			return nn.NewSequential(nn.Input(28, 28, 1), &layers.Conv2D{Filters: 32, KernelSize: [2]int{3, 3}, Activation: activations.ReLU}, &layers.MaxPooling2D{},
				&layers.Conv2D{Filters: 64, KernelSize: [2]int{3, 3}, Activation: activations.ReLU}, &layers.MaxPooling2D{}, &layers.Flatten{}, &layers.Dense{Units: 10, Activation: activations.Softmax})
		}, []int{128, 28, 28, 1}},
	} {
		for _, c := range []struct {
			name    string
			metrics []nn.Metric
		}{{"none", nil}, {"accuracy", some[:1]}, {"auc", some[1:2]}, {"four", some}} {
			b.Run(model.name+"/"+c.name, func(b *testing.B) {
				m := model.make()
				if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 1e-4}, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: c.metrics}); err != nil {
					b.Fatal(err)
				}
				x, y := tensor.New(model.shape...), tensor.New(model.shape[0])
				for i := range y.Data() {
					y.Data()[i] = float32(i % 3)
				}
				data := pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}}
				keep := nn.OnBatchConfig{KeepMetrics: true}
				for b.Loop() {
					if _, err := m.TrainOnBatch(data, keep); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
