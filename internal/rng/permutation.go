package rng

import "math/bits"

// A Permutation of 0 … n-1 that takes no memory: a Feistel network of six
// rounds over the next power of four, walked until it falls below n (Black and
// Rogaway, "Ciphers with arbitrary finite domains", 2002).
type Permutation struct {
	n    uint64
	half int // bits of each half
	keys [6]uint64
}

// NewPermutation is the permutation of 0 … n-1 that belongs to a seed.
func NewPermutation(n int, seed uint64) Permutation {
	p := Permutation{n: uint64(n)}
	p.half = max(1, (bits.Len64(uint64(max(n-1, 0)))+1)/2)
	for i := range p.keys {
		p.keys[i] = Mix(seed, uint64(i))
	}
	return p
}

// At returns where i goes.
func (p *Permutation) At(i int) int {
	x, mask := uint64(i), uint64(1)<<p.half-1
	for {
		l, r := x>>p.half, x&mask
		for _, k := range p.keys {
			l, r = r, l^(round(r^k)&mask)
		}
		if x = l<<p.half | r; x < p.n {
			return int(x)
		}
	}
}

// round is the finisher of MurmurHash3.
func round(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
