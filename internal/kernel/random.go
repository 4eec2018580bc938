package kernel

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/internal/rng"
)

//go:generate go run -C _asm ./math -topic random -dir ../

// Random numbers depend on (key, step, index of the element) only; key is what
// [RandomKey] makes of a seed and a stream. They come from Philox4x32-10 in groups
// of 64 elements: lane l of group g has the counter (16g + l, step), 0 ≤ l < 16,
// and its word w belongs to element 64g + 16w + l. All results, normal numbers
// too, have the same bits on every instruction set.
//
// start is the index of dst[0], so that a range can be cut among workers; it
// must be a multiple of RandomGroup.

// RandomGroup is the number of elements that one vectorised Philox call makes.
const RandomGroup = 64

// RandomKey makes a key of a model's seed and the number of a stream.
func RandomKey(seed, stream uint64) uint64 { return rng.Mix(seed, stream) }

func checkStart(start int) {
	if start%RandomGroup != 0 {
		panic(fmt.Sprintf("kernel: random numbers start at element %d, want a multiple of %d", start, RandomGroup))
	}
}

// Uniform sets dst to uniform numbers in [lo, hi) with 24 random bits.
func Uniform(dst []float32, key, step uint64, start int, lo, hi float32) {
	checkStart(start)
	last := hi
	if hi > lo {
		last = math.Nextafter32(hi, lo) // rounding of lo + u*(hi-lo) must not reach hi
	}
	n := len(dst) &^ (RandomGroup - 1)
	g := uint64(start / RandomGroup)
	if n > 0 {
		randomUniform(dst[:n], key, step, g, lo, hi-lo, last)
	}
	if n < len(dst) {
		var b [RandomGroup]float32
		randomUniformGo(b[:], key, step, g+uint64(n/RandomGroup), lo, hi-lo, last)
		copy(dst[n:], b[:])
	}
}

// Normal sets dst to normal numbers (Box-Muller). |dst-mean| stays below 6.7 std.
func Normal(dst []float32, key, step uint64, start int, mean, std float32) {
	checkStart(start)
	n := len(dst) &^ (RandomGroup - 1)
	g := uint64(start / RandomGroup)
	if n > 0 {
		randomNormal(dst[:n], key, step, g, mean, std)
	}
	if n < len(dst) {
		var b [RandomGroup]float32
		randomNormalGo(b[:], key, step, g+uint64(n/RandomGroup), mean, std)
		copy(dst[n:], b[:])
	}
}

// Dropout sets dst = x/(1-rate) with probability 1-rate, else 0. The same
// arguments drop the same elements. 0 ≤ rate < 1. dst may be x.
func Dropout(dst, x []float32, key, step uint64, start int, rate float32) {
	like(dst, x)
	checkStart(start)
	drop := uint32(float64(rate) * (1 << 32)) // drop words below
	scale := 1 / (1 - rate)
	n := len(dst) &^ (RandomGroup - 1)
	g := uint64(start / RandomGroup)
	if n > 0 {
		randomDropout(dst[:n], x[:n], key, step, g, drop, scale)
	}
	if n < len(dst) {
		var b [RandomGroup]float32
		copy(b[:], x[n:])
		randomDropoutGo(b[:], b[:], key, step, g+uint64(n/RandomGroup), drop, scale)
		copy(dst[n:], b[:])
	}
}
