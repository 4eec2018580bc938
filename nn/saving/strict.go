package saving

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// strictJSON refuses what package encoding/json lets pass: bytes that are no
// UTF-8, which it replaces, and keys that an object has twice, of which it takes
// the last. It goes through the text once and expects nothing of it: what is no
// JSON is found by the decoder.
func strictJSON(data []byte) error {
	if at := notUTF8(data); at >= 0 {
		return fmt.Errorf("byte %d (%#x) is no UTF-8; JSON text is UTF-8", at, data[at])
	}
	s := keyScanner{data: data}
	for s.at < len(data) {
		if err := s.step(); err != nil {
			return err
		}
	}
	return nil
}

// notUTF8 is where the first bad byte is, or -1.
func notUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	at := 0
	for at < len(data) {
		r, n := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return at
}

// keyScanner walks over the tokens of JSON text.
type keyScanner struct {
	data []byte
	at   int
	open []objectKeys // an entry for each bracket that is open
}

// objectKeys are the keys of an object so far; those of a list are none. Most
// objects have few, which are found faster in a row than in a map.
type objectKeys struct {
	list  bool
	value bool // a value comes, not a key
	few   []string
	many  map[string]bool
}

// step moves over one byte, or over one string.
func (s *keyScanner) step() error {
	c := s.data[s.at]
	s.at++
	n := len(s.open)
	switch c {
	case '{', '[':
		s.open = append(s.open, objectKeys{list: c == '['})
	case '}', ']':
		if n > 0 {
			s.open = s.open[:n-1]
		}
	case ',':
		if n > 0 {
			s.open[n-1].value = false
		}
	case ':':
		if n > 0 {
			s.open[n-1].value = true
		}
	case '"':
		text := s.quoted()
		if n == 0 || s.open[n-1].list || s.open[n-1].value {
			return nil
		}
		if key := unquoted(text); !s.open[n-1].add(key) {
			return fmt.Errorf("byte %d: an object has the key %.60q twice", s.at-len(text), key)
		}
	}
	return nil
}

// quoted moves behind the string whose first quotation mark was read, and
// returns it with both.
func (s *keyScanner) quoted() []byte {
	start := s.at - 1
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case '\\':
			s.at++
		case '"':
			s.at++
			return s.data[start:s.at]
		}
		s.at++
	}
	s.at = len(s.data)
	return s.data[start:]
}

// unquoted is what a string says; \u0061 is a.
func unquoted(text []byte) string {
	var key string
	if json.Unmarshal(text, &key) != nil {
		return string(text) // the decoder complains
	}
	return key
}

// add reports whether the key is new.
func (o *objectKeys) add(key string) bool {
	if o.many != nil {
		if o.many[key] {
			return false
		}
		o.many[key] = true
		return true
	}
	for _, k := range o.few {
		if k == key {
			return false
		}
	}
	if o.few = append(o.few, key); len(o.few) == 64 {
		o.many = map[string]bool{}
		for _, k := range o.few {
			o.many[k] = true
		}
	}
	return true
}
