//go:build amd64 && !purego

package resample

import (
	"golang.org/x/sys/cpu"

	"github.com/antler-ml/antler/internal/kernel/impl"
)

var assembly = cpu.X86.HasAVX2

func init() { impl.Register("resample", "AVX2", &assembly) }

// fast is row for one row that has slack behind it.
func (r *Rows) fast(dst, src []uint8) {
	n := len(r.lo)
	switch r.channels {
	case 1:
		rowGreyAVX2(&dst[0], &src[0], &r.first[0], &r.parts[0], r.groups, n)
	case 3:
		row3AVX2(&dst[0], &src[0], &r.first[0], &r.parts[0], r.groups, n)
	default:
		row4AVX2(&dst[0], &src[0], &r.first[0], &r.parts[0], r.groups, n)
	}
}

func column(dst, src []uint8, stride int, weights []int32) {
	if n := len(dst); n >= 32 && assembly {
		columnAVX2(&dst[0], &src[0], stride, &weights[0], len(weights), n)
		return
	}
	columnGo(dst, src, stride, weights)
}
