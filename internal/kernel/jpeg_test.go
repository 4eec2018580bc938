package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

func jpegTable(r *rand.Rand, most int) *JPEGQuant {
	var t [64]uint16
	for i := range t {
		t[i] = uint16(1 + r.IntN(most))
	}
	q := new(JPEGQuant)
	q.Set(&t)
	return q
}

// jpegBlocks makes blocks of all kinds: DC only, sparse, dense, and numbers
// that no sound picture has.
func jpegBlocks(r *rand.Rand, n int) []int16 {
	b := make([]int16, 64*n)
	for i := range n {
		x := b[64*i:][:64]
		kind := r.IntN(6)
		if kind == 0 {
			continue
		}
		x[0] = int16(r.IntN(2048) - 1024)
		for range []int{0, 0, 1, 4, 30, 200}[kind] {
			x[r.IntN(64)] = int16(r.NormFloat64() * 30)
		}
		if kind == 5 {
			for k := range x {
				x[k] = int16(r.Uint32())
			}
		}
	}
	return b
}

// Every implementation has the bits of the plain Go code, for damaged data too.
func TestJPEGInverseIsGo(t *testing.T) {
	impltest.All(t, "jpeg", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for trial := range 3000 {
			n := 1 + r.IntN(9)
			q, b := jpegTable(r, []int{1, 4, 40, 65535}[r.IntN(4)]), jpegBlocks(r, n)
			for _, size := range []int{8, 4, 2, 1} {
				stride := size*(n+1) + r.IntN(20)
				got, want := make([]uint8, stride*size), make([]uint8, stride*size)
				JPEGInverse(got, stride, b, q, size)
				switch size {
				case 8:
					jpegInverse8Go(want, stride, b, q)
				case 4:
					jpegInverse4Go(want, stride, b, q)
				case 2:
					jpegInverse2Go(want, stride, b, q)
				default:
					continue
				}
				for y := range size {
					if g, w := got[y*stride:][:n*size], want[y*stride:][:n*size]; !slices.Equal(g, w) {
						t.Fatalf("trial %d, size %d, row %d of %d blocks:\n%v, want\n%v", trial, size, y, n, g, w)
					}
				}
			}
		}
	})
}

// A block of one DC coefficient is flat, and takes a path of its own: every
// value agrees with the same block beside one that is not flat.
func TestJPEGInverseFlat(t *testing.T) {
	impltest.All(t, "jpeg", func(t *testing.T) {
		q := new(JPEGQuant)
		q.Set(&[64]uint16{0: 1})
		b := make([]int16, 64*3)
		b[64+1] = 1 // its step is 0
		var got [8 * 32]uint8
		for dc := -1 << 15; dc < 1<<15; dc += 1 {
			b[0], b[64], b[128] = int16(dc), int16(dc), int16(dc)
			JPEGInverse(got[:], 32, b, q, 8)
			want := uint8(min(max((dc+4)>>3+128, 0), 255))
			for i := range 24 {
				if got[i] != want || got[7*32+i] != want {
					t.Fatalf("DC %d: sample %d is %d and %d, want %d", dc, i, got[i], got[7*32+i], want)
				}
			}
		}
	})
}

// The transform is the inverse cosine transform, to one level.
func TestJPEGInverseIsCosine(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		q, b := jpegTable(r, 20), make([]int16, 64)
		for range 12 {
			b[r.IntN(64)] = int16(r.IntN(21) - 10)
		}
		var got [8 * 16]uint8
		JPEGInverse(got[:], 16, b, q, 8)
		for y := range 8 {
			for x := range 8 {
				sum := 0.0
				for v := range 8 {
					for u := range 8 {
						c := float64(b[8*v+u]) * float64(q[16*v+u]) / 4
						if u == 0 {
							c /= math.Sqrt2
						}
						if v == 0 {
							c /= math.Sqrt2
						}
						sum += c * math.Cos(float64((2*x+1)*u)*math.Pi/16) * math.Cos(float64((2*y+1)*v)*math.Pi/16)
					}
				}
				want := min(max(sum+128, 0), 255)
				if d := float64(got[16*y+x]) - want; math.Abs(d) > 1 {
					t.Fatalf("sample %d, %d is %d, want %.2f", x, y, got[16*y+x], want)
				}
			}
		}
	}
}

func TestJPEGRowsAreGo(t *testing.T) {
	impltest.All(t, "jpeg", func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		random := func(n int) []uint8 {
			b := make([]uint8, n)
			for i := range b {
				b[i] = uint8(r.Uint32())
				if n%3 == 0 { // the ends matter
					b[i] = uint8(int8(b[i]) >> 7)
				}
			}
			return b
		}
		for n := 1; n < 200; n++ {
			a, b, c := random(n), random(n), random(n)
			got, want := make([]uint8, 3*n), make([]uint8, 3*n)
			YCCToRGB(got, a, b, c)
			yccToRGBGo(want, a, b, c)
			if !slices.Equal(got, want) {
				t.Fatalf("RGB of %d:\n%v, want\n%v", n, got, want)
			}
			if n == 1 {
				continue
			}
			JPEGWiden(got[:2*n], a)
			jpegWidenGo(want, a)
			if !slices.Equal(got[2:2*n-2], want[2:2*n-2]) {
				t.Fatalf("%d samples widened:\n%v, want\n%v", n, got, want)
			}
			JPEGWidenBlend(got[:2*n], a, b)
			jpegWidenBlendGo(want, a, b)
			if !slices.Equal(got[2:2*n-2], want[2:2*n-2]) {
				t.Fatalf("%d samples widened and blended:\n%v, want\n%v", n, got, want)
			}
		}
	})
}

// By hand: a quarter of the way to each neighbour, halves down and up in turn.
func TestJPEGWiden(t *testing.T) {
	got := make([]uint8, 6)
	JPEGWiden(got, []uint8{0, 100, 10})
	if want := []uint8{0, 25, 75, 78, 32, 10}; !slices.Equal(got, want) { // 77.5 up, 32.5 down
		t.Errorf("%v, want %v", got, want)
	}
	JPEGWidenBlend(got, []uint8{0, 100, 10}, []uint8{8, 100, 10})
	// Sums of four samples: 8, 400, 40.
	if want := []uint8{2, 26, 76, 77, 33, 10}; !slices.Equal(got, want) { // (424+7)/16, (1208+8)/16, (1240+7)/16, (520+8)/16
		t.Errorf("%v, want %v", got, want)
	}
	JPEGBlend(got[:3], []uint8{1, 100, 10}, []uint8{3, 101, 8}, 1)
	if want := []uint8{1, 100, 9}; !slices.Equal(got[:3], want) { // (6+1)/4, (401+1)/4, (38+1)/4
		t.Errorf("%v, want %v", got[:3], want)
	}
}

// RGB is the definition of JFIF, rounded to the nearest.
func TestYCCToRGB(t *testing.T) {
	impltest.All(t, "jpeg", func(t *testing.T) {
		const n = 256
		y, cb, cr, got := make([]uint8, n), make([]uint8, n), make([]uint8, n), make([]uint8, 3*n)
		for b := range 256 {
			for r := range 256 {
				for i := range n {
					y[i], cb[i], cr[i] = uint8(i), uint8(b), uint8(r)
				}
				YCCToRGB(got, y, cb, cr)
				fb, fr := float64(b)-128, float64(r)-128
				for i := range n {
					for c, d := range [3]float64{1.402 * fr, -0.344136*fb - 0.714136*fr, 1.772 * fb} {
						want := min(max(float64(i)+d, 0), 255)
						if math.Abs(float64(got[3*i+c])-want) > 0.503 { // 16 bits of the factors
							t.Fatalf("Y %d Cb %d Cr %d: channel %d is %d, want %.3f", i, b, r, c, got[3*i+c], want)
						}
					}
				}
			}
		}
	})
}

func BenchmarkJPEG(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	const n = 128
	q, blocks := jpegTable(r, 20), make([]int16, 64*n)
	for i := range blocks {
		if r.IntN(8) == 0 {
			blocks[i] = int16(r.NormFloat64() * 10)
		}
	}
	dst := make([]uint8, 8*8*(n+2))
	for _, size := range []int{8, 4, 2} {
		b.Run(fmt.Sprintf("inverse%d", size), func(b *testing.B) {
			b.SetBytes(n * 64)
			for b.Loop() {
				JPEGInverse(dst, size*(n+2), blocks, q, size)
			}
		})
	}
	row := make([]uint8, 3*1024)
	for name, f := range map[string]func(){
		"widen":      func() { JPEGWiden(row[:1024], dst[:512]) },
		"widenBlend": func() { JPEGWidenBlend(row[:1024], dst[:512], dst[512:]) },
		"rgb":        func() { YCCToRGB(row, dst[:1024], dst[1024:], dst[2048:]) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(1024)
			for b.Loop() {
				f()
			}
		})
	}
}
