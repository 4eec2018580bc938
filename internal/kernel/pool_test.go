package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/antler-ml/antler/internal/kernel/impltest"
	"github.com/antler-ml/antler/internal/par"
)

// The generator in _asm/pool reads the fields of poolRun at these offsets.
func TestPoolLayout(t *testing.T) {
	var x poolRun
	for _, f := range []struct {
		name      string
		got, want uintptr
	}{
		{"x", unsafe.Offsetof(x.x), 0},
		{"y", unsafe.Offsetof(x.y), 24},
		{"dx", unsafe.Offsetof(x.dx), 48},
		{"tab", unsafe.Offsetof(x.tab), 72},
		{"n", unsafe.Offsetof(x.n), 96},
		{"c", unsafe.Offsetof(x.c), 104},
		{"xstep", unsafe.Offsetof(x.xstep), 112},
		{"ystep", unsafe.Offsetof(x.ystep), 120},
		{"mask", unsafe.Offsetof(x.mask), 128},
		{"maskv", unsafe.Offsetof(x.maskv), 136},
		{"count", unsafe.Offsetof(x.count), 144},
	} {
		if f.got != f.want {
			t.Errorf("offset of poolRun.%s is %d, the assembly reads %d", f.name, f.got, f.want)
		}
	}
}

func poolCase(n, h, w, c, kh, kw, sh, sw, lo, hi int) PoolShape {
	s := PoolShape{N: n, H: h, W: w, C: c, KH: kh, KW: kw, SH: sh, SW: sw, PH: min(lo, kh-1), PW: min(lo, kw-1)}
	s.OH = max(0, (h+s.PH+min(hi, kh-1)-kh)/sh+1)
	s.OW = max(0, (w+s.PW+min(hi, kw-1)-kw)/sw+1)
	return s
}

// volumeCase is poolCase for volumes.
func volumeCase(n, d, h, w, c, kd, kh, kw, sd, sh, sw, lo, hi int) PoolShape {
	s := poolCase(n, h, w, c, kh, kw, sh, sw, lo, hi)
	s.D, s.KD, s.SD, s.PD = d, kd, sd, min(lo, kd-1)
	s.OD = max(0, (d+s.PD+min(hi, kd-1)-kd)/sd+1)
	return s
}

var poolCases = []PoolShape{
	//       n  h   w  c  kh kw sh sw lo hi
	poolCase(1, 1, 1, 1, 1, 1, 1, 1, 0, 0),
	poolCase(2, 4, 6, 16, 2, 2, 2, 2, 0, 0),
	poolCase(2, 5, 7, 33, 2, 2, 2, 2, 0, 0), // cells left over
	poolCase(9, 5, 7, 31, 2, 2, 2, 2, 0, 1),
	poolCase(2, 9, 8, 3, 3, 3, 2, 2, 1, 1), // overlapping
	poolCase(1, 9, 8, 70, 3, 2, 1, 1, 1, 0),
	poolCase(3, 9, 8, 24, 2, 3, 3, 5, 0, 0),   // gaps
	poolCase(2, 3, 3, 5, 5, 5, 1, 1, 2, 2),    // window larger than the input
	poolCase(2, 7, 7, 100, 7, 7, 1, 1, 0, 0),  // global
	poolCase(1, 20, 21, 1, 4, 4, 4, 3, 1, 2),  //
	poolCase(40, 4, 4, 9, 3, 3, 2, 2, 0, 1),   //
	poolCase(1, 33, 30, 17, 2, 2, 2, 2, 0, 0), // rows of one image
	poolCase(0, 4, 4, 9, 3, 3, 2, 2, 0, 1),
	poolCase(1, 17, 17, 2, 17, 17, 1, 1, 0, 0),
	//         n  d  h  w  c   k........ s........ lo hi
	volumeCase(2, 4, 4, 6, 16, 2, 2, 2, 2, 2, 2, 0, 0),
	volumeCase(1, 5, 3, 7, 9, 2, 2, 2, 2, 2, 2, 0, 0),  // cells left over
	volumeCase(2, 5, 4, 5, 3, 3, 2, 3, 2, 1, 2, 1, 1),  // overlapping
	volumeCase(1, 7, 5, 4, 20, 2, 1, 2, 3, 2, 2, 0, 0), // gaps
	volumeCase(9, 3, 3, 3, 2, 3, 3, 3, 1, 1, 1, 1, 1),  //
	volumeCase(1, 4, 1, 1, 40, 2, 1, 1, 2, 1, 1, 0, 0), // depth alone
}

func TestPool(t *testing.T) {
	impltest.All(t, "pool", func(t *testing.T) {
		for i, s := range poolCases {
			for _, nan := range []bool{false, true} {
				t.Run(fmt.Sprintf("%+v NaN %v", s, nan), func(t *testing.T) { checkPool(t, s, uint64(i), nan) })
			}
		}
	})
}

func checkPool(t *testing.T, s PoolShape, seed uint64, nan bool) {
	r := rand.New(rand.NewPCG(seed, 3))
	s = s.withDepth()
	nx, ny := s.N*s.D*s.H*s.W*s.C, s.N*s.OD*s.OH*s.OW*s.C
	x, dy := make([]float32, nx), random(r, ny)
	for i := range x {
		x[i] = float32(r.IntN(9) - 6) // many equal ones
		if nan && r.IntN(7) == 0 {
			x[i] = float32(math.NaN())
		}
		if r.IntN(40) == 0 {
			x[i] = float32(math.Inf(-1))
		}
	}
	wantMax, wantAvg, wantSum, wantPick := make([]float64, ny), make([]float64, ny), make([]float64, ny), make([]float64, ny)
	v := random(r, nx)
	wantEach, wantPickEach := make([]float64, nx), make([]float64, ny)
	wantDMax, wantDAvg, wantDReLU := make([]float64, nx), make([]float64, nx), make([]float64, nx)
	for iy := range ny {
		c, ow, oh, od, n := iy%s.C, iy/s.C%s.OW, iy/s.C/s.OW%s.OH, iy/s.C/s.OW/s.OH%s.OD, iy/s.C/s.OW/s.OH/s.OD
		best, sum, count := -1, 0.0, 0
		for pass := range 2 {
			for k := range s.KD * s.KH * s.KW {
				id, ih, iw := od*s.SD-s.PD+k/s.KW/s.KH, oh*s.SH-s.PH+k/s.KW%s.KH, ow*s.SW-s.PW+k%s.KW
				if id < 0 || id >= s.D || ih < 0 || ih >= s.H || iw < 0 || iw >= s.W {
					continue
				}
				ix := (((n*s.D+id)*s.H+ih)*s.W+iw)*s.C + c
				if pass == 1 {
					if x[ix] == x[best] {
						wantEach[ix] += float64(dy[iy])
						wantPickEach[iy] += float64(v[ix])
					}
					wantDAvg[ix] += float64(dy[iy]) / float64(count)
					continue
				}
				count++
				sum += float64(x[ix])
				if best < 0 || x[best] == x[best] && (x[ix] > x[best] || x[ix] != x[ix]) {
					best = ix
				}
			}
		}
		wantMax[iy], wantAvg[iy], wantSum[iy] = float64(x[best]), sum/float64(count), sum
		wantPick[iy] = float64(v[best])
		wantDMax[best] += float64(dy[iy])
	}
	for i, v := range x {
		if v > 0 {
			wantDReLU[i] = wantDMax[i]
		}
	}
	p := NewPool(s)
	got := [][]float32{nans(ny), nans(ny), nans(nx), nans(nx), nans(ny), nans(nx), nans(ny), nans(nx), nans(ny)}
	work := []func(){p.Max(x, got[0]), p.Avg(x, got[1]), p.MaxGrad(x, dy, got[2]), p.AvgGrad(dy, got[3]), p.Pick(x, v, got[4]), p.MaxGradReLU(x, dy, got[5]), p.Sum(x, got[6]),
		p.MaxGradEach(x, dy, got[7]), p.PickEach(x, v, got[8])}
	if p.Tiles() {
		for k, want := range [][]float64{wantDReLU, wantEach} {
			in := slices.Clone(x)
			[]func(){p.MaxGradReLU(in, dy, in), p.MaxGradEach(in, dy, in)}[k]()
			for i, w := range want {
				if math.Abs(float64(in[i])-w) > 1e-5*(1+math.Abs(w)) {
					t.Fatalf("in place, %d: element %d is %g, want %g", k, i, in[i], w)
				}
			}
		}
	}
	names := []string{"max", "average", "gradient of max", "gradient of average", "pick", "gradient of max of relu", "sum", "gradient of max to each", "pick each"}
	for k, want := range [][]float64{wantMax, wantAvg, wantDMax, wantDAvg, wantPick, wantDReLU, wantSum, wantEach, wantPickEach} {
		work[k]()
		for i, w := range want {
			g := float64(got[k][i])
			if same := g == w || g != g && w != w || math.Abs(g-w) <= 1e-5*(1+math.Abs(w)); !same {
				t.Fatalf("%s: element %d is %g, want %g", names[k], i, g, w)
			}
		}
		par.SetWorkers(1)
		old := slices.Clone(got[k])
		work[k]()
		par.SetWorkers(0)
		for i := range old {
			if math.Float32bits(old[i]) != math.Float32bits(got[k][i]) {
				t.Fatalf("%s: one worker gives other bits than two", names[k])
			}
		}
		if n := testing.AllocsPerRun(2, work[k]); n > 0 {
			t.Fatalf("%s: %v allocations per run", names[k], n)
		}
	}
}

func BenchmarkPool(b *testing.B) {
	for _, c := range []struct {
		name string
		s    PoolShape
	}{
		{"24x24x64_2x2_b128", poolCase(128, 24, 24, 64, 2, 2, 2, 2, 0, 0)},
		{"32x32x32_2x2_b64", poolCase(64, 32, 32, 32, 2, 2, 2, 2, 0, 0)},
		{"56x56x64_3x3s2_b8", poolCase(8, 56, 56, 64, 3, 3, 2, 2, 0, 1)},
		{"7x7x512_global_b32", poolCase(32, 7, 7, 512, 7, 7, 1, 1, 0, 0)},
		{"16x56x56x32_2x2x2_b4", volumeCase(4, 16, 56, 56, 32, 2, 2, 2, 2, 2, 2, 0, 0)},
	} {
		s := c.s
		p := NewPool(s)
		r := rand.New(rand.NewPCG(1, 2))
		x, y := random(r, s.N*p.s.cells()*s.C), random(r, s.N*p.s.windows()*s.C)
		dx := make([]float32, len(x))
		for _, w := range []struct {
			name   string
			floats int
			f      func()
		}{
			{"max", len(x) + len(y), p.Max(x, y)},
			{"maxgrad", 2*len(x) + len(y), p.MaxGrad(x, y, dx)},
			{"avg", len(x) + len(y), p.Avg(x, y)},
			{"avggrad", len(x) + len(y), p.AvgGrad(y, dx)},
		} {
			b.Run(c.name+"/"+w.name, func(b *testing.B) {
				b.SetBytes(int64(4 * w.floats))
				for b.Loop() {
					w.f()
				}
			})
		}
	}
}
