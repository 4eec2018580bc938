package text

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
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
	l := &loading{Tokenizer: t}
	if err := l.read(newReader(r)); err != nil {
		return nil, fmt.Errorf("text: tokenizer JSON: %w", err)
	}
	if err := t.Validate(); err != nil {
		return nil, fmt.Errorf("text: tokenizer JSON: %w", err)
	}
	l.compact()
	return t, nil
}

const want = "want what Tokenizer.ToJSON or Keras' to_json writes"

func (t *loading) read(r *reader) error {
	hasConfig := false
	err := r.object(func(name []byte) error {
		key := string(name)
		if key == "config" && r.skip() == '{' {
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

func (t *loading) readConfig(r *reader) error {
	seen := map[string]bool{}
	err := r.object(func(name []byte) error {
		key := string(name)
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
