//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"github.com/antler-ml/antler/internal/kernel/impl"
)

var warpAVX2 = cpu.X86.HasAVX2

func init() { impl.Register("warp", "AVX2", &warpAVX2) }

func (p *warpPlan) bytes() *byte { return (*byte)(unsafe.Pointer(p)) }

// The functions below need at least one place.

func warpPlacesLine(p *warpPlan, r *WarpRow, inside bool) {
	if inside {
		warpPlacesInsideAVX2(p.bytes(), &r.at[0], &r.u[0], &r.v[0], len(r.at))
		return
	}
	warpPlacesLineAVX2(p.bytes(), &r.at[0], &r.u[0], &r.v[0], len(r.at))
}

func warpPlacesList(p *warpPlan, r *WarpRow, rows, columns []float64) {
	warpPlacesListAVX2(p.bytes(), &r.at[0], &r.u[0], &r.v[0], len(rows), &rows[0], &columns[0])
}

func warpNearestLine(p *warpPlan, r *WarpRow, inside bool) {
	if inside {
		warpNearestInsideAVX2(p.bytes(), &r.at[0], len(r.at))
		return
	}
	warpNearestLineAVX2(p.bytes(), &r.at[0], len(r.at))
}

func warpNearestList(p *warpPlan, r *WarpRow, rows, columns []float64) {
	warpNearestListAVX2(p.bytes(), &r.at[0], len(rows), &rows[0], &columns[0])
}

func warpWeights(r *WarpRow) { warpWeightsAVX2(&r.top[0], &r.bottom[0], &r.u[0], &r.v[0], len(r.at)) }

func warpLinearFloat(dst, src []float32, r *WarpRow, ch int) bool {
	n, row := len(r.at), r.w*ch
	switch ch {
	case 1:
		warpLinearFloat1AVX2(&dst[0], &src[0], &r.at[0], &r.u[0], &r.v[0], n, row)
	case 3:
		warpLinearFloat3AVX2(&dst[0], &src[0], &r.at[0], &r.u[0], &r.v[0], n, row)
	case 4:
		warpLinearFloat4AVX2(&dst[0], &src[0], &r.at[0], &r.u[0], &r.v[0], n, row)
	default:
		return false
	}
	return true
}

func warpLinearByte(dst, src []uint8, r *WarpRow, ch int) bool {
	n, row := len(r.at), r.w*ch
	switch ch {
	case 1:
		warpLinearByte1AVX2(&dst[0], &src[0], &r.at[0], &r.top[0], &r.bottom[0], n, row)
	case 3:
		warpLinearByte3AVX2(&dst[0], &src[0], &r.at[0], &r.top[0], &r.bottom[0], n, row)
	case 4:
		warpLinearByte4AVX2(&dst[0], &src[0], &r.at[0], &r.top[0], &r.bottom[0], n, row)
	default:
		return false
	}
	return true
}

// wide is the number of pixels that may be moved together with a few bytes of
// what follows them, here and in the picture.
func (r *WarpRow) wide() int {
	if r.last {
		return 0
	}
	return len(r.at) - 1
}

func warpPickFloat(dst, src []float32, r *WarpRow, ch int) bool {
	d, s := (*byte)(unsafe.Pointer(&dst[0])), (*byte)(unsafe.Pointer(&src[0]))
	switch ch {
	case 1:
		warpPick4AVX2(d, s, &r.at[0], len(r.at))
	case 3:
		warpPick12AVX2(d, s, &r.at[0], len(r.at), r.wide())
	case 4:
		warpPick16AVX2(d, s, &r.at[0], len(r.at))
	default:
		return false
	}
	return true
}

func warpPickByte(dst, src []uint8, r *WarpRow, ch int) bool {
	switch ch {
	case 1:
		warpPick1AVX2(&dst[0], &src[0], &r.at[0], len(r.at))
	case 3:
		warpPick3AVX2(&dst[0], &src[0], &r.at[0], len(r.at), r.wide())
	case 4:
		warpPick4AVX2(&dst[0], &src[0], &r.at[0], len(r.at))
	default:
		return false
	}
	return true
}

func warpFixedLine(f *warpFixed, r *WarpRow, inside bool) uint32 {
	p := (*byte)(unsafe.Pointer(f))
	if inside {
		return warpFixedInsideAVX2(p, &r.at[0], len(r.at))
	}
	return warpFixedAVX2(p, &r.at[0], len(r.at))
}

func warpPickOddFloat(dst, src []float32, r *WarpRow, early int) {
	warpPickOdd12AVX2((*byte)(unsafe.Pointer(&dst[0])), (*byte)(unsafe.Pointer(&src[0])), &r.at[0], len(r.at), early)
}

func warpPickOddByte(dst, src []uint8, r *WarpRow, early int) {
	warpPickOdd3AVX2(&dst[0], &src[0], &r.at[0], len(r.at), early)
}

// warpFloats takes a multiple of 32 bytes.
func warpFloats(dst []float32, src []uint8) { warpFloatsAVX2(&dst[0], &src[0], len(dst)) }
