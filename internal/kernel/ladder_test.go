package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impl"
)

// The ladder keeps each step from three loops to AVX-512 measurable:
//
//	go test -run '^$' -bench Ladder -cpu 1 ./internal/kernel
//
// Each rung computes c = a·b for n×n matrices.
var ladder = []struct {
	name string
	isa  string // for rungs that are Gemm itself
	mul  func(n int, a, b, c []float32)
}{
	{"naive", "", ladderNaive},
	{"blocked", "", ladderBlocked},
	{"packed", "", ladderGemm}, // tiles in registers, panels in cache
	{"avx2", "AVX2", ladderGemm},
	{"avx512", "AVX512", ladderGemm},
}

// ladderNaive is the definition. It reads b down its columns.
func ladderNaive(n int, a, b, c []float32) {
	for i := range n {
		for j := range n {
			var s float32
			for p := range n {
				s += a[i*n+p] * b[p*n+j]
			}
			c[i*n+j] = s
		}
	}
}

// ladderBlocked reads rows only, and of b so few that they stay in L2.
func ladderBlocked(n int, a, b, c []float32) {
	const block = 64
	clear(c)
	for p0 := 0; p0 < n; p0 += block {
		for i := range n {
			row := c[i*n:][:n]
			for p := p0; p < min(n, p0+block); p++ {
				v := a[i*n+p]
				for j, w := range b[p*n:][:n] {
					row[j] += v * w
				}
			}
		}
	}
}

func ladderGemm(n int, a, b, c []float32) {
	Gemm(n, n, n, Operand{Data: a, Ld: n}, Operand{Data: b, Ld: n}, c, n, Epilogue{})
}

// selectRung switches to the rung's instruction set, if the machine has it.
func selectRung(tb testing.TB, isa string) {
	for _, i := range impl.List("gemm") {
		if i.Name == isa && !i.Available() {
			tb.Skipf("this machine has no %s", isa)
		}
	}
	if isa != "" && len(impl.List("gemm")) == 0 {
		tb.Skipf("built without %s", isa)
	}
	tb.Cleanup(impl.Select("gemm", isa))
}

func TestLadder(t *testing.T) {
	const n = 70
	r := rand.New(rand.NewPCG(1, 1))
	a, b := randomFloats(r, n*n), randomFloats(r, n*n)
	want := make([]float32, n*n)
	ladderNaive(n, a, b, want)
	for _, rung := range ladder {
		t.Run(rung.name, func(t *testing.T) {
			selectRung(t, rung.isa)
			c := randomFloats(r, n*n)
			rung.mul(n, a, b, c)
			for i, v := range c {
				if math.Abs(float64(v-want[i])) > 1e-4 {
					t.Fatalf("element %d is %v, want %v", i, v, want[i])
				}
			}
		})
	}
}

func BenchmarkLadder(b *testing.B) {
	const n = 512
	r := rand.New(rand.NewPCG(1, 1))
	x, y, z := randomFloats(r, n*n), randomFloats(r, n*n), make([]float32, n*n)
	for _, rung := range ladder {
		b.Run(rung.name, func(b *testing.B) {
			selectRung(b, rung.isa)
			for b.Loop() {
				rung.mul(n, x, y, z)
			}
			reportGFLOPs(b, n, n, n)
		})
	}
}
