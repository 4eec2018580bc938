package resample

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// table makes weights as resizing has them: neighbouring windows, sums near 1.
func table(r *rand.Rand, in, out, size int) (lo, n []int, w []int32) {
	w = make([]int32, out*size)
	for i := range out {
		k := 1 + r.IntN(min(size, in))
		first := r.IntN(in - k + 1)
		if i == out-1 {
			first = in - k
		}
		lo, n = append(lo, first), append(n, k)
		left := int32(1 << Precision)
		for j := range k {
			v := left
			if j < k-1 {
				v = int32(r.IntN(1<<Precision)) - 1<<(Precision-2)
			}
			left -= v
			w[i*size+j] = v
			if k > 4 { // keep sums within 32 bits
				w[i*size+j] = int32(r.IntN(1<<Precision)/k) - 1<<10
			}
		}
	}
	return lo, n, w
}

func bytes(r *rand.Rand, n int) []uint8 {
	b := make([]uint8, n)
	for i := range b {
		b[i] = uint8(r.Uint32())
		if n%3 == 0 {
			b[i] |= uint8(int8(b[i]) >> 7)
		}
	}
	return b
}

// Every implementation has the sums of the definition.
func TestSums(t *testing.T) {
	impltest.All(t, "resample", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		for range 600 {
			c, in, out, rows := 1+r.IntN(5), 1+r.IntN(70), 1+r.IntN(40), 1+r.IntN(3)
			size := 1 + r.IntN(20)
			lo, n, w := table(r, in, out, size)
			src := bytes(r, rows*in*c)
			dst := make([]uint8, rows*out*c)
			var p Rows
			p.Set(lo, n, w, size, in, c)
			p.Do(dst, src)
			for i, got := range dst {
				y, x, k := i/(out*c), i/c%out, i%c
				sum := int32(half)
				for j := range n[x] {
					sum += int32(src[(y*in+lo[x]+j)*c+k]) * w[x*size+j]
				}
				if want := clamp(sum); got != want {
					t.Fatalf("%d channels, %d to %d: sample %d is %d, want %d", c, in, out, i, got, want)
				}
			}
			width, taps := 1+r.IntN(150), 1+r.IntN(9)
			_, _, k := table(r, 20, 1, taps)
			col, stride := bytes(r, (taps+1)*(width+3)), width+r.IntN(3)
			got, want := make([]uint8, width), make([]uint8, width)
			Column(got, col, stride, k)
			columnGo(want, col, stride, k)
			if !slices.Equal(got, want) {
				t.Fatalf("%d columns: %v, want %v", width, got, want)
			}
		}
	})
}

// By hand: halves and quarters of 8 and 16, and a sum beyond 255.
func TestByHand(t *testing.T) {
	const one = 1 << Precision
	var p Rows
	p.Set([]int{0, 1}, []int{2, 2}, []int32{one / 2, one / 2, one / 4, 3 * one / 4}, 2, 3, 1)
	got := make([]uint8, 2)
	p.Do(got, []uint8{8, 16, 100})
	if !slices.Equal(got, []uint8{12, 79}) {
		t.Error(got)
	}
	Column(got, []uint8{8, 200, 16, 100}, 2, []int32{one / 2, 2 * one})
	if !slices.Equal(got, []uint8{36, 255}) {
		t.Error(got)
	}
}

func Benchmark(b *testing.B) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []int{1, 3, 4} {
		lo, n, w := make([]int, 224), make([]int, 224), make([]int32, 224*11)
		for i := range lo {
			lo[i], n[i] = max(i*1024/224-5, 0), 10
		}
		src, dst := bytes(r, 1024*c*8), make([]uint8, 224*c*8)
		var p Rows
		p.Set(lo, n, w, 11, 1024, c)
		b.Run(fmt.Sprintf("rows1024to224/%d", c), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				p.Do(dst, src)
			}
		})
	}
	src, dst := bytes(r, 672*8), make([]uint8, 672)
	b.Run("column672of7", func(b *testing.B) {
		b.SetBytes(7 * 672)
		for b.Loop() {
			Column(dst, src, 672, make([]int32, 7))
		}
	})
}
