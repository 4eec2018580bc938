package text

import (
	"hash/maphash"
	"strings"
)

// A wordTable gives each distinct word a number, in the order of first
// appearance. It looks words up by their bytes, without making strings.
type wordTable struct {
	words []string
	slots []uint64 // open addressing: upper half of the hash, then number+1; 0 = free
	chunk strings.Builder
}

// Hashing is seeded per process; nothing outside the table depends on it.
var tableSeed = maphash.MakeSeed()

const (
	tagMask   = 0xffffffff << 32
	chunkSize = 1 << 16
)

// find returns the number of a word, -1 when it has none.
func (t *wordTable) find(word []byte) int {
	if len(t.slots) == 0 {
		return -1
	}
	id, _ := t.probe(word, maphash.Bytes(tableSeed, word))
	return id
}

// intern returns the number of a word, a new one when it had none.
func (t *wordTable) intern(word []byte) int {
	if 4*len(t.words) >= 3*len(t.slots) {
		t.grow()
	}
	h := maphash.Bytes(tableSeed, word)
	id, slot := t.probe(word, h)
	if id < 0 {
		id = len(t.words)
		t.words = append(t.words, t.keep(word))
		t.slots[slot] = h&tagMask | uint64(id+1)
	}
	return id
}

func (t *wordTable) probe(word []byte, h uint64) (id, slot int) {
	mask := uint64(len(t.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s == 0 {
			return -1, int(i)
		}
		if s&tagMask == h&tagMask {
			if id := int(uint32(s)) - 1; t.words[id] == string(word) {
				return id, int(i)
			}
		}
	}
}

func (t *wordTable) grow() {
	t.slots = make([]uint64, max(1<<10, 2*len(t.slots)))
	mask := uint64(len(t.slots) - 1)
	for id, w := range t.words {
		h := maphash.String(tableSeed, w)
		i := h & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = h&tagMask | uint64(id+1)
	}
}

// keep returns the word as a string that lies in a chunk shared with others.
func (t *wordTable) keep(word []byte) string {
	if len(word) > chunkSize/16 {
		return string(word)
	}
	if t.chunk.Len()+len(word) > t.chunk.Cap() {
		t.chunk.Reset()
		t.chunk.Grow(chunkSize)
	}
	start := t.chunk.Len()
	t.chunk.Write(word)
	return t.chunk.String()[start:]
}
