package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// Maxima and cells against the definition, with ties, both zeros and NaN, and
// the way back. Nothing else is written.
func TestPoolCells(t *testing.T) {
	some := []float32{0, float32(math.Copysign(0, -1)), 1, 2, -1, float32(math.NaN()), float32(math.Inf(-1))}
	impltest.All(t, "pool", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, n := range []int{1, 8, 13, 32} {
			for _, relu := range []bool{false, true} {
				const count = 9
				col, next := n+3, n+5
				x0, x1 := make([]float32, 2*count*col), make([]float32, 2*count*col)
				for i := range x0 {
					x0[i], x1[i] = some[r.IntN(len(some))], some[r.IntN(len(some))]
				}
				y, want := random(r, count*next), []float32(nil)
				want = slices.Clone(y)
				cells, wantCells := make([]byte, count*next), make([]byte, count*next)
				poolCells(x0, x1, col, y, cells, next, n, count, relu)
				poolCellsGo(x0, x1, col, want, wantCells, next, n, count, relu)
				equal := func(what string, got, want []float32) {
					for i, w := range want {
						if g := got[i]; g != w && (g == g || w == w) {
							t.Fatalf("%s, %d channels: element %d is %g, want %g", what, n, i, g, w)
						}
					}
				}
				equal("max", y, want)
				if !slices.Equal(cells, wantCells) {
					t.Fatalf("%d channels: cells are %v, want %v", n, cells, wantCells)
				}
				alone := slices.Clone(y)
				poolCells(x0, x1, col, alone, nil, next, n, count, relu)
				equal("max without cells", alone, y)

				d0, d1 := random(r, 2*count*col), random(r, 2*count*col)
				w0, w1 := slices.Clone(d0), slices.Clone(d1)
				poolSpread(y, cells, next, d0, d1, col, n, count)
				poolSpreadGo(y, cells, next, w0, w1, col, n, count)
				equal("first row", d0, w0)
				equal("second row", d1, w1)
			}
		}
	})
}

// The reference by hand: [3 5; 5 1] and friends.
func TestPoolCellsByHand(t *testing.T) {
	nan := float32(math.NaN())
	x0, x1 := []float32{3, 5, -1, 0, nan, 7}, []float32{5, 1, 0, -2, 9, nan}
	y, cells := make([]float32, 3), make([]byte, 3)
	poolCellsGo(x0, x1, 1, y, cells, 1, 1, 3, false)
	if y[0] != 5 || y[1] != 0 || y[2] == y[2] || !slices.Equal(cells, []byte{1, 1, 0}) {
		t.Errorf("maxima %v, cells %v", y, cells)
	}
	poolCellsGo(x0, x1, 1, y, cells, 1, 1, 3, true)
	if !slices.Equal(cells, []byte{1, noCell, noCell}) {
		t.Errorf("cells after a ReLU %v", cells)
	}
	poolSpreadGo([]float32{2, 3, 4}, []byte{1, noCell, 2}, 1, x0, x1, 1, 1, 3)
	if !slices.Equal(x0, []float32{0, 2, 0, 0, 0, 0}) || !slices.Equal(x1, []float32{0, 0, 0, 0, 4, 0}) {
		t.Errorf("spread to %v and %v", x0, x1)
	}
}
