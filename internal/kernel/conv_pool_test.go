package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
	"github.com/antler-ml/antler/internal/par"
)

// With max-pooling inside, convolutions and their gradients have the bits of
// one op after the other.
func TestConvPool(t *testing.T) {
	impltest.All(t, "conv", func(t *testing.T) {
		for i, s := range convCases() {
			if s.N == 0 || !NewConvForward(s).Pools() {
				continue
			}
			for _, relu := range []bool{false, true} {
				t.Run(s.String(), func(t *testing.T) { checkConvPool(t, s, relu, uint64(i)) })
			}
		}
	})
}

func checkConvPool(t *testing.T, s ConvShape, relu bool, seed uint64) {
	s = s.settled()
	r := rand.New(rand.NewPCG(seed, 8))
	x, w, bias := random(r, s.N*s.D*s.H*s.W*s.C), random(r, s.depth()*s.F), random(r, s.F)
	pool := NewPool(PoolShape{N: s.slices(), H: s.OH, W: s.OW, C: s.F, OH: s.OH / 2, OW: s.OW / 2, KH: 2, KW: 2, SH: 2, SW: 2})
	small := s.slices() * (s.OH / 2) * (s.OW / 2) * s.F
	f, g, h := NewConvForward(s), NewConvInputGrad(s), NewConvWeightGrad(s)

	y, want := nans(s.pixels()*s.F), nans(small)
	f.Bind(x, w, bias, y, nans(f.Scratch()), relu, nil)()
	pool.Max(y, want)()
	got, cells, alone := nans(small), make([]float32, CellFloats(small)), nans(small)
	forward := f.BindPool(x, w, bias, got, cells, nans(f.Scratch()), relu)
	forward()
	f.BindPool(x, w, bias, alone, nil, nans(f.Scratch()), relu)()
	if !slices.Equal(got, want) || !slices.Equal(alone, want) {
		t.Fatal("maxima differ")
	}

	dp, dy := random(r, small), nans(s.pixels()*s.F)
	if relu {
		pool.MaxGradReLU(y, dp, dy)()
	} else {
		pool.MaxGrad(y, dp, dy)()
	}
	spread := nans(len(dy))
	SpreadCells(s.slices(), s.OH, s.OW, s.F, dp, cells, spread)()
	if !slices.Equal(spread, dy) {
		t.Fatal("gradients of max-pooling differ")
	}
	double := func(x []float32, _ int) {
		for i := range x {
			x[i] *= 2
		}
	}
	dx, wantDX := nans(len(x)), nans(len(x))
	g.Bind(dy, w, nil, wantDX, nans(g.Scratch()), false, double)()
	back := g.BindPool(dp, cells, w, dx, nans(g.Scratch()), double)
	back()
	if !slices.Equal(dx, wantDX) {
		t.Fatal("dx differs")
	}
	dw, db, wantDW, wantDB := nans(len(w)), nans(s.F), nans(len(w)), nans(s.F)
	h.Bind(x, dy, wantDW, wantDB, nans(h.Scratch()))()
	sums := h.BindPool(x, dp, cells, dw, db, nans(h.Scratch()))
	sums()
	if !slices.Equal(dw, wantDW) || !slices.Equal(db, wantDB) {
		t.Fatal("dw or db differs")
	}

	par.SetWorkers(1)
	defer par.SetWorkers(0)
	forward()
	back()
	sums()
	if !slices.Equal(got, want) || !slices.Equal(dx, wantDX) || !slices.Equal(dw, wantDW) || !slices.Equal(db, wantDB) {
		t.Fatal("one worker gives other bits than two")
	}
	if n := testing.AllocsPerRun(3, func() { forward(); back(); sums() }); n > 0 {
		t.Fatalf("%v allocations per run", n)
	}
}
