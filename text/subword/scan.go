package subword

import "unicode/utf8"

// A scanner returns where the next match of a known pattern ends: b is not
// empty and is matched from its beginning. Every character is part of a match.
type scanner func(b []byte) int

// classAt returns the character at the beginning of b, its classes and width.
func classAt(t []uint16, b []byte) (c uint16, w int) {
	if b[0] < utf8.RuneSelf {
		return t[b[0]], 1
	}
	r, w := utf8.DecodeRune(b)
	if r == utf8.RuneError && w == 1 {
		return 0, 1
	}
	return t[r], w
}

// while returns how many bytes of b have characters of a class, or of none of
// them if not is set.
func while(t []uint16, b []byte, class uint16, not bool) int {
	i := 0
	for i < len(b) {
		c, w := classAt(t, b[i:])
		if (c&class != 0) == not {
			break
		}
		i += w
	}
	return i
}

// gpt2Pattern is what ByteLevel cuts by.
const gpt2Pattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

func scanGPT2(b []byte) int {
	t := classes()
	if b[0] == '\'' {
		if n := contraction(b, false); n > 0 {
			return n
		}
	}
	at := 0
	if b[0] == ' ' && len(b) > 1 {
		at = 1
	}
	c, _ := classAt(t, b[at:])
	switch {
	case c&letter != 0:
		return at + while(t, b[at:], letter, false)
	case c&number != 0:
		return at + while(t, b[at:], number, false)
	case c&space == 0:
		return at + while(t, b[at:], space|letter|number, true)
	}
	return spaces(t, b)
}

// spaces matches \s+(?!\S)|\s+: white space but for its last character, if
// something else follows and there is more than one.
func spaces(t []uint16, b []byte) int {
	n := while(t, b, space, false)
	if n == len(b) {
		return n
	}
	_, w := utf8.DecodeLastRune(b[:n])
	if n > w {
		return n - w
	}
	return n
}

// contraction matches 's|'t|'re|'ve|'m|'ll|'d, in any case if fold.
func contraction(b []byte, fold bool) int {
	low := func(i int) byte {
		if i >= len(b) {
			return 0
		}
		if c := b[i]; fold && 'A' <= c && c <= 'Z' {
			return c | 0x20
		}
		return b[i]
	}
	switch low(1) {
	case 's', 't', 'm', 'd':
		return 2
	case 'r', 'v':
		if low(2) == 'e' {
			return 3
		}
	case 'l':
		if low(2) == 'l' {
			return 3
		}
	case 0xC5: // ſ is an s in any case
		if fold && len(b) > 2 && b[2] == 0xBF {
			return 3
		}
	}
	return 0
}

// Patterns of Split that are known: that of GPT-4 and Llama 3, and that of Qwen 2.
const (
	llama3Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	qwen2Pattern  = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

func scanGPT4(numbers int) scanner {
	return func(b []byte) int {
		t := classes()
		if b[0] == '\'' {
			if n := contraction(b, true); n > 0 {
				return n
			}
		}
		c, w := classAt(t, b)
		if c&letter != 0 {
			return while(t, b, letter, false)
		}
		if c&number == 0 && b[0] != '\r' && b[0] != '\n' && w < len(b) {
			if n := while(t, b[w:], letter, false); n > 0 {
				return w + n
			}
		}
		if c&number != 0 {
			n := 0
			for range numbers {
				if n == len(b) {
					break
				}
				c, w := classAt(t, b[n:])
				if c&number == 0 {
					break
				}
				n += w
			}
			return n
		}
		at := 0
		if b[0] == ' ' && len(b) > 1 {
			at = 1
		}
		if n := while(t, b[at:], space|letter|number, true); n > 0 {
			n += at
			for n < len(b) && (b[n] == '\r' || b[n] == '\n') {
				n++
			}
			return n
		}
		// \s*[\r\n]+ ends with the last line end of the white space.
		n := while(t, b, space, false)
		for i := n; i > 0; i-- {
			if b[i-1] == '\r' || b[i-1] == '\n' {
				return i
			}
		}
		return spaces(t, b)
	}
}
