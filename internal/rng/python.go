package rng

import (
	"math/bits"
	"sync"
)

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

// Where every seeding begins.
var pythonBase = sync.OnceValue(func() *MT { return NewMT(19650218) })

// Seed starts over, as random.seed(seed) does.
func (p *Python) Seed(seed uint64) {
	p.MT = *pythonBase()
	words := [2]uint32{uint32(seed), uint32(seed>>32) + 1} // its place in the key is added
	last := 0
	if seed>>32 != 0 {
		last = 1
	}
	// init_by_array, as NewMTArray, for one or two words.
	k := &p.key
	j := 0
	x := k[0]
	for i := 1; i < mtN; i++ {
		x = (k[i] ^ (x^x>>30)*1664525) + words[j]
		k[i] = x
		j = (j + 1) & last
	}
	k[0] = x
	x = (k[1] ^ (x^x>>30)*1664525) + words[j]
	k[1] = x
	for i := 2; i < mtN; i++ {
		x = (k[i] ^ (x^x>>30)*1566083941) - uint32(i)
		k[i] = x
	}
	k[0] = x
	k[1] = (k[1] ^ (x^x>>30)*1566083941) - 1
	k[0] = 1 << 31
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

// Shuffle permutes a slice as p.Shuffle would, only faster: without a branch
// that depends on what was drawn. It panics when the slice has 2^31 elements.
func Shuffle[T uint32 | uint64](p *Python, x []T) {
	if len(x) >= 1<<31 {
		panic("rng: Shuffle: too many elements")
	}
	m := &p.MT
	for i := uint32(len(x)) - 1; len(x) > 1 && i > 0; {
		k := bits.Len32(i + 1)
		shift, low := 32-uint32(k), uint32(1)<<(k-1)-1 // i down to low draw k bits
		for i >= low && i > 0 {
			if m.pos == mtN {
				m.refill()
			}
			// What is left of the words, or of what needs that many bits.
			for _, y := range m.key[m.pos:] {
				m.pos++
				j := temper(y) >> (shift & 31)
				next := i - 1
				if j > i { // drawn in vain
					j, next = i, i
				}
				x[i], x[j] = x[j], x[i]
				if i = next; i < low || i == 0 {
					break
				}
			}
		}
	}
}

// FillBelow fills x with integers in [0, n), n > 0, as p.Below draws them.
func (p *Python) FillBelow(x []uint32, n uint32) {
	shift := 32 - uint32(bits.Len32(n))
	m := &p.MT
	for at := 0; at < len(x); {
		if m.pos == mtN {
			m.refill()
		}
		for _, y := range m.key[m.pos:] {
			m.pos++
			v := temper(y) >> (shift & 31)
			x[at] = v
			next := at + 1
			if v >= n {
				next = at
			}
			if at = next; at == len(x) {
				break
			}
		}
	}
}

func temper(y uint32) uint32 {
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}
