// Package initializers fills new weights: Zeros, GlorotUniform, Orthogonal, …
//
// An initializer with a Seed of its own draws from that seed; otherwise the
// model's seed and the weight's name decide, so two weights never share numbers.
package initializers

import (
	"math/rand/v2"

	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[Zeros]()
	nn.Register[Ones]()
	nn.Register[Constant]()
	nn.Alias(&Zeros{}, "zeros", "zero")
	nn.Alias(&Ones{}, "ones", "one")
	nn.Alias(&Constant{}, "constant")
}

// Zeros fills with 0.
type Zeros struct{}

// Init fills dst.
func (Zeros) Init(dst []float32, _ nn.Shape, _ *rand.Rand) { fill(dst, 0) }

// Ones fills with 1.
type Ones struct{}

// Init fills dst.
func (Ones) Init(dst []float32, _ nn.Shape, _ *rand.Rand) { fill(dst, 1) }

// Constant fills with Value.
type Constant struct {
	Value float64
}

// Init fills dst.
func (c Constant) Init(dst []float32, _ nn.Shape, _ *rand.Rand) { fill(dst, float32(c.Value)) }

func fill(dst []float32, x float32) {
	for i := range dst {
		dst[i] = x
	}
}

// source is r, or a source of the initializer's own seed.
func source(seed *int64, r *rand.Rand) *rand.Rand {
	if seed == nil {
		return r
	}
	return rng.At(uint64(*seed))
}
