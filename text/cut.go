package text

import (
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/cases"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// extra is what a tokenizer does beyond Keras, made ready. It is read-only.
type extra struct {
	rewrites  bool // normalises or folds
	segments  bool // cuts by UAX #29
	joins     bool // drops stop words or makes n-grams
	normalize bool
	form      norm.Form
	fold      bool
	stop      table
	min, max  int
}

var forms = map[Form]norm.Form{NFC: norm.NFC, NFD: norm.NFD, NFKC: norm.NFKC, NFKD: norm.NFKD}

// options says in which way t goes beyond Keras; nil = in none.
func (t *Tokenizer) options() *extra {
	if t.Normalize == "" && !t.Fold && !t.Segment && len(t.StopWords) == 0 && t.ngrams() == [2]int{1, 1} {
		return nil
	}
	n := t.ngrams()
	x := &extra{fold: t.Fold, segments: t.Segment, min: n[0], max: n[1]}
	if t.Normalize != "" {
		x.normalize = true
		x.form = forms[t.Normalize]
	}
	x.rewrites = x.normalize || x.fold
	x.joins = len(t.StopWords) > 0 || x.max > 1
	for _, w := range t.StopWords {
		x.stop.intern([]byte(w))
	}
	return x
}

// Validate checks the settings: it returns an error that names the first one
// that makes no sense. Methods that return no error panic with it.
func (t *Tokenizer) Validate() error {
	if _, ok := forms[t.Normalize]; !ok && t.Normalize != "" {
		return fmt.Errorf("text: unknown Normalize %q: want %q, %q, %q or %q, or nothing", t.Normalize, NFC, NFD, NFKC, NFKD)
	}
	if n := t.NGrams; n != [2]int{} && (n[0] < 1 || n[1] < n[0]) {
		return fmt.Errorf("text: NGrams is %v: want the shortest and the longest run of words, as {1, 2}", n)
	}
	if t.Segment && t.CharLevel {
		return fmt.Errorf("text: Segment and CharLevel are both set: a text is cut into words or into characters; unset one")
	}
	if t.MinCount < 0 {
		return fmt.Errorf("text: MinCount is %d: want 0 or more", t.MinCount)
	}
	if t.MaxVocabMemory < 0 || t.MaxVocabMemory > 0 && t.MaxVocabMemory < 1<<20 {
		return fmt.Errorf("text: MaxVocabMemory is %d: want at least %d bytes, or 0 for no bound", t.MaxVocabMemory, 1<<20)
	}
	return nil
}

func (t *Tokenizer) mustBeValid() {
	if err := t.Validate(); err != nil {
		panic(err)
	}
}

func (t *Tokenizer) ngrams() [2]int {
	if t.NGrams == [2]int{} {
		return [2]int{1, 1}
	}
	return t.NGrams
}

// rewrite appends the text in its normal form and case.
func (c *cursor) rewrite(dst []byte, text string) []byte {
	x := c.extra
	b := append(c.aux[:0], text...)
	swap := func() { dst, b = b[:0], dst }
	if x.normalize && !x.form.IsNormal(b) {
		dst = x.form.Append(dst, b...)
		swap()
	}
	switch {
	case x.fold:
		dst = c.appendFold(dst, b)
		swap()
	case c.lower:
		dst = appendLower(dst, string(b))
		swap()
	}
	if x.normalize && (x.fold || c.lower) && !x.form.IsNormal(b) {
		dst = x.form.Append(dst, b...)
		swap()
	}
	c.aux = dst
	return b
}

// appendFold appends b in full case folding. Bytes that are no UTF-8 stay.
func (c *cursor) appendFold(dst, b []byte) []byte {
	if c.folder == nil {
		c.folder = cases.Fold()
	}
	for len(b) > 0 {
		n := foldable(b)
		for src := b[:n]; len(src) > 0; {
			dst = slices.Grow(dst, 3*len(src)+utf8.UTFMax)
			nd, ns, err := c.folder.Transform(dst[len(dst):cap(dst)], src, true)
			dst, src = dst[:len(dst)+nd], src[ns:]
			if err != nil && err != transform.ErrShortDst {
				dst, src = append(dst, src...), nil
			}
		}
		if b = b[n:]; len(b) > 0 {
			r, w := utf8.DecodeRune(b)
			if w == 1 {
				dst = append(dst, b[0])
			} else {
				dst = utf8.AppendRune(dst, foldCherokee(r))
			}
			b = b[w:]
		}
	}
	return dst
}

// foldable returns how many bytes of b come before the first that is invalid
// or Cherokee.
func foldable(b []byte) int {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, w := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && w == 1 || isCherokee(r) {
			return i
		}
		i += w
	}
	return len(b)
}

func isCherokee(r rune) bool { return r >= 0x13A0 && r <= 0x13FD || r >= 0xAB70 && r <= 0xABBF }

// foldCherokee folds to capitals, the older letters, as CaseFolding.txt does
// for this script only. (cases.Fold swaps the two.)
func foldCherokee(r rune) rune {
	switch {
	case r >= 0xAB70:
		return r - 0xAB70 + 0x13A0
	case r >= 0x13F8:
		return r - 8
	}
	return r
}

// fillSegments cuts at the boundaries of UAX #29 and keeps pieces that hold a
// letter, a number or a symbol like an emoji (Unicode classes L, N and So).
func (c *cursor) fillSegments() bool {
	state := -1
	if c.pos > 0 {
		state = c.state
	}
	for c.pos < c.size && len(c.spans) < maxSpans {
		var word []byte
		word, _, state = uniseg.FirstWord(c.buf[c.pos:c.size], state)
		if isWord(word) {
			c.spans = append(c.spans, span{c.pos, c.pos + len(word)})
		}
		c.pos += len(word)
	}
	c.state = state
	return len(c.spans) > 0
}

func isWord(b []byte) bool {
	for len(b) > 0 {
		r, w := utf8.DecodeRune(b)
		if r == utf8.RuneError && w == 1 {
			return true // an invalid byte is not white space
		}
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.So, r) {
			return true
		}
		b = b[w:]
	}
	return false
}

// grams holds the words of a text that are left, one space between them, so
// that every run of words is one slice.
type grams struct {
	buf   []byte
	spans []span
	n, i  int // the length and the first word of the next run
}

// join collects the words that are not stop words.
func (c *cursor) join() {
	g := &c.grams
	g.buf, g.spans, g.n, g.i = g.buf[:0], g.spans[:0], c.extra.min, 0
	c.joining = true
	for c.fill() {
		for _, w := range c.spans {
			word := c.buf[w.lo:w.hi]
			if c.extra.stop.find(word) >= 0 {
				continue
			}
			if len(g.spans) > 0 {
				g.buf = append(g.buf, ' ')
			}
			g.spans = append(g.spans, span{len(g.buf), len(g.buf) + len(word)})
			g.buf = append(g.buf, word...)
		}
	}
	c.joining = false
	c.buf, g.buf = g.buf, c.buf
	c.pad()
}

func (c *cursor) fillGrams() bool {
	g := &c.grams
	for g.n <= c.extra.max && g.n <= len(g.spans) && len(c.spans) < maxSpans {
		if g.i+g.n > len(g.spans) {
			g.n, g.i = g.n+1, 0
			continue
		}
		c.spans = append(c.spans, span{g.spans[g.i].lo, g.spans[g.i+g.n-1].hi})
		g.i++
	}
	return len(c.spans) > 0
}
