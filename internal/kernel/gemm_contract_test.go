package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impl"
	"github.com/antler-ml/antler/internal/kernel/impltest"
	"github.com/antler-ml/antler/internal/par"
)

// bigCases reach every plan: packed or not, shared or own panels, several
// blocks of k, several passes over n, both vector paths.
var bigCases = [][3]int{
	{1, 300, 2000}, {300, 1, 2000}, {32, 200, 700}, {90, 100, 600}, {600, 40, 80}, {40, 400, 300}, {8200, 400, 2}, {20, 4200, 40},
}

func TestGemmBitsDoNotDependOnWorkers(t *testing.T) {
	defer par.SetWorkers(0)
	impltest.All(t, "gemm", func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, s := range bigCases {
			for tr := range 4 {
				g := newGemmCase(r, s[0], s[1], s[2], tr&1 != 0, tr&2 != 0, 0)
				e := Epilogue{Bias: randomFloats(r, g.n), ReLU: true, Accumulate: true, Row: hook}
				var first []float32
				for _, workers := range []int{1, 2, 5} {
					par.SetWorkers(workers)
					c := slices.Clone(g.c)
					Gemm(g.m, g.n, g.k, g.a, g.b, c, g.ldc, e)
					if first == nil {
						first = c
					}
					if !slices.Equal(first, c) {
						t.Fatalf("%v: %d workers give other bits than 1", g, workers)
					}
				}
			}
		}
	})
}

// AVX2 and AVX-512 add in the same order where tiles do the work.
func TestGemmBitsOfTheVectorISAsAgree(t *testing.T) {
	for _, i := range impl.List("gemm") {
		if !i.Available() {
			t.Skipf("this machine has no %s", i.Name)
		}
	}
	r := rand.New(rand.NewPCG(7, 8))
	g := newGemmCase(r, 61, 75, 700, false, true, 0)
	var results [][]float32
	for _, i := range impl.List("gemm") {
		restore := impl.Select("gemm", i.Name)
		c := make([]float32, len(g.c))
		Gemm(g.m, g.n, g.k, g.a, g.b, c, g.ldc, Epilogue{})
		restore()
		results = append(results, c)
	}
	for _, c := range results {
		if !slices.Equal(c, results[0]) {
			t.Fatal("AVX2 and AVX-512 differ")
		}
	}
}

func TestGemmPropagatesNaNAndInf(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	impltest.All(t, "gemm", func(t *testing.T) {
		for _, s := range [][3]int{{1, 1, 1}, {3, 5, 2}, {1, 40, 7}, {40, 1, 7}, {14, 35, 300}, {70, 80, 90}} {
			for tr := range 4 {
				for _, relu := range []bool{false, true} {
					m, n, k := s[0], s[1], s[2]
					r := rand.New(rand.NewPCG(9, 9))
					g := newGemmCase(r, m, n, k, tr&1 != 0, tr&2 != 0, 1)
					zero := func(o *Operand) { clear(o.Data) }
					zero(&g.a) // 0·NaN and 0·Inf are NaN
					set := func(o *Operand, i, j int, v float32) {
						if o.Trans {
							i, j = j, i
						}
						o.Data[i*o.Ld+j] = v
					}
					set(&g.b, k-1, n-1, nan)
					set(&g.b, 0, 0, inf)
					Gemm(m, n, k, g.a, g.b, g.c, g.ldc, Epilogue{ReLU: relu})
					for i := range m {
						for j := range n {
							v := g.c[i*g.ldc+j]
							if want := j == 0 || j == n-1; want != (v != v) {
								t.Fatalf("%v, ReLU %v: C[%d, %d] is %v", g, relu, i, j, v)
							}
						}
					}
				}
			}
		}
	})
}

func TestGemmAllocatesNothing(t *testing.T) {
	defer par.SetWorkers(0)
	par.SetWorkers(2)
	impltest.All(t, "gemm", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, s := range append([][3]int{{3, 4, 5}, {1, 1, 1}, {130, 140, 0}}, bigCases...) {
			g := newGemmCase(r, s[0], s[1], s[2], false, true, 0)
			e := Epilogue{Bias: randomFloats(r, g.n), ReLU: true, Row: hook}
			allocatesNothing(t, g.String(), func() { Gemm(g.m, g.n, g.k, g.a, g.b, g.c, g.ldc, e) })
		}
		x, y, z := randomFloats(r, 20*30*40), randomFloats(r, 20*40*50), make([]float32, 20*30*50)
		allocatesNothing(t, "batch", func() {
			GemmBatch(Batch{20, 1200, 2000, 1500}, 30, 50, 40, Operand{Data: x, Ld: 40}, Operand{Data: y, Ld: 50}, z, 50, Epilogue{})
			ColumnSums(z[:50], y, 40, 50, 50)
		})
	})
}

// allocatesNothing wants a series of calls without an allocation. It may take a
// few calls until every worker has once had work and so has its buffers.
func allocatesNothing(t *testing.T, name string, f func()) {
	t.Helper()
	n := 1.0
	for try := 0; try < 20 && n > 0; try++ {
		n = testing.AllocsPerRun(2, f)
	}
	if n > 0 {
		t.Errorf("%s: %v allocations a call", name, n)
	}
}

// negated packs -op(o), which no plain operand can.
type negated struct{ o Operand }

func (n *negated) Pack(dst []float32, width, i0, count, k0, depth int) {
	if len(dst) != width*depth || count < 1 || count > width {
		panic(fmt.Sprintf("Pack of %d floats, width %d, count %d, depth %d", len(dst), width, count, depth))
	}
	for p := range depth {
		for i := range width {
			dst[p*width+i] = 0
			if i < count {
				dst[p*width+i] = -float32(n.o.at(i0+i, k0+p))
			}
		}
	}
}

func TestGemmPackersAndPackedB(t *testing.T) {
	impltest.All(t, "gemm", func(t *testing.T) {
		r := rand.New(rand.NewPCG(10, 11))
		for _, s := range append([][3]int{{1, 1, 1}, {1, 33, 7}, {13, 1, 7}, {5, 6, 0}, {25, 65, 257}}, bigCases...) {
			g := newGemmCase(r, s[0], s[1], s[2], false, true, 1)
			plain := slices.Clone(g.c)
			bias := randomFloats(r, g.n)
			Gemm(g.m, g.n, g.k, g.a, g.b, plain, g.ldc, Epilogue{Bias: bias})

			// (-A)·(-B): B's packer sees columns as rows of its transpose.
			bt := g.b
			bt.Trans = !bt.Trans
			both := slices.Clone(g.c)
			Gemm(g.m, g.n, g.k, Operand{Packer: &negated{g.a}}, Operand{Packer: &negated{bt}}, both, g.ldc, Epilogue{Bias: bias})
			packed := slices.Clone(g.c)
			Gemm(g.m, g.n, g.k, g.a, Operand{Packed: PackB(g.k, g.n, g.b)}, packed, g.ldc, Epilogue{Bias: bias})
			tol := 1e-6 * (2 + math.Sqrt(float64(g.k)))
			for i, v := range plain {
				if math.Abs(float64(v-both[i])) > tol*(1+math.Abs(float64(v))) {
					t.Fatalf("%v: with packers element %d is %v, want %v", g, i, both[i], v)
				}
				if math.Abs(float64(v-packed[i])) > tol*(1+math.Abs(float64(v))) {
					t.Fatalf("%v: with B packed before element %d is %v, want %v", g, i, packed[i], v)
				}
			}
		}
	})
}

// A packed B serves after the instruction set was switched, as tests do.
func TestPackedBKeepsItsISA(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 13))
	g := newGemmCase(r, 20, 70, 300, false, false, 0)
	w := Operand{Packed: PackB(g.k, g.n, g.b)}
	want := make([]float32, len(g.c))
	Gemm(g.m, g.n, g.k, g.a, w, want, g.ldc, Epilogue{})
	impltest.All(t, "gemm", func(t *testing.T) {
		Gemm(g.m, g.n, g.k, g.a, w, g.c, g.ldc, Epilogue{})
		if !slices.Equal(g.c, want) {
			t.Fatal("results differ")
		}
	})
}

func TestGemmBatch(t *testing.T) {
	defer par.SetWorkers(0)
	impltest.All(t, "gemm", func(t *testing.T) {
		r := rand.New(rand.NewPCG(14, 15))
		for _, c := range []struct{ count, m, n, k, shareA, shareB int }{
			{0, 2, 3, 4, 0, 0}, {1, 2, 3, 4, 0, 0}, {5, 2, 3, 4, 1, 0}, {5, 2, 3, 4, 0, 1}, {3, 1, 7, 9, 0, 0}, {40, 20, 30, 16, 0, 0},
			{3, 150, 160, 170, 0, 0}, {2, 4, 4, 0, 0, 0}, {17, 64, 64, 64, 0, 1},
		} {
			bt := Batch{c.count, c.m * c.k * (1 - c.shareA), c.k * c.n * (1 - c.shareB), c.m * c.n}
			a, b := randomFloats(r, max(c.count, 1)*c.m*c.k), randomFloats(r, max(c.count, 1)*c.k*c.n)
			bias, rowBias := randomFloats(r, c.n), randomFloats(r, c.count*c.m)
			e := Epilogue{Bias: bias, RowBias: rowBias, ReLU: true, Row: hook}
			want := make([]float32, c.count*c.m*c.n)
			for i := range c.count {
				one := Epilogue{Bias: bias, RowBias: rowBias[i*c.m:], ReLU: true, Row: func(r, j int, row []float32) { hook(r+i*c.m, j, row) }}
				Gemm(c.m, c.n, c.k, Operand{Data: a[i*bt.StrideA:], Ld: c.k}, Operand{Data: b[i*bt.StrideB:], Ld: c.n}, want[i*bt.StrideC:], c.n, one)
			}
			for workers := 1; workers <= 2; workers++ {
				par.SetWorkers(workers)
				got := make([]float32, len(want))
				GemmBatch(bt, c.m, c.n, c.k, Operand{Data: a, Ld: c.k}, Operand{Data: b, Ld: c.n}, got, c.n, e)
				if !slices.Equal(got, want) {
					t.Fatalf("%+v, %d workers: batch and single products differ", c, workers)
				}
			}
		}
	})
}

func TestColumnSums(t *testing.T) {
	defer par.SetWorkers(0)
	impltest.All(t, "gemm", func(t *testing.T) {
		r := rand.New(rand.NewPCG(16, 17))
		for _, s := range [][2]int{{0, 5}, {3, 0}, {1, 1}, {7, 3}, {300, 130}, {3000, 700}} {
			m, n := s[0], s[1]
			ld := n + 3
			x := randomFloats(r, m*ld)
			var first []float32
			for workers := 1; workers <= 2; workers++ {
				par.SetWorkers(workers)
				got := randomFloats(r, n)
				ColumnSums(got, x, m, n, ld)
				for j, v := range got {
					want := 0.0
					for i := range m {
						want += float64(x[i*ld+j])
					}
					if math.Abs(float64(v)-want) > 1e-6*(2+float64(m)/10) {
						t.Fatalf("%v: column %d is %v, want %v", s, j, v, want)
					}
				}
				if first == nil {
					first = got
				}
				if !slices.Equal(first, got) {
					t.Fatalf("%v: 2 workers give other bits", s)
				}
			}
		}
	})
}

func TestGemmChecksItsArguments(t *testing.T) {
	x := func(n, ld int) Operand { return Operand{Data: make([]float32, n), Ld: ld} }
	c := make([]float32, 6)
	pb := PackB(4, 3, x(12, 3))
	for _, bad := range []struct {
		want string
		f    func()
	}{
		{"A has 7 floats, want 8 for 2×4", func() { Gemm(2, 3, 4, x(7, 4), x(12, 3), c, 3, Epilogue{}) }},
		{"A has leading dimension 3, less than its 4 columns", func() { Gemm(2, 3, 4, x(8, 3), x(12, 3), c, 3, Epilogue{}) }},
		{"B has 11 floats, want 12 for 4×3", func() { Gemm(2, 3, 4, x(8, 4), x(11, 3), c, 3, Epilogue{}) }},
		{"C has 6 floats, want 7", func() { Gemm(2, 3, 4, x(8, 4), x(12, 3), c, 4, Epilogue{}) }},
		{"Bias has 2 numbers for 3 columns", func() { Gemm(2, 3, 4, x(8, 4), x(12, 3), c, 3, Epilogue{Bias: c[:2]}) }},
		{"RowBias has 1 numbers for 2 rows", func() { Gemm(2, 3, 4, x(8, 4), x(12, 3), c, 3, Epilogue{RowBias: c[:1]}) }},
		{"negative size", func() { Gemm(-1, 3, 4, x(8, 4), x(12, 3), c, 3, Epilogue{}) }},
		{"packed B is 4×3, want 4×2", func() { Gemm(2, 2, 4, x(8, 4), Operand{Packed: pb}, c, 2, Epilogue{}) }},
		{"only B may be", func() { Gemm(2, 3, 4, Operand{Packed: pb}, x(12, 3), c, 3, Epilogue{}) }},
		{"too few for 2 matrices", func() {
			GemmBatch(Batch{2, 8, 0, 0}, 2, 3, 4, x(15, 4), x(12, 3), c, 3, Epilogue{})
		}},
		{"negative number", func() { GemmBatch(Batch{2, -8, 0, 0}, 2, 3, 4, x(16, 4), x(12, 3), c, 3, Epilogue{}) }},
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, bad.want) {
					t.Errorf("got %q, want %q", got, bad.want)
				}
			}()
			bad.f()
		}()
	}
}

func ExampleGemm() {
	a := Operand{Data: []float32{1, 2, 3, 4}, Ld: 2} // 2×2
	b := Operand{Data: []float32{5, 6, 7, 8}, Ld: 2}
	c := make([]float32, 4)
	Gemm(2, 2, 2, a, b, c, 2, Epilogue{Bias: []float32{-30, 0}, ReLU: true})
	fmt.Println(c)
	// Output: [0 22 13 50]
}
