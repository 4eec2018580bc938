package rng

import (
	"fmt"
	"math"
	"math/bits"
)

const (
	mtN = 624
	mtM = 397
)

// An MT is numpy's legacy generator, numpy.random.RandomState: the Mersenne
// Twister MT19937 with numpy's ways to make doubles, integers, permutations and
// normal numbers of its words. The same seed gives the same sequence; normal
// numbers may differ in the last bit, where Go's logarithm and C's do.
//
// It is not safe for concurrent use.
type MT struct {
	key      [mtN]uint32
	pos      int
	gauss    float64
	hasGauss bool
}

// NewMT seeds like numpy.random.seed(seed) with one integer.
func NewMT(seed uint32) *MT {
	m := new(MT)
	m.Seed(seed)
	return m
}

// Seed starts over, as numpy.random.seed(seed) does.
func (m *MT) Seed(seed uint32) {
	*m = MT{pos: mtN}
	for i := range m.key {
		m.key[i] = seed
		seed = 1812433253*(seed^seed>>30) + uint32(i) + 1
	}
}

// NewMTArray seeds like numpy.random.seed([k0, k1, …]). It panics when key is empty.
func NewMTArray(key []uint32) *MT {
	if len(key) == 0 {
		panic("rng: NewMTArray: the key is empty, want at least one word")
	}
	m := NewMT(19650218)
	k := &m.key
	i, j := 1, 0
	for range max(mtN, len(key)) {
		k[i] = (k[i] ^ (k[i-1]^k[i-1]>>30)*1664525) + key[j] + uint32(j)
		if i++; i == mtN {
			k[0], i = k[mtN-1], 1
		}
		if j++; j == len(key) {
			j = 0
		}
	}
	for range mtN - 1 {
		k[i] = (k[i] ^ (k[i-1]^k[i-1]>>30)*1566083941) - uint32(i)
		if i++; i == mtN {
			k[0], i = k[mtN-1], 1
		}
	}
	k[0] = 1 << 31
	return m
}

// Refill makes the next 624 words now, if none is left. What is drawn does not
// change; a copy of the generator then has them too.
func (m *MT) Refill() {
	if m.pos == mtN {
		m.refill()
	}
}

// Two words of the state in one: every step of the generator keeps them apart,
// so that it is done for both at once.
func pair(k []uint32) uint64 { return uint64(k[0]) | uint64(k[1])<<32 }

func putPair(k []uint32, x uint64) { k[0], k[1] = uint32(x), uint32(x>>32) }

const both = 1<<32 + 1

// twist is the step for two words: a and b are the words and their successors,
// c the words that are mtM places ahead.
func twist(a, b, c uint64) uint64 {
	y := a&(both<<31) | b&(both*(1<<31-1))
	odd := b & both * (1<<32 - 1) // all ones for odd words
	return c ^ y>>1&(both*(1<<31-1)) ^ odd&(both*0x9908b0df)
}

func (m *MT) refill() {
	k := &m.key
	for i := 0; i < mtN-mtM-1; i += 2 {
		putPair(k[i:i+2], twist(pair(k[i:i+2]), pair(k[i+1:i+3]), pair(k[i+mtM:i+mtM+2])))
	}
	k[mtN-mtM-1] = uint32(twist(uint64(k[mtN-mtM-1]), uint64(k[mtN-mtM]), uint64(k[mtN-1])))
	for i := mtN - mtM; i < mtN-1; i += 2 {
		putPair(k[i:i+2], twist(pair(k[i:i+2]), pair(k[i+1:i+3]), pair(k[i+mtM-mtN:i+mtM-mtN+2])))
	}
	k[mtN-1] = uint32(twist(uint64(k[mtN-1]), uint64(k[0]), uint64(k[mtM-1])))
	m.pos = 0
}

// peek writes at most n of the words that come next to dst, at least one. They
// are taken by moving pos.
func (m *MT) peek(dst *[mtN]uint32, n int) []uint32 {
	if m.pos == mtN {
		m.refill()
	}
	src := m.key[m.pos:]
	words := dst[:min(n, len(src))]
	src = src[:len(words)]
	i := 0
	for ; i+2 <= len(words); i += 2 {
		y := pair(src[i : i+2])
		y ^= y >> 11 & (both * (1<<21 - 1))
		y ^= y << 7 & (both * 0x9d2c5680)
		y ^= y << 15 & (both * 0xefc60000)
		y ^= y >> 18 & (both * (1<<14 - 1))
		putPair(words[i:i+2], y)
	}
	if i < len(words) {
		words[i] = temper(src[i])
	}
	return words
}

// Uint32 returns the next tempered word.
func (m *MT) Uint32() uint32 {
	if m.pos == mtN {
		m.refill()
	}
	y := m.key[m.pos]
	m.pos++
	return temper(y)
}

func temper(y uint32) uint32 {
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// Uint64 returns the next two words, the first one in the high half. It makes
// an MT a source of math/rand/v2.
func (m *MT) Uint64() uint64 {
	h := m.Uint32()
	return uint64(h)<<32 | uint64(m.Uint32())
}

// Float64 returns a number in [0, 1) with 53 random bits. numpy: random_sample, random.
func (m *MT) Float64() float64 {
	a, b := m.Uint32()>>5, m.Uint32()>>6
	return (float64(float64(a)*67108864) + float64(b)) / 9007199254740992
}

// Uniform returns a number in [lo, hi). numpy: uniform.
func (m *MT) Uniform(lo, hi float64) float64 { return lo + float64((hi-lo)*m.Float64()) }

// Randint returns an integer in [lo, hi). It panics when lo ≥ hi. numpy: randint.
func (m *MT) Randint(lo, hi int) int {
	if lo >= hi {
		panic(fmt.Sprintf("rng: Randint(%d, %d): the range is empty", lo, hi))
	}
	if span := uint64(hi) - uint64(lo) - 1; span > 0 {
		return int(uint64(lo) + m.interval(span))
	}
	return lo // numpy draws nothing here
}

// Choice returns one of 0 … n-1. numpy: choice(n), or choice(a) for n = len(a).
func (m *MT) Choice(n int) int { return m.Randint(0, n) }

// interval returns an integer in [0, last] by rejection of masked words.
func (m *MT) interval(last uint64) uint64 {
	mask := uint64(1)<<bits.Len64(last) - 1
	for {
		var v uint64
		if last <= math.MaxUint32 {
			v = uint64(m.Uint32()) & mask
		} else {
			v = m.Uint64() & mask
		}
		if v <= last {
			return v
		}
	}
}

// Shuffle permutes n things by Fisher-Yates from the end. numpy: shuffle.
func (m *MT) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, int(m.interval(uint64(i))))
	}
}

// Permutation returns 0 … n-1 in random order. numpy: permutation(n).
func (m *MT) Permutation(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	m.Shuffle(n, func(i, j int) { p[i], p[j] = p[j], p[i] })
	return p
}

// Normal returns a standard normal number by Marsaglia's polar method; every
// second one is kept for the next call. numpy: standard_normal.
func (m *MT) Normal() float64 {
	if m.hasGauss {
		m.hasGauss = false
		return m.gauss
	}
	for {
		a := 2*m.Float64() - 1
		b := 2*m.Float64() - 1
		r := float64(a*a) + float64(b*b)
		if r >= 1 || r == 0 {
			continue
		}
		f := math.Sqrt(-2 * math.Log(r) / r)
		m.gauss, m.hasGauss = f*a, true
		return f * b
	}
}
