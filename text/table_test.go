package text

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Enough words of all lengths for segments to split, and pieces to end, many
// times over.
func TestTable(t *testing.T) {
	word := func(i int) []byte {
		return fmt.Appendf(nil, "%d%s", i, "abcdefghijklmnopqrstuvwxyzabcdefghijkl"[:i%39])
	}
	var tab table
	const n = 60_000
	for round := range 2 {
		for i := range n {
			if tab.find(word(i)) != -1 {
				t.Fatalf("%s is there before it was put in", word(i))
			}
			if id, isNew := tab.intern(word(i)); id != i || !isNew {
				t.Fatalf("%s: number %d, new %v, want %d", word(i), id, isNew, i)
			}
		}
		for i := range n {
			if id, isNew := tab.intern(word(i)); id != i || isNew {
				t.Fatalf("%s: number %d, new %v, want %d", word(i), id, isNew, i)
			}
			if got := tab.word(i); got != string(word(i)) {
				t.Fatalf("number %d is %q, want %q", i, got, word(i))
			}
		}
		memory := int64(0)
		for _, c := range tab.chunks {
			memory += int64(cap(c)) * entryBytes
		}
		for _, c := range tab.tails {
			memory += int64(cap(c)) * 8
		}
		seen := map[*segment]bool{}
		for _, g := range tab.segments {
			if !seen[g] {
				seen[g] = true
				memory += int64(len(g.slots)) * 8
			}
		}
		if tab.bytes() != memory || len(seen) < 20 {
			t.Errorf("round %d: %d bytes, counted %d; %d segments", round, memory, tab.bytes(), len(seen))
		}
		tab.reset()
		if tab.size != 0 || tab.bytes() != memory {
			t.Errorf("after reset: %d words, %d bytes", tab.size, tab.bytes())
		}
	}
}

// Counters that hand over their words again and again give what one gives.
func TestGathering(t *testing.T) {
	defer func(all, one int) { heldByAll, heldByOne = all, one }(heldByAll, heldByOne)
	texts := corpus(4000, 40, 9000)
	input := lines(texts)
	for _, oov := range []string{"", "w7"} {
		one := &Tokenizer{Workers: 1, OOVToken: oov}
		one.FitOnTexts(slices.Values(texts))
		want := one.ToJSON()
		one.FitOnTexts(slices.Values(texts))
		twice := one.ToJSON()
		for _, held := range []int{0, 1, 100, 5000} {
			heldByAll, heldByOne = 1<<20, held
			for _, workers := range []int{2, 7} {
				tok := &Tokenizer{Workers: workers, OOVToken: oov}
				tok.FitOnTexts(slices.Values(texts))
				if tok.ToJSON() != want {
					t.Errorf("FitOnTexts, %d workers that hold %d words: another result", workers, held)
				}
				tok = &Tokenizer{OOVToken: oov}
				if err := tok.FitReader(strings.NewReader(input), ReadConfig{Workers: workers}); err != nil || tok.ToJSON() != want {
					t.Errorf("FitReader, %d workers that hold %d words: another result (%v)", workers, held, err)
				}
				if err := tok.FitReader(strings.NewReader(input), ReadConfig{Workers: workers}); err != nil || tok.ToJSON() != twice {
					t.Errorf("a second fit, %d workers that hold %d words: another result (%v)", workers, held, err)
				}
			}
		}
	}
}

// Blocks of lines are what the lines are one by one, whatever stands at their ends.
func TestBlocksAreLines(t *testing.T) {
	ends := []string{"ΑΣ", "Σ", "İ", "x\r", "\xff", "É’", "", "a.", "Σ'", "\r", "longer-than-eight-bytes ΟΔΟΣ"}
	var texts []string
	for i := range 9000 {
		texts = append(texts, fmt.Sprintf("Word%d ÀB %s", i%700, ends[i%len(ends)]))
	}
	for _, lower := range []bool{true, false} {
		want := &Tokenizer{Lower: &lower}
		want.FitOnTexts(slices.Values(texts))
		sequences := want.TextsToSequences(slices.Values(texts))
		for _, end := range []string{"\n", "\r\n"} {
			got := &Tokenizer{Lower: &lower}
			input := strings.Join(texts, end) + end
			if end == "\n" { // a CR at a line's end belongs to it
				input = strings.ReplaceAll(input, "\r\n", "\r\r\n")
			}
			if err := got.FitReader(strings.NewReader(input), ReadConfig{}); err != nil || got.ToJSON() != want.ToJSON() {
				t.Errorf("lower %v, end %q: another result (%v)", lower, end, err)
			}
			i := 0
			err := got.EncodeReader(strings.NewReader(input), ReadConfig{}, func(line int64, ids []int) error {
				if line != int64(i+1) || !slices.Equal(ids, sequences[i]) {
					t.Fatalf("lower %v, end %q, line %d: %v, want %v", lower, end, line, ids, sequences[i])
				}
				i++
				return nil
			})
			if err != nil || i != len(texts) {
				t.Errorf("%d of %d lines, %v", i, len(texts), err)
			}
		}
	}
}
