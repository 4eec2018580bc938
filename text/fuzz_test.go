package text

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// slowLower, slowWords and slowFit are the definitions, character by
// character and map by map.
func slowLower(chars []rune) []rune {
	var out []rune
	for i, r := range chars {
		switch {
		case r == 'İ':
			out = append(out, 'i', 0x307)
		case r == 'Σ':
			before := slices.DeleteFunc(slices.Clone(chars[:i]), isCaseIgnorable)
			after := slices.DeleteFunc(slices.Clone(chars[i+1:]), isCaseIgnorable)
			if len(before) > 0 && isCased(before[len(before)-1]) && (len(after) == 0 || !isCased(after[0])) {
				out = append(out, 'ς')
			} else {
				out = append(out, 'σ')
			}
		default:
			out = append(out, unicode.ToLower(r))
		}
	}
	return out
}

func slowWords(text, filters, split string, lower bool) []string {
	chars := []rune(text)
	if lower {
		chars = slowLower(chars)
	}
	var b strings.Builder
	for _, r := range chars {
		if strings.ContainsRune(filters, r) {
			b.WriteString(split)
		} else {
			b.WriteRune(r)
		}
	}
	return slices.DeleteFunc(strings.Split(b.String(), split), func(w string) bool { return w == "" })
}

func checkWords(t *testing.T, text, filters, split string, lower bool) {
	t.Helper()
	if split == "" {
		split = " "
	}
	got := ToWordSequence(text, SplitConfig{Filters: &filters, Lower: &lower, Split: split})
	if want := slowWords(text, filters, split, lower); !slices.Equal(got, want) {
		t.Fatalf("%q, filters %q, split %q, lower %v: got %q, want %q", text, filters, split, lower, got, want)
	}
}

func FuzzToWordSequence(f *testing.F) {
	f.Add("The cat sat on the mat.", DefaultFilters, " ", true)
	f.Add("ΑΣ.Α ΑΣ. İ K Å ẞ", ".", " ", true)
	f.Add("axbaab", "x", "ab", false)
	f.Fuzz(func(t *testing.T, text, filters, split string, lower bool) {
		got := ToWordSequence(text, SplitConfig{Filters: &filters, Lower: &lower, Split: split})
		for _, w := range got {
			if w == "" {
				t.Fatal("an empty word")
			}
		}
		if utf8.ValidString(text) && utf8.ValidString(filters) && utf8.ValidString(split) {
			checkWords(t, text, filters, split, lower)
		}
	})
}

func TestWordsAgainstDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("abcXYZ  .,'-:\t\n\rΣΣσςİıßẞÄé日😀\u00a0\u3000\u0301\u00ad^`KÅȺ")
	random := func(n int) string {
		s := make([]rune, rng.IntN(n))
		for i := range s {
			s[i] = alphabet[rng.IntN(len(alphabet))]
		}
		return string(s)
	}
	for range 3000 {
		checkWords(t, random(60), random(6), random(4), rng.IntN(3) > 0)
		checkWords(t, random(60), DefaultFilters, " ", true)
	}
}

func TestLowerASCII(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	ascii := string(all[:128])
	for n := range 20 {
		for at := 0; at+n <= 128; at++ {
			if got, want := string(appendLower(nil, ascii[at:at+n])), strings.ToLower(ascii[at:at+n]); got != want {
				t.Fatalf("%q: got %q", ascii[at:at+n], got)
			}
		}
	}
	if got := string(appendLower(nil, string(all[128:]))); got != string(all[128:]) {
		t.Errorf("invalid bytes became %q", got)
	}
}

// corpus returns n texts with a Zipf-like vocabulary and some punctuation.
func corpus(n, words, vocabulary int) []string {
	rng := rand.New(rand.NewPCG(3, uint64(n)))
	zipf := rand.NewZipf(rng, 1.1, 4, uint64(vocabulary-1))
	texts := make([]string, n)
	var b strings.Builder
	for i := range texts {
		b.Reset()
		for range rng.IntN(2*words + 1) {
			r := zipf.Uint64()
			w := fmt.Sprintf("%c%c%s%x", 'a'+rune(r*7%26), 'a'+rune(r*11%26), "word"[:r%5], r)
			switch rng.IntN(10) {
			case 0:
				w = strings.ToUpper(w) + ". "
			case 1:
				w += ", "
			default:
				w += " "
			}
			b.WriteString(w)
		}
		texts[i] = b.String()
	}
	return texts
}

// Fit must not depend on the number of workers, nor differ from plain maps.
func TestFitAgainstDefinition(t *testing.T) {
	texts := corpus(5000, 60, 20000)
	counts, docs, order := map[string]int{}, map[string]int{}, []string(nil)
	for _, text := range texts {
		seen := map[string]bool{}
		for _, w := range slowWords(text, DefaultFilters, " ", true) {
			if counts[w]++; counts[w] == 1 {
				order = append(order, w)
			}
			if !seen[w] {
				seen[w] = true
				docs[w]++
			}
		}
	}
	index := map[string]int{}
	slices.SortStableFunc(order, func(a, b string) int { return counts[b] - counts[a] })
	for i, w := range order {
		index[w] = i + 1
	}
	var first string
	var sequences [][]int
	for _, workers := range []int{1, 2, 7} {
		tok := &Tokenizer{Workers: workers}
		tok.FitOnTexts(slices.Values(texts))
		if !maps.Equal(maps.Collect(tok.WordCounts()), counts) || !maps.Equal(maps.Collect(tok.WordDocs()), docs) || !maps.Equal(maps.Collect(tok.WordIndex()), index) {
			t.Fatalf("%d workers: counts, docs or index differ from the definition", workers)
		}
		got := tok.TextsToSequences(slices.Values(texts))
		if json := tok.ToJSON(); first == "" {
			first, sequences = json, got
		} else if json != first {
			t.Fatalf("%d workers: ToJSON differs", workers)
		} else if !slices.EqualFunc(got, sequences, slices.Equal[[]int]) {
			t.Fatalf("%d workers: TextsToSequences differs", workers)
		}
	}
	for i, text := range texts {
		for k, w := range slowWords(text, DefaultFilters, " ", true) {
			if sequences[i][k] != index[w] {
				t.Fatalf("text %d, word %d: got %d, want %d", i, k, sequences[i][k], index[w])
			}
		}
	}
}

func FuzzFromJSON(f *testing.F) {
	tok := &Tokenizer{NumWords: 5, OOVToken: "é\xff"}
	tok.FitOnTexts(slices.Values([]string{"a b b 😀 \xff", "x"}))
	f.Add([]byte(tok.ToJSON()))
	f.Add([]byte(new(Tokenizer).ToJSON()))
	f.Add([]byte(`{"config":{"word_counts":"{}","word_docs":"{}","index_docs":"{\"3\": 1e2}","index_word":"{\"900000000\":\"\\ud83d\\ude00\"}","word_index":"{\"a\":0}","filters":["a"]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := FromJSON(data)
		if err != nil {
			return
		}
		out := tok.ToJSON()
		back, err := FromJSON([]byte(out))
		if err != nil {
			t.Fatalf("%v in what we wrote: %s", err, out)
		}
		if again := back.ToJSON(); again != out {
			t.Fatalf("the round trip changes\n%s to\n%s", out, again)
		}
		back.TextsToSequences(slices.Values([]string{"a b \xff", ""}))
		back.SequencesToTexts(slices.Values([][]int{{0, 1, 2, -3}}))
		back.FitOnTexts(slices.Values([]string{"a new b"}))
		_ = back.String()
	})
}
