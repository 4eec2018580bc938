package subword

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A normalizer rewrites a text before it is cut.
type normalizer interface {
	normalize(x *aligned, st *state)
}

type normalizerSequence []normalizer

func (n normalizerSequence) normalize(x *aligned, st *state) {
	for _, m := range n {
		m.normalize(x, st)
	}
}

// unicodeForm is NFC, NFD, NFKC or NFKD.
type unicodeForm struct{ compose, compatible bool }

func (f unicodeForm) normalize(x *aligned, st *state) {
	lo := asciiPrefix(x.text)
	if lo == len(x.text) {
		return
	}
	c := st.changes[:0]
	form := norm.NFD
	if f.compatible {
		form = norm.NFKD
	}
	changed := false
	for i := 0; i < len(x.text); {
		k, w := keep(x.text[i:])
		if !k.raw && is(k.r, composed) {
			first := true
			for _, r := range form.String(string(k.r)) {
				c = append(c, change{r: r, n: 1})
				if first {
					c[len(c)-1].n, first = 0, false
				}
			}
			if l := c[len(c)-1]; l.r != k.r || l.n != 0 {
				changed = true
			}
		} else {
			c = append(c, k)
		}
		i += w
	}
	// Canonical order: each run of combining marks by class.
	for i := 0; i < len(c); i++ {
		if combining(c[i].r) == 0 {
			continue
		}
		j := i
		for j < len(c) && combining(c[j].r) != 0 {
			j++
		}
		if run := c[i:j]; len(run) > 1 {
			byClass := func(a, b change) int { return combining(a.r) - combining(b.r) }
			if !slices.IsSortedFunc(run, byClass) {
				slices.SortStableFunc(run, byClass)
				changed = true
			}
		}
		i = j
	}
	if f.compose {
		n := len(c)
		c = compose(c)
		changed = changed || len(c) != n
	}
	st.changes = c
	if changed {
		x.transform(st, 0, len(x.text), 0, c)
	}
}

func combining(r rune) int {
	if r < 0x300 || !is(r, mark) {
		return 0
	}
	var b [utf8.UTFMax]byte
	return int(norm.NFD.Properties(b[:utf8.EncodeRune(b[:], r)]).CCC())
}

// compose joins starters and what follows them, in place (UAX #15, D117).
func compose(c []change) []change {
	out := c[:0]
	starter := -1 // in out
	last := 0     // class of the last one after the starter, if any is in between
	for _, k := range c {
		class := combining(k.r)
		if starter >= 0 && !k.raw && (last < class || last == 0 && len(out) == starter+1) {
			if r := pair(out[starter].r, k.r); r != 0 {
				out[starter].r = r
				out[starter].n += k.n - 1
				continue
			}
		}
		if class == 0 {
			starter = len(out)
			last = 0
		} else {
			last = class
		}
		out = append(out, k)
	}
	return out
}

// pair returns the one character that a and b make, 0 if none.
func pair(a, b rune) rune {
	if b < 0x300 {
		return 0
	}
	s := norm.NFC.String(string([]rune{a, b}))
	r, w := utf8.DecodeRuneInString(s)
	if w != len(s) || !is(r, composed) {
		return 0
	}
	return r
}

type lowercase struct{}

func (lowercase) normalize(x *aligned, st *state) {
	if asciiPrefix(x.text) == len(x.text) { // keeps its length: no alignment needed
		lowerASCII(x.text)
		return
	}
	c := st.changes[:0]
	changed := false
	for i := 0; i < len(x.text); {
		k, w := keep(x.text[i:])
		i += w
		was := k.r
		if k.raw {
		} else if k.r < utf8.RuneSelf {
			if 'A' <= k.r && k.r <= 'Z' {
				k.r |= 0x20
			}
		} else if k.r == 'İ' {
			c = append(c, change{r: 'i'})
			k = change{r: 0x307, n: 1}
		} else if l, ok := lowerMap()[k.r]; ok {
			k.r = l
		}
		changed = changed || k.r != was
		c = append(c, k)
	}
	st.changes = c
	if changed {
		x.transform(st, 0, len(x.text), 0, c)
	}
}

func lowerASCII(b []byte) {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
}

func asciiPrefix(b []byte) int {
	for i, c := range b {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return len(b)
}

// drop removes the characters of some classes.
type drop uint16

func (d drop) normalize(x *aligned, st *state) {
	drops := func(k change) bool { return !k.raw && is(k.r, uint16(d)) }
	c := st.changes[:0]
	skip, removed, any := 0, 0, false
	for i := 0; i < len(x.text); {
		k, w := keep(x.text[i:])
		i += w
		if drops(k) {
			any = true
			if len(c) == 0 {
				skip++
			} else {
				removed++
				c[len(c)-1].n = -removed
			}
			continue
		}
		removed = 0
		c = append(c, k)
	}
	st.changes = c
	if any {
		x.transform(st, 0, len(x.text), skip, c)
	}
}

// strip removes white space at the ends.
type strip struct{ left, right bool }

func (s strip) normalize(x *aligned, st *state) {
	b := x.text
	if s.left {
		b = bytes.TrimLeftFunc(b, isSpace)
	}
	lo := len(x.text) - len(b)
	if s.right {
		b = bytes.TrimRightFunc(b, isSpace)
	}
	x.cut(lo, lo+len(b))
}

// cut keeps only text[lo:hi].
func (x *aligned) cut(lo, hi int) {
	if lo == 0 && hi == len(x.text) {
		return
	}
	x.align()
	x.text = append(x.text[:0], x.text[lo:hi]...)
	x.at = append(x.at[:0], x.at[lo:hi]...)
}

// replace replaces each occurrence of a string.
type replace struct {
	find func(b []byte) (lo, hi int) // lo < 0: none
	with string
}

func (r replace) normalize(x *aligned, st *state) {
	c := st.changes[:0]
	first, any := 0, false
	for at := 0; at < len(x.text); {
		lo, hi := r.find(x.text[at:])
		end := at + lo
		if lo < 0 {
			if end = len(x.text); !any {
				break
			}
		}
		for at < end {
			k, w := keep(x.text[at:])
			c = append(c, k)
			at += w
		}
		if lo < 0 {
			break
		}
		any = true
		old := utf8.RuneCountInString(alias(x.text[at : at+hi-lo]))
		if len(c) == 0 {
			first += old
		} else {
			c[len(c)-1].skip += old
		}
		for _, ch := range r.with {
			c = append(c, change{r: ch, n: 1})
		}
		at += hi - lo
	}
	if st.changes = c; any {
		x.transform(st, 0, len(x.text), first, c)
	}
}

// prepend puts a string before a text that is not empty.
type prepend string

func (p prepend) normalize(x *aligned, st *state) { x.prepend(st, 0, string(p)) }

// prepend inserts s before the character at a position.
func (x *aligned) prepend(st *state, at int, s string) {
	if at >= len(x.text) {
		return
	}
	k, w := keep(x.text[at:])
	c := st.changes[:0]
	for i, r := range s {
		c = append(c, change{r: r})
		if i > 0 {
			c[len(c)-1].n = 1
		}
	}
	k.n = 1
	c = append(c, k)
	st.changes = c
	x.transform(st, at, at+w, 0, c)
}

// bert is BertNormalizer.
type bert struct{ clean, chinese, strip, lower bool }

func (b bert) normalize(x *aligned, st *state) {
	if b.clean {
		drop(bertControl).normalize(x, st)
		spaces := false
		for i := 0; i < len(x.text); {
			r, w := utf8.DecodeRune(x.text[i:])
			if r != ' ' && !(r == utf8.RuneError && w == 1) && is(r, bertSpace) {
				spaces = true
				break
			}
			i += w
		}
		if spaces {
			c := st.changes[:0]
			for i := 0; i < len(x.text); {
				k, w := keep(x.text[i:])
				if i += w; !k.raw && is(k.r, bertSpace) {
					k.r = ' '
				}
				c = append(c, k)
			}
			st.changes = c
			x.transform(st, 0, len(x.text), 0, c)
		}
	}
	if b.chinese && asciiPrefix(x.text) < len(x.text) {
		c := st.changes[:0]
		n := 0
		for i := 0; i < len(x.text); {
			k, w := keep(x.text[i:])
			if i += w; !k.raw && is(k.r, chinese) {
				n++
				c = append(c, change{r: ' '}, change{r: k.r, n: 1}, change{r: ' ', n: 1})
				continue
			}
			c = append(c, k)
		}
		if st.changes = c; n > 0 {
			x.transform(st, 0, len(x.text), 0, c)
		}
	}
	if b.strip {
		unicodeForm{}.normalize(x, st)
		drop(bertMark).normalize(x, st)
	}
	if b.lower {
		lowercase{}.normalize(x, st)
	}
}
