package inspect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Note is an entry that this project put into a model's file, such as classes
// and preprocessing. Keras does not look at it.
type Note struct {
	Name  string          `json:"name"`
	Bytes int             `json:"bytes"`
	Value json.RawMessage `json:"value,omitempty"` // if it is JSON
	Text  string          `json:"text,omitempty"`  // if it is other text
}

func note(name string, b []byte) Note {
	n := Note{Name: name, Bytes: len(b)}
	switch {
	case json.Valid(b) && utf8.Valid(b):
		n.Value = b
	case utf8.Valid(b) && !bytes.ContainsRune(b, 0):
		n.Text = string(b)
	}
	return n
}

// Lines are the settings in the note, one a line: the members of objects by their
// names, lists of words and numbers in a row after their count.
func (n Note) Lines() []Attribute {
	d := json.NewDecoder(bytes.NewReader(n.Value))
	d.UseNumber()
	var x any
	switch {
	case n.Value != nil && d.Decode(&x) == nil:
		return lines(nil, n.Name, x, 0)
	case n.Text != "":
		return []Attribute{{n.Name, strings.TrimSpace(n.Text)}}
	}
	return []Attribute{{n.Name, fmt.Sprintf("%d bytes", n.Bytes)}}
}

// maxLevels is how deep objects may lie in objects to have lines of their own.
const maxLevels = 8

func lines(out []Attribute, name string, x any, depth int) []Attribute {
	switch x := x.(type) {
	case map[string]any:
		if depth == maxLevels || len(x) == 0 {
			break
		}
		for _, k := range slices.Sorted(maps.Keys(x)) {
			out = lines(out, name+" "+k, x[k], depth+1)
		}
		return out
	case []any:
		if words, plain := row(x); plain {
			return append(out, Attribute{name, words})
		}
	case string:
		return append(out, Attribute{name, x})
	case nil:
		return append(out, Attribute{name, "–"})
	}
	b, err := json.Marshal(x)
	if err != nil {
		return out
	}
	return append(out, Attribute{name, string(b)})
}

// row is a list without lists or objects in it.
func row(x []any) (string, bool) {
	words := make([]string, len(x))
	for i, v := range x {
		switch v.(type) {
		case map[string]any, []any:
			return "", false
		}
		words[i] = fmt.Sprint(v)
	}
	s := strings.Join(words, ", ")
	if len(x) > 4 {
		s = fmt.Sprintf("%d: %s", len(x), s)
	}
	return s, true
}
