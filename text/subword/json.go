package subword

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// MaxJSON is the largest tokenizer.json that is read, in bytes, and maxDepth
// how deep its parts may be nested.
const (
	MaxJSON  = 256 << 20
	maxDepth = 32
)

// file is a tokenizer.json. Parts stay as they were read, for writing.
type file struct {
	Version       string          `json:"version"`
	Truncation    json.RawMessage `json:"truncation"`
	Padding       json.RawMessage `json:"padding"`
	AddedTokens   []AddedToken    `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"`
	Model         json.RawMessage `json:"model"`
}

// FromJSON reads a tokenizer.json. A component or a setting that this package
// does not know is an error that names it, as are a piece or number that occurs
// twice, a merge of unknown pieces and a file larger than MaxJSON.
func FromJSON(data []byte) (*Tokenizer, error) {
	t, err := fromJSON(data)
	if err != nil {
		return nil, fmt.Errorf("subword: tokenizer.json: %w", err)
	}
	return t, nil
}

func fromJSON(data []byte) (*Tokenizer, error) {
	if len(data) > MaxJSON {
		return nil, fmt.Errorf("%d bytes are more than the limit, %d", len(data), MaxJSON)
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("not UTF-8: is this a tokenizer.json?")
	}
	if err := checkDepth(data); err != nil {
		return nil, err
	}
	var f file
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	if f.Version != "1.0" {
		return nil, fmt.Errorf("version is %q: want \"1.0\"", f.Version)
	}
	for _, part := range []struct {
		name string
		raw  json.RawMessage
	}{{"truncation", f.Truncation}, {"padding", f.Padding}} {
		if !isNull(part.raw) {
			return nil, fmt.Errorf("%s is set: make it null and use sequence.Pad on the numbers", part.name)
		}
	}
	t := &Tokenizer{}
	var err error
	if t.normalize, err = readNormalizer(f.Normalizer, 0); err != nil {
		return nil, fmt.Errorf("normalizer: %w", err)
	}
	if t.pre, err = readPreTokenizer(f.PreTokenizer, true, 0); err != nil {
		return nil, fmt.Errorf("pre_tokenizer: %w", err)
	}
	t.bytes = endsInBytes(t.pre)
	if t.model, err = readModel(f.Model, t.bytes); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if t.post, err = readPost(f.PostProcessor, 0); err != nil {
		return nil, fmt.Errorf("post_processor: %w", err)
	}
	if t.post != nil {
		t.before, t.after = t.post.around()
	}
	if t.decode, err = readDecoder(f.Decoder, 0); err != nil {
		return nil, fmt.Errorf("decoder: %w", err)
	}
	if err := t.setAdded(f.AddedTokens); err != nil {
		return nil, fmt.Errorf("added_tokens: %w", err)
	}
	t.file = f
	return t, nil
}

func (t *Tokenizer) setAdded(list []AddedToken) error {
	ids := map[int]string{}
	contents := map[string]bool{}
	for i, a := range list {
		if a.Content == "" {
			return fmt.Errorf("entry %d has no content", i)
		}
		if a.ID < 0 || a.ID > 1<<28 || a.ID > t.model.size()+len(list)+1<<16 {
			return fmt.Errorf("%q has the number %d: want one after those of the model", a.Content, a.ID)
		}
		if other, ok := ids[a.ID]; ok {
			return fmt.Errorf("%q and %q both have the number %d", other, a.Content, a.ID)
		}
		if contents[a.Content] {
			return fmt.Errorf("%q occurs twice", a.Content)
		}
		if p, ok := t.model.piece(a.ID); ok && p != a.Content {
			return fmt.Errorf("%q has the number %d, which is that of the piece %q", a.Content, a.ID, p)
		}
		if id, ok := t.model.id(a.Content); ok && id != a.ID {
			return fmt.Errorf("%q has the number %d here and %d in the model", a.Content, a.ID, id)
		}
		ids[a.ID], contents[a.Content] = a.Content, true
	}
	t.added = newAddedTokens(list, func(s string) string {
		if t.normalize == nil {
			return s
		}
		st := &state{}
		st.text.reset(s, 0)
		t.normalize.normalize(&st.text, st)
		return string(st.text.text)
	})
	return nil
}

// ToJSON writes a tokenizer.json that Hugging Face's tokenizers reads: what was
// read by FromJSON, or what Train made.
func (t *Tokenizer) ToJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(t.file); err != nil {
		return nil, fmt.Errorf("subword: writing tokenizer.json: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// strict decodes one JSON value and refuses settings that v does not have.
func strict(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("more text after the end")
	}
	return nil
}

// checkDepth bounds the nesting before anything is decoded.
func checkDepth(data []byte) error {
	depth, inString := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString:
			if c == '\\' {
				i++
			} else if c == '"' {
				inString = false
			}
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("at byte %d: nested deeper than %d levels", i, maxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// typeOf returns the type of a component.
func typeOf(raw json.RawMessage) (string, error) {
	var c struct {
		Type *string `json:"type"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return "", err
	}
	if c.Type == nil {
		return "", fmt.Errorf("the component has no \"type\"")
	}
	return *c.Type, nil
}

func unknownType(kind, name, known string) error {
	return fmt.Errorf("unsupported %s %q: this package knows %s", kind, name, known)
}
