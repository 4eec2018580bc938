package text

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// FromJSON reads a tokenizer that Keras or [Tokenizer.ToJSON] wrote. The
// dictionaries are taken as they stand, in their order, also when somebody
// changed them by hand. A lone surrogate other than \udc80 to \udcff is an error.
//
// Keras: tokenizer_from_json
func FromJSON(data []byte) (*Tokenizer, error) { return ReadJSON(bytes.NewReader(data)) }

// ReadJSON is [FromJSON] for a stream. It needs little memory beside that of the
// tokenizer. Strings and settings of more than 64 MiB and values that are nested
// deeper than 100 are errors.
//
// Keras: tokenizer_from_json, read from a file
func ReadJSON(r io.Reader) (*Tokenizer, error) {
	t := &Tokenizer{ownIndexDocs: true}
	if err := t.read(newReader(r)); err != nil {
		return nil, fmt.Errorf("text: tokenizer JSON: %w", err)
	}
	if err := t.Validate(); err != nil {
		return nil, fmt.Errorf("text: tokenizer JSON: %w", err)
	}
	t.compact()
	return t, nil
}

const want = "want what Tokenizer.ToJSON or Keras' to_json writes"

func (t *Tokenizer) read(r *reader) error {
	hasConfig := false
	err := r.object(func(key string) error {
		switch {
		case key == "config" && r.skip() == '{':
			if hasConfig {
				return r.fail("%q occurs twice", key)
			}
			hasConfig = true
			return t.readConfig(r)
		}
		raw, err := r.raw()
		if err != nil {
			return err
		}
		switch key {
		case "config":
			if string(raw) != "null" {
				return fmt.Errorf(`"config" is no object: %s`, want)
			}
		case "class_name":
			var class *string
			if err := json.Unmarshal(raw, &class); err != nil {
				return fmt.Errorf("class_name: %w", err)
			}
			if class != nil && *class != "Tokenizer" {
				return fmt.Errorf(`class_name is %q: want "Tokenizer"`, *class)
			}
		case "antler":
			var o outside
			if err := json.Unmarshal(raw, &o); err != nil {
				return fmt.Errorf("antler: %w", err)
			}
			t.MinCount, t.MaxVocabMemory, t.lost = o.MinCount, o.MaxVocabMemory, o.CountError
		default:
			if !json.Valid(raw) {
				return r.fail("the value of %q is no JSON", key)
			}
		}
		return nil
	})
	if err == nil {
		err = r.end()
	}
	if err == nil && !hasConfig {
		err = fmt.Errorf(`no "config" object: %s`, want)
	}
	return err
}

var (
	dictionaries = []string{"word_counts", "word_docs", "index_docs", "index_word", "word_index"}
	settings     = []string{"num_words", "nb_words", "filters", "lower", "split", "char_level", "oov_token", "document_count", "analyzer", "antler"}
)

func (t *Tokenizer) readConfig(r *reader) error {
	seen := map[string]bool{}
	err := r.object(func(key string) error {
		if seen[key] {
			return r.fail("%q occurs twice", key)
		}
		seen[key] = true
		if slices.Contains(dictionaries, key) {
			in, err := r.inner()
			if err == nil {
				err = t.dictionary(key, in)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			return nil
		}
		if !slices.Contains(settings, key) {
			return fmt.Errorf("unknown setting %q", key)
		}
		raw, err := r.raw()
		if err != nil {
			return err
		}
		if err := t.setting(key, raw); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range dictionaries {
		if !seen[key] {
			return fmt.Errorf("config has no %q", key)
		}
	}
	return nil
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
	if t.inOrder = t.numbersInOrder(); t.inOrder {
		t.indexWord = intDict{}
	}
	if t.docsInOrder() {
		t.indexDocs, t.ownIndexDocs = intDict{}, false
	}
}

// docsInOrder reports whether index_docs says what word_docs does, in its order.
func (t *Tokenizer) docsInOrder() bool {
	seen := t.seen
	next := func() *entry { // of word_docs, that has a number
		for len(seen) > 0 {
			e := t.stat(int(seen[0]))
			if seen = seen[1:]; e.index != noIndex {
				return e
			}
		}
		return nil
	}
	for k, n := range t.indexDocs.all() {
		if e := next(); e == nil || k != int(e.index) || int64(n) != e.docs || t.idOf(k) < 0 || t.stat(t.idOf(k)) != e {
			return false
		}
	}
	return next() == nil
}

// numbersInOrder reports whether word_index and index_word are 1, 2, 3 … and agree.
func (t *Tokenizer) numbersInOrder() bool {
	if t.indexWord.len() != len(t.indexed) {
		return false
	}
	i := 0
	for k, id := range t.indexWord.all() {
		if k != i+1 || id != int(t.indexed[i]) || int(t.stat(id).index) != i+1 {
			return false
		}
		i++
	}
	return true
}

// setting reads one constructor argument; an absent one keeps its default.
func (t *Tokenizer) setting(key string, raw json.RawMessage) (err error) {
	null := string(raw) == "null"
	r := newReader(bytes.NewReader(raw))
	switch key {
	case "antler":
		err = t.setExtra(raw)
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
	if err == nil && !json.Valid(raw) {
		err = fmt.Errorf("%.50q is no JSON", raw)
	}
	return err
}

// filters reads a string, or the list of characters that Keras also takes.
func filters(raw json.RawMessage) (*string, error) {
	if len(raw) == 0 || raw[0] != '[' {
		s, err := newReader(bytes.NewReader(raw)).str()
		return &s, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	all := ""
	for _, item := range list {
		s, err := newReader(bytes.NewReader(item)).str()
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

// dictionary reads one of the five dictionaries.
func (t *Tokenizer) dictionary(key string, r *reader) error {
	var taken numbers // of word_index
	err := r.object(func(k string) error {
		var n int
		var w []byte
		var err error
		if key == "index_word" {
			w, err = r.bytes()
		} else {
			n, err = r.integer()
		}
		if err != nil {
			return fmt.Errorf("%q: %w", k, err)
		}
		if key == "index_word" || key == "index_docs" {
			return t.setByNumber(key, k, w, n)
		}
		id := t.intern([]byte(k))
		e := t.stat(id)
		if key == "word_counts" && e.count != absent || key == "word_docs" && e.docs != absent || key == "word_index" && e.index != noIndex {
			return fmt.Errorf("%q occurs twice", k)
		}
		switch key {
		case "word_counts":
			t.setCount(id, int64(n))
		case "word_docs":
			t.setDocs(id, int64(n))
		case "word_index":
			if n != int(int32(n)) || n == noIndex {
				return fmt.Errorf("%q: number %d is out of range", k, n)
			}
			if !taken.add(n) {
				return fmt.Errorf("%q and %q both have the number %d", t.wordOf(n), k, n)
			}
			t.setIndex(id, int32(n))
		}
		return nil
	})
	if err == nil {
		err = r.end()
	}
	return err
}

// setByNumber sets a member of index_word (w) or of index_docs (n).
func (t *Tokenizer) setByNumber(key, k string, w []byte, n int) error {
	index, err := strconv.Atoi(k)
	if err != nil {
		return fmt.Errorf("want a number as key, got %q", k)
	}
	dict := &t.indexDocs
	if key == "index_word" {
		dict = &t.indexWord
		n = t.intern(w)
	}
	if _, ok := dict.get(index); ok {
		return fmt.Errorf("the number %d occurs twice", index)
	}
	dict.set(index, n)
	return nil
}

// wordOf looks a number up in the word index, word by word.
func (t *Tokenizer) wordOf(index int) string {
	for w, i := range t.WordIndex() {
		if i == index {
			return w
		}
	}
	return ""
}
