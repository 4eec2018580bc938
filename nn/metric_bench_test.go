package nn_test

import (
	"context"
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

// again is a source that gives one batch for ever.
type again struct{ batch pipeline.Batch }

func (again) Len() int { return -1 }
func (a again) Batches(context.Context, int) iter.Seq2[pipeline.Batch, error] {
	return func(yield func(pipeline.Batch, error) bool) {
		for yield(a.batch, nil) {
		}
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
// half the width of its 95 % interval. A turn is bare, with, with, bare, so that a
// machine that gets slower all the time favours neither. Where there are callbacks a Fit
// has many epochs, so that what is done once, such as syncing a file, is little.
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
	}{{"tiny", tiny, 32, 200, 50}, {"head", head, 128, 200, 10}, {"cnn28", cnn28, 128, 2, 1}} {
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
			if c.callbacks != nil && model.epochs == 1 {
				continue
			}
			epochs := model.epochs
			if c.callbacks != nil {
				epochs *= 5
			}
			b.Run(model.name+"/"+c.name, func(b *testing.B) {
				turn := func(ms []nn.Metric, cbs []nn.Callback) func() float64 {
					m := compiledWith(model.make(), ms...)
					x, y := sampleBatch(m, model.batch)
					data := again{pipeline.Batch{X: x, Y: []*tensor.Tensor{y[0]}}}
					return func() float64 {
						start := time.Now()
						if _, err := m.Fit(b.Context(), data, nn.FitConfig{Epochs: epochs, StepsPerEpoch: model.steps, Callbacks: cbs}); err != nil {
							b.Fatal(err)
						}
						return time.Since(start).Seconds()
					}
				}
				var cbs []nn.Callback
				if c.callbacks != nil {
					cbs = c.callbacks(b)
				}
				bare, with := turn(nil, nil), turn(c.metrics, cbs)
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
				n, ns := len(over), 1e9/float64(model.steps*epochs)
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
