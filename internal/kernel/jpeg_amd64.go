//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"github.com/antler-ml/antler/internal/kernel/impl"
)

var jpegAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasBMI2

func init() { impl.Register("jpeg", "AVX2", &jpegAVX2) }

func jpegInverse8(dst []uint8, stride int, coefs []int16, q *JPEGQuant) {
	if jpegAVX2 {
		jpegInverse8AVX2(&dst[0], stride, &coefs[0], &q[0], len(coefs)/64)
		return
	}
	jpegInverse8Go(dst, stride, coefs, q)
}

func jpegInverse4(dst []uint8, stride int, coefs []int16, q *JPEGQuant) {
	if jpegAVX2 {
		jpegInverse4AVX2(&dst[0], stride, &coefs[0], &q[0], len(coefs)/64)
		return
	}
	jpegInverse4Go(dst, stride, coefs, q)
}

func jpegInverse2(dst []uint8, stride int, coefs []int16, q *JPEGQuant) {
	if jpegAVX2 {
		jpegInverse2AVX2(&dst[0], stride, &coefs[0], &q[0], len(coefs)/64)
		return
	}
	jpegInverse2Go(dst, stride, coefs, q)
}

func jpegWiden(dst, src []uint8) {
	if n := len(src) - 2; n >= 16 && jpegAVX2 {
		jpegWidenAVX2(&dst[2], &src[1], n)
		return
	}
	jpegWidenGo(dst, src)
}

func jpegWidenBlend(dst, near, far []uint8) {
	if n := len(near) - 2; n >= 16 && jpegAVX2 {
		jpegWidenBlendAVX2(&dst[2], &near[1], &far[1], n)
		return
	}
	jpegWidenBlendGo(dst, near, far)
}

func yccToRGB(dst, y, cb, cr []uint8) {
	if len(y) >= 32 && jpegAVX2 {
		yccToRGBAVX2(&dst[0], &y[0], &cb[0], &cr[0], len(y))
		return
	}
	yccToRGBGo(dst, y, cb, cr)
}

func jpegCoefs(r *JPEGBits, block *[64]int16, look *[1 << JPEGLook]uint32, zigzag *[256]uint8, k int) int {
	if jpegAVX2 {
		return jpegCoefsBMI2((*byte)(unsafe.Pointer(r)), &block[0], &look[0], &zigzag[0], k)
	}
	return jpegCoefsGo(r, block, look, zigzag, k)
}
