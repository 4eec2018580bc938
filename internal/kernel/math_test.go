package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// ulpError is the distance from got to the exact value in units in the last
// place of a float32 of that size.
func ulpError(got float32, want float64) float64 {
	w := float32(want)
	switch {
	case math.IsNaN(want):
		if got != got {
			return 0
		}
		return math.Inf(1)
	case float64(got) == want || got == w && math.IsInf(float64(w), 0):
		return 0
	case math.IsInf(float64(got), 0) || got != got:
		return math.Inf(1)
	}
	_, e := math.Frexp(want)
	ulp := math.Ldexp(1, max(e-24, -149))
	return math.Abs(float64(got)-want) / ulp
}

func softplus64(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func sigmoid64(x float64) float64 {
	if x < 0 {
		return math.Exp(x) / (1 + math.Exp(x))
	}
	return 1 / (1 + math.Exp(-x))
}

var mathCases = []struct {
	name  string
	f     func(dst, x []float32)
	exact func(float64) float64
	ulp   float64
}{
	{"Exp", Exp, math.Exp, 1},
	{"Expm1", Expm1, math.Expm1, 2},
	{"Log", Log, math.Log, 1},
	{"Log1p", Log1p, math.Log1p, 2},
	{"Tanh", Tanh, math.Tanh, 2},
	{"Sigmoid", Sigmoid, sigmoid64, 2.5},
	{"Softplus", Softplus, softplus64, 2},
	{"Erf", Erf, math.Erf, 2},
	{"Sin", Sin, math.Sin, 2},
	{"Cos", Cos, math.Cos, 2},
}

// mathInputs are special values, then numbers of every exponent, then dense
// ones where the functions bend.
func mathInputs() []float32 {
	x := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 2, inf32, -inf32, nan32, math.MaxFloat32, -math.MaxFloat32,
		math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 0x1p-126, 0x1p-127, -0x1p-126, 88.72283, 88.7229, -87.4, -103.97, -103.9, -104.5, 0.625, -0.625, 0.925}
	r := rand.New(rand.NewPCG(1, 2))
	for range 60000 {
		x = append(x, math.Float32frombits(r.Uint32()))
	}
	for range 60000 {
		x = append(x, float32(r.NormFloat64()), float32(r.Float64()*40-20), float32(r.Float64()*200-100), float32(math.Exp(r.Float64()*-20)), float32(1+r.NormFloat64()/10))
	}
	return x
}

func worst(f func(dst, x []float32), exact func(float64) float64, x []float32) (ulp float64, at float32) {
	y := make([]float32, len(x))
	f(y, x)
	for i := range x {
		if e := ulpError(y[i], exact(float64(x[i]))); e > ulp {
			ulp, at = e, x[i]
		}
	}
	return ulp, at
}

func TestMathAgainstFloat64(t *testing.T) {
	impltest.All(t, "math", testMathAgainstFloat64)
}

func testMathAgainstFloat64(t *testing.T) {
	x := mathInputs()
	for _, c := range mathCases {
		ulp, at := worst(c.f, c.exact, x)
		t.Logf("%-9s %.3f ulp at %v", c.name, ulp, at)
		if ulp > c.ulp {
			t.Errorf("%s: %.3f ulp at %v (%x), want at most %v", c.name, ulp, at, math.Float32bits(at), c.ulp)
		}
	}
}
