package roofline

import (
	"fmt"
	"testing"

	"github.com/antler-ml/antler/internal/kernel"
)

// BenchmarkMemory reads and copies working sets that fit the first cache, the
// second, the third, and none. A copy counts what it reads and what it writes.
func BenchmarkMemory(b *testing.B) {
	for _, kib := range []int{16, 256, 8 << 10, 128 << 10} {
		n := kib << 10 / 4
		x, y := make([]float32, n/2), make([]float32, n/2)
		for i := range x { // fresh pages are all one page of zeros
			x[i], y[i] = 1, 2
		}
		b.Run(fmt.Sprintf("read/%dKiB", kib), func(b *testing.B) {
			b.SetBytes(int64(4 * n))
			for b.Loop() {
				kernel.Sum(x)
				kernel.Sum(y)
			}
		})
		b.Run(fmt.Sprintf("copy/%dKiB", kib), func(b *testing.B) {
			b.SetBytes(int64(4 * n))
			for b.Loop() {
				copy(x, y)
			}
		})
		b.Run(fmt.Sprintf("adam/%dKiB", kib), func(b *testing.B) {
			q := n / 4
			w, g, m, v := x[:q], x[q:2*q], y[:q], y[q:2*q]
			b.SetBytes(int64(7 * 4 * q)) // four are read, three of them written
			for b.Loop() {
				kernel.Adam(w, g, m, v, 1e-3, 0.9, 0.999, 1e-7)
			}
		})
	}
}
