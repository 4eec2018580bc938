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
// multiple of eight, and a slot of 8 bytes at a load of 3/8 to 3/4. Everything
// lies in pieces of a fixed size, so that growing copies nothing and never
// needs the memory twice; only the first piece of a kind grows to that size.
type table struct {
	size     int
	chunks   [][]entry  // pieces of chunkLen
	tails    [][]uint64 // the words from their ninth byte on, zero after the end, in pieces of tailsLen
	tailsEnd int        // how many there are
	segments []*segment // by the uppermost bits of the hash; a segment can have several places
	shift    int        // 64 less the number of those bits
	memory   int64      // bytes of the pieces
	scratch  []uint64   // of split
}

const (
	chunkBits  = 12
	chunkLen   = 1 << chunkBits
	tailsBits  = 13
	tailsLen   = 1 << tailsBits
	segmentLen = 1 << 12
	firstLen   = 1 << 8 // slots of the first segment, to begin with
	entryBytes = 40
)

type entry struct {
	head  uint64 // the first eight bytes, little-endian, zero after the end
	count int64  // occurrences, or absent
	docs  int64  // texts it occurs in, or absent
	tail  uint32 // where its tail begins
	size  uint32 // in bytes
	mark  uint32 // while counting: the last text it was seen in
	index int32  // in the word index, or noIndex
}

// A segment is a hash table of its own, with open addressing.
type segment struct {
	slots []uint64 // upper half of the hash, then number+1; 0 = free
	used  int
	depth int // how many uppermost bits its hashes share
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

func (t *table) entry(id int) *entry { return &t.chunks[id>>chunkBits][id&(chunkLen-1)] }

// find returns the number of a word, -1 when it has none.
func (t *table) find(word []byte) int {
	head, h := hashOf(word)
	return t.lookup(word, head, h)
}

// intern returns the number of a word, a new one when it had none. A new
// entry has zeros but for the word.
func (t *table) intern(word []byte) (id int, isNew bool) {
	head, h := hashOf(word)
	if id := t.lookup(word, head, h); id >= 0 {
		return id, false
	}
	return t.insert(word, head, h), true
}

func (t *table) lookup(word []byte, head, h uint64) int {
	if t.size == 0 {
		return -1
	}
	slots := t.segments[h>>(t.shift&63)].slots
	for i := h >> 32; ; i++ {
		s := slots[i&uint64(len(slots)-1)]
		if s == 0 {
			return -1
		}
		if (s^h)>>32 == 0 {
			if id := int(uint32(s)) - 1; t.is(id, word, head) {
				return id
			}
		}
	}
}

// is reports whether a number is that of a word.
func (t *table) is(id int, word []byte, head uint64) bool {
	e := t.entry(id)
	return e.head == head && int(e.size) == len(word) && (len(word) <= 8 || t.sameTail(e, word))
}

func (t *table) sameTail(e *entry, word []byte) bool {
	for at := e.tail; len(word) > 8; at++ {
		word = word[8:]
		if t.tails[at>>tailsBits][at&(tailsLen-1)] != chunk(word) {
			return false
		}
	}
	return true
}

// insert gives a word that is not in the table its number.
func (t *table) insert(word []byte, head, h uint64) int {
	id := t.size
	t.size++
	e := entry{head: head, tail: uint32(t.tailsEnd), size: uint32(len(word))}
	t.memory += entryBytes * grow(&t.chunks, id>>chunkBits, chunkLen, e)
	for len(word) > 8 {
		word = word[8:]
		t.memory += 8 * grow(&t.tails, t.tailsEnd>>tailsBits, tailsLen, chunk(word))
		t.tailsEnd++
	}
	t.place(h&tagMask | uint64(id+1))
	return id
}

// grow appends x to a piece and returns by how many elements the memory grew.
// The first piece grows step by step, for tables that stay small.
func grow[T any](pieces *[][]T, piece, size int, x T) int64 {
	if piece == len(*pieces) {
		n := size
		if piece == 0 {
			n = 16
		}
		*pieces = append(*pieces, make([]T, 0, n))
		(*pieces)[piece] = append((*pieces)[piece], x)
		return int64(n)
	}
	p := (*pieces)[piece]
	had := cap(p)
	if len(p) == had {
		p = append(make([]T, 0, min(2*had, size)), p...)
	}
	(*pieces)[piece] = append(p, x)
	return int64(cap(p) - had)
}

// place puts a slot where it belongs, and makes room before when there is none.
func (t *table) place(s uint64) {
	if t.segments == nil {
		first := &segment{slots: make([]uint64, firstLen)}
		t.segments, t.shift = []*segment{first, first}, 63
		t.memory += 8 * firstLen
	}
	seg := t.segments[s>>(t.shift&63)]
	for 4*seg.used >= 3*len(seg.slots) {
		if len(seg.slots) < segmentLen {
			t.memory += 8 * int64(len(seg.slots))
			old := seg.slots
			seg.slots, seg.used = make([]uint64, 2*len(old)), 0
			seg.putAll(old)
		} else {
			t.split(seg)
			seg = t.segments[s>>(t.shift&63)]
		}
	}
	seg.put(s)
}

func (g *segment) put(s uint64) {
	mask := uint64(len(g.slots) - 1)
	i := s >> 32 & mask
	for g.slots[i] != 0 {
		i = (i + 1) & mask
	}
	g.slots[i] = s
	g.used++
}

func (g *segment) putAll(slots []uint64) {
	for _, s := range slots {
		if s != 0 {
			g.put(s)
		}
	}
}

// split moves the words of a segment whose next bit is 1 to a new one.
// (Fagin, Nievergelt, Pippenger and Strong: Extendible Hashing, 1979.)
func (t *table) split(seg *segment) {
	if seg.depth == 64-t.shift {
		all := make([]*segment, 0, 2*len(t.segments))
		for _, g := range t.segments {
			all = append(all, g, g)
		}
		t.segments = all
		t.shift--
	}
	t.scratch = append(t.scratch[:0], seg.slots...)
	clear(seg.slots)
	seg.used = 0
	seg.depth++
	other := &segment{slots: make([]uint64, segmentLen), depth: seg.depth}
	t.memory += 8 * segmentLen
	for _, s := range t.scratch {
		switch {
		case s == 0:
		case s>>(64-seg.depth)&1 == 0:
			seg.put(s)
		default:
			other.put(s)
		}
	}
	bit := 1 << (64 - t.shift - seg.depth)
	for i, g := range t.segments {
		if g == seg && i&bit != 0 {
			t.segments[i] = other
		}
	}
}

// needs returns by how many bytes a new word would make the table grow.
func (t *table) needs(word []byte) (n int64) {
	if at := t.size >> chunkBits; at == len(t.chunks) {
		n += entryBytes * chunkLen
	} else if p := t.chunks[at]; len(p) == cap(p) {
		n += entryBytes * int64(len(p))
	}
	if room := len(t.tails)*tailsLen - t.tailsEnd; 8*room < len(word) {
		n += 8 * tailsLen * int64(1+len(word)/8/tailsLen)
	}
	if t.segments == nil {
		return n + 8*firstLen
	}
	_, h := hashOf(word)
	if seg := t.segments[h>>(t.shift&63)]; 4*seg.used >= 3*len(seg.slots) {
		n += 8 * segmentLen
	}
	return n
}

// appendWord appends a word to dst.
func (t *table) appendWord(dst []byte, id int) []byte {
	e := t.entry(id)
	n := len(dst) + int(e.size)
	dst = binary.LittleEndian.AppendUint64(dst, e.head)
	for at := e.tail; len(dst) < n; at++ {
		dst = binary.LittleEndian.AppendUint64(dst, t.tails[at>>tailsBits][at&(tailsLen-1)])
	}
	return dst[:n]
}

func (t *table) word(id int) string {
	var buf [64]byte
	return string(t.appendWord(buf[:0], id))
}

// reset empties the table and keeps its memory.
func (t *table) reset() {
	t.truncate(0, 0)
	t.clearSlots()
}

// truncate keeps the first size entries and tails.
func (t *table) truncate(size, tails int) {
	t.size, t.tailsEnd = size, tails
	for i := range t.chunks {
		t.chunks[i] = t.chunks[i][:min(len(t.chunks[i]), max(0, size-i<<chunkBits))]
	}
	for i := range t.tails {
		t.tails[i] = t.tails[i][:min(len(t.tails[i]), max(0, tails-i<<tailsBits))]
	}
}

func (t *table) clearSlots() {
	for _, g := range t.segments {
		if g.used > 0 {
			clear(g.slots)
			g.used = 0
		}
	}
}

// bytes returns how much memory the words take.
func (t *table) bytes() int64 { return t.memory }
