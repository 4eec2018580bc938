package subword

import (
	"fmt"
	"strconv"
)

// A vocab is the pieces of a model.
type vocab struct {
	ids    map[string]int
	pieces []string // by number
	has    []bool   // numbers can have holes
}

func newVocab(ids map[string]int) (*vocab, error) {
	v := &vocab{ids: ids}
	top := -1
	for p, id := range ids {
		if id < 0 || id > 1<<28 {
			return nil, fmt.Errorf("piece %q has the number %d: want 0 to %d", p, id, 1<<28)
		}
		top = max(top, id)
	}
	if top > 64*len(ids)+1<<16 {
		return nil, fmt.Errorf("the largest number is %d for %d pieces: the numbers have too many holes", top, len(ids))
	}
	v.pieces, v.has = make([]string, top+1), make([]bool, top+1)
	for p, id := range ids {
		if v.has[id] {
			return nil, fmt.Errorf("pieces %s and %s both have the number %d", strconv.Quote(min(p, v.pieces[id])), strconv.Quote(max(p, v.pieces[id])), id)
		}
		v.pieces[id], v.has[id] = p, true
	}
	return v, nil
}

func (v *vocab) id(piece string) (int, bool) {
	id, ok := v.ids[piece]
	return id, ok
}

func (v *vocab) piece(id int) (string, bool) {
	if id < 0 || id >= len(v.pieces) || !v.has[id] {
		return "", false
	}
	return v.pieces[id], true
}

func (v *vocab) size() int { return len(v.pieces) }

// ByteLevel writes each byte as one character: those that are printable as
// themselves, the others from U+0100 on.
var byteChars, charBytes = func() (chars [256]rune, bytes map[rune]byte) {
	bytes = map[rune]byte{}
	next := rune(256)
	for b := range 256 {
		r := rune(b)
		if !(r >= '!' && r <= '~' || r >= 0xA1 && r <= 0xAC || r >= 0xAE) {
			r = next
			next++
		}
		chars[b], bytes[r] = r, byte(b)
	}
	return chars, bytes
}()

// appendByteLevel appends bytes as ByteLevel writes them.
func appendByteLevel(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, string(byteChars[c])...)
	}
	return dst
}
