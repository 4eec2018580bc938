package subword

import "unicode/utf8"

// wordLevel has a piece for each whole word.
type wordLevel struct {
	*vocab
	unk    int // -1: none
	asByte bool
}

func (m *wordLevel) kind() string { return "WordLevel" }

func (m *wordLevel) cut(dst []token, w []byte, s *state) []token {
	b := w
	if m.asByte {
		s.mapped = appendByteLevel(s.mapped[:0], w)
		b = s.mapped
	}
	id, ok := m.ids[string(b)]
	if !ok {
		id = m.unk
	}
	if id < 0 {
		return dst
	}
	return append(dst, token{id, 0, len(w)})
}

// wordPiece cuts off the longest piece again and again; all but the first have
// a prefix.
type wordPiece struct {
	*vocab
	prefix  string
	unk     int
	longest int // characters of a word that is cut
	asByte  bool
	maxLen  int // of a piece, in bytes
	prefixd map[string]int
}

func newWordPiece(v *vocab, prefix string, unk, longest int, asByte bool) *wordPiece {
	m := &wordPiece{vocab: v, prefix: prefix, unk: unk, longest: longest, asByte: asByte, prefixd: map[string]int{}}
	for p, id := range v.ids {
		m.maxLen = max(m.maxLen, len(p))
		if len(p) > len(prefix) && p[:len(prefix)] == prefix {
			m.prefixd[p[len(prefix):]] = id
		}
	}
	return m
}

func (m *wordPiece) kind() string { return "WordPiece" }

func (m *wordPiece) cut(dst []token, w []byte, s *state) []token {
	b := w
	if m.asByte {
		s.mapped = appendByteLevel(s.mapped[:0], w)
		b = s.mapped
	}
	if len(b) > m.longest && utf8.RuneCountInString(alias(b)) > m.longest {
		return append(dst, token{m.unk, 0, len(w)})
	}
	first := len(dst)
	pieces := m.ids
	for at := 0; at < len(b); {
		end := min(len(b), at+m.maxLen)
		id, ok := 0, false
		for ; end > at; end-- {
			if end < len(b) && !utf8.RuneStart(b[end]) {
				continue
			}
			if id, ok = pieces[string(b[at:end])]; ok {
				break
			}
		}
		if !ok {
			return append(dst[:first], token{m.unk, 0, len(w)})
		}
		dst = append(dst, token{id, at, end})
		at, pieces = end, m.prefixd
	}
	if m.asByte { // a character stands for a byte
		for i := range dst[first:] {
			c := &dst[first+i]
			c.lo, c.hi = utf8.RuneCountInString(alias(b[:c.lo])), utf8.RuneCountInString(alias(b[:c.hi]))
		}
	}
	return dst
}
