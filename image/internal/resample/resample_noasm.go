//go:build !amd64 || purego

package resample

const assembly = false

func (r *Rows) fast(dst, src []uint8) { r.row(dst, src[:r.in*r.channels]) }

func column(dst, src []uint8, stride int, weights []int32) { columnGo(dst, src, stride, weights) }
