package search

import (
	"math"
	"math/rand/v2"

	"github.com/antler-ml/antler/internal/rng"
)

// A Distribution is where random values come from.
type Distribution[V any] interface{ Draw(r *rand.Rand) V }

// Uniform draws numbers from [Low, High).
type Uniform struct{ Low, High float64 }

// Draw returns one number.
func (u Uniform) Draw(r *rand.Rand) float64 { return u.Low + (u.High-u.Low)*r.Float64() }

// LogUniform draws numbers from [Low, High) whose logarithms are uniform: right
// for learning rates. Both ends are above zero.
type LogUniform struct{ Low, High float64 }

// Draw returns one number.
func (u LogUniform) Draw(r *rand.Rand) float64 {
	return math.Exp(Uniform{math.Log(u.Low), math.Log(u.High)}.Draw(r))
}

// Integers draws whole numbers from Low to High, both included.
type Integers struct{ Low, High int }

// Draw returns one number.
func (u Integers) Draw(r *rand.Rand) int { return u.Low + r.IntN(u.High-u.Low+1) }

// LogIntegers draws whole numbers from Low to High, both included, whose
// logarithms are nearly uniform: right for numbers of units. Low is above zero.
type LogIntegers struct{ Low, High int }

// Draw returns one number.
func (u LogIntegers) Draw(r *rand.Rand) int {
	x := LogUniform{float64(u.Low), float64(u.High) + 1}.Draw(r)
	return min(int(x), u.High)
}

// Choice draws one of some values, each with the same chance.
type Choice[V any] []V

// Draw returns one value.
func (c Choice[V]) Draw(r *rand.Rand) V { return c[r.IntN(len(c))] }

// A Draw is one thing that [Random] draws.
type Draw[P any] struct{ draw func(p *P, r *rand.Rand) }

// Sample makes a draw of a distribution whose values set puts into the
// parameters:
//
//	search.Sample(func(p *Params, v float64) { p.LearningRate = v }, search.LogUniform{1e-4, 1e-1})
func Sample[P, V any](set func(p *P, v V), d Distribution[V]) Draw[P] {
	return Draw[P]{func(p *P, r *rand.Rand) { set(p, d.Draw(r)) }}
}

// Random returns n copies of base with values drawn from each distribution.
// Candidate i depends on (seed, i) only: a longer list begins with the shorter.
// scikit-learn: ParameterSampler.
func Random[P any](base P, n int, seed uint64, draws ...Draw[P]) []P {
	ps := make([]P, n)
	for i := range ps {
		ps[i] = base
		r := rng.At(seed, uint64(i))
		for _, d := range draws {
			d.draw(&ps[i], r)
		}
	}
	return ps
}
