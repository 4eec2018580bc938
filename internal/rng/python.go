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
type Python struct {
	MT
	words  [mtN]uint32  // scratch of Shuffle and FillBelow
	places [1024]uint32 // above mtN, a power of two
}

// NewPython seeds like random.seed(seed).
func NewPython(seed uint64) *Python {
	p := new(Python)
	p.Seed(seed)
	return p
}

// Where every seeding begins.
var pythonBase = sync.OnceValue(func() *MT { return NewMT(19650218) })

// Seed starts over, as random.seed(seed) does.
func (p *Python) Seed(seed uint64) { p.MT.seedPython(seed) }

// seedPython is init_by_array, as NewMTArray, for the one or two words of seed.
func (m *MT) seedPython(seed uint64) {
	*m = *pythonBase()
	words := [2]uint32{uint32(seed), uint32(seed>>32) + 1} // its place in the key is added
	last := 0
	if seed>>32 != 0 {
		last = 1
	}
	k := &m.key
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

// Seeds are generators that are seeded with seed, seed+1, seed+2 and seed+3.
// Seeding is one long chain of multiplications, and four of them go on side by
// side in not much more time than one.
type Seeds struct {
	state [4]MT
	chain [mtN][4]uint32
}

// Seed starts over. Python: random.seed(seed + i) for four generators.
func (s *Seeds) Seed(seed uint64) {
	if seed > 1<<32-4 { // a second word takes part
		for i := range s.state {
			s.state[i].seedPython(seed + uint64(i))
		}
		return
	}
	w := uint32(seed)
	base := &pythonBase().key
	chain := &s.chain
	x0, x1, x2, x3 := base[0], base[0], base[0], base[0]
	for i := 1; i < mtN; i++ {
		k := base[i]
		x0 = (k ^ (x0^x0>>30)*1664525) + w
		x1 = (k ^ (x1^x1>>30)*1664525) + w + 1
		x2 = (k ^ (x2^x2>>30)*1664525) + w + 2
		x3 = (k ^ (x3^x3>>30)*1664525) + w + 3
		chain[i] = [4]uint32{x0, x1, x2, x3}
	}
	k := &chain[1]
	x0 = (k[0] ^ (x0^x0>>30)*1664525) + w
	x1 = (k[1] ^ (x1^x1>>30)*1664525) + w + 1
	x2 = (k[2] ^ (x2^x2>>30)*1664525) + w + 2
	x3 = (k[3] ^ (x3^x3>>30)*1664525) + w + 3
	*k = [4]uint32{x0, x1, x2, x3}
	a, b, c, d := &s.state[0], &s.state[1], &s.state[2], &s.state[3]
	for i := 2; i < mtN; i++ {
		k, n := &chain[i], uint32(i)
		x0 = (k[0] ^ (x0^x0>>30)*1566083941) - n
		x1 = (k[1] ^ (x1^x1>>30)*1566083941) - n
		x2 = (k[2] ^ (x2^x2>>30)*1566083941) - n
		x3 = (k[3] ^ (x3^x3>>30)*1566083941) - n
		a.key[i], b.key[i], c.key[i], d.key[i] = x0, x1, x2, x3
	}
	for g, x := range [4]uint32{x0, x1, x2, x3} {
		m := &s.state[g]
		m.key[1] = (chain[1][g] ^ (x^x>>30)*1566083941) - 1
		m.key[0] = 1 << 31
		m.pos, m.hasGauss = mtN, false
	}
}

// Take makes p number i, from 0 to 3.
func (s *Seeds) Take(i int, p *Python) { p.MT = s.state[i] }

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

// Shuffle permutes a slice as p.Shuffle would, only faster: first it draws many
// places, without a branch that depends on what was drawn, then it swaps. It
// panics when the slice has 2^31 elements.
func Shuffle[T uint32 | uint64](p *Python, x []T) {
	if uint64(len(x)) >= 1<<31 {
		panic("rng: Shuffle: too many elements")
	}
	places := &p.places
	for i := len(x) - 1; i > 0; {
		k := bits.Len(uint(i + 1))
		last := max(1<<(k-1)-1, 1) // i down to last draw k bits
		draws := p.peek(&p.words, i-last+1)
		p.pos += len(draws)
		n, at := 0, i
		for _, y := range draws {
			j := y >> ((32 - k) & 31)
			places[n&1023] = j
			taken := 1 + (at-int(j))>>63 // 0 when j > at: drawn in vain
			n += taken
			at -= taken
		}
		for _, j := range places[:n] {
			x[i], x[j] = x[j], x[i]
			i--
		}
	}
}

// FillBelow fills x with integers in [0, n), n > 0, as p.Below draws them.
func (p *Python) FillBelow(x []uint32, n uint32) {
	shift := 32 - bits.Len32(n)
	for len(x) > 0 {
		draws := p.peek(&p.words, len(x))
		p.pos += len(draws)
		at := 0
		for _, y := range draws {
			v := y >> (shift & 31)
			x[at] = v
			at += 1 + (int(n)-1-int(v))>>63
		}
		x = x[at:]
	}
}
