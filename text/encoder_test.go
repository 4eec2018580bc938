package text

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

func TestEncoder(t *testing.T) {
	texts := corpus(500, 20, 2000)
	tok := &Tokenizer{OOVToken: "?", NumWords: 300}
	tok.FitOnTexts(slices.Values(texts))
	want := tok.TextsToSequences(slices.Values(texts))
	e := tok.NewEncoder()
	all := []int{7}
	for i, s := range texts {
		n := len(all)
		if all = e.Append(all, s); !slices.Equal(all[n:], want[i]) || all[0] != 7 {
			t.Fatalf("text %d: %v, want %v", i, all[n:], want[i])
		}
	}
	for range 2 {
		i := 0
		if err := e.Lines([]byte(lines(texts)), func(ids []int) error {
			if !slices.Equal(ids, want[i]) {
				t.Fatalf("line %d: %v, want %v", i, ids, want[i])
			}
			i++
			return nil
		}); err != nil || i != len(texts) {
			t.Errorf("%d lines, %v", i, err)
		}
	}
	if err := e.Lines(nil, func([]int) error { return errors.New("no") }); err != nil {
		t.Error(err)
	}
	enough := errors.New("enough")
	if err := e.Lines([]byte("a\nb\n"), func([]int) error { return enough }); err != enough {
		t.Error(err)
	}
	data, dst := []byte(lines(texts)), make([]int, 0, 1<<20)
	if n := testing.AllocsPerRun(20, func() {
		e.Lines(data, func([]int) error { return nil })
		dst = e.Append(dst[:0], texts[3])
	}); n > 2 { // the closures
		t.Errorf("%v allocations for %d tokens", n, len(all))
	}
}

func ExampleTokenizer_NewEncoder() {
	tok := &Tokenizer{}
	tok.FitOnTexts(slices.Values([]string{"the cat sat", "the cat ran"}))
	e := tok.NewEncoder()
	var ids []int
	for _, text := range []string{"the cat", "ran, sat"} {
		ids = e.Append(ids[:0], text)
		fmt.Println(ids)
	}
	// Output:
	// [1 2]
	// [4 3]
}
