package subword

import (
	"strings"
	"unicode/utf8"
	"unsafe"
)

// A word is a part of an aligned text that the model cuts.
type word struct{ lo, hi int }

// run puts the tokens of a text into st.tokens. Without offsets, their
// positions mean nothing.
func (t *Tokenizer) run(st *state, s string, offsets bool) {
	st.tokens, st.found = st.tokens[:0], st.found[:0]
	from := 0
	for from < len(s) {
		lo, hi, id := t.added.raw.next(s, from)
		if lo > from {
			t.segment(st, s, from, lo, offsets)
		}
		if id >= 0 {
			st.addFound(token{id, lo, hi}, s[lo:hi], offsets)
		}
		from = hi
	}
}

// addFound adds an added token that was found in the text as s.
func (st *state) addFound(tk token, s string, offsets bool) {
	if offsets {
		st.found = append(st.found, foundToken{len(st.tokens), strings.Clone(s)})
	}
	st.tokens = append(st.tokens, tk)
}

// A foundToken is how an added token looks in the text, which can be longer
// than its content: white space that it takes, or another form.
type foundToken struct {
	index int
	text  string
}

// segment encodes s[from:to], which holds no token that is searched in the raw text.
func (t *Tokenizer) segment(st *state, s string, from, to int, offsets bool) {
	x := &st.text
	x.reset(s[from:to], from)
	if t.normalize != nil {
		t.normalize.normalize(x, st)
	}
	if t.added.normal.empty() {
		t.part(st, x, 0, len(x.text), offsets)
		return
	}
	all := alias(x.text)
	for at := 0; at < len(all); {
		lo, hi, id := t.added.normal.next(all, at)
		switch {
		case id < 0 && at == 0: // no token at all
			t.part(st, x, 0, len(x.text), offsets)
		case lo > at: // the pre-tokenizer may rewrite it
			p := &st.part
			p.reset(all[at:lo], x.base+at)
			if len(x.at) > 0 {
				p.at = append(p.at, x.at[at:lo]...)
			}
			t.part(st, p, 0, len(p.text), offsets)
		}
		if id >= 0 {
			a, b := x.origin(lo, hi)
			st.addFound(token{id, a, b}, all[lo:hi], offsets)
		}
		at = hi
	}
}

// part encodes a part of the normalised text.
func (t *Tokenizer) part(st *state, x *aligned, lo, hi int, offsets bool) {
	st.words = append(st.words[:0], word{lo, hi})
	if t.pre != nil {
		t.pre.split(x, st)
	}
	for _, w := range st.words {
		if w.lo == w.hi {
			continue
		}
		st.cuts = t.model.cut(st.cuts[:0], x.text[w.lo:w.hi], st)
		for _, c := range st.cuts {
			if offsets {
				c.lo, c.hi = x.origin(w.lo+c.lo, w.lo+c.hi)
			}
			st.tokens = append(st.tokens, c)
		}
	}
}

// aligned is a text that remembers where its bytes come from.
type aligned struct {
	text []byte
	at   [][2]int // of each byte: its range in the original; nil while nothing changed
	base int      // where text began in the original
}

func (x *aligned) reset(s string, base int) {
	x.text, x.at, x.base = append(x.text[:0], s...), x.at[:0], base
}

// origin returns the range in the original of the bytes lo to hi: whole characters.
func (x *aligned) origin(lo, hi int) (int, int) {
	if len(x.at) > 0 {
		if lo == hi {
			switch {
			case lo < len(x.at):
				return x.at[lo][0], x.at[lo][0]
			default:
				return x.at[lo-1][1], x.at[lo-1][1]
			}
		}
		return x.at[lo][0], x.at[min(hi, len(x.at))-1][1]
	}
	for lo > 0 && lo < len(x.text) && !utf8.RuneStart(x.text[lo]) {
		lo--
	}
	for hi < len(x.text) && !utf8.RuneStart(x.text[hi]) {
		hi++
	}
	return x.base + lo, x.base + hi
}

// align writes the alignment of an unchanged text down.
func (x *aligned) align() {
	if len(x.at) > 0 {
		return
	}
	x.at = x.at[:0]
	for i := 0; i < len(x.text); {
		_, w := utf8.DecodeRune(x.text[i:])
		for range w {
			x.at = append(x.at, [2]int{x.base + i, x.base + i + w})
		}
		i += w
	}
}

// A change is a character of a new text: 0 replaces one of the old text, 1 is
// inserted, and -n replaces one and removes n that follow.
type change struct {
	r    rune
	n    int
	skip int  // characters of the old text that are removed after it
	b    byte // an invalid byte, when raw
	raw  bool
}

// transform replaces text[lo:hi] by the changes, after it removed the first
// skip characters.
func (x *aligned) transform(st *state, lo, hi, skip int, changes []change) {
	x.align()
	n := &st.tmp
	n.text, n.at = append(n.text[:0], x.text[:lo]...), append(n.at[:0], x.at[:lo]...)
	pos := lo
	step := func() {
		if pos < hi {
			_, w := utf8.DecodeRune(x.text[pos:hi])
			pos += w
		}
	}
	for range skip {
		step()
	}
	for _, c := range changes {
		var at [2]int
		switch {
		case c.n <= 0:
			if pos < len(x.at) {
				at = x.at[pos]
			}
		case pos > 0:
			at = x.at[pos-1]
		}
		if c.n <= 0 {
			for range 1 - c.n {
				step()
			}
		}
		was := len(n.text)
		if c.raw {
			n.text = append(n.text, c.b)
		} else {
			n.text = utf8.AppendRune(n.text, c.r)
		}
		for range len(n.text) - was {
			n.at = append(n.at, at)
		}
		for range c.skip {
			step()
		}
	}
	n.text, n.at = append(n.text, x.text[hi:]...), append(n.at, x.at[hi:]...)
	n.base = x.base
	*x, *n = *n, *x
}

// keep returns the change that keeps the character at the beginning of b, and its width.
func keep(b []byte) (change, int) {
	r, w := utf8.DecodeRune(b)
	if r == utf8.RuneError && w == 1 {
		return change{r: r, b: b[0], raw: true}, 1
	}
	return change{r: r}, w
}

// alias returns b as a string that must not outlive b's contents.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
