//go:build amd64 && !purego

package kernel

import (
	"golang.org/x/sys/cpu"

	"github.com/antler-ml/antler/internal/kernel/impl"
)

var totalAVX2 = cpu.X86.HasAVX2

func init() { impl.Register("total", "AVX2", &totalAVX2) }

func addTo(dst []float64, x []float32) {
	n := 0
	if totalAVX2 {
		if n = len(x) &^ 15; n > 0 {
			addToAVX2(&dst[0], &x[0], n)
		}
	}
	addToGo(dst[n:], x[n:])
}
