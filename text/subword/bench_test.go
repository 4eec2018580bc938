package subword

import (
	"strings"
	"testing"

	"github.com/antler-ml/antler/text"
)

func BenchmarkEncode(b *testing.B) {
	input := strings.Repeat("The quick brown fox jumps over the lazy dog, and the dog didn't mind; it counted 12345 newest words.\n", 20000)
	for _, name := range []string{"bpe", "bpe_llama3", "wordpiece", "wordlevel"} {
		tok := loadModel(b, name)
		for _, workers := range []int{1, 2} {
			b.Run(name+map[int]string{1: "/1 worker", 2: "/2 workers"}[workers], func(b *testing.B) {
				b.SetBytes(int64(len(input)))
				b.ReportAllocs()
				for b.Loop() {
					err := tok.EncodeReader(strings.NewReader(input), text.ReadConfig{Workers: workers}, EncodeConfig{}, func(int64, []int) error { return nil })
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkTrain(b *testing.B) {
	texts := randomTexts(2000)
	n := 0
	for _, s := range texts {
		n += len(s)
	}
	b.SetBytes(int64(n))
	for b.Loop() {
		if _, err := Train(func(yield func(string) bool) {
			for _, s := range texts {
				if !yield(s) {
					return
				}
			}
		}, TrainConfig{VocabSize: 1000}); err != nil {
			b.Fatal(err)
		}
	}
}
