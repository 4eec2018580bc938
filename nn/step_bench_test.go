package nn_test

import (
	"fmt"
	"testing"

	"github.com/antler-ml/antler/nn"
)

// BenchmarkStep measures whole training steps with Adam: forward, backward,
// update and metrics.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name  string
		model func() *nn.Model
		batch int
	}{
		{"mlp-784-512-512-10/128", mlp, 128},
		{"mlp-10-16-1/32", tiny, 32},
		{"cnn28/128", cnn28, 128},
		{"cnn32/64", cnn32, 64},
		{"embedding-lstm/32", lstm, 32},
		{"embedding-gru/32", gru, 32},
	} {
		b.Run(c.name, func(b *testing.B) {
			m := compiled(c.model())
			x, y := sampleBatch(m, c.batch)
			step := nn.Stepper(m, x, y)
			for range 2 {
				if err := step(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := step(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
			b.ReportMetric(float64(c.batch*b.N)/b.Elapsed().Seconds(), "samples/s")
		})
	}
}

// BenchmarkPredict measures inference on one sample and on many.
func BenchmarkPredict(b *testing.B) {
	for _, c := range []struct {
		name  string
		model func() *nn.Model
	}{{"mlp", mlp}, {"cnn28", cnn28}, {"embedding-lstm", lstm}} {
		for _, batch := range []int{1, 8, 64} {
			b.Run(fmt.Sprint(c.name, "/", batch), func(b *testing.B) {
				m := compiled(c.model())
				x, _ := sampleBatch(m, batch)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := m.PredictOnBatch(x...); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "samples/s")
			})
		}
	}
}
