package golden

import (
	"math"
	"testing"
)

// Close fails the test unless got equals want within atol + rtol*|want|,
// element by element. NaN equals NaN, and an infinity only itself. The message
// names the worst element and counts the bad ones.
func Close(t testing.TB, name string, got, want []float32, rtol, atol float64) bool {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d elements, want %d", name, len(got), len(want))
		return false
	}
	bad, worst, most := 0, 0, -1.0
	for i, w := range want {
		excess := beyond(float64(got[i]), float64(w), rtol, atol)
		if excess > 0 {
			bad++
		}
		if excess > most {
			worst, most = i, excess
		}
	}
	if bad == 0 {
		return true
	}
	diff := math.Abs(float64(got[worst]) - float64(want[worst]))
	t.Errorf("%s: %d of %d elements differ; worst is [%d]: got %v, want %v (off by %.3g, allowed %.3g)",
		name, bad, len(want), worst, got[worst], want[worst], diff, atol+rtol*math.Abs(float64(want[worst])))
	return false
}

// beyond says how far the difference exceeds what is allowed, in units of what
// is allowed; not positive when it does not.
func beyond(got, want, rtol, atol float64) float64 {
	switch {
	case got == want || math.IsNaN(got) && math.IsNaN(want):
		return -1
	case math.IsNaN(got) || math.IsNaN(want) || math.IsInf(got, 0) || math.IsInf(want, 0):
		return math.Inf(1)
	}
	allowed := atol + rtol*math.Abs(want)
	diff := math.Abs(got - want)
	if allowed == 0 {
		return math.Inf(1)
	}
	return diff/allowed - 1
}
