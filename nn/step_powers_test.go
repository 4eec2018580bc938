package nn

import (
	"math"
	gotest "testing"
)

// A step knows the powers of its bases, and gives those of other numbers alike.
func TestStepPow(t *gotest.T) {
	for _, n := range []int{1, 2, 7, 1000, 123456} {
		plain := Step{N: n, LR: 0.1}
		for _, bases := range [][2]float64{{0.9, 0.999}, {0.5, 0}, {0, 0}, {1, 1}} {
			known := plain.at(bases)
			if known.N != n || known.LR != 0.1 {
				t.Fatalf("step %d: at gave %+v", n, known)
			}
			for _, b := range []float64{0.9, 0.999, 0.5, 0, 1, 0.7} {
				want := math.Pow(b, float64(n))
				if got := known.Pow(b); got != want {
					t.Errorf("step %d, bases %v: Pow(%g) = %g, want %g", n, bases, b, got, want)
				}
				if got := plain.Pow(b); got != want {
					t.Errorf("step %d without bases: Pow(%g) = %g, want %g", n, b, got, want)
				}
			}
		}
	}
}
