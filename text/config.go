package text

import (
	"encoding/json"
	"io"
	"iter"
	"strconv"
	"strings"
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
	c.IndexDocs = dump(t.IndexDocs(), appendIntKey, appendInt)
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
	var b strings.Builder
	t.WriteJSON(&b) // a Builder never fails
	return b.String()
}

// WriteJSON writes what [Tokenizer.ToJSON] returns, a piece at a time.
//
// Keras: Tokenizer.to_json, written to a file
func (t *Tokenizer) WriteJSON(w io.Writer) error {
	c := t.settings()
	d := &dumper{w: w}
	d.b = append(d.b, `{"class_name": "Tokenizer", "config": {"num_words": `...)
	if c.NumWords == nil {
		d.b = append(d.b, "null"...)
	} else {
		d.b = strconv.AppendInt(d.b, int64(*c.NumWords), 10)
	}
	str := func(key, s string) {
		d.b = append(d.b, `, "`+key+`": `...)
		d.b = appendPyString(d.b, s)
	}
	raw := func(key, s string) { d.b = append(d.b, `, "`+key+`": `+s...) }
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
	dumpQuoted(d, "word_counts", t.WordCounts(), appendPyString, appendInt)
	dumpQuoted(d, "word_docs", t.WordDocs(), appendPyString, appendInt)
	dumpQuoted(d, "index_docs", t.IndexDocs(), appendIntKey, appendInt)
	dumpQuoted(d, "index_word", t.IndexWord(), appendIntKey, appendPyString)
	dumpQuoted(d, "word_index", t.WordIndex(), appendPyString, appendInt)
	// Bytes that are no UTF-8 in stop words become U+FFFD.
	if c.Antler != nil {
		extra, _ := json.Marshal(c.Antler)
		d.b = append(append(d.b, `, "antler": `...), extra...)
	}
	d.b = append(d.b, '}')
	if o := (outside{t.MinCount, t.MaxVocabMemory, t.lost}); o != (outside{}) {
		extra, _ := json.Marshal(o)
		d.b = append(append(d.b, `, "antler": `...), extra...)
	}
	d.b = append(d.b, '}')
	d.flush()
	return d.err
}

// A dumper writes in pieces.
type dumper struct {
	w      io.Writer
	b      []byte
	member []byte
	err    error
}

func (d *dumper) flush() {
	if d.err == nil {
		_, d.err = d.w.Write(d.b)
	}
	d.b = d.b[:0]
}

// dumpQuoted writes a dictionary as a string that holds its JSON.
func dumpQuoted[K, V any](d *dumper, name string, members iter.Seq2[K, V], key func([]byte, K) []byte, value func([]byte, V) []byte) {
	d.b = append(d.b, `, "`+name+`": "{`...)
	first := true
	for k, v := range members {
		m := d.member[:0]
		if !first {
			m = append(m, ", "...)
		}
		first = false
		m = value(append(key(m, k), ": "...), v)
		for _, c := range m { // ASCII, since both are what json.dumps writes
			if c == '"' || c == '\\' {
				d.b = append(d.b, '\\')
			}
			d.b = append(d.b, c)
		}
		d.member = m
		if len(d.b) > 1<<16 {
			if d.flush(); d.err != nil {
				return
			}
		}
	}
	d.b = append(d.b, `}"`...)
}

func dumpWords(members iter.Seq2[string, int]) string {
	return dump(members, appendPyString, appendInt)
}

func appendInt(dst []byte, v int) []byte { return strconv.AppendInt(dst, int64(v), 10) }

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
