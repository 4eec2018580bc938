package subword

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Classes of characters, as bits.
const (
	space = 1 << iota
	letter
	number
	wordChar
	punct
	digit
	mark
	bertMark
	bertControl
	bertSpace
	composed
	chinese
)

// classes holds the bits of the characters below its length; all above have none.
var classes = sync.OnceValue(func() []uint16 {
	t := make([]uint16, utf8.MaxRune+1)
	for i, packed := range []string{spaceChars, letterChars, numberChars, wordChars, punctChars, digitChars, markChars,
		bertMarkChars, bertControlChars, bertSpaceChars, composedChars, chineseChars} {
		at := uint64(0)
		f := strings.Fields(packed)
		for k := 0; k+1 < len(f); k += 2 {
			lo, _ := strconv.ParseUint(f[k], 36, 32)
			n, _ := strconv.ParseUint(f[k+1], 36, 32)
			at += lo
			for end := at + n; at <= end; at++ {
				t[at] |= 1 << i
			}
			at--
		}
	}
	return t
})

func is(r rune, class uint16) bool { return classes()[r]&class != 0 }

func isSpace(r rune) bool    { return is(r, space) }
func isWordChar(r rune) bool { return is(r, wordChar) }

var lowerMap = sync.OnceValue(func() map[rune]rune {
	m := map[rune]rune{}
	for _, r := range lowerRuns {
		for c := r[0]; c <= r[1]; c += r[2] {
			m[c] = c + r[3]
		}
	}
	return m
})
