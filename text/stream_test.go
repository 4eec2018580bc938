package text

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// variants are tokenizers whose streams take different ways through the code.
func variants() map[string]*Tokenizer {
	return map[string]*Tokenizer{
		"default": {}, "oov": {OOVToken: "<unk>", NumWords: 100}, "case": {Lower: new(false)}, "char": {CharLevel: true},
		"lf stays": {Filters: new(".,")}, "long split": {Split: "wo"}, "segments": {Segment: true, Normalize: NFKC, Fold: true},
		"ngrams": {NGrams: [2]int{1, 2}, StopWords: []string{"aa0"}}, "analyzer": {Analyzer: strings.Fields},
	}
}

func lines(texts []string) string { return strings.Join(texts, "\n") + "\n" }

// A stream is fitted and encoded like its lines, whatever the number of
// workers and however it is read.
func TestStreams(t *testing.T) {
	plain := corpus(2600, 30, 3000)
	plain[7], plain[8], plain[2599] = "", "", ""
	mixed := slices.Clone(plain)
	for i := 0; i < len(mixed); i += 7 {
		mixed[i] = "ÄÖ “" + mixed[i] + "” ΑΣ İ \xff e\u0301"
	}
	for name, tok := range variants() {
		for kind, texts := range map[string][]string{"ascii": plain, "unicode": mixed, "short": {"one"}, "empty": {}} {
			input := lines(texts)
			if kind == "empty" {
				input = ""
			}
			if kind == "unicode" {
				input = strings.ReplaceAll(input, "\n", "\r\n")
			}
			want := *tok
			want.FitOnTexts(slices.Values(texts))
			wantIDs := want.TextsToSequences(slices.Values(texts))
			wantJSON := want.ToJSON()
			for _, workers := range []int{1, 2, 5} {
				got := *tok
				r := io.Reader(strings.NewReader(input))
				if workers == 2 {
					r = iotest.HalfReader(r)
				}
				if err := got.FitReader(r, ReadConfig{Workers: workers}); err != nil {
					t.Fatalf("%s, %s: %v", name, kind, err)
				}
				if got.ToJSON() != wantJSON {
					t.Errorf("%s, %s, %d workers: FitReader differs from FitOnTexts", name, kind, workers)
				}
				line := int64(0)
				err := got.EncodeReader(strings.NewReader(input), ReadConfig{Workers: workers}, func(n int64, ids []int) error {
					if line++; n != line || !slices.Equal(ids, wantIDs[line-1]) {
						return fmt.Errorf("line %d (called %d): got %v, want %v", line, n, ids, wantIDs[line-1])
					}
					return nil
				})
				if err != nil || line != int64(len(texts)) {
					t.Errorf("%s, %s, %d workers: EncodeReader: %d lines of %d, %v", name, kind, workers, line, len(texts), err)
				}
			}
		}
	}
}

func TestStreamText(t *testing.T) {
	column := func(dst, line []byte) ([]byte, error) {
		_, text, ok := bytes.Cut(line, []byte{'\t'})
		if !ok {
			return dst, ErrSkip
		}
		if string(text) == "bad" {
			return dst, errors.New("no text here")
		}
		return append(dst, text...), nil
	}
	tok := &Tokenizer{}
	if err := tok.FitReader(strings.NewReader("1\ta b\nskip\n2\tb\n"), ReadConfig{Text: column}); err != nil || tok.DocumentCount() != 2 {
		t.Fatalf("%v, %d documents", err, tok.DocumentCount())
	}
	var got []string
	err := tok.EncodeReader(strings.NewReader("1\ta b\nskip\n2\tb\n"), ReadConfig{Text: column}, func(line int64, ids []int) error {
		got = append(got, fmt.Sprint(line, ids))
		return nil
	})
	if want := []string{"1 [2 1]", "3 [1]"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	before := tok.ToJSON()
	err = tok.FitReader(strings.NewReader("1\tx\n1\tbad\n"), ReadConfig{Text: column})
	if err == nil || err.Error() != "text: line 2: no text here" || tok.ToJSON() != before {
		t.Errorf("%v, or the tokenizer changed", err)
	}
}

func TestStreamErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	long := "short\n" + strings.Repeat("x", 1<<20) + "\nshort\n"
	for _, workers := range []int{1, 3} {
		for want, c := range map[string]struct {
			r io.Reader
			c ReadConfig
		}{
			"text: line 2 is longer than 1000 bytes: if this is a text file, raise MaxLine":   {strings.NewReader(long), ReadConfig{MaxLine: 1000}},
			"text: line 2 is longer than 300000 bytes: if this is a text file, raise MaxLine": {strings.NewReader(long), ReadConfig{MaxLine: 300000}},
			"text: MaxLine is -1":                   {strings.NewReader(long), ReadConfig{MaxLine: -1}},
			`unknown character set "x-none"`:        {strings.NewReader(long), ReadConfig{Charset: "x-none"}},
			"text: reading at byte 4: disk on fire": {io.MultiReader(strings.NewReader("ab\nc"), iotest.ErrReader(broken)), ReadConfig{}},
		} {
			c.c.Workers = workers
			tok := &Tokenizer{}
			err := tok.FitReader(c.r, c.c)
			if err == nil || !strings.Contains(err.Error(), want) || tok.DocumentCount() != 0 {
				t.Errorf("%d workers: got %v, want %q", workers, err, want)
			}
		}
		// emit can end the reading.
		n := 0
		err := new(Tokenizer).EncodeReader(strings.NewReader(strings.Repeat("a b c\n", 500000)), ReadConfig{Workers: workers}, func(int64, []int) error {
			if n++; n == 1000 {
				return broken
			}
			return nil
		})
		if err != broken || n != 1000 {
			t.Errorf("%d workers: %v after %d lines", workers, err, n)
		}
	}
	if err := new(Tokenizer).FitReader(strings.NewReader(long), ReadConfig{MaxLine: 1 << 20}); err != nil {
		t.Error(err)
	}
}

// Blocks hold whole lines and all of them, whatever their length.
func TestBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	var input []byte
	for len(input) < 3<<20 {
		n := rng.IntN(200)
		if rng.IntN(500) == 0 {
			n = rng.IntN(3 * blockSize)
		}
		input = append(append(input, bytes.Repeat([]byte{'x'}, n)...), '\n')
	}
	input = append(input, "no end"...)
	var got []byte
	line, blocks := int64(1), 0
	err := EachBlock(bytes.NewReader(input), ReadConfig{Workers: 3}, func(_ int, b *Block, _ *Block) (*Block, error) {
		c := *b
		c.Data = slices.Clone(b.Data)
		return &c, nil
	}, func(b *Block) error {
		if b.Number != blocks || b.Line != line || b.Offset != int64(len(got)) {
			t.Errorf("block %d, line %d, offset %d: want %d, %d, %d", b.Number, b.Line, b.Offset, blocks, line, len(got))
		}
		blocks++
		got = append(got, b.Data...)
		line += int64(bytes.Count(b.Data, lf))
		if b.Data[len(b.Data)-1] != '\n' && len(got) != len(input) {
			t.Errorf("block %d ends within a line", b.Number)
		}
		return nil
	})
	if err != nil || !bytes.Equal(got, input) || blocks < 5 {
		t.Errorf("%v, %d blocks, %d bytes of %d", err, blocks, len(got), len(input))
	}
}

func TestMaxVocabMemory(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	zipf := rand.NewZipf(rng, 1.2, 3, 400000)
	var b strings.Builder
	exact := map[string]int{}
	for range 60000 {
		for range 10 {
			w := fmt.Sprintf("word%x", zipf.Uint64()*2654435761)
			exact[w]++
			b.WriteString(w + " ")
		}
		b.WriteByte('\n')
	}
	const limit = 2 << 20
	var first string
	for _, workers := range []int{1, 2, 4} {
		tok := &Tokenizer{MaxVocabMemory: limit}
		if err := tok.FitReader(strings.NewReader(b.String()), ReadConfig{Workers: workers}); err != nil {
			t.Fatal(err)
		}
		if tok.vocab.bytes() > limit {
			t.Errorf("the vocabulary takes %d bytes, the limit is %d", tok.vocab.bytes(), limit)
		}
		if first == "" {
			first = tok.ToJSON()
		} else if tok.ToJSON() != first {
			t.Errorf("%d workers: another result", workers)
		}
		bound := tok.CountError()
		if n := len(tok.counted); bound == 0 || bound > 2*600000/n || n < 5000 {
			t.Errorf("CountError is %d with %d words", bound, n)
		}
		got := map[string]int{}
		for w, n := range tok.WordCounts() {
			got[w] = n
			if n > exact[w] {
				t.Fatalf("%q: counted %d, there are %d", w, n, exact[w])
			}
		}
		for w, n := range exact {
			if n-got[w] > bound {
				t.Fatalf("%q: counted %d, there are %d, CountError is %d", w, got[w], n, bound)
			}
		}
		back, err := FromJSON([]byte(first))
		if err != nil || back.CountError() != bound || back.MaxVocabMemory != limit {
			t.Errorf("after reading: CountError %d, MaxVocabMemory %d, %v", back.CountError(), back.MaxVocabMemory, err)
		}
	}
	// Below the limit nothing changes.
	few, exactly := &Tokenizer{MaxVocabMemory: 64 << 20}, &Tokenizer{}
	texts := corpus(3000, 20, 3000)
	few.FitOnTexts(slices.Values(texts))
	exactly.FitOnTexts(slices.Values(texts))
	few.MaxVocabMemory = 0
	if few.ToJSON() != exactly.ToJSON() || few.CountError() != 0 {
		t.Error("a limit that is not reached changes the result")
	}
}
