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
		rewriteWords(x, st, ' ', func(int) bool { return true })
	}
	if p.regex {
		scanWords(scanGPT2).split(x, st)
	}
}

// rewriteWords writes the spaces of all words as another character, and puts
// one before each word that does not begin with it, if prefix says so for the
// place in the original where the word begins.
func rewriteWords(x *aligned, st *state, with rune, prefix func(origin int) bool) {
	wanted := func(w word) bool {
		r, _ := utf8.DecodeRune(x.text[w.lo:w.hi])
		if w.lo == w.hi || r == with || r == ' ' {
			return false
		}
		lo, _ := x.origin(w.lo, w.hi)
		return prefix(lo)
	}
	any := with != ' ' && bytes.IndexByte(x.text, ' ') >= 0
	for i := 0; i < len(st.words) && !any; i++ {
		any = wanted(st.words[i])
	}
	if !any {
		return
	}
	c := st.changes[:0]
	at, size := 0, 0 // in the old and the new text
	for i := range st.words {
		w := st.words[i]
		for at < w.lo {
			k, n := keep(x.text[at:])
			c = append(c, k)
			at, size = at+n, size+n
		}
		st.words[i].lo = size
		add := wanted(w)
		if add {
			c = append(c, change{r: with})
			size += utf8.RuneLen(with)
		}
		for at < w.hi {
			k, n := keep(x.text[at:])
			at += n
			if add {
				k.n, add = 1, false
			}
			if !k.raw && k.r == ' ' {
				k.r, n = with, utf8.RuneLen(with)
			}
			c = append(c, k)
			size += n
		}
		st.words[i].hi = size
	}
	for at < len(x.text) {
		k, n := keep(x.text[at:])
		c = append(c, k)
		at += n
	}
	st.changes = c
	x.transform(st, 0, len(x.text), 0, c)
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
	rewriteWords(x, st, m.with, func(origin int) bool { return m.scheme == "always" || m.scheme == "first" && origin == 0 })
	if m.cut {
		separated{match: literal(string(m.with)), behavior: withNext}.split(x, st)
	}
}
