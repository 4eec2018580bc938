package text

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"
)

// A wordTable gives each distinct word a number, in the order of first
// appearance. It looks words up by their bytes, without making strings, and
// keeps what is known of a word beside it.
type wordTable[S any] struct {
	words []entry[S]
	slots []uint64 // open addressing: upper half of the hash, then number+1; 0 = free
	shift int      // the uppermost 64-shift bits of a hash are its slot
	chunk strings.Builder
}

type entry[S any] struct {
	word string
	stat S
}

// Hashing is seeded per process; nothing outside the table depends on it.
var tableSeed = maphash.MakeSeed()

const (
	tagMask   = 0xffffffff << 32
	chunkSize = 1 << 16
)

// find returns the number of a word, -1 when it has none.
func (t *wordTable[S]) find(word []byte) int {
	if len(t.slots) == 0 {
		return -1
	}
	id, _ := t.probe(word, maphash.Bytes(tableSeed, word))
	return id
}

// intern returns the number of a word, a new one when it had none.
func (t *wordTable[S]) intern(word []byte) (id int, isNew bool) {
	if 4*len(t.words) >= 3*len(t.slots) {
		t.grow()
	}
	h := maphash.Bytes(tableSeed, word)
	id, slot := t.probe(word, h)
	if id >= 0 {
		return id, false
	}
	id = len(t.words)
	t.words = append(t.words, entry[S]{word: t.keep(word)})
	t.slots[slot] = h&tagMask | uint64(id+1)
	return id, true
}

func (t *wordTable[S]) probe(word []byte, h uint64) (id, slot int) {
	mask := uint64(len(t.slots) - 1)
	for i := h >> t.shift; ; i = (i + 1) & mask {
		s := t.slots[i]
		if s == 0 {
			return -1, int(i)
		}
		if s&tagMask == h&tagMask {
			if id := int(uint32(s)) - 1; t.words[id].word == string(word) {
				return id, int(i)
			}
		}
	}
}

// grow doubles the slots. The upper half of a hash, which a slot holds, is
// enough to place it again.
func (t *wordTable[S]) grow() {
	old := t.slots
	t.slots = make([]uint64, max(1<<10, 2*len(old)))
	t.shift = 65 - bits.Len(uint(len(t.slots)))
	mask := uint64(len(t.slots) - 1)
	for _, s := range old {
		if s == 0 {
			continue
		}
		i := s >> t.shift
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = s
	}
}

// adopt makes an empty table hold the words of another, under the same numbers.
func adopt[S, O any](t *wordTable[S], o *wordTable[O], stat S) {
	t.words = make([]entry[S], len(o.words))
	for i, e := range o.words {
		t.words[i] = entry[S]{e.word, stat}
	}
	t.slots, t.shift = slices.Clone(o.slots), o.shift
}

// keep returns the word as a string that lies in a chunk shared with others.
func (t *wordTable[S]) keep(word []byte) string {
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
