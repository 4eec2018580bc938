package text

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
)

// A table gives each distinct word a number, from 0, in the order of first
// appearance, and keeps what is known of it in the same cache line. Words are
// looked up by their bytes, without making strings.
//
// Memory for a word: 40 bytes, what it has beyond eight bytes, rounded up to a
// multiple of eight, and a slot of 8 bytes at a load of 3/8 to 3/4.
type table struct {
	entries []entry
	tails   []uint64 // the words from their ninth byte on, zero after the end
	slots   []uint64 // open addressing: upper half of the hash, then number+1; 0 = free
	shift   int      // the uppermost 64-shift bits of a hash are its slot
}

type entry struct {
	head  uint64 // the first eight bytes, little-endian, zero after the end
	count int64  // occurrences, or absent
	docs  int64  // texts it occurs in, or absent
	tail  uint32 // where its tail begins
	size  uint32 // in bytes
	mark  uint32 // while counting: the last text it was seen in
	index int32  // in the word index, or noIndex
}

// Hashing is seeded per process, so that nobody can prepare collisions;
// nothing outside the table depends on it.
var seed = [3]uint64{rand.Uint64() | 1, rand.Uint64() | 1, rand.Uint64() | 1}

const tagMask = 0xffffffff << 32

// chunk returns the first eight bytes of b, zero after the end. It is quick
// when b has the capacity.
func chunk(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.LittleEndian.Uint64(b)
	}
	if cap(b) >= 8 {
		return binary.LittleEndian.Uint64(b[:8]) & (1<<(8*uint(len(b))) - 1)
	}
	var x uint64
	for i, c := range b {
		x |= uint64(c) << (8 * i)
	}
	return x
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hashOf returns the first chunk and the hash of a word.
func hashOf(word []byte) (head, h uint64) {
	head = chunk(word)
	h = mix(head^seed[0], uint64(len(word))^seed[1])
	for len(word) > 8 {
		word = word[8:]
		h = mix(h^chunk(word), seed[2])
	}
	return head, h
}

// find returns the number of a word, -1 when it has none.
func (t *table) find(word []byte) int {
	if len(t.slots) == 0 {
		return -1
	}
	head, h := hashOf(word)
	id, _ := t.probe(word, head, h)
	return id
}

// intern returns the number of a word, a new one when it had none. A new
// entry has zeros but for the word.
func (t *table) intern(word []byte) (id int, isNew bool) {
	if 4*len(t.entries) >= 3*len(t.slots) {
		t.grow()
	}
	head, h := hashOf(word)
	id, slot := t.probe(word, head, h)
	if id >= 0 {
		return id, false
	}
	id = len(t.entries)
	t.entries = append(t.entries, entry{head: head, tail: uint32(len(t.tails)), size: uint32(len(word))})
	for len(word) > 8 {
		word = word[8:]
		t.tails = append(t.tails, chunk(word))
	}
	t.slots[slot] = h&tagMask | uint64(id+1)
	return id, true
}

func (t *table) probe(word []byte, head, h uint64) (id, slot int) {
	slots := t.slots
	mask := uint64(len(slots) - 1)
	for i := h >> (t.shift & 63); ; i++ {
		i &= mask
		s := slots[i]
		if s == 0 {
			return -1, int(i)
		}
		if (s^h)>>32 == 0 {
			id := int(uint32(s)) - 1
			e := &t.entries[id]
			if e.head == head && int(e.size) == len(word) && (len(word) <= 8 || t.sameTail(e, word)) {
				return id, int(i)
			}
		}
	}
}

func (t *table) sameTail(e *entry, word []byte) bool {
	for at := e.tail; len(word) > 8; at++ {
		word = word[8:]
		if t.tails[at] != chunk(word) {
			return false
		}
	}
	return true
}

// grow doubles the slots. The upper half of a hash, which a slot holds, is
// enough to place it again.
func (t *table) grow() {
	old := t.slots
	t.slots = make([]uint64, max(1<<8, 2*len(old)))
	t.shift = 65 - bits.Len(uint(len(t.slots)))
	for _, s := range old {
		if s != 0 {
			t.place(s)
		}
	}
}

func (t *table) place(s uint64) {
	mask := uint64(len(t.slots) - 1)
	i := s >> t.shift
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

// appendWord appends a word to dst.
func (t *table) appendWord(dst []byte, id int) []byte {
	e := &t.entries[id]
	n := len(dst) + int(e.size)
	dst = binary.LittleEndian.AppendUint64(dst, e.head)
	for at := e.tail; len(dst) < n; at++ {
		dst = binary.LittleEndian.AppendUint64(dst, t.tails[at])
	}
	return dst[:n]
}

func (t *table) word(id int) string {
	var buf [64]byte
	return string(t.appendWord(buf[:0], id))
}

// reset empties the table and keeps its memory.
func (t *table) reset() {
	t.entries, t.tails = t.entries[:0], t.tails[:0]
	clear(t.slots)
}

// bytes returns how much memory the words take.
func (t *table) bytes() int64 {
	return int64(len(t.slots))*8 + int64(cap(t.entries))*40 + int64(cap(t.tails))*8
}
