package kernel

//go:generate go run -C _asm ./jpeg -out ../jpeg_amd64.s -stubs ../jpeg_stubs_amd64.go -pkg kernel

// The arithmetic of JPEG pictures, with the bits of libjpeg-turbo: the accurate
// integer inverse cosine transform ("islow"), interpolated ("fancy") upsampling
// of chroma, and YCbCr to RGB. All are exact integers, so the assembly and the
// plain Go code agree for every input, damaged ones too.

// A JPEGQuant is a quantisation table in the order of rows, each row twice: the
// assembly transforms two blocks side by side.
type JPEGQuant [128]int16

// Set fills q from one table in the order of rows.
func (q *JPEGQuant) Set(table *[64]uint16) {
	for i, v := range table {
		at := i + i&^7 // eight numbers of a row, then their copy
		q[at], q[at+8] = int16(v), int16(v)
	}
}

// JPEGInverse transforms the blocks of a row, 64 coefficients each in the
// order of rows, to samples: block i becomes size×size of them at
// dst[i·size:], in rows that are stride apart. The sizes are 8, and 4, 2 and 1
// for pictures scaled down.
//
// dst must have room for an even number of blocks, and the samples of the
// block after an odd number are spoilt.
func JPEGInverse(dst []uint8, stride int, coefs []int16, q *JPEGQuant, size int) {
	n := len(coefs) / 64
	if n == 0 {
		return
	}
	_ = dst[(size-1)*stride+(n+n&1)*size-1]
	switch size {
	case 8:
		jpegInverse8(dst, stride, coefs[:n*64], q)
	case 4:
		jpegInverse4(dst, stride, coefs[:n*64], q)
	case 2:
		jpegInverse2(dst, stride, coefs[:n*64], q)
	default:
		for i := range n {
			dc := int32(int16(int32(coefs[64*i]) * int32(q[0])))
			dst[i] = sample8((dc + 4) >> 3)
		}
	}
}

// JPEGWiden doubles a row of chroma: each sample becomes two, a quarter of the
// way towards its neighbours. dst has 2·len(src) samples, src at least one.
func JPEGWiden(dst, src []uint8) {
	n := len(src)
	dst = dst[:2*n]
	dst[0], dst[2*n-1] = src[0], src[n-1]
	if n == 1 {
		return
	}
	dst[1] = uint8((3*uint32(src[0]) + uint32(src[1]) + 2) >> 2)
	dst[2*n-2] = uint8((3*uint32(src[n-1]) + uint32(src[n-2]) + 1) >> 2)
	jpegWiden(dst, src)
}

// JPEGWidenBlend is [JPEGWiden] of the row that lies a quarter of the way from
// near to far.
func JPEGWidenBlend(dst, near, far []uint8) {
	n := len(near)
	dst, far = dst[:2*n], far[:n]
	sum := func(i int) uint32 { return 3*uint32(near[i]) + uint32(far[i]) }
	dst[0], dst[2*n-1] = uint8((4*sum(0)+8)>>4), uint8((4*sum(n-1)+7)>>4)
	if n == 1 {
		return
	}
	dst[1] = uint8((3*sum(0) + sum(1) + 7) >> 4)
	dst[2*n-2] = uint8((3*sum(n-1) + sum(n-2) + 8) >> 4)
	jpegWidenBlend(dst, near, far)
}

// JPEGBlend sets dst to the row a quarter of the way from near to far. bias is
// 1 in rows above near's centre and 2 below: halves round up and down in turn.
func JPEGBlend(dst, near, far []uint8, bias int) {
	near, far = near[:len(dst)], far[:len(dst)]
	for i := range dst {
		dst[i] = uint8((3*uint32(near[i]) + uint32(far[i]) + uint32(bias)) >> 2)
	}
}

// YCCToRGB converts a row of len(y) samples; dst has three times as many.
func YCCToRGB(dst, y, cb, cr []uint8) {
	n := len(y)
	yccToRGB(dst[:3*n], y, cb[:n], cr[:n])
}
