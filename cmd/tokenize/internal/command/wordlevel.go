package command

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/text"
)

// A wordLevel is the tokenizer.json of a WordLevel model that does what Keras'
// tokenizer does: lower-case, cut at separators, look words up.
type wordLevel struct {
	Version       string          `json:"version"`
	Truncation    json.RawMessage `json:"truncation"`
	Padding       json.RawMessage `json:"padding"`
	AddedTokens   []any           `json:"added_tokens"`
	Normalizer    any             `json:"normalizer"`
	PreTokenizer  any             `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"`
	Model         levelModel      `json:"model"`
}

type levelModel struct {
	Type  string          `json:"type"`
	Vocab json.RawMessage `json:"vocab"`
	Unk   string          `json:"unk_token"`
}

// A cutting cuts at one character, and drops it.
type cutting struct {
	Type      string `json:"type"`
	Delimiter string `json:"delimiter"`
}

type cuttings struct {
	Type string    `json:"type"`
	List []cutting `json:"pretokenizers"`
}

// fromKeras returns the tokenizer.json that cuts and numbers as t does.
func fromKeras(t *text.Tokenizer) ([]byte, error) {
	if t.OOVToken == "" {
		return nil, fmt.Errorf("it drops unknown words, and a WordLevel model must have a token for them: fit with --oov-token")
	}
	c := t.GetConfig()
	if t.Fold || t.Segment || t.Normalize != "" || len(t.StopWords) > 0 || t.NGrams != [2]int{} {
		return nil, fmt.Errorf("it folds, segments, normalises, drops stop words or makes n-grams")
	}
	switch {
	case c.CharLevel:
		return nil, fmt.Errorf("its tokens are single characters")
	case utf8.RuneCountInString(c.Split) != 1:
		return nil, fmt.Errorf("its separator %q has more than one character", c.Split)
	}
	var vocab bytes.Buffer
	vocab.WriteByte('{')
	for id, w := range t.Vocabulary() {
		if _, ok := t.Word(id); !ok {
			continue
		}
		if c.Lower && (strings.Contains(w, "ς") || strings.HasSuffix(w, "σ")) {
			return nil, fmt.Errorf("the word %q ends in a sigma: Python lower-cases it by its place in the word, Lowercase does not", w)
		}
		if vocab.Len() > 1 {
			vocab.WriteByte(',')
		}
		k, err := marshal(w)
		if err != nil || !utf8.ValidString(w) {
			return nil, fmt.Errorf("the word %q is not UTF-8", w)
		}
		fmt.Fprintf(&vocab, "%s:%d", k, id)
	}
	vocab.WriteByte('}')
	file := wordLevel{Version: "1.0", AddedTokens: []any{},
		Model: levelModel{"WordLevel", vocab.Bytes(), t.OOVToken}}
	cuts := cuttings{Type: "Sequence"}
	for _, r := range c.Split + c.Filters {
		cuts.List = append(cuts.List, cutting{"CharDelimiterSplit", string(r)})
	}
	file.PreTokenizer = cuts
	if c.Lower {
		file.Normalizer = map[string]string{"type": "Lowercase"}
	}
	return marshal(file)
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// toKeras returns the tokenizer of a tokenizer.json that fromKeras could have
// written. Anything else is refused by name.
func toKeras(data []byte) (*text.Tokenizer, error) {
	var file map[string]json.RawMessage
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	kind := func(key string) string {
		var x struct{ Type string }
		if raw := file[key]; raw == nil || string(raw) == "null" || string(raw) == "[]" {
			return ""
		} else if json.Unmarshal(raw, &x) != nil || x.Type == "" {
			return "something"
		}
		return x.Type
	}
	for _, key := range []string{"added_tokens", "post_processor", "decoder", "truncation", "padding"} {
		if k := kind(key); k != "" {
			return nil, fmt.Errorf("it has %s (%s)", key, k)
		}
	}
	if k := kind("normalizer"); k != "" && k != "Lowercase" {
		return nil, fmt.Errorf("its normalizer is %s", k)
	}
	if k := kind("pre_tokenizer"); k != "Sequence" {
		return nil, fmt.Errorf("its pre_tokenizer is %s, which cuts otherwise than Keras", cmp.Or(k, "none"))
	}
	var model struct {
		Type  string
		Vocab map[string]int
		Unk   string `json:"unk_token"`
	}
	if json.Unmarshal(file["model"], &model) != nil || model.Type != "WordLevel" {
		return nil, fmt.Errorf("its model is %s, and Keras knows whole words only", cmp.Or(kind("model"), "none"))
	}
	var cuts cuttings
	if err := json.Unmarshal(file["pre_tokenizer"], &cuts); err != nil {
		return nil, err
	}
	separators := ""
	for _, p := range cuts.List {
		if p.Type != "CharDelimiterSplit" {
			return nil, fmt.Errorf("its pre_tokenizer has a %s, which cuts otherwise than Keras", p.Type)
		}
		separators += p.Delimiter
	}
	if separators == "" {
		return nil, fmt.Errorf("it cuts nowhere")
	}
	_, n := utf8.DecodeRuneInString(separators)
	c := text.Config{Lower: kind("normalizer") == "Lowercase", Split: separators[:n], Filters: separators[n:], OOVToken: &model.Unk}
	return kerasOf(c, model.Vocab)
}

// kerasOf builds a tokenizer with the given numbers. There are no counts in a
// tokenizer.json, so all are zero.
func kerasOf(c text.Config, vocab map[string]int) (*text.Tokenizer, error) {
	ids := slices.SortedFunc(maps.Keys(vocab), func(a, b string) int { return cmp.Or(vocab[a]-vocab[b], strings.Compare(a, b)) })
	index, words, counts := bytes.NewBufferString("{"), bytes.NewBufferString("{"), bytes.NewBufferString("{")
	for i, w := range ids {
		if vocab[w] < 1 || i > 0 && vocab[w] == vocab[ids[i-1]] {
			return nil, fmt.Errorf("%q has the number %d, which is padding in Keras or another word's", w, vocab[w])
		}
		comma := ","
		if i == 0 {
			comma = ""
		}
		k, err := marshal(w)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(index, "%s%s:%d", comma, k, vocab[w])
		fmt.Fprintf(words, "%s\"%d\":%s", comma, vocab[w], k)
		if w != *c.OOVToken {
			if counts.Len() > 1 {
				counts.WriteByte(',')
			}
			fmt.Fprintf(counts, "%s:0", k)
		}
	}
	c.WordIndex, c.IndexWord, c.WordCounts = index.String()+"}", words.String()+"}", counts.String()+"}"
	c.WordDocs, c.IndexDocs = c.WordCounts, "{}"
	file, err := json.Marshal(map[string]any{"class_name": "Tokenizer", "config": c})
	if err != nil {
		return nil, err
	}
	return text.FromJSON(file)
}
