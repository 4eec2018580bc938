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

func (m *MT) refill() {
	k := &m.key
	twist := func(a, b, c uint32) uint32 {
		y := a&(1<<31) | b&(1<<31-1)
		return c ^ y>>1 ^ -(y&1)&0x9908b0df
	}
	for i := range mtN - mtM {
		k[i] = twist(k[i], k[i+1], k[i+mtM])
	}
	for i := mtN - mtM; i < mtN-1; i++ {
		k[i] = twist(k[i], k[i+1], k[i+mtM-mtN])
	}
	k[mtN-1] = twist(k[mtN-1], k[0], k[mtM-1])
	m.pos = 0
}

// Uint32 returns the next tempered word.
func (m *MT) Uint32() uint32 {
	if m.pos == mtN {
		m.refill()
	}
	y := m.key[m.pos]
	m.pos++
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
