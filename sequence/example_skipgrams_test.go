package sequence_test

import (
	"context"
	"fmt"

	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/tensor"
)

func ExampleSkipGrams() {
	g, err := sequence.SkipGrams([]int{5, 3, 8}, 10, sequence.SkipGramConfig{
		WindowSize: 1, NegativeSamples: new(0.5), Shuffle: new(false),
	})
	if err != nil {
		panic(err)
	}
	for i, pair := range g.Couples {
		fmt.Println(pair, g.Labels[i])
	}
	// Output:
	// [5 3] 1
	// [3 5] 1
	// [3 8] 1
	// [8 3] 1
	// [3 5] 0
	// [5 9] 0
}

func ExampleSkipGramsSeq() {
	corpus := func(yield func([]int) bool) { // could read a file
		_ = yield([]int{1, 2, 3}) && yield([]int{4, 5})
	}
	pairs := 0
	for g, err := range sequence.SkipGramsSeq(corpus, 6, sequence.SkipGramConfig{Seed: 1}) {
		if err != nil {
			panic(err)
		}
		pairs += len(g.Couples)
	}
	fmt.Println(pairs)
	// Output: 16
}

func ExampleSamplingTable() {
	table, err := sequence.SamplingTable(20000, sequence.DefaultSamplingFactor)
	if err != nil {
		panic(err)
	}
	fmt.Printf("word 1: %.4f, word 1000: %.4f, word 19999: %.4f\n", table[1], table[1000], table[19999])
	// Output: word 1: 0.0032, word 1000: 0.2736, word 19999: 1.0000
}

func ExampleRemoveLongSequences() {
	x, y, err := sequence.RemoveLongSequences(3, [][]int{{1, 2}, {3, 4, 5}, {6}}, []string{"a", "b", "c"})
	if err != nil {
		panic(err)
	}
	fmt.Println(x, y)
	// Output: [[1 2] [6]] [a c]
}

func ExampleTimeseriesGenerator() {
	series := tensor.Arange(10)
	g, err := sequence.NewTimeseriesGenerator(series, series, sequence.TimeseriesConfig{Length: 4, SamplingRate: 2, BatchSize: 4})
	if err != nil {
		panic(err)
	}
	for b := range g.Batches(context.Background(), 0) {
		fmt.Println(b.X[0].Shape(), b.X[0].Data(), "->", b.Y[0].Data())
	}
	// Output:
	// [4 2] [0 2 1 3 2 4 3 5] -> [4 5 6 7]
	// [2 2] [4 6 5 7] -> [8 9]
}

func ExampleBucketed() {
	s, err := sequence.Bucketed([][]int{{1}, {2, 3, 4, 5, 6, 7, 8}, {9, 9}, {4}}, nil, sequence.BucketConfig{Buckets: 2})
	if err != nil {
		panic(err)
	}
	fmt.Println(s)
	for b := range s.Batches(context.Background(), 0) {
		fmt.Println(b.X[0].Shape(), b.X[0].Data())
	}
	// Output:
	// 4 sequences in 2 buckets of lengths [2 7]: 15.4 % padding (60.7 % without buckets)
	// [3 2] [0 1 9 9 0 4]
	// [1 7] [2 3 4 5 6 7 8]
}

func ExampleLengths() {
	l := sequence.LengthsOf([][]int{{1}, {1, 2}, {1, 2, 3}, make([]int, 90)})
	fmt.Printf("half are no longer than %d; maxlen 3 keeps %.0f %% whole\n", l.Percentile(50), 100*l.Whole(3))
	// Output: half are no longer than 2; maxlen 3 keeps 75 % whole
}
