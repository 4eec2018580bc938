package trainer_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// BenchmarkWords measures training steps of word vectors: as many words as the
// demo has, drawn as unevenly.
func BenchmarkWords(b *testing.B) {
	for _, c := range []struct {
		words, size, batch int
		optimizer          string
	}{{8481, 64, 4096, "adam"}, {8481, 64, 16384, "adam"}, {8481, 100, 4096, "adam"}, {8481, 100, 16384, "adam"}, {100_000, 100, 16384, "adam"}} {
		b.Run(fmt.Sprintf("%d×%d/%d/%s", c.words, c.size, c.batch, c.optimizer), func(b *testing.B) {
			s := settings.Default()
			s.VectorSize, s.Optimizer, s.LearningRate = c.size, c.optimizer, 0.001
			m := trainer.WordModel(s, c.words)
			if err := m.Compile(trainer.Config(s, losses.BinaryCrossentropy{})); err != nil {
				b.Fatal(err)
			}
			r := rand.New(rand.NewPCG(1, 2))
			zipf := rand.NewZipf(r, 1.1, 20, uint64(c.words-2))
			var batches []pipeline.Batch
			for range 8 {
				x, y, l := tensor.New(c.batch, 1), tensor.New(c.batch, 1), tensor.New(c.batch, 1)
				for i := range c.batch {
					x.Data()[i], y.Data()[i], l.Data()[i] = float32(1+zipf.Uint64()), float32(1+r.IntN(c.words-1)), float32(r.IntN(2))
				}
				batches = append(batches, pipeline.Batch{X: []*tensor.Tensor{x, y}, Y: []*tensor.Tensor{l}})
			}
			step := 0
			train := func() {
				if _, err := m.TrainOnBatch(batches[step%len(batches)]); err != nil {
					b.Fatal(err)
				}
				step++
			}
			for range 16 {
				train()
			}
			b.ReportAllocs()
			for b.Loop() {
				train()
			}
			b.ReportMetric(float64(c.batch*b.N)/b.Elapsed().Seconds(), "pairs/s")
		})
	}
}
