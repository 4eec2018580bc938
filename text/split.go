package text

import (
	"bytes"
	"unicode/utf8"
)

// DefaultFilters are the characters that separate words unless told otherwise:
// every ASCII punctuation mark but the apostrophe, TAB and LF (not CR).
const DefaultFilters = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n"

// SplitConfig says how a text is cut into words. The zero value is Keras' default.
type SplitConfig struct {
	Filters *string // characters replaced by Split; nil = DefaultFilters, empty = none
	Lower   *bool   // lower-case the text first, as Python's str.lower; nil = true
	Split   string  // what separates words, exactly; default one space
}

// ToWordSequence cuts a text into words: lower-case, replace every filter
// character by the separator, cut at the separator, drop empty pieces. Only
// the separator cuts: other white space, CR for one, stays inside words.
//
// Keras: text_to_word_sequence
func ToWordSequence(text string, c SplitConfig) []string {
	var words []string
	cur := cursor{splitter: newSplitter(c)}
	for cur.reset(text); cur.next(); {
		words = append(words, string(cur.word))
	}
	return words
}

// A splitter is a SplitConfig made ready. It is read-only once made.
type splitter struct {
	lower   bool
	chars   bool              // every character is a token
	plain   bool              // all separators are single ASCII bytes, marked in sep
	sep     [256]bool         // when plain
	filters map[rune]struct{} // when not plain
	split   string
}

var defaultSplitter = makeSplitter(SplitConfig{})

func newSplitter(c SplitConfig) *splitter {
	if (c.Filters == nil || *c.Filters == DefaultFilters) && (c.Lower == nil || *c.Lower) && (c.Split == "" || c.Split == " ") {
		return defaultSplitter
	}
	return makeSplitter(c)
}

func makeSplitter(c SplitConfig) *splitter {
	s := &splitter{lower: c.Lower == nil || *c.Lower, split: c.Split}
	if s.split == "" {
		s.split = " "
	}
	filters := DefaultFilters
	if c.Filters != nil {
		filters = *c.Filters
	}
	if s.plain = len(s.split) == 1 && isASCII(s.split) && isASCII(filters); s.plain {
		s.sep[s.split[0]] = true
		for i := range len(filters) {
			s.sep[filters[i]] = true
		}
		return s
	}
	s.filters = map[rune]struct{}{}
	for i := 0; i < len(filters); {
		r, w := decodeChar(filters[i:])
		s.filters[r] = struct{}{}
		i += w
	}
	return s
}

// A cursor walks over the words of a text. Its buffers are reused, so word is
// valid until the next reset.
type cursor struct {
	*splitter
	buf, aux []byte
	pos      int
	word     []byte
}

// reset starts on a text.
func (c *cursor) reset(text string) {
	c.pos = 0
	if c.lower {
		c.buf = appendLower(c.buf[:0], text)
	} else {
		c.buf = append(c.buf[:0], text...)
	}
	if !c.plain && !c.chars {
		c.translate()
	}
}

// next moves to the next word and reports whether there is one.
func (c *cursor) next() bool {
	switch {
	case c.chars:
		if c.pos == len(c.buf) {
			return false
		}
		w := 1
		if c.buf[c.pos] >= utf8.RuneSelf {
			_, w = utf8.DecodeRune(c.buf[c.pos:])
		}
		c.word = c.buf[c.pos : c.pos+w]
		c.pos += w
		return true
	case c.plain:
		b, i := c.buf, c.pos
		for i < len(b) && c.sep[b[i]] {
			i++
		}
		start := i
		for i < len(b) && !c.sep[b[i]] {
			i++
		}
		c.word, c.pos = b[start:i], i
		return i > start
	}
	for c.pos < len(c.buf) {
		rest := c.buf[c.pos:]
		end := bytes.Index(rest, []byte(c.split))
		if end < 0 {
			end = len(rest)
			c.pos = len(c.buf)
		} else {
			c.pos += end + len(c.split)
		}
		if c.word = rest[:end]; end > 0 {
			return true
		}
	}
	return false
}

// translate replaces filter characters by the separator.
func (c *cursor) translate() {
	if len(c.filters) == 0 {
		return
	}
	out := c.aux[:0]
	for i := 0; i < len(c.buf); {
		r, w := decodeChar(c.buf[i:])
		if _, is := c.filters[r]; is {
			out = append(out, c.split...)
		} else {
			out = append(out, c.buf[i:i+w]...)
		}
		i += w
	}
	c.buf, c.aux = out, c.buf
}

// decodeChar decodes the first character. An invalid byte b becomes the lone
// surrogate U+DC00+b, as in Python's surrogateescape.
func decodeChar[S string | []byte](s S) (r rune, width int) {
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	var buf [utf8.UTFMax]byte
	r, width = utf8.DecodeRune(buf[:copy(buf[:], s)])
	if r == utf8.RuneError && width == 1 {
		r = 0xDC00 + rune(s[0])
	}
	return r, width
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
