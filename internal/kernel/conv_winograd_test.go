package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// Every transform equals its definition, wherever rows, columns and squares lie.
func TestWinogradTransforms(t *testing.T) {
	impltest.All(t, "conv", func(t *testing.T) {
		isa := bestTileISA()
		r := rand.New(rand.NewPCG(3, 4))
		for kind := range winogradKernels + 1 {
			m := winogradMatrix(isa.winogradSize(), kind)
			for _, n := range []int{16, 32, 80} {
				const count = 3
				in, out := len(m[0]), len(m)
				from, to := steps(in, n, count), steps(out, n, count)
				src, bias := random(r, from.row*in), random(r, n)
				got, want := nans(to.row*out), nans(to.row*out)
				var relu bool
				if kind != winogradResults {
					bias = nil
				} else {
					relu = n == 32
				}
				winogradDispatch(isa, kind, src, from, got, to, n, count, bias, relu)
				winogradGo(m, src, from, want, to, n, count, bias, relu)
				for i, w := range want {
					g := got[i]
					if same := g == w || g != g && w != w || math.Abs(float64(g-w)) < 5e-6*max(1, math.Abs(float64(w))); !same {
						t.Fatalf("transform %d, %d channels: element %d is %g, want %g", kind, n, i, g, w)
					}
				}
			}
		}
	})
}

// steps lays out count squares of size×size cells of n channels, with gaps.
func steps(size, n, count int) winogradSteps {
	col := count*(n+3) + 1
	return winogradSteps{row: size*col + 2, col: col, next: n + 3}
}

// The error of Winograd's sums against float64, relative to the largest result,
// is held to that of plain sums.
func TestWinogradError(t *testing.T) {
	for _, c := range []int{32, 64} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			s := convCase(1, 16, 16, c, 64, 3, 3, 1, 1, 1, 1, 1)
			r := rand.New(rand.NewPCG(uint64(c), 1))
			x, w := random(r, 256*c), random(r, 9*c*64)
			want := make([]float64, 256*64)
			s.eachTap(func(ix, iw, iy int) { want[iy] += float64(x[ix]) * float64(w[iw]) })
			y := nans(len(want))
			f := NewConvForward(s)
			f.Bind(x, w, nil, y, nans(f.Scratch()), false, nil)()
			var worst, top float64
			for i, v := range want {
				worst, top = max(worst, math.Abs(float64(y[i])-v)), max(top, math.Abs(v))
			}
			t.Logf("error %.2g of the largest result", worst/top)
			if worst > 1e-6*top {
				t.Errorf("error %g, largest result %g", worst, top)
			}
		})
	}
}
