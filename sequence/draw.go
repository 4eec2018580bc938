package sequence

import (
	"math/bits"

	"github.com/antler-ml/antler/internal/rng"
)

// A drawer makes what is random in skip-grams. Pairs are packed, see skipper.
type drawer interface {
	seed(seed uint64)
	again() // as after the last seed
	float64() float64
	shuffleWords(words []uint32)
	shufflePairs(pairs []uint64)
	below(dst []uint32, n uint32) // fills dst with numbers in [0, n)
}

// keras draws what Python's module random draws for Keras. Seeds that follow
// each other are made four at a time.
type keras struct {
	rng.Python
	start rng.MT
	seeds rng.Seeds
	first uint64 // of seeds
	ahead bool   // seeds are made
	next  uint64 // the seed after the last
}

func (k *keras) seed(seed uint64) {
	switch {
	case k.ahead && seed-k.first < 4:
		k.seeds.Take(int(seed-k.first), &k.Python)
	case seed == k.next && seed != 0:
		k.seeds.Seed(seed)
		k.first, k.ahead = seed, true
		k.seeds.Take(0, &k.Python)
	default:
		k.Python.Seed(seed)
	}
	k.next = seed + 1
	k.Refill() // now, so that again need not
	k.start = k.MT
}

func (k *keras) again()                       { k.MT = k.start }
func (k *keras) float64() float64             { return k.Float64() }
func (k *keras) shuffleWords(w []uint32)      { rng.Shuffle(&k.Python, w) }
func (k *keras) shufflePairs(p []uint64)      { rng.Shuffle(&k.Python, p) }
func (k *keras) below(dst []uint32, n uint32) { k.FillBelow(dst, n) }

// quick draws 32 bits at a time from a counter that is hashed (SplitMix64), and
// brings them into a range by multiplication. The bias is below n/2^32.
type quick struct{ start, counter uint64 }

func (q *quick) seed(seed uint64) {
	q.start = rng.Mix(seed)
	q.counter = q.start
}

func (q *quick) again() { q.counter = ^q.start } // a stream of its own will do

func (q *quick) next() uint64 {
	q.counter += 0x9E3779B97F4A7C15
	z := q.counter
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

func (q *quick) float64() float64 { return float64(q.next()>>11) / (1 << 53) }

func (q *quick) shuffleWords(w []uint32) { shuffle(q, w) }
func (q *quick) shufflePairs(p []uint64) { shuffle(q, p) }

func shuffle[T any](q *quick, x []T) {
	i := len(x) - 1
	for ; i > 1; i -= 2 { // two draws of one word
		z := q.next()
		j, _ := bits.Mul64(z<<32, uint64(i+1))
		x[i], x[j] = x[j], x[i]
		j, _ = bits.Mul64(z>>32<<32, uint64(i))
		x[i-1], x[j] = x[j], x[i-1]
	}
	if i == 1 {
		j := int(q.next() >> 63)
		x[1], x[j] = x[j], x[1]
	}
}

func (q *quick) below(dst []uint32, n uint32) {
	for i := range dst {
		dst[i] = uint32(q.next() >> 32 * uint64(n) >> 32)
	}
}
