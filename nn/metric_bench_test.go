package nn_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/callbacks"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// turns is a source of one batch that waits before each epoch for its turn.
type turns struct {
	batch       pipeline.Batch
	begin, done chan struct{}
}

func (turns) Len() int { return -1 }
func (t turns) Batches(ctx context.Context, _ int) iter.Seq2[pipeline.Batch, error] {
	t.done <- struct{}{}
	select {
	case <-t.begin:
	case <-ctx.Done():
	}
	return func(yield func(pipeline.Batch, error) bool) {
		for yield(t.batch, nil) {
		}
	}
}

// fit begins an endless training; what it returns lets it go on for some epochs.
func (t turns) fit(b *testing.B, m *nn.Model, steps int, cbs []nn.Callback) func(epochs int) time.Duration {
	ctx, cancel := context.WithCancel(b.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		if _, err := m.Fit(ctx, t, nn.FitConfig{Epochs: 1 << 30, StepsPerEpoch: steps, Callbacks: cbs}); !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
	}()
	<-t.done
	b.Cleanup(func() { cancel(); <-over })
	return func(epochs int) time.Duration {
		start := time.Now()
		for range epochs {
			t.begin <- struct{}{}
			<-t.done
		}
		return time.Since(start)
	}
}

// fourMetrics are of four kinds.
func fourMetrics() []nn.Metric {
	return []nn.Metric{metrics.Accuracy{}, &metrics.AUC{}, &metrics.Precision{}, &metrics.F1Score{Average: "macro", Threshold: new(0.5)}}
}

// head is the end of a network that tells ten classes apart: metrics and callbacks
// see no more of it.
func head() *nn.Model {
	return nn.NewSequential(nn.Input(10), &layers.Dense{Units: 10, Activation: activations.Softmax})
}

// BenchmarkMetricOverhead trains two copies of a model in turns, one with metrics or
// callbacks, and reports what they add to a step of Fit: the median of the turns, and
// half the width of its 95 % interval. A turn is some epochs of bare, with, with, bare, so
// that a machine that gets slower all the time favours neither.
//
// The clock cannot tell one hundredth of a CNN's step. What is added to head in the same
// number of nanoseconds is added to every network that ends so.
func BenchmarkMetricOverhead(b *testing.B) {
	usual := func(b *testing.B) []nn.Callback {
		dir := b.TempDir()
		return []nn.Callback{
			&callbacks.ProgbarLogger{Output: io.Discard, Verbose: callbacks.Bar},
			&callbacks.CSVLogger{Filename: filepath.Join(dir, "log.csv")},
			&callbacks.EarlyStopping{Monitor: "loss", Patience: 1 << 20},
			&callbacks.ModelCheckpoint{Filepath: filepath.Join(dir, "best.npz"), Monitor: "loss", SaveBestOnly: true, InitialValueThreshold: new(-1.0)},
		}
	}
	looks := func(*testing.B) []nn.Callback { return []nn.Callback{looker{}} }
	for _, model := range []struct {
		name   string
		make   func() *nn.Model
		batch  int
		steps  int // of an epoch
		epochs int
	}{{"tiny", tiny, 32, 200, 3}, {"head", head, 128, 200, 1}, {"cnn28", cnn28, 128, 2, 1}} {
		for _, c := range []struct {
			name      string
			metrics   []nn.Metric
			callbacks func(*testing.B) []nn.Callback
		}{
			{"none", nil, nil},
			{"accuracy", fourMetrics()[:1], nil},
			{"auc", fourMetrics()[1:2], nil},
			{"four", fourMetrics(), nil},
			{"callbacks", nil, usual},
			{"four and callbacks", fourMetrics(), usual},
			{"accuracy looked at", fourMetrics()[:1], looks},
			{"auc looked at", fourMetrics()[1:2], looks},
		} {
			b.Run(model.name+"/"+c.name, func(b *testing.B) {
				train := func(ms []nn.Metric, cbs []nn.Callback) func(int) time.Duration {
					m := compiledWith(model.make(), ms...)
					x, y := sampleBatch(m, model.batch)
					data := turns{pipeline.Batch{X: x, Y: []*tensor.Tensor{y[0]}}, make(chan struct{}), make(chan struct{})}
					return data.fit(b, m, model.steps, cbs)
				}
				var cbs []nn.Callback
				if c.callbacks != nil {
					cbs = c.callbacks(b)
				}
				bareFit, withFit := train(nil, nil), train(c.metrics, cbs)
				bare := func() float64 { return bareFit(model.epochs).Seconds() }
				with := func() float64 { return withFit(model.epochs).Seconds() }
				bare()
				with()
				var base, over, more []float64
				for b.Loop() {
					t := bare()
					u := with() + with()
					t += bare()
					base = append(base, t/2)
					over = append(over, 100*(u/t-1))
					more = append(more, (u-t)/2)
				}
				for _, x := range [][]float64{base, over, more} {
					slices.Sort(x)
				}
				n, ns := len(over), 1e9/float64(model.steps*model.epochs)
				b.ReportMetric(base[n/2]*ns, "ns/bare-step")
				b.ReportMetric(more[n/2]*ns, "ns-more")
				b.ReportMetric(over[n/2], "%-more")
				b.ReportMetric(1.57*(over[3*n/4]-over[n/4])/math.Sqrt(float64(n)), "%-unsure") // McGill's notch
			})
		}
	}
}

// looker reads the loss after each batch.
type looker struct{ nn.NopCallback }

func (looker) OnBatchEnd(_ *nn.Run, _ int, logs nn.Logs) error {
	logs.Get("loss")
	return nil
}
