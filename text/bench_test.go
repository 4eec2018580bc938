package text

import (
	"slices"
	"strings"
	"testing"
)

func benchCorpus() (texts []string, bytes int64) {
	texts = corpus(20000, 100, 50000)
	for _, s := range texts {
		bytes += int64(len(s))
	}
	return texts, bytes
}

func BenchmarkFitOnTexts(b *testing.B) {
	texts, n := benchCorpus()
	for name, workers := range map[string]int{"1 worker": 1, "all workers": 0} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(n)
			b.ReportAllocs()
			for b.Loop() {
				tok := &Tokenizer{Workers: workers}
				tok.FitOnTexts(slices.Values(texts))
			}
		})
	}
}

func BenchmarkTextsToSequences(b *testing.B) {
	texts, n := benchCorpus()
	tok := &Tokenizer{NumWords: 20000, OOVToken: "<unk>"}
	tok.FitOnTexts(slices.Values(texts))
	for name, workers := range map[string]int{"1 worker": 1, "all workers": 0} {
		b.Run(name, func(b *testing.B) {
			tok.Workers = workers
			b.SetBytes(n)
			b.ReportAllocs()
			for b.Loop() {
				tok.TextsToSequences(slices.Values(texts))
			}
		})
	}
}

// BenchmarkFitReader and BenchmarkEncodeReader take lines of English-like text.
func BenchmarkFitReader(b *testing.B) {
	texts, _ := benchCorpus()
	input := lines(texts)
	for _, workers := range []int{1, 2} {
		b.Run(map[int]string{1: "1 worker", 2: "2 workers"}[workers], func(b *testing.B) {
			b.SetBytes(int64(len(input)))
			b.ReportAllocs()
			for b.Loop() {
				if err := new(Tokenizer).FitReader(strings.NewReader(input), ReadConfig{Workers: workers}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncodeReader(b *testing.B) {
	texts, _ := benchCorpus()
	input := lines(texts)
	tok := &Tokenizer{}
	tok.FitOnTexts(slices.Values(texts))
	for _, workers := range []int{1, 2} {
		b.Run(map[int]string{1: "1 worker", 2: "2 workers"}[workers], func(b *testing.B) {
			b.SetBytes(int64(len(input)))
			b.ReportAllocs()
			for b.Loop() {
				err := tok.EncodeReader(strings.NewReader(input), ReadConfig{Workers: workers}, func(int64, []int) error { return nil })
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkHashingTrick(b *testing.B) {
	const s = "The quick brown fox jumps over the lazy dog, and then over the sleeping cat."
	for _, hash := range []Hash{XXH64, MD5} {
		b.Run(string(hash), func(b *testing.B) {
			h, err := NewHasher(10000, HashConfig{Hash: hash})
			if err != nil {
				b.Fatal(err)
			}
			var ids []int
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				ids = h.Append(ids[:0], s)
			}
		})
	}
}

func BenchmarkUnicodeFit(b *testing.B) {
	texts, n := benchCorpus()
	for i, s := range texts {
		texts[i] = "ÄÖ “" + s[:len(s)/2] + "” Привет МИР "
		n += int64(len(texts[i]) - len(s))
	}
	b.SetBytes(n)
	for b.Loop() {
		tok := &Tokenizer{Workers: 1}
		tok.FitOnTexts(slices.Values(texts))
	}
}

func BenchmarkToWordSequence(b *testing.B) {
	const s = "The quick brown fox jumps over the lazy dog, and then over the sleeping cat."
	b.SetBytes(int64(len(s)))
	b.ReportAllocs()
	for b.Loop() {
		ToWordSequence(s, SplitConfig{})
	}
}

func BenchmarkToJSON(b *testing.B) {
	texts, _ := benchCorpus()
	tok := &Tokenizer{}
	tok.FitOnTexts(slices.Values(texts))
	s := tok.ToJSON()
	b.Run("ToJSON", func(b *testing.B) {
		b.SetBytes(int64(len(s)))
		for b.Loop() {
			tok.ToJSON()
		}
	})
	b.Run("FromJSON", func(b *testing.B) {
		b.SetBytes(int64(len(s)))
		for b.Loop() {
			if _, err := FromJSON([]byte(s)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
