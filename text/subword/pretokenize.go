package subword

import (
	"bytes"
	"unicode/utf8"
)

// A preTokenizer cuts st.words, parts of x, into smaller ones. It may rewrite x.
type preTokenizer interface {
	split(x *aligned, st *state)
}

type preSequence []preTokenizer

func (p preSequence) split(x *aligned, st *state) {
	for _, q := range p {
		q.split(x, st)
	}
}

// next swaps the words with an empty list to fill.
func (st *state) next() (old []word) {
	old = st.words
	st.words, st.aux = st.aux[:0], old
	return old
}

// byteLevel cuts as GPT-2 does; its pieces are bytes. It is the last one.
type byteLevel struct{ prefix, regex bool }

func (p byteLevel) split(x *aligned, st *state) {
	if p.prefix {
		prefixWords(x, st, " ", ' ')
	}
	if p.regex {
		scanWords(scanGPT2).split(x, st)
	}
}

// prefixWords puts s before each word that does not begin with a character.
func prefixWords(x *aligned, st *state, s string, has rune) {
	grown := 0
	for i := range st.words {
		w := &st.words[i]
		w.lo, w.hi = w.lo+grown, w.hi+grown
		if r, _ := utf8.DecodeRune(x.text[w.lo:w.hi]); w.lo < w.hi && r != has {
			x.prepend(st, w.lo, s)
			w.hi += len(s)
			grown += len(s)
		}
	}
}

// scanWords cuts a word at every match of a pattern that matches everything.
type scanWords scanner

func (p scanWords) split(x *aligned, st *state) {
	for _, w := range st.next() {
		for at := w.lo; at < w.hi; {
			n := p(x.text[at:w.hi])
			st.words = append(st.words, word{at, at + n})
			at += n
		}
	}
}

// A behavior says what becomes of the separators.
type behavior string

const (
	removed    behavior = "Removed"
	isolated   behavior = "Isolated"
	withPrev   behavior = "MergedWithPrevious"
	withNext   behavior = "MergedWithNext"
	contiguous behavior = "Contiguous"
)

// separated cuts at separators. match returns how many bytes at the beginning
// of b are one separator, 0 for none.
type separated struct {
	match    func(t []uint16, b []byte) int
	behavior behavior
	invert   bool
}

func (p separated) split(x *aligned, st *state) {
	t := classes()
	for _, w := range st.next() {
		first := len(st.words)
		p.parts(t, x.text[:w.hi], w.lo, func(lo, hi int, sep, prev bool) {
			n := len(st.words)
			switch p.behavior {
			case removed:
				if sep {
					return
				}
			case withPrev:
				if sep && !prev && n > first {
					st.words[n-1].hi = hi
					return
				}
			case withNext:
				if !sep && prev && n > first {
					st.words[n-1].hi = hi
					return
				}
			case contiguous:
				if sep == prev && n > first {
					st.words[n-1].hi = hi
					return
				}
			}
			st.words = append(st.words, word{lo, hi})
		})
	}
}

// parts calls yield for separators and what is between, with whether the part
// before was a separator.
func (p separated) parts(t []uint16, b []byte, from int, yield func(lo, hi int, sep, prev bool)) {
	prev := false
	start := from // of what is no separator
	emit := func(lo, hi int, sep bool) {
		if lo < hi {
			sep = sep != p.invert
			yield(lo, hi, sep, prev)
			prev = sep
		}
	}
	for at := from; at < len(b); {
		n := p.match(t, b[at:])
		if n == 0 {
			_, w := utf8.DecodeRune(b[at:])
			at += w
			continue
		}
		emit(start, at, false)
		emit(at, at+n, true)
		at += n
		start = at
	}
	emit(start, len(b), false)
}

// oneOf matches one character of a class.
func oneOf(class uint16) func(t []uint16, b []byte) int {
	return func(t []uint16, b []byte) int {
		if c, w := classAt(t, b); c&class != 0 {
			return w
		}
		return 0
	}
}

// manyOf matches as many characters of a class as there are.
func manyOf(class uint16) func(t []uint16, b []byte) int {
	return func(t []uint16, b []byte) int { return while(t, b, class, false) }
}

func literal(s string) func(t []uint16, b []byte) int {
	return func(_ []uint16, b []byte) int {
		if s != "" && bytes.HasPrefix(b, []byte(s)) {
			return len(s)
		}
		return 0
	}
}

// wordsOrPunctuation is Whitespace: \w+|[^\w\s]+.
type wordsOrPunctuation struct{}

func (wordsOrPunctuation) split(x *aligned, st *state) {
	t := classes()
	for _, w := range st.next() {
		for at := w.lo; at < w.hi; {
			b := x.text[at:w.hi]
			c, _ := classAt(t, b)
			var n int
			switch {
			case c&wordChar != 0:
				n = while(t, b, wordChar, false)
			case c&space != 0:
				at += while(t, b, space, false)
				continue
			default:
				n = while(t, b, wordChar|space, true)
			}
			st.words = append(st.words, word{at, at + n})
			at += n
		}
	}
}

// metaspace writes spaces as another character and cuts before each.
type metaspace struct {
	with   rune
	scheme string // always, first, never
	cut    bool
}

func (m metaspace) split(x *aligned, st *state) {
	with := string(m.with)
	// Spaces first; the text only grows, so positions are moved along.
	for i := range st.words {
		w := &st.words[i]
		for at := w.lo; at < w.hi; at++ {
			if x.text[at] != ' ' {
				continue
			}
			c := append(st.changes[:0], change{r: m.with})
			st.changes = c
			x.transform(st, at, at+1, 0, c)
			d := len(with) - 1
			w.hi += d
			for j := i + 1; j < len(st.words); j++ {
				st.words[j].lo += d
				st.words[j].hi += d
			}
			at += d
		}
		first := false
		if w.lo < w.hi {
			lo, _ := x.origin(w.lo, w.hi)
			first = lo == 0
		}
		if r, _ := utf8.DecodeRune(x.text[w.lo:w.hi]); w.lo < w.hi && r != m.with && (m.scheme == "always" || m.scheme == "first" && first) {
			x.prepend(st, w.lo, with)
			w.hi += len(with)
			for j := i + 1; j < len(st.words); j++ {
				st.words[j].lo += len(with)
				st.words[j].hi += len(with)
			}
		}
	}
	if m.cut {
		separated{match: literal(with), behavior: withNext}.split(x, st)
	}
}
