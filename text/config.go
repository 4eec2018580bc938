package text

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
)

// Config is a tokenizer as Keras saves it: the settings, and five dictionaries
// that are each a string of JSON.
type Config struct {
	NumWords      *int    `json:"num_words"`
	Filters       string  `json:"filters"`
	Lower         bool    `json:"lower"`
	Split         string  `json:"split"`
	CharLevel     bool    `json:"char_level"`
	OOVToken      *string `json:"oov_token"`
	DocumentCount int     `json:"document_count"`
	WordCounts    string  `json:"word_counts"`
	WordDocs      string  `json:"word_docs"`
	IndexDocs     string  `json:"index_docs"`
	IndexWord     string  `json:"index_word"`
	WordIndex     string  `json:"word_index"`

	// Antler holds the settings that Keras does not have and that change how
	// texts are cut; nil when none is set. Keras refuses a file that has it.
	Antler *Extra `json:"antler,omitempty"`
}

// Extra are the settings of a Tokenizer beyond Keras, under their names.
type Extra struct {
	Normalize Form     `json:"normalize,omitempty"`
	Fold      bool     `json:"fold,omitempty"`
	Segment   bool     `json:"segment,omitempty"`
	StopWords []string `json:"stop_words,omitempty"`
	NGrams    *[2]int  `json:"ngrams,omitempty"`
}

// outside holds what does not change how texts are cut, beside the config,
// where Keras does not look.
type outside struct {
	MinCount       int   `json:"min_count,omitempty"`
	MaxVocabMemory int64 `json:"max_vocab_memory,omitempty"`
	CountError     int   `json:"count_error,omitempty"`
}

// GetConfig returns the tokenizer as Keras saves it. Analyzer and Workers are
// not part of it.
//
// Keras: Tokenizer.get_config
func (t *Tokenizer) GetConfig() Config {
	c := t.settings()
	c.WordCounts = dumpWords(t.WordCounts())
	c.WordDocs = dumpWords(t.WordDocs())
	c.IndexDocs = dump(t.IndexDocs(), appendIntKey, func(dst []byte, v int) []byte {
		return strconv.AppendInt(dst, int64(v), 10)
	})
	c.IndexWord = dump(t.IndexWord(), appendIntKey, appendPyString)
	c.WordIndex = dumpWords(t.WordIndex())
	return c
}

// settings returns the part of the Config that is not the vocabulary.
func (t *Tokenizer) settings() Config {
	c := Config{
		Filters:       DefaultFilters,
		Lower:         t.lower(),
		Split:         t.Split,
		CharLevel:     t.CharLevel,
		DocumentCount: t.documents,
	}
	if t.NumWords != 0 {
		c.NumWords = new(t.NumWords)
	}
	if t.Filters != nil {
		c.Filters = *t.Filters
	}
	if c.Split == "" {
		c.Split = " "
	}
	if t.options() != nil {
		c.Antler = &Extra{t.Normalize, t.Fold, t.Segment, t.StopWords, nil}
		if n := t.ngrams(); n != [2]int{1, 1} {
			c.Antler.NGrams = &n
		}
	}
	if t.hasOOV() {
		c.OOVToken = new(t.OOVToken)
	}
	return c
}

// ToJSON returns the tokenizer in Keras' file format, byte for byte what
// Python's json.dumps writes. The one thing Python leaves open is the order
// of word_docs and index_docs: it is that of a set there, and that of first
// appearance here.
//
// Keras: Tokenizer.to_json
func (t *Tokenizer) ToJSON() string {
	c := t.GetConfig()
	b := []byte(`{"class_name": "Tokenizer", "config": {"num_words": `)
	if c.NumWords == nil {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, int64(*c.NumWords), 10)
	}
	str := func(key, s string) {
		b = append(b, `, "`+key+`": `...)
		b = appendPyString(b, s)
	}
	raw := func(key, s string) { b = append(b, `, "`+key+`": `+s...) }
	str("filters", c.Filters)
	raw("lower", strconv.FormatBool(c.Lower))
	str("split", c.Split)
	raw("char_level", strconv.FormatBool(c.CharLevel))
	if c.OOVToken == nil {
		raw("oov_token", "null")
	} else {
		str("oov_token", *c.OOVToken)
	}
	raw("document_count", strconv.Itoa(c.DocumentCount))
	str("word_counts", c.WordCounts)
	str("word_docs", c.WordDocs)
	str("index_docs", c.IndexDocs)
	str("index_word", c.IndexWord)
	str("word_index", c.WordIndex)
	// Bytes that are no UTF-8 in stop words become U+FFFD.
	if c.Antler != nil {
		extra, _ := json.Marshal(c.Antler)
		b = append(append(b, `, "antler": `...), extra...)
	}
	b = append(b, '}')
	if o := (outside{t.MinCount, t.MaxVocabMemory, t.lost}); o != (outside{}) {
		extra, _ := json.Marshal(o)
		b = append(append(b, `, "antler": `...), extra...)
	}
	return string(append(b, '}'))
}

func dumpWords(members iter.Seq2[string, int]) string {
	return dump(members, appendPyString, func(dst []byte, v int) []byte {
		return strconv.AppendInt(dst, int64(v), 10)
	})
}

func appendIntKey(dst []byte, k int) []byte {
	return append(strconv.AppendInt(append(dst, '"'), int64(k), 10), '"')
}

func dump[K, V any](members iter.Seq2[K, V], key func([]byte, K) []byte, value func([]byte, V) []byte) string {
	b := []byte{'{'}
	for k, v := range members {
		if len(b) > 1 {
			b = append(b, ", "...)
		}
		b = append(key(b, k), ": "...)
		b = value(b, v)
	}
	return string(append(b, '}'))
}

// FromJSON reads a tokenizer that Keras or [Tokenizer.ToJSON] wrote. The
// dictionaries are taken as they stand, in their order, also when somebody
// changed them by hand. A lone surrogate other than \udc80 to \udcff is an error.
//
// Keras: tokenizer_from_json
func FromJSON(data []byte) (*Tokenizer, error) {
	var file struct {
		ClassName *string                    `json:"class_name"`
		Config    map[string]json.RawMessage `json:"config"`
		Antler    outside                    `json:"antler"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("text: tokenizer JSON: %w", err)
	}
	if file.Config == nil {
		return nil, fmt.Errorf(`text: tokenizer JSON: no "config" object: want what Tokenizer.ToJSON or Keras' to_json writes`)
	}
	if file.ClassName != nil && *file.ClassName != "Tokenizer" {
		return nil, fmt.Errorf(`text: tokenizer JSON: class_name is %q: want "Tokenizer"`, *file.ClassName)
	}
	t := &Tokenizer{ownIndexDocs: true, MinCount: file.Antler.MinCount, MaxVocabMemory: file.Antler.MaxVocabMemory, lost: file.Antler.CountError}
	if raw, ok := file.Config["antler"]; ok {
		if err := t.setExtra(raw); err != nil {
			return nil, fmt.Errorf("text: tokenizer JSON: antler: %w", err)
		}
		delete(file.Config, "antler")
	}
	for _, key := range []string{"word_counts", "word_docs", "index_docs", "index_word", "word_index"} {
		if _, ok := file.Config[key]; !ok {
			return nil, fmt.Errorf("text: tokenizer JSON: config has no %q", key)
		}
		if err := t.dictionary(key, file.Config[key]); err != nil {
			return nil, fmt.Errorf("text: tokenizer JSON: %s: %w", key, err)
		}
		delete(file.Config, key)
	}
	for _, key := range []string{"num_words", "nb_words", "filters", "lower", "split", "char_level", "oov_token", "document_count", "analyzer"} {
		if err := t.setting(key, file.Config[key]); err != nil {
			return nil, fmt.Errorf("text: tokenizer JSON: %s: %w", key, err)
		}
		delete(file.Config, key)
	}
	for key := range file.Config {
		return nil, fmt.Errorf("text: tokenizer JSON: unknown setting %q", key)
	}
	if err := t.Validate(); err != nil {
		return nil, fmt.Errorf("text: tokenizer JSON: %w", err)
	}
	t.compact()
	return t, nil
}

func (t *Tokenizer) setExtra(raw json.RawMessage) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var x Extra
	if err := d.Decode(&x); err != nil {
		return err
	}
	t.Normalize, t.Fold, t.Segment, t.StopWords = x.Normalize, x.Fold, x.Segment, x.StopWords
	if x.NGrams != nil {
		t.NGrams = *x.NGrams
	}
	return nil
}

// compact drops the dictionaries that say nothing new.
func (t *Tokenizer) compact() {
	t.sameOrders()
	t.inOrder = len(t.indexWord.keys) == len(t.indexed)
	for i, id := range t.indexed {
		t.inOrder = t.inOrder && int(t.stat(int(id)).index) == i+1 && t.indexWord.keys[i] == i+1
		if t.inOrder {
			w, _ := t.indexWord.get(i + 1)
			t.inOrder = w == int(id)
		}
	}
	if t.inOrder {
		t.indexWord = intDict{}
	}
	own := t.indexDocs.all()
	next, stop := iter.Pull2(own)
	defer stop()
	for _, id := range t.seen {
		e := t.stat(int(id))
		if e.index == noIndex {
			continue
		}
		if k, n, ok := next(); !ok || k != int(e.index) || int64(n) != e.docs || t.idOf(k) != int(id) {
			return
		}
	}
	if _, _, more := next(); !more {
		t.indexDocs, t.ownIndexDocs = intDict{}, false
	}
}

// setting reads one constructor argument; an absent one keeps its default.
func (t *Tokenizer) setting(key string, raw json.RawMessage) (err error) {
	if raw == nil {
		return nil
	}
	null := string(raw) == "null"
	r := &reader{s: string(raw)}
	switch key {
	case "num_words", "nb_words":
		if !null {
			t.NumWords, err = r.integer()
		}
	case "document_count":
		t.documents, err = r.integer()
	case "filters":
		t.Filters, err = filters(raw)
	case "lower":
		t.Lower = new(bool)
		err = json.Unmarshal(raw, t.Lower)
	case "char_level":
		err = json.Unmarshal(raw, &t.CharLevel)
	case "split":
		if t.Split, err = r.str(); err == nil && t.Split == "" {
			err = fmt.Errorf("the separator is empty")
		}
	case "oov_token":
		if !null {
			t.OOVToken, err = r.str()
			t.oovIsEmpty = err == nil && t.OOVToken == ""
		}
	case "analyzer":
		if !null {
			err = fmt.Errorf("an analyzer cannot be read from a file: set Tokenizer.Analyzer")
		}
	}
	return err
}

// filters reads a string, or the list of characters that Keras also takes.
func filters(raw json.RawMessage) (*string, error) {
	if raw[0] != '[' {
		s, err := (&reader{s: string(raw)}).str()
		return &s, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	all := ""
	for _, item := range list {
		s, err := (&reader{s: string(item)}).str()
		if err != nil {
			return nil, err
		}
		if s == "" {
			return nil, fmt.Errorf("want single characters, got an empty string")
		}
		if _, w := decodeChar(s); w != len(s) {
			return nil, fmt.Errorf("want single characters, got %q", s)
		}
		all += s
	}
	return &all, nil
}

// dictionary reads one of the five dictionaries, each a string that holds JSON.
func (t *Tokenizer) dictionary(key string, raw json.RawMessage) error {
	s, err := (&reader{s: string(raw)}).str()
	if err != nil {
		return err
	}
	r := &reader{s: s}
	var taken intDict // of word_index: number to word
	return r.object(func(k string) error {
		var n int
		var w string
		var err error
		if key == "index_word" {
			w, err = r.str()
		} else {
			n, err = r.integer()
		}
		if err != nil {
			return fmt.Errorf("%q: %w", k, err)
		}
		id := -1
		if key != "index_word" && key != "index_docs" {
			id = t.intern([]byte(k))
		}
		switch key {
		case "word_counts":
			if t.stat(id).count != absent {
				return fmt.Errorf("%q occurs twice", k)
			}
			t.setCount(id, int64(n))
			return nil
		case "word_docs":
			if t.stat(id).docs != absent {
				return fmt.Errorf("%q occurs twice", k)
			}
			t.setDocs(id, int64(n))
			return nil
		case "word_index":
			if n != int(int32(n)) || n == noIndex {
				return fmt.Errorf("%q: number %d is out of range", k, n)
			}
			if t.stat(id).index != noIndex {
				return fmt.Errorf("%q occurs twice", k)
			}
			if other, ok := taken.get(n); ok {
				return fmt.Errorf("%q and %q both have the number %d", t.vocab.word(other), k, n)
			}
			taken.set(n, id)
			t.setIndex(id, int32(n))
			return nil
		}
		index, err := strconv.Atoi(k)
		if err != nil {
			return fmt.Errorf("want a number as key, got %q", k)
		}
		dict := &t.indexDocs
		if key == "index_word" {
			dict = &t.indexWord
		}
		if _, ok := dict.get(index); ok {
			return fmt.Errorf("the number %d occurs twice", index)
		}
		if key == "index_word" {
			t.indexWord.set(index, t.intern([]byte(w)))
		} else {
			t.indexDocs.set(index, n)
		}
		return nil
	})
}
