package main

import (
	"context"
	"iter"
	"math/rand/v2"

	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/tensor"
)

const (
	batchSize = 4096
	block     = 100_000 // pairs that are mixed at a time
)

// skipGrams is a source of pairs of words, made while they are trained on:
// real pairs with target 1, and two random ones for each with target 0. Every
// epoch has the passages in another order and other random pairs.
func skipGrams(sequences [][]int, vocabulary int, c config) (pipeline.Source, error) {
	// Frequent words are first words of pairs less often.
	table, err := sequence.SamplingTable(vocabulary, c.Sample)
	if err != nil {
		return nil, err
	}
	return pipeline.Func(-1, func(ctx context.Context, epoch int) iter.Seq2[pipeline.Batch, error] {
		return func(yield func(pipeline.Batch, error) bool) {
			r := rand.New(rand.NewPCG(c.Seed, uint64(epoch)))
			shuffled := func(yield func([]int) bool) {
				for _, i := range r.Perm(len(sequences)) {
					if !yield(sequences[i]) {
						return
					}
				}
			}
			g := sequence.SkipGramConfig{WindowSize: c.Window, NegativeSamples: new(2.), SamplingTable: table, Seed: r.Uint64(), Fast: true}
			var all sequence.Grams
			for grams, err := range sequence.SkipGramsSeq(shuffled, vocabulary, g) {
				if err == nil {
					err = ctx.Err()
				}
				if err != nil {
					yield(pipeline.Batch{}, err)
					return
				}
				all.Couples, all.Labels = append(all.Couples, grams.Couples...), append(all.Labels, grams.Labels...)
				if len(all.Labels) > block && !batches(&all, r, batchSize, yield) {
					return
				}
			}
			batches(&all, r, 1, yield) // the last ones
		}
	}), nil
}

// batches mixes pairs and yields batches until fewer than least are left.
func batches(all *sequence.Grams, r *rand.Rand, least int, yield func(pipeline.Batch, error) bool) bool {
	r.Shuffle(len(all.Labels), func(i, j int) {
		all.Couples[i], all.Couples[j] = all.Couples[j], all.Couples[i]
		all.Labels[i], all.Labels[j] = all.Labels[j], all.Labels[i]
	})
	for len(all.Labels) >= least {
		rest := max(0, len(all.Labels)-batchSize)
		first, second, labels := sequence.Grams{Couples: all.Couples[rest:], Labels: all.Labels[rest:]}.Tensors()
		if !yield(pipeline.Batch{X: []*tensor.Tensor{first, second}, Y: []*tensor.Tensor{labels}}, nil) {
			return false
		}
		all.Couples, all.Labels = all.Couples[:rest], all.Labels[:rest]
	}
	return true
}
