package sequence

import (
	"fmt"
	"math"
)

// DefaultSamplingFactor is Keras' factor of a sampling table.
const DefaultSamplingFactor = 1e-5

// SamplingTable returns, for words numbered by falling frequency, the chance
// with which each should be the first word of a pair: frequent words less
// often, from some rank on always. Entry i is for the word number i; entry 0,
// which stands for no word, is that of word 1. factor is word2vec's threshold,
// usually [DefaultSamplingFactor]: the larger it is, the more words are kept.
//
// Frequencies are those of Zipf's law, 1 / (i·(ln i + γ) + 1/2 − 1/(12i)) with
// γ = 0.577, and the chance is min(1, √(factor / frequency)).
//
// Keras: make_sampling_table
func SamplingTable(size int, factor float64) ([]float64, error) {
	if size < 1 {
		return nil, fmt.Errorf("sequence: a sampling table of size %d: want the largest word number plus one", size)
	}
	if !(factor > 0) || math.IsInf(factor, 0) {
		return nil, fmt.Errorf("sequence: the sampling factor is %v: want a number above 0, usually %v", factor, DefaultSamplingFactor)
	}
	table := make([]float64, size)
	for i := range table {
		rank := float64(max(i, 1))
		f := factor * (float64(rank*(math.Log(rank)+0.577)) + 0.5 - 1/(12*rank))
		table[i] = min(1, f/math.Sqrt(f))
	}
	return table, nil
}
