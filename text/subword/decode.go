package subword

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A decoder rewrites the pieces of a text before they are joined.
type decoder interface {
	decode(pieces []string) []string
}

func (t *Tokenizer) join(pieces []string) string {
	if t.decode == nil {
		return strings.Join(pieces, " ")
	}
	return strings.Join(t.decode.decode(pieces), "")
}

type decoderSequence []decoder

func (d decoderSequence) decode(p []string) []string {
	for _, e := range d {
		p = e.decode(p)
	}
	return p
}

// byteLevelDecoder turns characters into the bytes that they stand for.
type byteLevelDecoder struct{}

func (byteLevelDecoder) decode(pieces []string) []string {
	var b []byte
	for _, p := range pieces {
		start := len(b)
		for _, r := range p {
			c, ok := charBytes[r]
			if !ok { // not written by ByteLevel, an added token for one
				b = append(b[:start], p...)
				break
			}
			b = append(b, c)
		}
	}
	return []string{validUTF8(b)}
}

// validUTF8 replaces what is no UTF-8 by U+FFFD: once for each beginning of a
// character that is cut off, else for each byte.
func validUTF8(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var out []byte
	for len(b) > 0 {
		r, w := utf8.DecodeRune(b)
		if r == utf8.RuneError && w == 1 {
			w = invalidPrefix(b)
			out = append(out, "\ufffd"...)
		} else {
			out = append(out, b[:w]...)
		}
		b = b[w:]
	}
	return string(out)
}

// invalidPrefix returns the length of the longest beginning of b that could
// begin a character, at least 1.
func invalidPrefix(b []byte) int {
	need, lo, hi := 0, byte(0x80), byte(0xBF)
	switch c := b[0]; {
	case c >= 0xC2 && c <= 0xDF:
		need = 1
	case c >= 0xE0 && c <= 0xEF:
		need = 2
		if c == 0xE0 {
			lo = 0xA0
		} else if c == 0xED {
			hi = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		need = 3
		if c == 0xF0 {
			lo = 0x90
		} else if c == 0xF4 {
			hi = 0x8F
		}
	}
	n := 1
	for n <= need && n < len(b) && b[n] >= lo && b[n] <= hi {
		n++
		lo, hi = 0x80, 0xBF
	}
	return n
}

// wordPieceDecoder joins pieces with a prefix to what is before them.
type wordPieceDecoder struct {
	prefix  string
	cleanup bool
}

func (d wordPieceDecoder) decode(pieces []string) []string {
	out := make([]string, len(pieces))
	for i, p := range pieces {
		if i > 0 {
			if rest, ok := strings.CutPrefix(p, d.prefix); ok {
				p = rest
			} else {
				p = " " + p
			}
		}
		if d.cleanup {
			p = cleanup(p)
		}
		out[i] = p
	}
	return out
}

// cleanup removes the spaces that English does not write.
func cleanup(s string) string {
	for _, r := range [][2]string{{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"},
		{" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}} {
		s = strings.ReplaceAll(s, r[0], r[1])
	}
	return s
}

// suffixDecoder is BPEDecoder: a suffix ends a word.
type suffixDecoder struct{ suffix string }

func (d suffixDecoder) decode(pieces []string) []string {
	out := make([]string, len(pieces))
	for i, p := range pieces {
		with := " "
		if i == len(pieces)-1 {
			with = ""
		}
		out[i] = strings.ReplaceAll(p, d.suffix, with)
	}
	return out
}

type metaspaceDecoder struct {
	with   rune
	scheme string
}

func (d metaspaceDecoder) decode(pieces []string) []string {
	out := make([]string, len(pieces))
	for i, p := range pieces {
		var b strings.Builder
		for k, r := range p {
			switch {
			case r != d.with:
				b.WriteString(p[k : k+width(p[k:])])
			case i == 0 && d.scheme != "never":
			default:
				b.WriteByte(' ')
			}
		}
		out[i] = b.String()
	}
	return out
}

func width(s string) int {
	_, w := utf8.DecodeRuneInString(s)
	return w
}

type fuse struct{}

func (fuse) decode(pieces []string) []string { return []string{strings.Join(pieces, "")} }

type stripDecoder struct {
	content     rune
	start, stop int
}

func (d stripDecoder) decode(pieces []string) []string {
	out := make([]string, len(pieces))
	for i, p := range pieces {
		r := []rune(p)
		lo, hi := 0, len(r)
		for lo < d.start && lo < len(r) && r[lo] == d.content {
			lo++
		}
		for k := 0; k < d.stop && hi > lo && r[hi-1] == d.content; k++ {
			hi--
		}
		out[i] = string(r[lo:hi])
	}
	return out
}

type replaceDecoder struct{ old, with string }

func (d replaceDecoder) decode(pieces []string) []string {
	out := make([]string, len(pieces))
	for i, p := range pieces {
		out[i] = p
		if d.old != "" {
			out[i] = strings.ReplaceAll(p, d.old, d.with)
		}
	}
	return out
}

// byteFallback turns runs of <0x00> into characters.
type byteFallback struct{}

func (byteFallback) decode(pieces []string) []string {
	var out []string
	var run []byte
	flush := func() {
		if len(run) == 0 {
			return
		}
		if utf8.Valid(run) {
			out = append(out, string(run))
		} else {
			for range run {
				out = append(out, "\ufffd")
			}
		}
		run = run[:0]
	}
	for _, p := range pieces {
		if len(p) == 6 && strings.HasPrefix(p, "<0x") && p[5] == '>' {
			if n, err := strconv.ParseUint(p[3:5], 16, 8); err == nil {
				run = append(run, byte(n))
				continue
			}
		}
		flush()
		out = append(out, p)
	}
	flush()
	return out
}
