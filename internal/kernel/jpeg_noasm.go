//go:build !amd64 || purego

package kernel

func jpegInverse8(dst []uint8, stride int, coefs []int16, q *JPEGQuant) {
	jpegInverse8Go(dst, stride, coefs, q)
}

func jpegInverse4(dst []uint8, stride int, coefs []int16, q *JPEGQuant) {
	jpegInverse4Go(dst, stride, coefs, q)
}

func jpegInverse2(dst []uint8, stride int, coefs []int16, q *JPEGQuant) {
	jpegInverse2Go(dst, stride, coefs, q)
}

func jpegWiden(dst, src []uint8)            { jpegWidenGo(dst, src) }
func jpegWidenBlend(dst, near, far []uint8) { jpegWidenBlendGo(dst, near, far) }
func yccToRGB(dst, y, cb, cr []uint8)       { yccToRGBGo(dst, y, cb, cr) }

func jpegCoefs(r *JPEGBits, block *[64]int16, look *[1 << JPEGLook]uint32, zigzag *[256]uint8, k int) int {
	return jpegCoefsGo(r, block, look, zigzag, k)
}
