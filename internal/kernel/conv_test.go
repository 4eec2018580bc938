package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
	"github.com/antler-ml/antler/internal/par"
)

// eachTap calls f for every product of the convolution that is not with
// padding: indices into x, w and y. It is the definition.
func (s ConvShape) eachTap(f func(x, w, y int)) {
	s = s.settled()
	cg, fg := s.C/s.Groups, s.F/s.Groups
	cell := func(kd, kh, kw, x, y int) {
		for o := range s.F {
			for c := range cg {
				f(x*s.C+o/fg*cg+c, (((kd*s.KH+kh)*s.KW+kw)*cg+c)*s.F+o, y*s.F+o)
			}
		}
	}
	for y := range s.pixels() {
		ow, oh, od, n := y%s.OW, y/s.OW%s.OH, y/s.OW/s.OH%s.OD, y/s.OW/s.OH/s.OD
		for kd := range s.KD {
			for kh := range s.KH {
				for kw := range s.KW {
					z, h, w := od*s.SD+kd*s.DD-s.PD, oh*s.SH+kh*s.DH-s.PH, ow*s.SW+kw*s.DW-s.PW
					if z >= 0 && z < s.D && h >= 0 && h < s.H && w >= 0 && w < s.W {
						cell(kd, kh, kw, ((n*s.D+z)*s.H+h)*s.W+w, y)
					}
				}
			}
		}
	}
}

// convCase fills in what a case leaves out: ones, and as many windows as fit
// with the paddings lo and hi.
func convCase(n, h, w, c, f, kh, kw, stride, dil, lo, hi, groups int) ConvShape {
	s := ConvShape{N: n, H: h, W: w, C: c, F: f, KH: kh, KW: kw, SH: stride, SW: stride,
		DH: dil, DW: dil, PH: lo, PW: lo, Groups: groups}
	s.OH = max(0, (h+lo+hi-s.spanH())/stride+1)
	s.OW = max(0, (w+lo+hi-s.spanW())/stride+1)
	return s
}

func convCases() []ConvShape {
	l := []ConvShape{
		//       n  h   w   c   f  kh kw  s  d lo hi  g
		convCase(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1),
		convCase(2, 5, 7, 1, 5, 3, 3, 1, 1, 0, 0, 1),
		convCase(2, 5, 7, 3, 32, 3, 3, 1, 1, 1, 1, 1),
		convCase(3, 9, 6, 4, 33, 2, 3, 2, 1, 0, 1, 1),
		convCase(1, 8, 8, 64, 64, 1, 1, 1, 1, 0, 0, 1),
		convCase(1, 9, 9, 17, 48, 1, 1, 2, 1, 0, 0, 1),
		convCase(2, 12, 11, 32, 40, 3, 3, 1, 1, 1, 1, 1),
		convCase(2, 12, 11, 9, 10, 5, 4, 1, 2, 4, 3, 1), // dilated
		convCase(2, 13, 11, 6, 7, 3, 3, 2, 2, 2, 2, 1),  // dilated and strided
		convCase(1, 13, 14, 6, 7, 3, 3, 3, 2, 1, 2, 1),
		convCase(1, 17, 14, 2, 3, 2, 2, 4, 1, 0, 0, 1), // stride beyond the kernel
		convCase(2, 3, 3, 5, 6, 5, 5, 1, 1, 2, 2, 1),   // kernel larger than the input
		convCase(2, 2, 3, 5, 6, 7, 7, 2, 1, 5, 5, 1),
		convCase(2, 1, 1, 3, 4, 3, 3, 1, 1, 3, 3, 1), // windows wholly in the padding
		convCase(5, 4, 4, 16, 24, 3, 3, 1, 1, 1, 1, 1),
		convCase(37, 3, 3, 8, 16, 2, 2, 1, 1, 0, 1, 1),
		convCase(33, 6, 5, 4, 9, 3, 3, 1, 1, 0, 0, 1),
		convCase(1, 40, 33, 5, 20, 3, 3, 1, 1, 1, 1, 1),
		convCase(1, 41, 33, 5, 20, 3, 5, 2, 1, 1, 2, 1),
		convCase(2, 7, 7, 130, 70, 3, 3, 1, 1, 1, 1, 1), // several blocks of depth
		convCase(1, 4, 4, 300, 100, 3, 3, 1, 1, 1, 1, 1),
		convCase(20, 2, 2, 40, 36, 1, 1, 1, 1, 0, 0, 1),
		convCase(3, 16, 15, 5, 70, 3, 3, 1, 1, 1, 1, 1), // enough pixels to pack the weights
		convCase(3, 16, 15, 4, 72, 3, 3, 1, 1, 1, 1, 2),
		convCase(3, 15, 16, 70, 36, 2, 2, 1, 1, 0, 1, 1),
		convCase(2, 8, 8, 8, 12, 3, 3, 1, 1, 1, 1, 4), // groups
		convCase(2, 8, 7, 6, 9, 3, 3, 2, 2, 1, 1, 3),
		convCase(1, 6, 6, 80, 160, 3, 3, 1, 1, 1, 1, 2),
		convCase(2, 8, 9, 2, 2, 3, 3, 1, 1, 1, 1, 2), // depthwise
		convCase(2, 9, 8, 40, 40, 3, 3, 1, 1, 1, 1, 40),
		convCase(1, 9, 8, 33, 33, 5, 3, 2, 1, 1, 2, 33),
		convCase(3, 9, 8, 19, 57, 3, 3, 1, 2, 2, 2, 19), // with a multiplier
		convCase(2, 9, 8, 12, 24, 3, 3, 2, 2, 2, 1, 12),
		convCase(2, 9, 8, 3, 60, 3, 3, 1, 1, 0, 0, 3),
		convCase(2, 7, 9, 64, 1, 3, 3, 1, 1, 1, 1, 1), // few results
		convCase(2, 7, 9, 37, 2, 3, 3, 2, 1, 1, 1, 1),
		convCase(1, 30, 9, 15, 1, 3, 3, 1, 1, 0, 0, 1),
		convCase(1, 9, 9, 3, 32, 3, 3, 1, 1, 1, 1, 1),
		convCase(1, 9, 9, 1, 70, 3, 3, 2, 1, 1, 1, 1),
		convCase(1, 9, 9, 2, 30, 2, 2, 3, 1, 0, 0, 1), // and a phase without taps
		convCase(1, 9, 9, 96, 3, 3, 3, 1, 1, 1, 1, 3),
		convCase(3, 10, 13, 32, 48, 3, 3, 1, 1, 1, 1, 1), // by Winograd's transforms
		convCase(2, 11, 8, 48, 16, 3, 3, 1, 1, 0, 0, 1),
		convCase(1, 6, 7, 16, 64, 3, 3, 1, 1, 2, 2, 1),
		convCase(19, 7, 6, 64, 32, 3, 3, 1, 1, 0, 2, 1),
		convCase(1, 7, 8, 32, 32, 3, 3, 1, 1, 3, 1, 1), // windows wholly in the padding
		convCase(1, 23, 22, 112, 64, 3, 3, 1, 1, 1, 1, 1),
		convCase(0, 9, 8, 32, 32, 3, 3, 1, 1, 0, 0, 1), // nothing
		convCase(0, 9, 8, 3, 6, 3, 3, 1, 1, 0, 0, 1),
		convCase(2, 2, 2, 3, 6, 3, 3, 1, 1, 0, 0, 1),
	}
	mixed := convCase(2, 11, 12, 5, 18, 3, 2, 1, 1, 0, 0, 1)
	mixed.SH, mixed.SW, mixed.DH, mixed.DW, mixed.PH, mixed.PW = 2, 1, 1, 3, 2, 1
	mixed.OH, mixed.OW = 6, 11
	l = append(l, mixed)
	mixed.SH, mixed.SW, mixed.OH, mixed.OW = 3, 2, 4, 6
	l = append(l, mixed)
	return append(l, volumeCases()...)
}

// volume gives a case d slices, windows of kd of them, and the stride, dilation
// and padding of the depth.
func volume(s ConvShape, d, kd, stride, dil, lo, hi int) ConvShape {
	s.D, s.KD, s.SD, s.DD, s.PD = d, kd, stride, dil, lo
	s.OD = max(0, (d+lo+hi-((kd-1)*dil+1))/stride+1)
	return s
}

// volumeCases are convolutions of volumes.
func volumeCases() []ConvShape {
	return []ConvShape{
		//                 n  h  w   c   f  kh kw s d lo hi g  d kd s d lo hi
		volume(convCase(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1), 3, 2, 1, 1, 0, 0),
		volume(convCase(2, 5, 6, 3, 8, 3, 3, 1, 1, 1, 1, 1), 4, 3, 1, 1, 1, 1),
		volume(convCase(2, 5, 6, 3, 8, 3, 3, 1, 1, 0, 0, 1), 4, 3, 1, 1, 0, 0),
		volume(convCase(2, 6, 7, 16, 20, 3, 2, 2, 1, 1, 0, 1), 5, 3, 2, 1, 1, 0),
		volume(convCase(1, 7, 6, 4, 33, 3, 3, 1, 2, 2, 2, 1), 7, 3, 1, 2, 2, 2),
		volume(convCase(2, 7, 8, 5, 6, 3, 3, 2, 2, 2, 1, 1), 9, 3, 3, 2, 2, 1),
		volume(convCase(1, 4, 4, 5, 6, 2, 2, 1, 1, 0, 0, 1), 7, 2, 4, 1, 0, 0), // slices that no window meets
		volume(convCase(2, 3, 3, 2, 3, 1, 1, 1, 1, 0, 0, 1), 4, 1, 1, 1, 0, 0),
		volume(convCase(2, 5, 5, 2, 3, 3, 3, 1, 1, 1, 1, 1), 4, 1, 2, 1, 0, 0), // planes left out
		volume(convCase(1, 6, 6, 16, 16, 3, 3, 1, 1, 1, 1, 1), 3, 1, 1, 1, 0, 0),
		volume(convCase(1, 6, 6, 16, 16, 3, 3, 1, 1, 1, 1, 1), 3, 1, 1, 1, 1, 1), // padding alone
		volume(convCase(1, 6, 6, 16, 16, 3, 3, 1, 1, 1, 1, 1), 4, 3, 1, 1, 1, 1),
		volume(convCase(1, 5, 4, 8, 12, 3, 3, 1, 1, 1, 1, 4), 4, 2, 1, 1, 0, 1),
		volume(convCase(2, 5, 4, 9, 9, 3, 3, 1, 1, 1, 1, 9), 4, 3, 1, 1, 1, 1),
		volume(convCase(1, 5, 4, 6, 12, 3, 3, 2, 1, 1, 1, 6), 5, 3, 2, 1, 1, 1),
		volume(convCase(1, 5, 6, 40, 1, 3, 3, 1, 1, 1, 1, 1), 4, 3, 1, 1, 1, 1),
		volume(convCase(1, 5, 6, 1, 40, 3, 3, 1, 1, 1, 1, 1), 4, 3, 1, 1, 1, 1),
		volume(convCase(1, 30, 31, 4, 20, 3, 3, 1, 1, 1, 1, 1), 5, 3, 1, 1, 1, 1), // several chunks of a slice
		volume(convCase(20, 4, 4, 8, 16, 3, 3, 1, 1, 1, 1, 1), 3, 3, 1, 1, 1, 1),  // several slices of a chunk
		volume(convCase(2, 3, 3, 3, 4, 2, 2, 1, 1, 0, 0, 1), 1, 3, 1, 1, 3, 3),    // windows wholly in the padding
		volume(convCase(0, 4, 4, 8, 16, 3, 3, 1, 1, 1, 1, 1), 3, 3, 1, 1, 1, 1),
	}
}

func (s ConvShape) String() string {
	if s.KD > 0 {
		v := s
		v.KD = 0
		return fmt.Sprintf("%d slices by %d stride %d dilation %d pad %d of %v", s.D, s.KD, s.SD, s.DD, s.PD, v)
	}
	return fmt.Sprintf("%dx%dx%dx%d-%d %dx%d stride %d,%d dilation %d,%d pad %d,%d groups %d",
		s.N, s.H, s.W, s.C, s.F, s.KH, s.KW, s.SH, s.SW, s.DH, s.DW, s.PH, s.PW, s.Groups)
}

func nans(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.NaN())
	}
	return x
}

// near checks got against a sum in float64 of terms whose absolute values add
// up to size: the error bound of a sum of products in any order.
func near(t *testing.T, what string, got []float32, want, size []float64) {
	t.Helper()
	for i, w := range want {
		if d := math.Abs(float64(got[i]) - w); !(d <= 2e-6*size[i]) {
			t.Fatalf("%s: element %d is %g, want %g", what, i, got[i], w)
		}
	}
}

// level sets all sizes to a quarter of the largest.
func level(size []float64) {
	if len(size) == 0 {
		return
	}
	top := slices.Max(size)
	for i := range size {
		size[i] = top / 4
	}
}

func TestConv(t *testing.T) {
	impltest.All(t, "conv", func(t *testing.T) {
		for i, s := range convCases() {
			t.Run(s.String(), func(t *testing.T) { checkConv(t, s, uint64(i)) })
		}
	})
}

func checkConv(t *testing.T, s ConvShape, seed uint64) {
	s = s.settled()
	r := rand.New(rand.NewPCG(seed, 7))
	nx, nw, ny := s.N*s.D*s.H*s.W*s.C, s.depth()*s.F, s.pixels()*s.F
	x, w, dy, bias := random(r, nx), random(r, nw), random(r, ny), random(r, s.F)
	y64, dx64, dw64 := make([]float64, ny), make([]float64, nx), make([]float64, nw)
	sy, sx, sw := make([]float64, ny), make([]float64, nx), make([]float64, nw)
	s.eachTap(func(ix, iw, iy int) {
		X, W, Y := float64(x[ix]), float64(w[iw]), float64(dy[iy])
		y64[iy] += X * W
		dx64[ix] += Y * W
		dw64[iw] += X * Y
		sy[iy] += math.Abs(X * W)
		sx[ix] += math.Abs(Y * W)
		sw[iw] += math.Abs(X * Y)
	})

	f, g, h := NewConvForward(s), NewConvInputGrad(s), NewConvWeightGrad(s)
	if f.wino != nil && f.wino.m > 2 {
		// The error of a square is relative to all that lies under it, so a
		// result in the corner of an image, with few terms, is off by as much.
		for _, size := range [][]float64{sy, sx, sw} {
			level(size)
		}
	}
	y, dx, dw := nans(ny), nans(nx), nans(nw)
	f.Bind(x, w, nil, y, nans(f.Scratch()), false, nil)()
	near(t, "y", y, y64, sy)
	g.Bind(dy, w, nil, dx, nans(g.Scratch()), false, nil)()
	near(t, "dx", dx, dx64, sx)
	db := nans(s.F)
	dwf := h.Bind(x, dy, dw, db, nans(h.Scratch()))
	dwf()
	near(t, "dw", dw, dw64, sw)
	db64, sb := make([]float64, s.F), make([]float64, s.F)
	for i, v := range dy {
		db64[i%s.F] += float64(v)
		sb[i%s.F] += math.Abs(float64(v))
	}
	near(t, "db", db, db64, sb)
	alone := nans(nw)
	h.Bind(x, dy, alone, nil, nans(h.Scratch()))()
	if !slices.Equal(alone, dw) {
		t.Fatal("dw differs when there is no db")
	}

	// Bias, ReLU and an activation.
	double := func(x []float32, _ int) {
		for i := range x {
			x[i] *= 2
		}
	}
	ybias := nans(ny)
	fwd := f.Bind(x, w, bias, ybias, nans(f.Scratch()), true, double)
	fwd()
	for i := range y64 {
		y64[i] = 2 * max(0, y64[i]+float64(bias[i%s.F]))
		sy[i] = 2 * (sy[i] + 1)
	}
	near(t, "fused y", ybias, y64, sy)
	xbias := nans(nx)
	bx := random(r, s.C)
	grad := g.Bind(dy, w, bx, xbias, nans(g.Scratch()), true, double)
	grad()
	for i := range dx64 {
		dx64[i] = 2 * max(0, dx64[i]+float64(bx[i%s.C]))
		sx[i] = 2 * (sx[i] + 1)
	}
	near(t, "fused dx", xbias, dx64, sx)

	// The same bits for one worker.
	par.SetWorkers(1)
	defer par.SetWorkers(0)
	y1, dx1, dw1, db1 := slices.Clone(ybias), slices.Clone(xbias), slices.Clone(dw), slices.Clone(db)
	fwd()
	grad()
	dwf()
	if !slices.Equal(y1, ybias) || !slices.Equal(dx1, xbias) || !slices.Equal(dw1, dw) || !slices.Equal(db1, db) {
		t.Fatal("one worker gives other bits than two")
	}
	if n := testing.AllocsPerRun(3, func() { fwd(); grad(); dwf() }); n > 0 {
		t.Fatalf("%v allocations per run", n)
	}
}

// A convolution that carries a NaN or an infinity keeps it.
func TestConvNaN(t *testing.T) {
	impltest.All(t, "conv", func(t *testing.T) {
		s := convCase(1, 5, 5, 3, 20, 3, 3, 1, 1, 1, 1, 1)
		x := make([]float32, 75)
		x[(2*5+2)*3] = float32(math.NaN())
		w := make([]float32, 9*3*20)
		for i := range w {
			w[i] = 1
		}
		y := make([]float32, 25*20)
		f := NewConvForward(s)
		f.Bind(x, w, nil, y, nans(f.Scratch()), true, nil)()
		for i, v := range y {
			row, col := i/20/5, i/20%5
			inside := row >= 1 && row <= 3 && col >= 1 && col <= 3
			if (v != v) != inside {
				t.Fatalf("pixel %d,%d is %g", row, col, v)
			}
		}
	})
}

// With transforms a NaN may spread over the squares that see it, no further,
// and nothing of it stays in the buffers.
func TestWinogradNaN(t *testing.T) {
	impltest.All(t, "conv", func(t *testing.T) {
		s := convCase(1, 17, 18, 16, 16, 3, 3, 1, 1, 1, 1, 1)
		r := rand.New(rand.NewPCG(5, 6))
		x, w := random(r, 17*18*16), random(r, 9*16*16)
		y := nans(s.pixels() * 16)
		f := NewConvForward(s)
		run := f.Bind(x, w, nil, y, nans(f.Scratch()), true, nil)
		run()
		clean := slices.Clone(y)
		at := (8*18+9)*16 + 3
		old := x[at]
		x[at] = float32(math.NaN())
		run()
		for i, v := range y {
			row, col := i/16/18, i/16%18
			sees := row >= 7 && row <= 9 && col >= 8 && col <= 10
			near := row >= 4 && row <= 11 && col >= 5 && col <= 12
			if sees && v == v || !near && v != clean[i] {
				t.Fatalf("pixel %d,%d is %g", row, col, v)
			}
		}
		x[at] = old
		run()
		if !slices.Equal(y, clean) {
			t.Fatal("a run after a NaN gives other bits")
		}
	})
}
