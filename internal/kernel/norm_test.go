package kernel

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// normNumbers are pseudo-random numbers in [-2, 2).
func normNumbers(n int, seed uint32) []float32 {
	s := make([]float32, n)
	for i := range s {
		seed = seed*1664525 + 1013904223
		s[i] = float32(seed>>8)/(1<<22) - 2
	}
	return s
}

func TestNorm(t *testing.T) {
	close := func(t *testing.T, name string, got []float32, want []float64, scale float64) {
		t.Helper()
		for i := range want {
			if d := math.Abs(float64(got[i]) - want[i]); !(d <= 2e-6*scale) {
				t.Fatalf("%s: column or element %d is %v, want %v", name, i, got[i], want[i])
			}
		}
	}
	impltest.All(t, "norm", func(t *testing.T) {
		for _, w := range []int{1, 2, 15, 16, 17, 31, 32, 48, 63, 64, 65, 96, 130} {
			for _, rows := range []int{0, 1, 2, 7, 40} {
				x, dy := normNumbers(rows*w, 1), normNumbers(rows*w, 2)
				mean, a, b, c := normNumbers(w, 3), normNumbers(w, 4), normNumbers(w, 5), normNumbers(w, 6)
				// One element past the end must stay as it is.
				guarded := func(init []float32) []float32 {
					return append(append(make([]float32, 0, len(init)+1), init...), 42)[:len(init)]
				}
				sum, sq, s, p := guarded(a), guarded(a), guarded(a), guarded(b)
				y, dx := guarded(make([]float32, rows*w)), guarded(make([]float32, rows*w))
				wantSum, wantSq, wantS, wantP := make([]float64, w), make([]float64, w), make([]float64, w), make([]float64, w)
				for k := range w {
					wantSum[k], wantSq[k], wantS[k], wantP[k] = float64(a[k]), float64(a[k]), float64(a[k]), float64(b[k])
				}
				wantY, wantDX := make([]float64, rows*w), make([]float64, rows*w)
				for i := range x {
					k := i % w
					d := float64(x[i]) - float64(mean[k])
					wantSum[k] += d
					wantSq[k] += d * d
					wantS[k] += float64(dy[i])
					wantP[k] += float64(dy[i]) * d
					wantY[i] = d*float64(a[k]) + float64(b[k])
					wantDX[i] = float64(a[k])*float64(dy[i]) + float64(b[k])*d + float64(c[k])
				}
				NormMoments(sum, sq, x, mean)
				NormDots(s, p, dy, x, mean)
				NormApply(y, x, mean, a, b)
				NormBack(dx, dy, x, mean, a, b, c)
				n := float64(rows + 1)
				close(t, "NormMoments s", sum, wantSum, 4*n)
				close(t, "NormMoments sq", sq, wantSq, 16*n)
				close(t, "NormDots s", s, wantS, 2*n)
				close(t, "NormDots p", p, wantP, 8*n)
				close(t, "NormApply", y, wantY, 16)
				close(t, "NormBack", dx, wantDX, 32)
				for _, g := range [][]float32{sum, sq, s, p, y, dx} {
					if g[:len(g)+1][len(g)] != 42 {
						t.Fatalf("rows %d, columns %d: wrote past the end", rows, w)
					}
				}
				// In place.
				NormBack(dy, dy, x, mean, a, b, c)
				NormApply(x, x, mean, a, b)
				close(t, "NormBack in place", dy, wantDX, 32)
				close(t, "NormApply in place", x, wantY, 16)
			}
		}
	})
}

func BenchmarkNorm(b *testing.B) {
	const rows, w = 256, 64
	x, dy, y := normNumbers(rows*w, 1), normNumbers(rows*w, 2), make([]float32, rows*w)
	m, s, p, c := normNumbers(w, 3), make([]float32, w), make([]float32, w), make([]float32, w)
	for name, f := range map[string]func(){
		"Moments": func() { NormMoments(s, p, x, m) },
		"Apply":   func() { NormApply(y, x, m, s, p) },
		"Dots":    func() { NormDots(s, p, dy, x, m) },
		"Back":    func() { NormBack(y, dy, x, m, s, p, c) },
	} {
		b.Run(name, func(b *testing.B) {
			clear(s)
			b.SetBytes(4 * rows * w)
			for b.Loop() {
				f()
			}
		})
	}
}
