package text

import (
	"slices"
	"strings"
	"testing"
)

// Merging is one fit over the texts of both.
func TestMergeIsOneFit(t *testing.T) {
	texts := append(corpus(700, 30, 1500), "", "ties tied", "tied ties")
	for name, tok := range variants() {
		for _, cut := range []int{0, 1, 350, len(texts)} {
			for _, workers := range []int{1, 3} {
				want, a, b := *tok, *tok, *tok
				a.Workers, b.Workers = workers, workers
				want.FitOnTexts(slices.Values(texts))
				a.FitOnTexts(slices.Values(texts[:cut]))
				b.FitOnTexts(slices.Values(texts[cut:]))
				loaded := &b
				if workers == 3 && tok.Analyzer == nil { // also one that was saved
					var err error
					if loaded, err = FromJSON([]byte(b.ToJSON())); err != nil {
						t.Fatal(err)
					}
				}
				if err := a.Merge(loaded); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if a.ToJSON() != want.ToJSON() {
					t.Errorf("%s, cut at %d, %d workers: the merge is not one fit", name, cut, workers)
				}
			}
		}
	}
}

// Fitting again counts as one fit does; only the order of index_docs, which
// Keras keeps from fit to fit, can differ.
func TestFitAgain(t *testing.T) {
	texts := corpus(2000, 30, 3000)
	once, twice := &Tokenizer{}, &Tokenizer{Workers: 3}
	once.FitOnTexts(slices.Values(texts))
	twice.FitOnTexts(slices.Values(texts[:700]))
	if err := twice.FitReader(strings.NewReader(lines(texts[700:])), ReadConfig{Workers: 2}); err != nil {
		t.Fatal(err)
	}
	a, b := once.GetConfig(), twice.GetConfig()
	if a.WordCounts != b.WordCounts || a.WordDocs != b.WordDocs || a.WordIndex != b.WordIndex || a.IndexWord != b.IndexWord || a.DocumentCount != b.DocumentCount {
		t.Error("two fits differ from one")
	}
}

func TestMergeSequences(t *testing.T) {
	want, a, b := &Tokenizer{NumWords: 9}, &Tokenizer{NumWords: 9}, &Tokenizer{NumWords: 9}
	x, y := [][]int{{1, 2, 2}, {3}}, [][]int{{3, 1}, {}, {8}}
	want.FitOnSequences(slices.Values(append(slices.Clone(x), y...)))
	a.FitOnSequences(slices.Values(x))
	b.FitOnSequences(slices.Values(y))
	if err := a.Merge(b); err != nil || a.ToJSON() != want.ToJSON() {
		t.Errorf("%v: got %s\nwant %s", err, a.ToJSON(), want.ToJSON())
	}
}

func TestMergeErrors(t *testing.T) {
	fitted := func(tok Tokenizer) *Tokenizer {
		tok.FitOnTexts(slices.Values([]string{"a b", "c"}))
		return &tok
	}
	mixed := fitted(Tokenizer{})
	mixed.FitOnSequences(slices.Values([][]int{{1}}))
	sequences := &Tokenizer{}
	sequences.FitOnSequences(slices.Values([][]int{{1}}))
	for want, o := range map[string]*Tokenizer{
		`Filters is "!\"#`:                                                fitted(Tokenizer{Filters: new("x")}),
		"Lower is true here and false there":                              fitted(Tokenizer{Lower: new(false)}),
		`Split is " " here and "-" there`:                                 fitted(Tokenizer{Split: "-"}),
		"CharLevel is false here":                                         fitted(Tokenizer{CharLevel: true}),
		`Normalize is "" here and "NFC" there`:                            fitted(Tokenizer{Normalize: NFC}),
		"Fold is false":                                                   fitted(Tokenizer{Fold: true}),
		"Segment is false":                                                fitted(Tokenizer{Segment: true}),
		"NGrams is [0 0] here and [1 2] there":                            fitted(Tokenizer{NGrams: [2]int{1, 2}}),
		"StopWords is [] here and [a] there":                              fitted(Tokenizer{StopWords: []string{"a"}}),
		"only one of the two has an Analyzer":                             fitted(Tokenizer{Analyzer: strings.Fields}),
		"the other tokenizer was fitted on sequences as well as on texts": mixed,
		"one tokenizer was fitted on sequences, the other on texts":       sequences,
	} {
		tok := fitted(Tokenizer{})
		before := tok.ToJSON()
		if err := tok.Merge(o); err == nil || !strings.Contains(err.Error(), want) || tok.ToJSON() != before {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	tok := fitted(Tokenizer{})
	if err := tok.Merge(tok); err == nil {
		t.Error("a tokenizer is merged with itself")
	}
}

func TestExtraSettingsAreSaved(t *testing.T) {
	for _, tok := range []Tokenizer{
		{Normalize: NFKC, Fold: true, NGrams: [2]int{1, 3}}, {Segment: true, StopWords: []string{"the", "ß"}}, {MinCount: 2}, {MinCount: 3, Normalize: NFD, MaxVocabMemory: 1 << 20},
	} {
		tok.FitOnTexts(slices.Values([]string{"The the cat, Straße cat", "ﬁne"}))
		s := tok.ToJSON()
		back, err := FromJSON([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		if back.ToJSON() != s {
			t.Errorf("got %s\nwant %s", back.ToJSON(), s)
		}
		in := []string{"the cat Straße fine cat"}
		if got, want := back.TextsToSequences(slices.Values(in)), tok.TextsToSequences(slices.Values(in)); !slices.EqualFunc(got, want, slices.Equal[[]int]) {
			t.Errorf("got %v, want %v", got, want)
		}
		// Keras must refuse what it would cut otherwise, and may read the rest.
		inside := strings.Contains(s, `"antler": {"normalize`) || strings.Contains(s, `"antler": {"segment`)
		if (tok.options() != nil) != inside {
			t.Errorf("settings are not where they belong: %s", s)
		}
	}
	for in, want := range map[string]string{
		`"num_words": null, "antler": {"colour": 1}`:      `antler: json: unknown field "colour"`,
		`"num_words": null, "antler": {"normalize": "x"}`: `unknown Normalize "x"`,
		`"num_words": null, "antler": {"ngrams": [3, 1]}`: "NGrams is [3 1]",
	} {
		s := strings.Replace(new(Tokenizer).ToJSON(), `"num_words": null`, in, 1)
		if _, err := FromJSON([]byte(s)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	good := new(Tokenizer).ToJSON()
	for in, want := range map[string]string{
		strings.Replace(good, `"Tokenizer"`, `"Sequential"`, 1):                                        `class_name is "Sequential": want "Tokenizer"`,
		strings.Replace(good, `"word_index": "{}"`, `"word_index": "{\"a\": 1, \"b\": 1}"`, 1):         `"a" and "b" both have the number 1`,
		strings.Replace(good, `"word_index": "{}"`, `"word_index": "{\"a\": 1, \"a\": 2}"`, 1):         `"a" occurs twice`,
		strings.Replace(good, `"word_counts": "{}"`, `"word_counts": "{\"a\": 1, \"a\": 2}"`, 1):       `"a" occurs twice`,
		strings.Replace(good, `"index_word": "{}"`, `"index_word": "{\"1\": \"a\", \"1\": \"b\"}"`, 1): `the number 1 occurs twice`,
	} {
		if _, err := FromJSON([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
