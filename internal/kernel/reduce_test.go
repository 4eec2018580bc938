package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// Every instruction set gives the bits of plain Go, sums included.
func TestReductionsArePlainGo(t *testing.T) {
	impltest.All(t, "reduce", func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, n := range edgeLengths {
			for off := range 3 {
				for _, special := range []bool{false, true} {
					a, b := make([]float32, n+off)[off:], make([]float32, n+off)[off:]
					for i := range a {
						a[i], b[i] = float32(r.NormFloat64()), float32(r.NormFloat64())
					}
					if special {
						a, b = mixed(r, n, off), mixed(r, n, off)
					}
					for name, v := range map[string][2]float32{
						"Sum":       {Sum(a), reduceSumGo(a)},
						"Dot":       {Dot(a, b), reduceDotGo(a, b)},
						"Squares":   {SumSquares(a), reduceDotGo(a, a)},
						"Max":       {Max(a), reduceMaxGo(a)},
						"Min":       {Min(a), reduceMinGo(a)},
						"MaxNumber": {reduceMaxNumber(a), reduceMaxNumberGo(a)},
						"MinNumber": {reduceMinNumber(a), reduceMinNumberGo(a)},
					} {
						if !sameBits(v[0], v[1]) {
							t.Fatalf("%s n=%d off=%d: got %v, want %v", name, n, off, v[0], v[1])
						}
					}
				}
			}
		}
	})
}

func TestSumIsCloseToFloat64(t *testing.T) {
	impltest.All(t, "reduce", func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		const n = 100003
		a, b := make([]float32, n), make([]float32, n)
		var sum, dot, size, dotSize float64
		for i := range a {
			a[i], b[i] = float32(r.NormFloat64()), float32(r.NormFloat64())
			sum += float64(a[i])
			size += math.Abs(float64(a[i]))
			dot += float64(a[i]) * float64(b[i])
			dotSize += math.Abs(float64(a[i]) * float64(b[i]))
		}
		// The bound n/64·ε·Σ|x| is never near; random errors add up to its root.
		if e := math.Abs(float64(Sum(a)) - sum); e > 1e-6*size {
			t.Errorf("Sum is off by %v of %v", e, size)
		}
		if e := math.Abs(float64(Dot(a, b)) - dot); e > 1e-6*dotSize {
			t.Errorf("Dot is off by %v of %v", e, dotSize)
		}
	})
}

func TestReductionsOfSpecialNumbers(t *testing.T) {
	impltest.All(t, "reduce", func(t *testing.T) {
		for n := 1; n < 140; n++ {
			for at := range n {
				x := make([]float32, n)
				for i := range x {
					x[i] = -5
				}
				x[at] = -2
				if Max(x) != -2 || ArgMax(x) != at {
					t.Fatalf("n=%d: Max %v at %d, want -2 at %d", n, Max(x), ArgMax(x), at)
				}
				x[at] = -9
				if Min(x) != -9 || ArgMin(x) != at {
					t.Fatalf("n=%d: Min %v at %d, want -9 at %d", n, Min(x), ArgMin(x), at)
				}
				x[at] = nan32
				if m := Max(x); m == m {
					t.Fatalf("n=%d: Max with NaN at %d is %v", n, at, m)
				}
				if m := Min(x); m == m {
					t.Fatalf("n=%d: Min with NaN at %d is %v", n, at, m)
				}
				if want := min(n-1, b2i(at == 0)); ArgMax(x) != want || ArgMin(x) != want {
					t.Fatalf("n=%d: ArgMax with NaN at %d is %d, want %d", n, at, ArgMax(x), want)
				}
			}
		}
		if Max(nil) != -inf32 || Min(nil) != inf32 || Sum(nil) != 0 || ArgMax(nil) != 0 {
			t.Error("reductions of nothing")
		}
		if m := []float32{-inf32, -inf32}; Max(m) != -inf32 || ArgMax(m) != 0 {
			t.Error("maximum of -Inf")
		}
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestAddColumns(t *testing.T) {
	impltest.All(t, "reduce", func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 10))
		for _, cols := range edgeLengths {
			for _, rows := range []int{0, 1, 2, 5} {
				x := mixed(r, rows*cols, 1)
				want, start := make([]float32, cols), mixed(r, cols, 0)
				copy(want, start)
				if cols > 0 {
					reduceAddColumnsGo(want, x)
				}
				got, check := guarded(cols, 3)
				copy(got, start)
				AddColumns(got, x)
				check(t)
				compare(t, fmt.Sprintf("rows=%d cols=%d", rows, cols), got, want, nil)
			}
		}
	})
}
