package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
	"github.com/antler-ml/antler/internal/par"
)

// gemmCase is one product, with room after each row of its matrices that must
// stay as it is.
type gemmCase struct {
	m, n, k        int
	transA, transB bool
	pad            int
	a, b           Operand
	c              []float32
	ldc            int
}

func newGemmCase(r *rand.Rand, m, n, k int, transA, transB bool, pad int) *gemmCase {
	g := &gemmCase{m: m, n: n, k: k, transA: transA, transB: transB, pad: pad}
	g.a = randomOperand(r, m, k, transA, pad)
	g.b = randomOperand(r, k, n, transB, pad)
	g.ldc = n + pad
	g.c = randomFloats(r, m*g.ldc)
	return g
}

func (g *gemmCase) String() string {
	return fmt.Sprintf("m %d, n %d, k %d, transposed %v %v, padding %d", g.m, g.n, g.k, g.transA, g.transB, g.pad)
}

func randomOperand(r *rand.Rand, rows, cols int, trans bool, pad int) Operand {
	if trans {
		rows, cols = cols, rows
	}
	return Operand{Data: randomFloats(r, rows*(cols+pad)), Ld: cols + pad, Trans: trans}
}

func randomFloats(r *rand.Rand, n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = float32(r.NormFloat64())
	}
	return s
}

// at is op(o)[i, j].
func (o *Operand) at(i, j int) float64 {
	if o.Trans {
		i, j = j, i
	}
	return float64(o.Data[i*o.Ld+j])
}

// want is the product in float64, without the epilogue's ReLU and hook.
func (g *gemmCase) want(e Epilogue) []float64 {
	w := make([]float64, g.m*g.n)
	for i := range g.m {
		for j := range g.n {
			s := 0.0
			for p := range g.k {
				s += g.a.at(i, p) * g.b.at(p, j)
			}
			if e.Accumulate {
				s += float64(g.c[i*g.ldc+j])
			}
			if e.Bias != nil {
				s += float64(e.Bias[j])
			}
			if e.RowBias != nil {
				s += float64(e.RowBias[i])
			}
			w[i*g.n+j] = s
		}
	}
	return w
}

// check runs the product and compares it with float64. Rounding errors of a
// sum of k products of normal numbers grow like sqrt(k) when their order is fixed.
func (g *gemmCase) check(t *testing.T, e Epilogue) {
	t.Helper()
	want := g.want(e)
	got := append([]float32(nil), g.c...)
	Gemm(g.m, g.n, g.k, g.a, g.b, got, g.ldc, e)
	tol := 1e-6 * (2 + math.Sqrt(float64(g.k)))
	if e.Row != nil {
		tol *= 3
	}
	for i := range g.m {
		for j := range g.ldc {
			v := float64(got[i*g.ldc+j])
			if j >= g.n {
				if got[i*g.ldc+j] != g.c[i*g.ldc+j] {
					t.Fatalf("%v: wrote between rows, at [%d, %d]", g, i, j)
				}
				continue
			}
			w := want[i*g.n+j]
			if e.ReLU {
				w = max(w, 0)
			}
			if e.Row != nil {
				w = 3*w + float64(i%4) + float64(j%8)
			}
			if !(math.Abs(v-w) <= tol*(1+math.Abs(w))) {
				t.Fatalf("%v, %+v: C[%d, %d] is %v, want %v", g, e, i, j, v, w)
			}
		}
	}
}

// hook is what check expects of Row.
func hook(i, j int, row []float32) {
	for l, v := range row {
		row[l] = 3*v + float32(i%4) + float32((j+l)%8)
	}
}

func TestGemm(t *testing.T) {
	sizes := []int{0, 1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 129}
	impltest.All(t, "gemm", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		pick := func() int { return sizes[r.IntN(len(sizes))] }
		for range 1000 {
			g := newGemmCase(r, pick(), pick(), pick(), r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(3))
			e := Epilogue{Accumulate: r.IntN(2) == 0, ReLU: r.IntN(3) == 0}
			if r.IntN(2) == 0 {
				e.Bias = randomFloats(r, g.n)
			}
			if r.IntN(4) == 0 {
				e.RowBias = randomFloats(r, g.m)
			}
			if r.IntN(4) == 0 {
				e.Row = hook
			}
			g.check(t, e)
		}
	})
}

func TestGemmLarge(t *testing.T) {
	defer par.SetWorkers(0)
	impltest.All(t, "gemm", func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		for i, s := range [][3]int{{150, 200, 300}, {1, 700, 900}, {700, 1, 900}, {5000, 20, 20}, {40, 5000, 10}, {50, 80, 1100}, {33, 257, 300}} {
			for tr := range 4 {
				par.SetWorkers(1 + (i+tr)%3)
				g := newGemmCase(r, s[0], s[1], s[2], tr&1 != 0, tr&2 != 0, i%2)
				g.check(t, Epilogue{Bias: randomFloats(r, g.n), ReLU: true, Row: hook, Accumulate: tr == 3})
			}
		}
	})
}
