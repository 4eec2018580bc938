package subword

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"unicode/utf8"
)

// bpe joins characters or bytes in the order of learned merges.
type bpe struct {
	*vocab
	pairs    pairTable
	merges   [][2]string
	single   [256]int32 // numbers of bytes, when asByte; -1: none
	fallback [256]int32 // numbers of <0x00> …
	unk      int        // -1: none
	config   bpeConfig
	asByte   bool
}

type bpeConfig struct {
	prefix, suffix                   string
	fuse, byteFallback, ignoreMerges bool
	hasPrefix, hasSuffix             bool
}

func (m *bpe) kind() string { return "BPE" }

// pairTable maps a pair of pieces to the rank and the number of their union.
type pairTable struct {
	keys  []uint64 // first<<32 | second, plus 1; 0 = free
	rest  []merge
	shift int
}

type merge struct{ rank, id int32 }

var pairSeed = rand.Uint64() | 1

func newPairTable(n int) pairTable {
	size := 1 << bits.Len(uint(max(2*n, 8)))
	return pairTable{make([]uint64, size), make([]merge, size), 65 - bits.Len(uint(size))}
}

func (t *pairTable) slot(key uint64) int {
	hi, lo := bits.Mul64(key^0x9E3779B97F4A7C15, pairSeed)
	mask := uint64(len(t.keys) - 1)
	for i := (hi ^ lo) >> (t.shift & 63); ; i++ {
		i &= mask
		if k := t.keys[i]; k == key || k == 0 {
			return int(i)
		}
	}
}

func (t *pairTable) get(a, b int32) (merge, bool) {
	key := uint64(a)<<32 | uint64(uint32(b)) + 1
	i := t.slot(key)
	return t.rest[i], t.keys[i] == key
}

func (t *pairTable) set(a, b int32, m merge) {
	key := uint64(a)<<32 | uint64(uint32(b)) + 1
	i := t.slot(key)
	t.keys[i], t.rest[i] = key, m
}

// A symbol is a piece in the making, in a list.
type symbol struct {
	id         int32
	size       int32
	prev, next int32
}

type bpeScratch struct {
	symbols []symbol
	heap    []candidate
	cache   []cached
	word    []byte
}

// cached is a word that was cut before.
type cached struct {
	hash uint64
	word []byte
	out  []token
}

const (
	cacheSize    = 1 << 14
	longestInMap = 48 // longer words are not kept
)

func (m *bpe) cut(dst []token, w []byte, s *state) []token {
	if m.asByte && len(w) == 1 {
		if id := m.single[w[0]]; id >= 0 {
			return append(dst, token{int(id), 0, 1})
		}
	}
	c := &s.bpe
	if len(w) > longestInMap {
		return m.cutNew(dst, w, s)
	}
	if c.cache == nil {
		c.cache = make([]cached, cacheSize)
	}
	h := hashBytes(w)
	e := &c.cache[h%cacheSize]
	if e.hash == h && string(e.word) == string(w) {
		return append(dst, e.out...)
	}
	first := len(dst)
	dst = m.cutNew(dst, w, s)
	e.hash, e.word, e.out = h, append(e.word[:0], w...), append(e.out[:0], dst[first:]...)
	return dst
}

func hashBytes(b []byte) uint64 {
	h := uint64(len(b)) ^ pairSeed
	for ; len(b) >= 8; b = b[8:] {
		hi, lo := bits.Mul64(h^binary.LittleEndian.Uint64(b), 0x9E3779B185EBCA87)
		h = hi ^ lo
	}
	var x uint64
	for i, c := range b {
		x |= uint64(c) << (8 * i)
	}
	hi, lo := bits.Mul64(h^x, 0xC2B2AE3D27D4EB4F)
	return hi ^ lo
}

func (m *bpe) cutNew(dst []token, w []byte, s *state) []token {
	c := &s.bpe
	if m.config.ignoreMerges {
		b := w
		if m.asByte {
			s.mapped = appendByteLevel(s.mapped[:0], w)
			b = s.mapped
		}
		if id, ok := m.ids[string(b)]; ok {
			return append(dst, token{id, 0, len(w)})
		}
	}
	c.symbols = m.symbols(c.symbols[:0], w, s)
	n := len(c.symbols)
	for i := range c.symbols {
		c.symbols[i].prev, c.symbols[i].next = int32(i-1), int32(i+1)
	}
	if n > 0 {
		c.symbols[n-1].next = -1
	}
	if n <= 24 {
		m.joinShort(c)
	} else {
		m.joinLong(c)
	}
	at := 0
	for i := int32(0); i >= 0 && n > 0; i = c.symbols[i].next {
		size := int(c.symbols[i].size)
		dst = append(dst, token{int(c.symbols[i].id), at, at + size})
		at += size
	}
	return dst
}

// symbols appends the characters of a word. Those without a piece become the
// unknown one, or are left out when there is none.
func (m *bpe) symbols(dst []symbol, w []byte, s *state) []symbol {
	if m.asByte && !m.config.hasPrefix && !m.config.hasSuffix && m.unk < 0 && !m.config.byteFallback {
		for _, b := range w {
			if id := m.single[b]; id >= 0 {
				dst = append(dst, symbol{id: id, size: 1})
			}
		}
		return dst
	}
	unk := int32(0) // size of the unknown characters that wait
	for i := 0; i < len(w); {
		width := 1
		var char string
		if m.asByte {
			char = string(byteChars[w[i]])
		} else {
			_, width = utf8.DecodeRune(w[i:])
			char = string(w[i : i+width])
		}
		b := append(s.bpe.word[:0], char...)
		if i > 0 && m.config.hasPrefix {
			b = append(append(b[:0], m.config.prefix...), char...)
		}
		if i+width == len(w) && m.config.hasSuffix {
			b = append(b, m.config.suffix...)
		}
		s.bpe.word = b
		size := int32(width)
		i += width
		if id, ok := m.ids[string(b)]; ok {
			if unk > 0 {
				dst = append(dst, symbol{id: int32(m.unk), size: unk})
				unk = 0
			}
			dst = append(dst, symbol{id: int32(id), size: size})
			continue
		}
		if m.config.byteFallback && m.hasBytes(b) {
			for _, c := range b {
				dst = append(dst, symbol{id: m.fallback[c], size: 1})
			}
			continue
		}
		if m.unk < 0 {
			continue
		}
		if unk > 0 && !m.config.fuse {
			dst = append(dst, symbol{id: int32(m.unk), size: unk})
			unk = 0
		}
		unk += size
	}
	if unk > 0 {
		dst = append(dst, symbol{id: int32(m.unk), size: unk})
	}
	return dst
}

func (m *bpe) hasBytes(b []byte) bool {
	for _, c := range b {
		if m.fallback[c] < 0 {
			return false
		}
	}
	return true
}

// joinShort looks for the best pair again and again.
func (m *bpe) joinShort(c *bpeScratch) {
	var ranks [24]merge // of each symbol with the next
	const none = 1<<31 - 1
	s := c.symbols
	look := func(i int32) {
		if ranks[i].rank = none; s[i].next >= 0 {
			if g, ok := m.pairs.get(s[i].id, s[s[i].next].id); ok {
				ranks[i] = g
			}
		}
	}
	for i := range s {
		look(int32(i))
	}
	for len(s) > 1 {
		best, rank := int32(-1), int32(none)
		for i := int32(0); i >= 0; i = s[i].next {
			if ranks[i].rank < rank {
				best, rank = i, ranks[i].rank
			}
		}
		if best < 0 {
			return
		}
		join(s, best, ranks[best].id)
		look(best)
		if p := s[best].prev; p >= 0 {
			look(p)
		}
	}
}

// A candidate is a pair that can be joined.
type candidate struct {
	pos int32
	merge
}

func (a candidate) before(b candidate) bool {
	return a.rank < b.rank || a.rank == b.rank && a.pos < b.pos
}

// joinLong does the same with a heap: words can be as long as the text.
func (m *bpe) joinLong(c *bpeScratch) {
	c.heap = c.heap[:0]
	push := func(i int32) {
		if i < 0 || c.symbols[i].next < 0 {
			return
		}
		if g, ok := m.pairs.get(c.symbols[i].id, c.symbols[c.symbols[i].next].id); ok {
			c.heap = append(c.heap, candidate{i, g})
			for k := len(c.heap) - 1; k > 0 && c.heap[k].before(c.heap[(k-1)/2]); k = (k - 1) / 2 {
				c.heap[k], c.heap[(k-1)/2] = c.heap[(k-1)/2], c.heap[k]
			}
		}
	}
	for i := range c.symbols {
		push(int32(i))
	}
	for len(c.heap) > 0 {
		top := c.pop()
		s := c.symbols
		if s[top.pos].size == 0 || s[top.pos].next < 0 {
			continue
		}
		if g, ok := m.pairs.get(s[top.pos].id, s[s[top.pos].next].id); !ok || g.id != top.id {
			continue // joined otherwise meanwhile
		}
		join(s, top.pos, top.id)
		push(s[top.pos].prev)
		push(top.pos)
	}
}

func (c *bpeScratch) pop() candidate {
	h := c.heap
	top := h[0]
	last := len(h) - 1
	h[0] = h[last]
	h = h[:last]
	for k := 0; ; {
		child := 2*k + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].before(h[child]) {
			child++
		}
		if !h[child].before(h[k]) {
			break
		}
		h[k], h[child] = h[child], h[k]
		k = child
	}
	c.heap = h
	return top
}

// join joins a symbol with the next one.
func join(s []symbol, i, id int32) {
	n := s[i].next
	s[i].id = id
	s[i].size += s[n].size
	s[i].next = s[n].next
	s[n].size = 0
	if s[i].next >= 0 {
		s[s[i].next].prev = i
	}
}
