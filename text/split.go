package text

import (
	"bytes"
	"math/bits"
	"unicode/utf8"

	"golang.org/x/text/transform"
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
	cur := cursor{splitter: newSplitter(c)}
	return cur.appendWords(nil, text)
}

// A splitter is a SplitConfig made ready. It is read-only once made.
type splitter struct {
	lower   bool
	chars   bool              // every character is a token
	plain   bool              // all separators are single ASCII bytes, marked in sep
	sep     [256]uint8        // when plain: 1 for separators
	filters map[rune]struct{} // when not plain
	split   []byte
	extra   *extra // what Keras does not do; nil = nothing
}

var defaultSplitter = makeSplitter(SplitConfig{})

func newSplitter(c SplitConfig) *splitter {
	if (c.Filters == nil || *c.Filters == DefaultFilters) && (c.Lower == nil || *c.Lower) && (c.Split == "" || c.Split == " ") {
		return defaultSplitter
	}
	return makeSplitter(c)
}

func makeSplitter(c SplitConfig) *splitter {
	s := &splitter{lower: c.Lower == nil || *c.Lower, split: []byte(c.Split)}
	if len(s.split) == 0 {
		s.split = []byte{' '}
	}
	filters := DefaultFilters
	if c.Filters != nil {
		filters = *c.Filters
	}
	if s.plain = len(s.split) == 1 && isASCII(c.Split) && isASCII(filters); s.plain {
		s.sep[s.split[0]] = 1
		for i := range len(filters) {
			s.sep[filters[i]] = 1
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

// A span is where a word lies in the buffer of a cursor.
type span struct{ lo, hi int }

const (
	maxSpans = 1024
	perBlock = 34     // more words than can end within 64 bytes
	padding  = 64 + 8 // bytes after the text, so that 64 are always there to look at, and 8 after each byte
)

// A cursor walks over the words of a text:
//
//	for c.reset(text); c.fill(); {
//		for _, s := range c.spans { … c.buf[s.lo:s.hi] … }
//	}
//
// Its buffers are reused.
type cursor struct {
	*splitter
	spans    []span
	buf, aux []byte // buf has padding bytes after the text
	size     int    // of the text in buf
	pos      int
	open     bool // a word begins at start and has not ended yet
	start    int
	state    int // of uniseg, inside a text
	folder   transform.Transformer
	grams    grams
	joining  bool // words are being collected for grams
}

// reset starts on a text.
func (c *cursor) reset(text string) {
	c.pos, c.open, c.spans = 0, false, c.spans[:0]
	switch {
	case c.extra != nil && c.extra.rewrites:
		c.buf = c.rewrite(c.buf[:0], text)
	case c.lower:
		c.buf = appendLower(c.buf[:0], text)
	default:
		c.buf = append(c.buf[:0], text...)
	}
	if !c.plain && !c.chars && c.filters != nil {
		c.translate()
	}
	c.pad()
	if c.extra != nil && c.extra.joins {
		c.join()
	}
}

var separators [padding]byte // zeros; only the first is looked at

func (c *cursor) pad() {
	c.size = len(c.buf)
	c.buf = append(c.buf, separators[:]...)
}

// fill finds the next words and reports whether there are any.
func (c *cursor) fill() bool {
	c.spans = c.spans[:0]
	switch {
	case c.extra != nil && c.extra.joins && !c.joining:
		return c.fillGrams()
	case c.extra != nil && c.extra.segments:
		return c.fillSegments()
	case c.chars:
		return c.fillChars()
	case c.plain:
		return c.fillPlain()
	}
	return c.fillSplit()
}

// fillPlain looks at 64 bytes at once: a bit for each separator, then the
// places where bits change are the bounds of words.
func (c *cursor) fillPlain() bool {
	if most := min(maxSpans, c.size/2+perBlock); cap(c.spans) < most {
		c.spans = make([]span, 0, most)
	}
	spans := c.spans[:cap(c.spans)]
	n, pos, start, open := 0, c.pos, c.start, c.open
	sep := &c.sep
	for pos < c.size && n <= len(spans)-perBlock {
		b := (*[64]byte)(c.buf[pos:])
		var m uint64
		for i := 0; i < 64; i += 8 {
			x := uint64(sep[b[i]]) | uint64(sep[b[i+1]])<<1 | uint64(sep[b[i+2]])<<2 | uint64(sep[b[i+3]])<<3 |
				uint64(sep[b[i+4]])<<4 | uint64(sep[b[i+5]])<<5 | uint64(sep[b[i+6]])<<6 | uint64(sep[b[i+7]])<<7
			m |= x << (i & 63)
		}
		if left := c.size - pos; left < 64 {
			m |= ^uint64(0) << left
		}
		edges := m ^ m<<1
		if !open {
			edges ^= 1 // before the block stands a separator
		} else if edges != 0 {
			spans[n] = span{start, pos + bits.TrailingZeros64(edges)}
			n++
			open = false
			edges &= edges - 1
		}
		for edges != 0 {
			start = pos + bits.TrailingZeros64(edges)
			if edges &= edges - 1; edges == 0 {
				open = true
				break
			}
			spans[n] = span{start, pos + bits.TrailingZeros64(edges)}
			n++
			edges &= edges - 1
		}
		pos += 64
	}
	if pos >= c.size && open {
		spans[n] = span{start, c.size}
		n++
		open = false
	}
	c.pos, c.start, c.open, c.spans = pos, start, open, spans[:n]
	return n > 0
}

func (c *cursor) fillChars() bool {
	for c.pos < c.size && len(c.spans) < maxSpans {
		w := 1
		if c.buf[c.pos] >= utf8.RuneSelf {
			_, w = utf8.DecodeRune(c.buf[c.pos:c.size])
		}
		c.spans = append(c.spans, span{c.pos, c.pos + w})
		c.pos += w
	}
	return len(c.spans) > 0
}

func (c *cursor) fillSplit() bool {
	for c.pos < c.size && len(c.spans) < maxSpans {
		start := c.pos
		end := c.size
		if n := bytes.Index(c.buf[start:c.size], c.split); n < 0 {
			c.pos = c.size
		} else {
			end = start + n
			c.pos = end + len(c.split)
		}
		if end > start {
			c.spans = append(c.spans, span{start, end})
		}
	}
	return len(c.spans) > 0
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

// appendWords appends the words of a text to dst as strings.
func (c *cursor) appendWords(dst []string, text string) []string {
	for c.reset(text); c.fill(); {
		for _, s := range c.spans {
			dst = append(dst, string(c.buf[s.lo:s.hi]))
		}
	}
	return dst
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

func isASCII(s string) bool { return asciiPrefix(s) == len(s) }
