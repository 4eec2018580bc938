package initializers

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/antler-ml/antler/nn"
)

func init() {
	nn.Register[RandomNormal]()
	nn.Register[RandomUniform]()
	nn.Register[TruncatedNormal]()
	nn.Alias(&RandomNormal{Stddev: 0.05}, "normal", "random_normal")
	nn.Alias(&RandomUniform{Minval: new(-0.05), Maxval: new(0.05)}, "uniform", "random_uniform")
	nn.Alias(&TruncatedNormal{Stddev: 0.05}, "truncated_normal")
}

// RandomNormal draws from N(Mean, Stddev²).
type RandomNormal struct {
	Mean   float64
	Stddev float64 `default:"0.05"`
	Seed   *int64
}

// Init fills dst.
func (n RandomNormal) Init(dst []float32, _ nn.Shape, r *rand.Rand) {
	r = source(n.Seed, r)
	for i := range dst {
		dst[i] = float32(n.Mean + n.Stddev*r.NormFloat64())
	}
}

// RandomUniform draws from [Minval, Maxval).
type RandomUniform struct {
	Minval *float64 `default:"-0.05"`
	Maxval *float64 `default:"0.05"`
	Seed   *int64
}

// Init fills dst.
func (u RandomUniform) Init(dst []float32, _ nn.Shape, r *rand.Rand) {
	lo, hi := -0.05, 0.05
	if u.Minval != nil {
		lo = *u.Minval
	}
	if u.Maxval != nil {
		hi = *u.Maxval
	}
	uniform(dst, lo, hi, source(u.Seed, r))
}

func uniform(dst []float32, lo, hi float64, r *rand.Rand) {
	for i := range dst {
		dst[i] = float32(lo + (hi-lo)*r.Float64())
	}
}

// TruncatedNormal draws from N(Mean, Stddev²), again where the value is more
// than two standard deviations away.
type TruncatedNormal struct {
	Mean   float64
	Stddev float64 `default:"0.05"`
	Seed   *int64
}

// Init fills dst.
func (n TruncatedNormal) Init(dst []float32, _ nn.Shape, r *rand.Rand) {
	truncated(dst, n.Mean, n.Stddev, source(n.Seed, r))
}

func truncated(dst []float32, mean, std float64, r *rand.Rand) {
	for i := range dst {
		z := r.NormFloat64()
		for math.Abs(z) > 2 {
			z = r.NormFloat64()
		}
		dst[i] = float32(mean + std*z)
	}
}

// Validate checks the settings.
func (n *TruncatedNormal) Validate() error { return notNegative("TruncatedNormal: stddev", n.Stddev) }

// Validate checks the settings.
func (n *RandomNormal) Validate() error { return notNegative("RandomNormal: stddev", n.Stddev) }

func notNegative(what string, x float64) error {
	if x < 0 {
		return fmt.Errorf("%s is %g; want 0 or more", what, x)
	}
	return nil
}
