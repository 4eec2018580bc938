package rng

import "math/bits"

// A Python is the generator behind Python 3's module random: the same Mersenne
// Twister as numpy's, seeded and turned into integers and permutations in
// Python's ways. Float64 is random.random.
//
// It is not safe for concurrent use.
type Python struct{ MT }

// NewPython seeds like random.seed(seed).
func NewPython(seed uint64) *Python {
	p := new(Python)
	p.Seed(seed)
	return p
}

// Seed starts over, as random.seed(seed) does.
func (p *Python) Seed(seed uint64) {
	key := [2]uint32{uint32(seed), uint32(seed >> 32)}
	n := 1
	if key[1] != 0 {
		n = 2
	}
	p.MT = *NewMTArray(key[:n])
}

// Below returns an integer in [0, n), n > 0: the first of the words' leading
// bits that is small enough. Python: random._randbelow.
func (p *Python) Below(n int) int {
	k := bits.Len(uint(n))
	if k <= 32 {
		for {
			if v := int(p.Uint32() >> (32 - k)); v < n {
				return v
			}
		}
	}
	for {
		low := uint64(p.Uint32()) // low word first, of the high one the leading bits
		if v := uint64(p.Uint32()>>(64-k))<<32 | low; v < uint64(n) {
			return int(v)
		}
	}
}

// Between returns an integer in [lo, hi], hi included. Python: random.randint.
func (p *Python) Between(lo, hi int) int { return lo + p.Below(hi-lo+1) }

// Shuffle permutes n things. Python: random.shuffle.
func (p *Python) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, p.Below(i+1))
	}
}
