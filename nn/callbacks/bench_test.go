package callbacks

import (
	"context"
	"path/filepath"
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

// all are the callbacks of a careful user. TensorBoard writes every so many
// batches; 0: epochs only.
func all(b *testing.B, updateFreq int) []nn.Callback {
	dir := b.TempDir()
	return []nn.Callback{
		&ProgbarLogger{Output: devNull{}, Verbose: Bar}, &EarlyStopping{Monitor: "loss", Patience: 1000, RestoreBestWeights: true},
		&ReduceLROnPlateau{Monitor: "loss", Patience: new(1000)}, &CSVLogger{Filename: filepath.Join(dir, "log.csv")}, &TerminateOnNaN{},
		&TensorBoard{LogDir: filepath.Join(dir, "logs"), UpdateFreq: updateFreq},
	}
}

type devNull struct{}

func (devNull) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkFit measures Fit with and without callbacks; one op is one step of
// an epoch of 100.
func BenchmarkFit(b *testing.B) {
	for _, c := range []struct {
		name  string
		shape []int
		batch int
		model func() *nn.Model
	}{
		{"mlp-10-16-1", []int{10}, 32, func() *nn.Model {
			return nn.NewSequential(nn.Input(10), &layers.Dense{Units: 16, Activation: activations.ReLU}, &layers.Dense{Units: 1, Activation: activations.Sigmoid})
		}},
		{"cnn28", []int{28, 28, 1}, 32, func() *nn.Model {
			return nn.NewSequential(nn.Input(28, 28, 1), &layers.Conv2D{Filters: 16, KernelSize: [2]int{3, 3}, Activation: activations.ReLU}, &layers.MaxPooling2D{}, &layers.Flatten{}, &layers.Dense{Units: 1, Activation: activations.Sigmoid})
		}},
	} {
		for _, with := range []string{"bare", "callbacks", "callbacks+batches"} {
			b.Run(c.name+"/"+with, func(b *testing.B) {
				const steps = 100
				m := c.model()
				must(b, m.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{}, Loss: losses.BinaryCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}}}))
				x, y := tensor.New(append([]int{c.batch * steps}, c.shape...)...), tensor.New(c.batch*steps, 1)
				data := pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: c.batch})
				var cbs []nn.Callback
				switch with {
				case "callbacks":
					cbs = all(b, 0)
				case "callbacks+batches":
					cbs = all(b, 1)
				}
				b.ResetTimer()
				_, err := m.Fit(context.Background(), data, nn.FitConfig{Epochs: max(1, b.N/steps), Callbacks: cbs})
				must(b, err)
			})
		}
	}
}
