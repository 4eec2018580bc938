// Package rng holds the random number generators: a counter-based one whose
// numbers depend on a seed and a place only, never on who drew before, and
// numpy's Mersenne Twister for parity with scripts that seed numpy.
package rng

import (
	"math/bits"
	"math/rand/v2"
)

// The multipliers and key increments of Philox4x32 (Salmon, Moraes, Dror and
// Shaw: Parallel Random Numbers: As Easy as 1, 2, 3; SC 2011).
const (
	PhiloxM0 = 0xD2511F53
	PhiloxM1 = 0xCD9E8D57
	PhiloxW0 = 0x9E3779B9
	PhiloxW1 = 0xBB67AE85
)

// Philox4x32 maps a counter and a key to four random words, in ten rounds.
func Philox4x32(c [4]uint32, k0, k1 uint32) [4]uint32 {
	for range 10 {
		h0, l0 := bits.Mul32(PhiloxM0, c[0])
		h1, l1 := bits.Mul32(PhiloxM1, c[2])
		c = [4]uint32{h1 ^ c[1] ^ k0, l1, h0 ^ c[3] ^ k1, l0}
		k0 += PhiloxW0
		k1 += PhiloxW1
	}
	return c
}

// Mix hashes numbers to 64 bits (a chain of SplitMix64 finishers). Order and
// count matter: Mix(1, 2), Mix(2, 1) and Mix(1, 2, 0) differ.
func Mix(ids ...uint64) uint64 {
	h := uint64(len(ids))
	for _, id := range ids {
		h = finish(h + 0x9E3779B97F4A7C15 + finish(id))
	}
	return h
}

func finish(z uint64) uint64 {
	z += 0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// A Source is a stream of Philox4x32-10 words. It implements [rand.Source].
type Source struct {
	key, high, low uint64 // counter = low (the position), high
	buf            [4]uint32
	used           int // words of buf that were given out
}

var _ rand.Source = (*Source)(nil)

// NewSource returns the stream named by seed and ids. Streams with different
// names are independent.
func NewSource(seed uint64, ids ...uint64) *Source {
	s := new(Source)
	s.Reset(seed, ids...)
	return s
}

// Reset goes to the start of the stream named by seed and ids, so that one
// Source (and a rand.Rand around it) serves many samples without allocation.
func (s *Source) Reset(seed uint64, ids ...uint64) {
	h := Mix(ids...)
	*s = Source{key: finish(seed) ^ h, high: finish(h ^ bits.RotateLeft64(seed, 32)), used: 4}
}

// Uint32 returns the next word.
func (s *Source) Uint32() uint32 {
	if s.used == 4 {
		s.buf = Philox4x32([4]uint32{uint32(s.low), uint32(s.low >> 32), uint32(s.high), uint32(s.high >> 32)},
			uint32(s.key), uint32(s.key>>32))
		s.low++
		s.used = 0
	}
	s.used++
	return s.buf[s.used-1]
}

// Uint64 returns the next two words, the first one in the high half.
func (s *Source) Uint64() uint64 {
	h := s.Uint32()
	return uint64(h)<<32 | uint64(s.Uint32())
}

// At returns a generator that depends on its arguments only, for example
// At(seed, epoch, index) for one sample of one epoch.
func At(seed uint64, ids ...uint64) *rand.Rand { return rand.New(NewSource(seed, ids...)) }
