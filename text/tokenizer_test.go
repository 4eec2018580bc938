package text

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestFromJSONErrors(t *testing.T) {
	good := new(Tokenizer).ToJSON()
	for in, want := range map[string]string{
		"":                 "text: tokenizer JSON: ",
		"{}":               `no "config" object`,
		`{"config": null}`: `no "config" object`,
		strings.Replace(good, `"word_docs": "{}", `, "", 1):                                            `config has no "word_docs"`,
		strings.Replace(good, `"lower": true`, `"lower": 3`, 1):                                        "lower: ",
		strings.Replace(good, `"lower": true`, `"colour": 3`, 1):                                       `unknown setting "colour"`,
		strings.Replace(good, `"word_counts": "{}"`, `"word_counts": "{"`, 1):                          "word_counts: at byte 1: want a string",
		strings.Replace(good, `"word_counts": "{}"`, `"word_counts": "{}x"`, 1):                        "word_counts: at byte 2: more text",
		strings.Replace(good, `"word_counts": "{}"`, `"word_counts": "{\"a\": 1.5}"`, 1):               `"a": at byte 6: want a whole number, got "1.5"`,
		strings.Replace(good, `"word_counts": "{}"`, `"word_counts": {}`, 1):                           "word_counts: at byte 215: want a string",
		strings.Replace(good, `"index_word": "{}"`, `"index_word": "{\"one\": \"a\"}"`, 1):             `want a number as key, got "one"`,
		strings.Replace(good, `"word_index": "{}"`, `"word_index": "{\"a\": 1e12}"`, 1):                "out of range",
		strings.Replace(good, `"word_index": "{}"`, `"word_index": "{\"\\ud800\": 1}"`, 1):             "unpaired surrogate",
		strings.Replace(good, `"word_index": "{}"`, `"word_index": "{\"\\u12\": 1}"`, 1):               `want \uXXXX`,
		strings.Replace(good, `"word_index": "{}"`, `"word_index": "{\"\\q\": 1}"`, 1):                 `unknown escape \q`,
		strings.Replace(good, `"split": " "`, `"split": ""`, 1):                                        "separator is empty",
		strings.Replace(good, `"num_words": null`, `"num_words": "x"`, 1):                              "num_words: ",
		strings.Replace(good, `"num_words": null`, `"num_words": null, "analyzer": "f"`, 1):            "analyzer: ",
		strings.Replace(good, `"oov_token": null`, `"oov_token": 5`, 1):                                "oov_token: ",
		strings.Replace(good, `"filters": "`, `"filters": [1], "x": "`, 1):                             "filters: ",
		strings.Replace(good, `"lower": true`, `"lower": true, "lower": true`, 1):                      `"lower" occurs twice`,
		strings.Replace(good, `"lower": true`, `"lower": true, "lower"`, 1):                            `want ':', got ','`,
		strings.Replace(good, `"config": {`, `"x": `+strings.Repeat("[", 101)+`, "config": {`, 1):      "nested deeper than 100",
		strings.Replace(good, `"word_counts": "{}"`, `"word_counts": "{\"a\": 1, \"a\": 2}"`, 1):       `"a" occurs twice`,
		strings.Replace(good, `"word_index": "{}"`, `"word_index": "{\"a\": 1, \"b\": 1}"`, 1):         `"a" and "b" both have the number 1`,
		strings.Replace(good, `"index_word": "{}"`, `"index_word": "{\"1\": \"a\", \"1\": \"b\"}"`, 1): "the number 1 occurs twice",
		strings.Replace(good, `"word_index": "{}"`, `"word_index": "{\"a\": -1e99}"`, 1):               "want a whole number",
		good + "{}":                             "more text after the object",
		good[:len(good)-1]:                      "want '}', got the end",
		good[:len(good)-3]:                      "the string does not end",
		"[]":                                    "want '{', got '['",
		`{"config": [], "x": 1}`:                `"config" is no object`,
		`{"config": null, "x": nonono}`:         `the value of "x" is no JSON`,
		`{"class_name": "Model", "config": {}}`: `class_name is "Model"`,
	} {
		_, err := FromJSON([]byte(in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got %v\nwant %q", in, err, want)
		}
	}
}

// Files that people changed by hand, as Keras' users do to fix num_words.
func TestFromJSONByHand(t *testing.T) {
	tok := &Tokenizer{}
	tok.FitOnTexts(slices.Values([]string{"a a b"}))
	s := strings.Replace(tok.ToJSON(), `"word_index": "{\"a\": 1, \"b\": 2}"`, `"word_index": "{\"a\": 1, \"<pad>\": 0, \"<unk>\": 9}"`, 1)
	s = strings.Replace(s, `"oov_token": null`, `"oov_token": "<unk>"`, 1)
	s = strings.Replace(s, `"filters": `, `"filters": ["!", "."], "nb_words": 10.0, "x": `, 1)
	s = s[:strings.Index(s, `, "x"`)] + s[strings.Index(s, `, "lower"`):]
	s = strings.Replace(s, `"num_words": null, `, "", 1)
	tok, err := FromJSON([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tok.TextsToSequences(slices.Values([]string{"a!b <pad>"})), [][]int{{1, 9, 0}}; !slices.EqualFunc(got, want, slices.Equal[[]int]) {
		t.Errorf("got %v, want %v", got, want)
	}
	if tok.NumWords != 10 || *tok.Filters != "!." || tok.InputDim() != 10 {
		t.Errorf("NumWords %d, Filters %q, InputDim %d", tok.NumWords, *tok.Filters, tok.InputDim())
	}
}

func TestMatrixErrors(t *testing.T) {
	fitted := &Tokenizer{}
	fitted.FitOnTexts(slices.Values([]string{"a"}))
	for want, f := range map[string]func() error{
		"set NumWords, or fit": func() error { _, err := new(Tokenizer).SequencesToMatrix(slices.Values([][]int{}), Binary); return err },
		"NumWords is -2": func() error {
			_, err := (&Tokenizer{NumWords: -2}).TextsToMatrix(slices.Values([]string{}), Binary)
			return err
		},
		"fit on some texts or": func() error {
			_, err := (&Tokenizer{NumWords: 2}).SequencesToMatrix(slices.Values([][]int{}), TFIDF)
			return err
		},
		`unknown mode "tf"`: func() error { _, err := fitted.SequencesToMatrix(slices.Values([][]int{}), "tf"); return err },
		"sequence 1 has the negative number -1 at position 2": func() error {
			_, err := fitted.SequencesToMatrix(slices.Values([][]int{{}, {1, 1, -1}}), Count)
			return err
		},
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	x, err := fitted.TokensToMatrix(slices.Values([][]string{{"A", "a", "b"}}), Freq)
	if err != nil || !slices.Equal(x.Data(), []float32{0, 1}) {
		t.Errorf("got %v, %v", x, err)
	}
}

func TestAnalyzer(t *testing.T) {
	for _, workers := range []int{1, 4} {
		tok := &Tokenizer{Analyzer: func(s string) []string { return strings.Split(s, "|") }, Workers: workers}
		tok.FitOnTexts(slices.Values([]string{"A b|c", "A b||x"}))
		if got, want := maps.Collect(tok.WordCounts()), map[string]int{"A b": 2, "c": 1, "": 1, "x": 1}; !maps.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if got := tok.TextsToSequences(slices.Values([]string{"x|A b|y"})); !slices.Equal(got[0], []int{4, 1}) {
			t.Errorf("got %v", got)
		}
	}
}

// Methods that only read may run at the same time; this is for -race.
func TestConcurrentReading(t *testing.T) {
	tok := &Tokenizer{NumWords: 300, OOVToken: "<unk>"}
	texts := corpus(300, 30, 1000)
	tok.FitOnTexts(slices.Values(texts))
	want := tok.TextsToSequences(slices.Values(texts))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got := slices.Collect(tok.TextsToSequencesSeq(slices.Values(texts)))
			if !slices.EqualFunc(got, want, slices.Equal[[]int]) {
				t.Error("another result")
			}
			tok.SequencesToTexts(slices.Values(got))
			_, _ = tok.ToJSON(), tok.Vocabulary()
		})
	}
	wg.Wait()
}

func TestIteratorsStopEarly(t *testing.T) {
	tok := &Tokenizer{}
	tok.FitOnTexts(slices.Values([]string{"a b"}))
	read := 0
	texts := func(yield func(string) bool) {
		for _, s := range []string{"a", "b", "a b"} {
			if read++; !yield(s) {
				return
			}
		}
	}
	for range tok.TextsToSequencesSeq(texts) {
		break
	}
	if read != 1 {
		t.Errorf("%d texts were read for one sequence", read)
	}
	for range tok.SequencesToTextsSeq(tok.TokensToSequencesSeq(slices.Values([][]string{{"A"}, {"b"}}))) {
		break
	}
	for range tok.WordCounts() {
		break
	}
	for range tok.IndexWord() {
		break
	}
	for range tok.IndexDocs() {
		break
	}
}

// A source of texts that panics must not leave workers behind or be swallowed.
func TestPanickingSource(t *testing.T) {
	tok := &Tokenizer{Workers: 3}
	defer func() {
		if r := recover(); r != "broken" {
			t.Errorf("recovered %v", r)
		}
	}()
	tok.FitOnTexts(func(yield func(string) bool) {
		for range 5000 {
			yield("some text")
		}
		panic("broken")
	})
}

func TestEncodingAllocatesLittle(t *testing.T) {
	texts := corpus(2000, 40, 500)
	tok := &Tokenizer{Workers: 1}
	tok.FitOnTexts(slices.Values(texts))
	if n := testing.AllocsPerRun(3, func() { tok.TextsToSequences(slices.Values(texts)) }); n > 100 {
		t.Errorf("%v allocations for %d texts", n, len(texts))
	}
	if n := testing.AllocsPerRun(3, func() { (&Tokenizer{Workers: 1}).FitOnTexts(slices.Values(texts)) }); n > 200 {
		t.Errorf("%v allocations to fit %d texts", n, len(texts))
	}
}
