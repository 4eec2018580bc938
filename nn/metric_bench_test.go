package nn_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/antler-ml/antler/nn"
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

// BenchmarkMetricOverhead trains two copies of a model in turns, one with metrics,
// and reports what they add to a step of Fit, in per cent: the median of the turns.
// A callback that looks at the logs after each batch is in "looked at".
func BenchmarkMetricOverhead(b *testing.B) {
	some := []nn.Metric{metrics.Accuracy{}, &metrics.AUC{}, &metrics.Precision{}, &metrics.F1Score{Average: "macro", Threshold: new(0.5)}}
	for _, model := range []struct {
		name  string
		make  func() *nn.Model
		batch int
		steps int // of a turn
	}{{"tiny", tiny, 32, 1000}, {"cnn28", cnn28, 128, 2}} {
		for _, c := range []struct {
			name    string
			metrics []nn.Metric
			look    bool
		}{{"none", nil, false}, {"accuracy", some[:1], false}, {"auc", some[1:2], false}, {"four", some, false}, {"accuracy looked at", some[:1], true}, {"auc looked at", some[1:2], true}} {
			b.Run(model.name+"/"+c.name, func(b *testing.B) {
				turn := func(ms []nn.Metric, look bool) func() time.Duration {
					m := compiledWith(model.make(), ms...)
					x, y := sampleBatch(m, model.batch)
					data := again{pipeline.Batch{X: x, Y: []*tensor.Tensor{y[0]}}}
					config := nn.FitConfig{StepsPerEpoch: model.steps}
					if look {
						config.Callbacks = []nn.Callback{looker{}}
					}
					return func() time.Duration {
						start := time.Now()
						if _, err := m.Fit(b.Context(), data, config); err != nil {
							b.Fatal(err)
						}
						return time.Since(start)
					}
				}
				bare, with := turn(nil, false), turn(c.metrics, c.look)
				bare()
				with()
				var base, over []float64
				for b.Loop() {
					t := bare().Seconds()
					base = append(base, t)
					over = append(over, 100*(with().Seconds()/t-1))
				}
				slices.Sort(base)
				slices.Sort(over)
				b.ReportMetric(base[len(base)/2]*1e9/float64(model.steps), "ns/bare-step")
				b.ReportMetric(over[len(over)/2], "%-more")
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
