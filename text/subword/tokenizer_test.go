package subword

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/antler-ml/antler/text"
)

// randomTexts has many scripts, white space, digits and marks.
func randomTexts(n int) []string {
	rng := rand.New(rand.NewPCG(8, uint64(n)))
	parts := []string{"the", "dog", " ", " ", "  ", "\n", "é", "e\u0301", "世界", "Привет", "😀👍🏽", "it's", "42", "1234567", ".", "?!", "\t", "\u00a0", "नमस्ते", "x", "\u0301", "<|end|>", "[MASK]"}
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		for range rng.IntN(40) {
			if rng.IntN(20) == 0 {
				b.WriteRune(rune(rng.IntN(0xD000)))
			}
			b.WriteString(parts[rng.IntN(len(parts))])
		}
		texts[i] = b.String()
	}
	return texts
}

// Byte-level BPE without a normalizer loses nothing.
func TestDecodeOfEncode(t *testing.T) {
	trained, err := Train(slices.Values(randomTexts(300)), TrainConfig{VocabSize: 600})
	if err != nil {
		t.Fatal(err)
	}
	for _, tok := range []*Tokenizer{loadModel(t, "bpe"), loadModel(t, "bpe_llama3"), trained} {
		for _, s := range append(randomTexts(2000), "", " ", strings.Repeat("a", 5000), strings.Repeat("é ", 3000)) {
			if got := tok.Decode(tok.AppendIDs(nil, s, EncodeConfig{NoSpecial: true}), false); got != s {
				t.Fatalf("%q comes back as %q", s, got)
			}
		}
	}
}

// Offsets of byte-level BPE cover the text: pieces that share a character
// overlap, and nothing is left out.
func TestOffsetsCoverTheText(t *testing.T) {
	tok := loadModel(t, "bpe_llama3")
	for _, s := range randomTexts(500) {
		at := 0
		for _, o := range tok.Encode(s, EncodeConfig{NoSpecial: true}).Offsets {
			if o[0] > at || o[1] < at || !utf8.ValidString(s[o[0]:o[1]]) {
				t.Fatalf("%q: piece at %v after %d", s, o, at)
			}
			at = o[1]
		}
		if at != len(s) {
			t.Fatalf("%q: covered up to %d", s, at)
		}
	}
}

// A word is cut the same whether its pieces are found by search or by heap,
// and whether it was seen before or not.
func TestLongAndShortWordsAgree(t *testing.T) {
	m := loadModel(t, "bpe").model.(*bpe)
	rng := rand.New(rand.NewPCG(2, 2))
	for range 2000 {
		w := make([]byte, 1+rng.IntN(24))
		for i := range w {
			w[i] = "the lazydognw"[rng.IntN(13)]
		}
		var short, long bpeScratch
		for _, c := range []*bpeScratch{&short, &long} {
			c.symbols = m.symbols(nil, w, &state{})
			for i := range c.symbols {
				c.symbols[i].prev, c.symbols[i].next = int32(i-1), int32(i+1)
			}
			c.symbols[len(w)-1].next = -1
		}
		m.joinShort(&short)
		m.joinLong(&long)
		var a, b []int32
		for i := int32(0); i >= 0; i = short.symbols[i].next {
			a = append(a, short.symbols[i].id)
		}
		for i := int32(0); i >= 0; i = long.symbols[i].next {
			b = append(b, long.symbols[i].id)
		}
		if !slices.Equal(a, b) {
			t.Fatalf("%q: %v and %v", w, a, b)
		}
	}
}

func TestAnyNumberOfWorkers(t *testing.T) {
	texts := randomTexts(1000)
	for i := range texts {
		texts[i] = strings.ReplaceAll(texts[i], "\n", " ")
	}
	for _, name := range []string{"bpe_roberta", "wordpiece", "wordlevel", "bpe_meta_first"} {
		tok := loadModel(t, name)
		var want [][]int
		for _, s := range texts {
			want = append(want, tok.Encode(s, EncodeConfig{}).IDs)
		}
		for _, workers := range []int{1, 2, 5} {
			tok.Workers = workers
			if got := tok.EncodeTexts(slices.Values(texts), EncodeConfig{}); !slices.EqualFunc(got, want, slices.Equal[[]int]) {
				t.Errorf("%s, %d workers: EncodeTexts differs", name, workers)
			}
			i := 0
			err := tok.EncodeReader(strings.NewReader(strings.Join(texts, "\n")+"\n"), text.ReadConfig{Workers: workers}, EncodeConfig{}, func(line int64, ids []int) error {
				if !slices.Equal(ids, want[i]) || line != int64(i+1) {
					return fmt.Errorf("line %d differs", i+1)
				}
				i++
				return nil
			})
			if err != nil || i != len(texts) {
				t.Errorf("%s, %d workers: EncodeReader: %v, %d lines", name, workers, err, i)
			}
		}
	}
}

func TestTrainReaderIsTrain(t *testing.T) {
	texts := randomTexts(400)
	for i := range texts {
		texts[i] = strings.ReplaceAll(texts[i], "\n", " ")
	}
	shuffled := slices.Clone(texts)
	slices.Reverse(shuffled)
	for _, c := range []TrainConfig{{VocabSize: 500}, {Model: "WordPiece", VocabSize: 300, Lower: true}, {Model: "WordLevel", VocabSize: 60, SpecialTokens: []string{"[PAD]", "[UNK]"}}} {
		a, err := Train(slices.Values(texts), c)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := a.ToJSON()
		for _, workers := range []int{1, 3} {
			b, err := TrainReader(strings.NewReader(strings.Join(shuffled, "\n")+"\n"), text.ReadConfig{Workers: workers}, c)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := b.ToJSON(); string(got) != string(want) {
				t.Errorf("%s: another result with %d workers and another order", c.Model, workers)
			}
		}
		if a.InputDim() > c.VocabSize && c.Model == "WordLevel" {
			t.Errorf("%d pieces, the limit is %d", a.InputDim(), c.VocabSize)
		}
		for id, p := range a.Vocabulary() {
			if got, ok := a.ID(p); !ok || got != id {
				t.Fatalf("%s: piece %q has the numbers %d and %d", c.Model, p, id, got)
			}
		}
	}
	empty, err := Train(slices.Values([]string{}), TrainConfig{})
	if err != nil || empty.InputDim() != 256 || empty.Decode(empty.AppendIDs(nil, "any тext", EncodeConfig{}), true) != "any тext" {
		t.Errorf("training on nothing: %v", err)
	}
}

func TestTrainErrors(t *testing.T) {
	for want, c := range map[string]TrainConfig{
		`unknown model "Unigram": want "BPE"`:            {Model: "Unigram"},
		"VocabSize is -1":                                {VocabSize: -1},
		"MinCount -3":                                    {MinCount: -3},
		`special token 1, "a", is empty or occurs twice`: {SpecialTokens: []string{"a", "a"}},
		`special token 0, "", is empty or occurs twice`:  {SpecialTokens: []string{""}},
	} {
		if _, err := Train(slices.Values([]string{"x"}), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestRefused(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(hfDir, "bpe_llama3.json"))
	if err != nil {
		t.Fatal(err)
	}
	wordLevel := `{"version":"1.0","added_tokens":[],"model":{"type":"WordLevel","vocab":{"a":0,"[UNK]":1},"unk_token":"[UNK]"}}`
	if _, err := FromJSON([]byte(wordLevel)); err != nil {
		t.Fatal(err)
	}
	change := func(old, with string) string { return strings.Replace(wordLevel, old, with, 1) }
	part := func(s string) string { return change(`"model"`, s+`,"model"`) }
	for in, want := range map[string]string{
		"":                       "EOF",
		"{}":                     `version is ""`,
		"\xff":                   "not UTF-8",
		wordLevel + "x":          "more text after the end",
		change(`"1.0"`, `"2.0"`): `version is "2.0": want "1.0"`,
		change(`"version"`, `"colour":1,"version"`):                                                              `unknown field "colour"`,
		change(`"WordLevel"`, `"Unigram"`):                                                                       `unsupported model "Unigram": this package knows BPE, WordPiece and WordLevel`,
		change(`"a":0`, `"a":1`):                                                                                 `pieces "[UNK]" and "a" both have the number 1`,
		change(`"a":0`, `"a":0,"a":2`):                                                                           `vocab: "a" occurs twice`,
		change(`"a":0`, `"a":-1`):                                                                                `"a" has the number -1`,
		change(`"a":0`, `"a":0.5`):                                                                               `"a" has the number 0.5`,
		change(`"a":0`, `"a":200000000`):                                                                         "the numbers have too many holes",
		change(`,"unk_token":"[UNK]"`, ``):                                                                       "unk_token is missing",
		change(`"unk_token":"[UNK]"`, `"unk_token":"?"`):                                                         `unk_token: "?" is not in the vocabulary`,
		part(`"truncation":{"max_length":5}`):                                                                    "truncation is set: make it null and use sequence.Pad",
		part(`"padding":{}`):                                                                                     "padding is set",
		part(`"normalizer":{"type":"Precompiled"}`):                                                              `unsupported normalizer "Precompiled"`,
		part(`"normalizer":{"type":"NFC","x":1}`):                                                                `NFC: json: unknown field "x"`,
		part(`"normalizer":{"t":1}`):                                                                             `has no "type"`,
		part(`"normalizer":{"type":"Sequence","normalizers":[{"type":"Nmt"}]}`):                                  `entry 0: unsupported normalizer "Nmt"`,
		part(`"normalizer":{"type":"Replace","pattern":{"Regex":"(a+)+$"},"content":"b"}`):                       `unsupported regular expression "(a+)+$"`,
		part(`"normalizer":{"type":"Replace","pattern":{"String":""},"content":"b"}`):                            "the string is empty",
		part(`"pre_tokenizer":{"type":"UnicodeScripts"}`):                                                        `unsupported pre-tokenizer "UnicodeScripts"`,
		part(`"pre_tokenizer":{"type":"Punctuation","behavior":"Sideways"}`):                                     `unknown behavior "Sideways"`,
		part(`"pre_tokenizer":{"type":"Metaspace","replacement":"ab"}`):                                          `replacement is "ab": want one character`,
		part(`"pre_tokenizer":{"type":"Metaspace","replacement":"_","prepend_scheme":"x"}`):                      `unknown prepend_scheme "x"`,
		part(`"pre_tokenizer":{"type":"CharDelimiterSplit","delimiter":""}`):                                     "want one character",
		part(`"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Whitespace"}]}`): "ByteLevel: must be the last entry",
		part(`"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\d"},"behavior":"Isolated","invert":false}`):  `unsupported regular expression "\\d"`,
		part(`"decoder":{"type":"CTC"}`):                                                                         `unsupported decoder "CTC"`,
		part(`"decoder":{"type":"Strip","content":"","start":1,"stop":0}`):                                       "want one character",
		part(`"post_processor":{"type":"Other"}`):                                                                `unsupported post-processor "Other"`,
		part(`"post_processor":{"type":"BertProcessing"}`):                                                       "sep and cls are required",
		part(`"post_processor":{"type":"TemplateProcessing","single":[],"pair":[],"special_tokens":{}}`):         "the sequence A is missing",
		part(`"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x","type_id":0}}],"pair":[],"special_tokens":{}}`): `"x" is not among special_tokens`,
		change(`"added_tokens":[]`, `"added_tokens":[{"id":0,"content":"b"}]`):                                                                  `"b" has the number 0, which is that of the piece "a"`,
		change(`"added_tokens":[]`, `"added_tokens":[{"id":5,"content":"a"}]`):                                                                  `"a" has the number 5 here and 0 in the model`,
		change(`"added_tokens":[]`, `"added_tokens":[{"id":5,"content":""}]`):                                                                   "entry 0 has no content",
		change(`"added_tokens":[]`, `"added_tokens":[{"id":5,"content":"x"},{"id":5,"content":"y"}]`):                                           `"x" and "y" both have the number 5`,
		change(`"added_tokens":[]`, `"added_tokens":[{"id":900000000,"content":"x"}]`):                                                          "want one after those of the model",
		part(`"normalizer":` + strings.Repeat(`{"type":"Sequence","normalizers":[`, 40) + strings.Repeat("]}", 40)):                             "nested deeper than 32 levels",
		strings.Replace(string(b), `"dropout":null`, `"dropout":0.1`, 1):                                                                        "dropout is 0.1: unsupported",
		strings.Replace(string(b), `"merges":[`, `"merges":[["a","nothere"],`, 1):                                                               `merge 0: "nothere" is not in the vocabulary`,
		strings.Replace(string(b), `"merges":[`, `"merges":["abc",`, 1):                                                                         `merge 0 is "abc": want two pieces`,
	} {
		_, err := FromJSON([]byte(in))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "subword: tokenizer.json: ") {
			t.Errorf("%.200s:\n got %v\nwant %q", in, err, want)
		}
	}
}

func TestEncodingAllocatesNothing(t *testing.T) {
	texts := randomTexts(50)
	for _, name := range []string{"bpe", "bpe_llama3", "wordlevel", "wordpiece_cased"} {
		tok := loadModel(t, name)
		st := tok.state() // held, since the race detector empties pools at random
		var ids []int
		run := func() {
			for _, s := range texts {
				ids = tok.appendIDs(ids[:0], s, EncodeConfig{}, st)
			}
		}
		run()
		if n := testing.AllocsPerRun(20, run); n > 0.5 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// Nothing takes time that grows with the square of a text.
func TestLongTexts(t *testing.T) {
	long := strings.Repeat("ab cé  12 \u0301\u0323 TOKEN 世", 4000) + strings.Repeat("x", 50000) + strings.Repeat(" ", 50000) + strings.Repeat("\u0301", 20000)
	for _, name := range models(t) {
		tok := loadModel(t, name)
		e := tok.Encode(long, EncodeConfig{})
		if got := tok.AppendIDs(nil, long, EncodeConfig{}); !slices.Equal(got, e.IDs) {
			t.Errorf("%s: AppendIDs and Encode differ", name)
		}
		tok.Decode(e.IDs, true)
	}
}
