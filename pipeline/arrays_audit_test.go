package pipeline_test

import (
	"testing"

	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestShuffleKeepsSamplesTogether: inputs, targets and sample weights of one
// sample stay together in every kind of order.
func TestShuffleKeepsSamplesTogether(t *testing.T) {
	const n = 23
	x, x2, y, w := tensor.Arange(n), tensor.New(n, 2), tensor.New(n, 1), tensor.New(n)
	for i := range n {
		x2.Data()[2*i], x2.Data()[2*i+1] = float32(i), float32(-i)
		y.Data()[i], w.Data()[i] = float32(i+100), float32(i+1000)
	}
	for name, c := range map[string]pipeline.ArraysConfig{
		"in order": {BatchSize: 4}, "shuffled": {BatchSize: 4, Shuffle: true, Seed: 3}, "by batch": {BatchSize: 4, ShuffleBatch: true, Seed: 3},
	} {
		src := pipeline.ArraysN([]*tensor.Tensor{x, x2}, []*tensor.Tensor{y}, []*tensor.Tensor{w}, c)
		for epoch := range 2 {
			seen := map[float32]bool{}
			for b, err := range src.Batches(t.Context(), epoch) {
				if err != nil {
					t.Fatal(err)
				}
				for i, v := range b.X[0].Data() {
					seen[v] = true
					if a := b.X[1].Data()[2*i : 2*i+2]; a[0] != v || a[1] != -v {
						t.Fatalf("%s: sample %v has the second input %v", name, v, a)
					}
					if b.Y[0].Data()[i] != v+100 || b.W[0].Data()[i] != v+1000 {
						t.Fatalf("%s: sample %v has the target %v and the weight %v", name, v, b.Y[0].Data()[i], b.W[0].Data()[i])
					}
				}
			}
			if len(seen) != n {
				t.Fatalf("%s: %d of %d samples", name, len(seen), n)
			}
		}
	}
}
