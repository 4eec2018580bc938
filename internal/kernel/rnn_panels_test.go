package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

func TestPanels(t *testing.T) {
	impltest.All(t, "gemm", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		for _, n := range []int{0, 1, 3, 15, 16, 17, 31, 32, 33, 64, 70, 200} {
			for _, k := range []int{0, 1, 2, 7, 33, 300} {
				for _, m := range []int{0, 1, 2, 5, 6, 7, 8, 12, 13, 25} {
					for _, trans := range []bool{false, true} {
						testPanels(t, r, m, n, k, trans)
					}
				}
			}
		}
	})
}

func testPanels(t *testing.T, r *rand.Rand, m, n, k int, trans bool) {
	t.Helper()
	b := randomOperand(r, k, n, trans, 3)
	lda, ldc := k+2, n+5
	a, c := randomFloats(r, m*lda), randomFloats(r, m*ldc)
	mem := make([]float32, PanelFloats(k, n))
	for i := range mem {
		mem[i] = float32(math.NaN())
	}
	p := NewPanels(k, n, mem)
	p.Pack(b.Data, b.Ld, trans)
	task := new(PanelTask)
	set, added := append([]float32(nil), c...), append([]float32(nil), c...)
	p.MulRows(task, m, a, lda, set, ldc, false)
	p.MulRows(task, m, a, lda, added, ldc, true)
	single := append([]float32(nil), c...)
	for i := range m {
		p.MulRows(task, 1, a[i*lda:], lda, single[i*ldc:], ldc, false)
	}
	if m > 0 && !trans { // a row alone, with nothing packed
		row := append([]float32(nil), c[:n]...)
		AddRow(a[:k], b.Data, b.Ld, row)
		for j, v := range row {
			if v != added[j] {
				t.Fatalf("n %d k %d: AddRow gives %v in column %d, MulRows %v", n, k, v, j, added[j])
			}
		}
	}
	for i := range m {
		for j := range ldc {
			at := i*ldc + j
			if j >= n {
				if set[at] != c[at] || added[at] != c[at] {
					t.Fatalf("m %d n %d k %d: C was changed beyond its columns", m, n, k)
				}
				continue
			}
			var sum, size float64
			for q := range k {
				v := b.at(q, j)
				sum += float64(a[i*lda+q]) * v
				size += math.Abs(float64(a[i*lda+q]) * v)
			}
			tol := 1e-6 * (size + math.Abs(float64(c[at])))
			if d := math.Abs(float64(set[at]) - sum); !(d <= tol) {
				t.Fatalf("m %d n %d k %d trans %v: C[%d,%d] = %v, want %v", m, n, k, trans, i, j, set[at], sum)
			}
			if d := math.Abs(float64(added[at]) - sum - float64(c[at])); !(d <= tol) {
				t.Fatalf("m %d n %d k %d trans %v: C[%d,%d] += gives %v, want %v", m, n, k, trans, i, j, added[at], sum+float64(c[at]))
			}
			if set[at] != single[at] {
				t.Fatalf("m %d n %d k %d: row %d has other bits than on its own", m, n, k, i)
			}
		}
	}
}

// One step of an LSTM with 128 units on eight sequences.
func BenchmarkPanels(b *testing.B) {
	const m, n, k = 8, 512, 128
	r := rand.New(rand.NewPCG(1, 1))
	w, a, c := randomFloats(r, k*n), randomFloats(r, m*k), randomFloats(r, m*n)
	p := NewPanels(k, n, make([]float32, PanelFloats(k, n)))
	p.Pack(w, n, false)
	task := new(PanelTask)
	b.ReportAllocs()
	for b.Loop() {
		p.MulRows(task, m, a, k, c, n, false)
	}
	b.ReportMetric(2*m*n*k*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}
