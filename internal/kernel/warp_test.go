package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

func TestWarpLayout(t *testing.T) {
	var p warpPlan
	for i, got := range []uintptr{unsafe.Offsetof(p.line), unsafe.Offsetof(p.rMax), unsafe.Offsetof(p.cMax), unsafe.Offsetof(p.x),
		unsafe.Offsetof(p.rLast), unsafe.Offsetof(p.cLast), unsafe.Offsetof(p.w)} {
		if want := []uintptr{0, 32, 40, 48, 56, 60, 64}[i]; got != want {
			t.Errorf("field %d is at %d, the assembly reads it at %d", i, got, want)
		}
	}
}

func TestWarpFixedLayout(t *testing.T) {
	var f warpFixed
	for i, got := range []uintptr{unsafe.Offsetof(f.r), unsafe.Offsetof(f.c), unsafe.Offsetof(f.rStep), unsafe.Offsetof(f.cStep),
		unsafe.Offsetof(f.w), unsafe.Offsetof(f.times), unsafe.Offsetof(f.rMax), unsafe.Offsetof(f.cMax)} {
		if want := []uintptr{0, 64, 128, 136, 144, 148, 152, 156}[i]; got != want {
			t.Errorf("field %d is at %d, the assembly reads it at %d", i, got, want)
		}
	}
}

// Places near the edge between two pixels, and long lines: whole numbers must
// not choose another pixel than exact numbers.
func TestPickLineNearEdges(t *testing.T) {
	impltest.All(t, "warp", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		var row WarpRow
		const h, w, n = 301, 2203, 2048
		src := make([]float32, 3*h*w)
		for i := range src {
			src[i] = float32(i / 3)
		}
		got, want := make([]float32, 3*n), make([]float32, 3*n)
		for range 300 {
			near := func(v float64) float64 { return math.Round(v*64)/64 + math.Ldexp(r.NormFloat64(), -r.IntN(60)) }
			line := WarpLine{near(h * r.Float64()), near(0.2 * (r.Float64() - 0.5)), near(w * r.Float64()), near(2 * (r.Float64() - 0.5))}
			x := r.IntN(3000)
			row.NearestLine(line, x, n, h, w)
			row.PickFloat32(want, src, 3)
			row.PickLineFloat32(got, src, 3, line, x, n, h, w)
			if !slices.Equal(got, want) {
				t.Fatalf("%+v from %d: other pixels", line, x)
			}
		}
	})
}

// warpBytes are pseudo-random bytes in memory that ends with them, with a guard
// behind that must not change.
func warpBytes(n int) []uint8 {
	s := make([]uint8, n)
	v := uint32(n)
	for i := range s {
		v = v*1664525 + 1013904223
		s[i] = uint8(v >> 24)
	}
	return s
}

// The slow way: four pixels weighted in float64.
func warpWant(src func(i int) float64, h, w, ch, k int, r, c float64) float64 {
	r, c = min(max(r, 0), float64(h-1)), min(max(c, 0), float64(w-1))
	ri, ci := int(r), int(c)
	v, u := r-float64(ri), c-float64(ci)
	p := func(y, x int) float64 { return src((min(y, h-1)*w+min(x, w-1))*ch + k) }
	return (1-v)*((1-u)*p(ri, ci)+u*p(ri, ci+1)) + v*((1-u)*p(ri+1, ci)+u*p(ri+1, ci+1))
}

func TestWarpRow(t *testing.T) {
	lines := []WarpLine{
		{0.3, 0.02, -2.5, 0.97}, {3, 0, 0, 1}, {2, -0.4, 8, -1.1}, {-50, 13, 70, -9}, {1.5, 1e-9, 2.5, 0.5}, {0, 1, 0, 1}, {1e12, -1e11, -1e12, 1e11},
	}
	impltest.All(t, "warp", func(t *testing.T) {
		var row WarpRow
		for _, size := range [][2]int{{1, 1}, {1, 5}, {4, 1}, {2, 2}, {2, 3}, {7, 9}, {5, 40}} {
			h, w := size[0], size[1]
			for _, ch := range []int{1, 2, 3, 4, 5} {
				bytes := warpBytes(h * w * ch)
				floats := make([]float32, len(bytes))
				for i, b := range bytes {
					floats[i] = float32(b)*1.25 - 17
				}
				for _, line := range lines {
					for _, n := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 41} {
						for _, x := range []int{0, 3} {
							name := fmt.Sprintf("%d×%d×%d, %+v, %d places from %d", h, w, ch, line, n, x)
							rows, columns := make([]float64, n), make([]float64, n)
							for i := range n {
								rows[i], columns[i] = line.R+float64(float64(x+i)*line.RStep), line.C+float64(float64(x+i)*line.CStep)
							}
							df, db := make([]float32, n*ch+1), make([]uint8, n*ch+1)
							df[n*ch], db[n*ch] = 42, 42
							row.Line(line, x, n, h, w)
							row.LinearFloat32(df[:n*ch], floats, ch)
							row.LinearUint8(db[:n*ch], bytes, ch)
							for i := range n {
								for k := range ch {
									if want := warpWant(func(i int) float64 { return float64(floats[i]) }, h, w, ch, k, rows[i], columns[i]); math.Abs(float64(df[i*ch+k])-want) > 1e-4 {
										t.Fatalf("%s: pixel %d: %v, want %v", name, i, df[i*ch+k], want)
									}
									if want := warpWant(func(i int) float64 { return float64(bytes[i]) }, h, w, ch, k, rows[i], columns[i]); math.Abs(float64(db[i*ch+k])-want) > 0.53 {
										t.Fatalf("%s: pixel %d: %v, want %v", name, i, db[i*ch+k], want)
									}
								}
							}
							again := make([]float32, n*ch+1)
							again[n*ch] = 42
							row.List(rows, columns, h, w)
							row.LinearFloat32(again[:n*ch], floats, ch)
							if !slices.Equal(again, df) {
								t.Fatalf("%s: List gives other pixels than Line", name)
							}
							row.NearestLine(line, x, n, h, w)
							row.PickFloat32(df[:n*ch], floats, ch)
							row.PickUint8(db[:n*ch], bytes, ch)
							row.NearestList(rows, columns, h, w)
							row.PickFloat32(again[:n*ch], floats, ch)
							if !slices.Equal(again, df) {
								t.Fatalf("%s: NearestList gives other pixels than NearestLine", name)
							}
							againBytes := make([]uint8, n*ch+1)
							again[n*ch], againBytes[n*ch] = 42, 42
							clear(again[:n*ch])
							row.PickLineFloat32(again[:n*ch], floats, ch, line, x, n, h, w)
							row.PickLineUint8(againBytes[:n*ch], bytes, ch, line, x, n, h, w)
							if !slices.Equal(again, df) || !slices.Equal(againBytes, db) {
								t.Fatalf("%s: PickLine gives other pixels than NearestLine and Pick", name)
							}
							for i := range n {
								ri := int(math.Floor(min(max(rows[i], 0), float64(h-1)) + 0.5))
								ci := int(math.Floor(min(max(columns[i], 0), float64(w-1)) + 0.5))
								for k := range ch {
									at := (ri*w+ci)*ch + k
									if df[i*ch+k] != floats[at] || db[i*ch+k] != bytes[at] {
										t.Fatalf("%s: pixel %d is not the nearest", name, i)
									}
								}
							}
							if df[n*ch] != 42 || db[n*ch] != 42 {
								t.Fatalf("%s: wrote beyond the row", name)
							}
						}
					}
				}
			}
		}
	})
}

// Every implementation has the same bits.
func TestWarpSameBits(t *testing.T) {
	var want []float32
	var wantBytes []uint8
	impltest.All(t, "warp", func(t *testing.T) {
		var row WarpRow
		var got []float32
		var gotBytes []uint8
		for _, ch := range []int{1, 2, 3, 4} {
			const h, w, n = 50, 61, 300
			src := normNumbers(h*w*ch, 7)
			bytes := warpBytes(h * w * ch)
			dst, db := make([]float32, n*ch), make([]uint8, n*ch)
			for y := range 60 {
				row.Line(WarpLine{-3.7 + 0.91*float64(y), 0.313, 70.1 - 0.2*float64(y), -0.37}, 0, n, h, w)
				row.LinearFloat32(dst, src, ch)
				row.LinearUint8(db, bytes, ch)
				got, gotBytes = append(got, dst...), append(gotBytes, db...)
			}
		}
		if want == nil {
			want, wantBytes = got, gotBytes
		}
		if !slices.Equal(got, want) || !slices.Equal(gotBytes, wantBytes) {
			t.Error("other bits")
		}
	})
	// Not a number counts as the edge.
	impltest.All(t, "warp", func(t *testing.T) {
		var row WarpRow
		nan := math.NaN()
		row.List([]float64{nan, nan, 1, 1, nan}, []float64{0, 1, nan, 0, nan}, 2, 2)
		dst := make([]float32, 5)
		row.LinearFloat32(dst, []float32{1, 2, 3, 4}, 1)
		if !slices.Equal(dst, []float32{1, 2, 3, 3, 1}) {
			t.Error(dst)
		}
	})
}

func TestBytesToFloats(t *testing.T) {
	impltest.All(t, "warp", func(t *testing.T) {
		for _, n := range []int{0, 1, 31, 32, 33, 64, 100} {
			src, dst := warpBytes(n), make([]float32, n+1)
			dst[n] = -1
			BytesToFloats(dst, src)
			for i, b := range src {
				if dst[i] != float32(b) {
					t.Fatalf("%d bytes: number %d is %v, want %d", n, i, dst[i], b)
				}
			}
			if dst[n] != -1 {
				t.Fatalf("%d bytes: one number too many is written", n)
			}
		}
	})
}

func BenchmarkWarp(b *testing.B) {
	const h, w = 224, 224
	for _, ch := range []int{1, 3, 4} {
		floats, bytes := normNumbers(h*w*ch, 1), warpBytes(h*w*ch)
		df, db := make([]float32, w*ch), make([]uint8, w*ch)
		var row WarpRow
		line := func(y int) WarpLine {
			return WarpLine{-20 + 0.95*float64(y), 0.3, 45 - 0.3*float64(y), 0.95}
		}
		for name, f := range map[string]func(){
			"float/linear": func() { row.LinearFloat32(df, floats, ch) },
			"byte/linear":  func() { row.LinearUint8(db, bytes, ch) },
			"places":       func() {},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, ch), func(b *testing.B) {
				for b.Loop() {
					for y := range h {
						row.Line(line(y), 0, w, h, w)
						f()
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
			})
		}
		for name, f := range map[string]func(){
			"float/nearest": func() { row.PickFloat32(df, floats, ch) },
			"byte/nearest":  func() { row.PickUint8(db, bytes, ch) },
			"nearest":       func() {},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, ch), func(b *testing.B) {
				for b.Loop() {
					for y := range h {
						row.NearestLine(line(y), 0, w, h, w)
						f()
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
			})
		}
		for name, f := range map[string]func(y int){
			"float/nearest_line": func(y int) { row.PickLineFloat32(df, floats, ch, line(y), 0, w, h, w) },
			"byte/nearest_line":  func(y int) { row.PickLineUint8(db, bytes, ch, line(y), 0, w, h, w) },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, ch), func(b *testing.B) {
				for b.Loop() {
					for y := range h {
						f(y)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}
