package kernel

import (
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// TestAddTo: every sum is that of float64 arithmetic, also of what is no number, and
// nothing beside the sums is touched.
func TestAddTo(t *testing.T) {
	impltest.All(t, "total", func(t *testing.T) {
		for _, n := range []int{0, 1, 3, 15, 16, 17, 31, 32, 33, 47, 402, 1000} {
			x := normNumbers(n, uint32(n))
			room := make([]float64, n+2)
			for i := range room {
				room[i] = float64(i) * (1 + 1e-12)
			}
			if n > 20 {
				x[3], x[17], x[19] = float32(math.NaN()), float32(math.Inf(1)), math.SmallestNonzeroFloat32
			}
			want := slices.Clone(room)
			for i, v := range x {
				want[i+1] += float64(v)
			}
			AddTo(room[1:n+1], x)
			for i := range room {
				if math.Float64bits(room[i]) != math.Float64bits(want[i]) {
					t.Fatalf("%d sums: sum %d is %v, want %v", n, i-1, room[i], want[i])
				}
			}
		}
	})
}

func BenchmarkAddTo(b *testing.B) {
	dst, x := make([]float64, 402), make([]float32, 402)
	for b.Loop() {
		AddTo(dst, x)
	}
	b.ReportMetric(float64(402*b.N)/b.Elapsed().Seconds()/1e9, "Gsums/s")
}
