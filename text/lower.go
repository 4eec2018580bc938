package text

import (
	"encoding/binary"
	"unicode"
	"unicode/utf8"
)

const (
	capitalSigma    = 'Σ'
	smallSigma      = 'σ'
	finalSigma      = 'ς'
	capitalIWithDot = 'İ' // the one letter whose lower case is two characters: i and a combining dot
)

// appendLower appends s in lower case, as Python's str.lower: the full Unicode
// mapping, which differs from unicode.ToLower for İ and for a final Σ.
//
// The tables are those of Go (Unicode 15.0). Compared with Python 3.11 (14.0)
// nothing differs in the characters both know; a character that is new in 15.0
// counts as a letter or as ignorable when it stands beside a Σ, which Python
// 3.11 cannot know.
func appendLower(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		n := asciiPrefix(s[i:])
		dst = appendLowerASCII(dst, s[i:i+n])
		for i += n; i < len(s) && s[i] >= utf8.RuneSelf; {
			r, w := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && w == 1:
				dst = append(dst, s[i])
			case r == capitalIWithDot:
				dst = append(dst, "i\u0307"...)
			case r == capitalSigma && isFinal(s, i, i+w):
				dst = utf8.AppendRune(dst, finalSigma)
			default:
				dst = utf8.AppendRune(dst, unicode.ToLower(r))
			}
			i += w
		}
	}
	return dst
}

// asciiPrefix returns how many bytes of s come before the first non-ASCII one.
func asciiPrefix(s string) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if load8(s[i:])&highBits != 0 {
			break
		}
	}
	for i < len(s) && s[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// appendLowerASCII lower-cases eight bytes at a time: adding 0x3f and 0x25
// carries into the high bit from 'A' and from '[' on; between them the bit is 0x20.
func appendLowerASCII(dst []byte, s string) []byte {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		x := load8(s[i:])
		upper := (x + 0x3f*lowBits) &^ (x + 0x25*lowBits) & highBits
		x |= upper >> 2
		dst = binary.LittleEndian.AppendUint64(dst, x)
	}
	for ; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

func load8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// isFinal reports whether the sigma at s[lo:hi] ends a word: a cased letter
// stands before it and none after it, case-ignorable characters apart.
// (The Unicode Standard, table 3-17.)
func isFinal(s string, lo, hi int) bool {
	for {
		if lo == 0 {
			return false
		}
		r, w := utf8.DecodeLastRuneInString(s[:lo])
		if lo -= w; !isCaseIgnorable(r) {
			if !isCased(r) {
				return false
			}
			break
		}
	}
	for hi < len(s) {
		r, w := utf8.DecodeRuneInString(s[hi:])
		if hi += w; !isCaseIgnorable(r) {
			return !isCased(r)
		}
	}
	return true
}

func isCased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

func isCaseIgnorable(r rune) bool {
	switch r {
	// Word_Break = MidLetter, MidNumLet or Single_Quote (UAX #29).
	case '\'', '.', ':', 0xB7, 0x387, 0x55F, 0x5F4, 0x2018, 0x2019, 0x2024, 0x2027, 0xFE13, 0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A:
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}
