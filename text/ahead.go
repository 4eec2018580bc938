package text

import "encoding/binary"

// Words are looked up in groups: first all hashes, then all slots, then all
// entries. Each step is a loop without a branch that depends on memory, so
// that the processor waits for many cache misses at a time, not for one after
// the other.
const group = 64

// ahead is what is known of a group of words before they are counted or encoded.
type ahead struct {
	head, hash, slot [group]uint64
	differ           [group]uint64 // 0: the first slot is that of the word, or of one with the same first bytes, hash and length
}

// masks[n] keeps the first n of eight bytes.
var masks = [9]uint64{0, 1<<8 - 1, 1<<16 - 1, 1<<24 - 1, 1<<32 - 1, 1<<40 - 1, 1<<48 - 1, 1<<56 - 1, 1<<64 - 1}

// look does these steps for at most group words of buf, which has padding
// behind it.
func (a *ahead) look(t *table, buf []byte, spans []span) {
	for i, s := range spans {
		n := s.hi - s.lo
		head := binary.LittleEndian.Uint64(buf[s.lo:]) & masks[min(n, 8)]
		h := mix(head^seed[0], uint64(n)^seed[1])
		for at := s.lo + 8; at < s.hi; at += 8 {
			h = mix(h^binary.LittleEndian.Uint64(buf[at:])&masks[min(s.hi-at, 8)], seed[2])
		}
		i &= group - 1
		a.head[i], a.hash[i] = head, h
	}
	if t.size == 0 {
		for i := range a.differ {
			a.differ[i] = 1
		}
		return
	}
	segments, shift := t.segments, t.shift
	for i := range spans {
		i &= group - 1
		h := a.hash[i]
		slots := segments[h>>(shift&63)].slots
		a.slot[i] = slots[h>>32&uint64(len(slots)-1)]
	}
	chunks := t.chunks
	for i, s := range spans {
		i &= group - 1
		id := max(int(uint32(a.slot[i]))-1, 0)
		free := uint64(uint32(a.slot[i])-1) >> 31
		e := &chunks[id>>chunkBits][id&(chunkLen-1)]
		a.differ[i] = e.head ^ a.head[i] | uint64(e.size) ^ uint64(s.hi-s.lo) | (a.slot[i]^a.hash[i])>>32 | free
	}
}

// find returns the number of word i of the group, -1 when it has none. The
// table may have grown since look.
func (a *ahead) find(t *table, i int, word []byte) int {
	i &= group - 1
	if a.differ[i] == 0 {
		id := int(uint32(a.slot[i])) - 1
		if len(word) <= 8 || t.sameTail(t.entry(id), word) {
			return id
		}
	}
	return t.lookup(word, a.head[i], a.hash[i])
}
