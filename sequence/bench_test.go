package sequence

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// What Keras is held against: 1,000 words with all defaults, once with Keras'
// pairs and once with others.
func BenchmarkSkipGrams(b *testing.B) {
	for _, fast := range []bool{false, true} {
		b.Run(map[bool]string{false: "Keras", true: "Fast"}[fast], func(b *testing.B) {
			corpus(b, 1, 1000, fast)
		})
	}
}

// The same for a corpus of sentences of 20 words.
func BenchmarkSkipGramsSeq(b *testing.B) {
	for _, fast := range []bool{false, true} {
		b.Run(map[bool]string{false: "Keras", true: "Fast"}[fast], func(b *testing.B) {
			corpus(b, 1000, 20, fast)
		})
	}
}

func corpus(b *testing.B, sentences, words int, fast bool) {
	r := rand.New(rand.NewPCG(1, 2))
	corpus := make([][]int, sentences)
	for i := range corpus {
		corpus[i] = make([]int, words)
		for k := range corpus[i] {
			corpus[i][k] = 1 + r.IntN(9999)
		}
	}
	pairs := 0
	b.ReportAllocs()
	for b.Loop() {
		for g, err := range SkipGramsSeq(slices.Values(corpus), 10000, SkipGramConfig{Fast: fast}) {
			if err != nil {
				b.Fatal(err)
			}
			pairs += len(g.Couples)
		}
	}
	b.ReportMetric(float64(pairs)/b.Elapsed().Seconds()/1e6, "Mpairs/s")
}

// ragged are 4,096 sequences of 1 to 160 numbers.
func ragged[T Number]() [][]T {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([][]T, 4096)
	for i := range x {
		x[i] = make([]T, 1+r.IntN(160))
		for k := range x[i] {
			x[i][k] = T(r.IntN(20000))
		}
	}
	return x
}

// MB/s are those of the result in all three; Copy, on one core, is what Pad is held to: the
// same elements, copied into new memory of the same size.
func BenchmarkPad(b *testing.B) {
	x, x32 := ragged[int](), ragged[int32]()
	c := PadConfig{MaxLen: 80}
	b.Run("Copy", func(b *testing.B) {
		b.SetBytes(4096 * 80 * 4)
		for b.Loop() {
			data := make([]int32, 4096*80)
			for i, s := range x32 {
				copy(data[i*80:(i+1)*80], s)
			}
		}
	})
	b.Run("Pad", func(b *testing.B) {
		b.SetBytes(4096 * 80 * 4)
		for b.Loop() {
			if _, err := Pad(x, c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("PadSlices", func(b *testing.B) {
		b.SetBytes(4096 * 80 * 4)
		for b.Loop() {
			if _, err := PadSlices(x32, 0, c); err != nil {
				b.Fatal(err)
			}
		}
	})
}
