package kernel

// sample8 moves a sample to its place around 128 and keeps it in a byte.
func sample8(v int32) uint8 {
	v += 128
	if uint32(v) > 255 {
		return ^uint8(v >> 31)
	}
	return uint8(v)
}

func saturate16(v int32) int32 { return min(max(v, -1<<15), 1<<15-1) }

// The constants of the transform with 13 fractional bits: sums and differences
// of the cosines of Loeffler, Ligtenberg and Moschytz (1989), so that each
// rotation is two products.
const (
	f0541         = 4433
	f0541p0765    = 4433 + 6270
	f0541m1847    = 4433 - 15137
	f1175         = 9633
	f1175m1961    = 9633 - 16069
	f1175m0390    = 9633 - 3196
	f0298m0899    = 2446 - 7373
	f0899         = 7373
	f2053m2562    = 16819 - 20995
	f2562         = 20995
	f3072m2562    = 25172 - 20995
	f1501m0899    = 12299 - 7373
	fractionBits  = 13
	firstPassBits = 2 // that are kept between the passes
)

// line8 is the transform of eight numbers, before rounding. Sums of two inputs
// wrap at 16 bits, as they do in vector registers; no sound picture has such.
func line8(x *[8]int32) [8]int32 {
	even2 := x[2]*f0541 + x[6]*f0541m1847
	even3 := x[2]*f0541p0765 + x[6]*f0541
	even0 := int32(int16(x[0]+x[4])) << fractionBits
	even1 := int32(int16(x[0]-x[4])) << fractionBits
	a, b, c, d := even0+even3, even1+even2, even1-even2, even0-even3

	z3, z4 := int32(int16(x[7]+x[3])), int32(int16(x[5]+x[1]))
	y3, y4 := z3*f1175m1961+z4*f1175, z3*f1175+z4*f1175m0390
	odd0 := x[7]*f0298m0899 - x[1]*f0899 + y3
	odd1 := x[5]*f2053m2562 - x[3]*f2562 + y4
	odd2 := -x[5]*f2562 + x[3]*f3072m2562 + y3
	odd3 := -x[7]*f0899 + x[1]*f1501m0899 + y4
	return [8]int32{a + odd3, b + odd2, c + odd1, d + odd0, d - odd0, c - odd1, b - odd2, a - odd3}
}

func jpegInverse8Go(dst []uint8, stride int, coefs []int16, q *JPEGQuant) {
	var work [64]int32
	for i := 0; i < len(coefs); i += 64 {
		b := (*[64]int16)(coefs[i:])
		for c := range 8 {
			var x [8]int32
			x[0] = int32(b[c] * q[c])
			if b[8+c]|b[16+c]|b[24+c]|b[32+c]|b[40+c]|b[48+c]|b[56+c] == 0 {
				v := saturate16(x[0] << firstPassBits)
				for r := range 8 {
					work[8*r+c] = v
				}
				continue
			}
			for r := 1; r < 8; r++ {
				x[r] = int32(b[8*r+c] * q[16*r+c])
			}
			for r, v := range line8(&x) {
				work[8*r+c] = saturate16((v + 1<<(fractionBits-firstPassBits-1)) >> (fractionBits - firstPassBits))
			}
		}
		for r := range 8 {
			out := dst[r*stride+i/8:][:8]
			for c, v := range line8((*[8]int32)(work[8*r:])) {
				out[c] = sample8((v + 1<<(fractionBits+firstPassBits+2)) >> (fractionBits + firstPassBits + 3))
			}
		}
	}
}

// Constants of the transforms to 4 and 2 samples.
const (
	f0211  = 1730
	f0509  = 4176
	f0601  = 4926
	f0720  = 5906
	f0765  = 6270
	f0850  = 6967
	f0899r = 7373
	f1061  = 8697
	f1272  = 10426
	f1451  = 11893
	f1847  = 15137
	f2172  = 17799
	f3624  = 29692
)

// line4 makes four numbers of eight, of which the fifth does not count.
func line4(x *[8]int32) [4]int32 {
	dc := x[0] << (fractionBits + 1)
	even := x[2]*f1847 - x[6]*f0765
	a, b := dc+even, dc-even
	odd0 := -x[7]*f0211 + x[5]*f1451 - x[3]*f2172 + x[1]*f1061
	odd2 := -x[7]*f0509 - x[5]*f0601 + x[3]*f0899r + x[1]*f2562
	return [4]int32{a + odd2, b + odd0, b - odd0, a - odd2}
}

func jpegInverse4Go(dst []uint8, stride int, coefs []int16, q *JPEGQuant) {
	var work [4][8]int32
	for i := 0; i < len(coefs); i += 64 {
		b := (*[64]int16)(coefs[i:])
		for c := range 8 {
			if c == 4 {
				continue
			}
			var x [8]int32
			for r := range 8 {
				x[r] = int32(b[8*r+c] * q[16*r+c])
			}
			for r, v := range line4(&x) {
				work[r][c] = saturate16((v + 1<<(fractionBits-firstPassBits)) >> (fractionBits - firstPassBits + 1))
			}
		}
		for r := range 4 {
			out := dst[r*stride+i/16:][:4]
			for c, v := range line4(&work[r]) {
				out[c] = sample8((v + 1<<(fractionBits+firstPassBits+3)) >> (fractionBits + firstPassBits + 4))
			}
		}
	}
}

// line2 makes two numbers of eight, of which only the odd ones and the first count.
func line2(x0, x1, x3, x5, x7 int32) (int32, int32) {
	dc := x0 << (fractionBits + 2)
	odd := -x7*f0720 + x5*f0850 - x3*f1272 + x1*f3624
	return dc + odd, dc - odd
}

func jpegInverse2Go(dst []uint8, stride int, coefs []int16, q *JPEGQuant) {
	var work [2][8]int32
	for i := 0; i < len(coefs); i += 64 {
		b := (*[64]int16)(coefs[i:])
		for _, c := range [...]int{0, 1, 3, 5, 7} {
			at := func(r int) int32 { return int32(b[8*r+c] * q[16*r+c]) }
			v0, v1 := line2(at(0), at(1), at(3), at(5), at(7))
			work[0][c] = saturate16((v0 + 1<<(fractionBits-firstPassBits+1)) >> (fractionBits - firstPassBits + 2))
			work[1][c] = saturate16((v1 + 1<<(fractionBits-firstPassBits+1)) >> (fractionBits - firstPassBits + 2))
		}
		for r := range work {
			w := &work[r]
			v0, v1 := line2(w[0], w[1], w[3], w[5], w[7])
			out := dst[r*stride+i/32:][:2]
			out[0] = sample8((v0 + 1<<(fractionBits+firstPassBits+4)) >> (fractionBits + firstPassBits + 5))
			out[1] = sample8((v1 + 1<<(fractionBits+firstPassBits+4)) >> (fractionBits + firstPassBits + 5))
		}
	}
}

// jpegWidenGo sets all but the two outer samples on either side.
func jpegWidenGo(dst, src []uint8) {
	for i := 1; i < len(src)-1; i++ {
		v := 3 * uint32(src[i])
		dst[2*i] = uint8((v + uint32(src[i-1]) + 1) >> 2)
		dst[2*i+1] = uint8((v + uint32(src[i+1]) + 2) >> 2)
	}
}

func jpegWidenBlendGo(dst, near, far []uint8) {
	n := len(near)
	last, this := 3*uint32(near[0])+uint32(far[0]), 3*uint32(near[1])+uint32(far[1])
	for i := 1; i < n-1; i++ {
		next := 3*uint32(near[i+1]) + uint32(far[i+1])
		dst[2*i] = uint8((3*this + last + 8) >> 4)
		dst[2*i+1] = uint8((3*this + next + 7) >> 4)
		last, this = this, next
	}
}

func yccToRGBGo(dst, y, cb, cr []uint8) {
	cb, cr = cb[:len(y)], cr[:len(y)]
	for i, l := range y {
		// 16 fractional bits: 1.402, 0.344136, 0.714136 and 1.772.
		v, b, r := int32(l), int32(cb[i])-128, int32(cr[i])-128
		o := dst[3*i : 3*i+3]
		o[0] = sample8(v - 128 + (91881*r+1<<15)>>16)
		o[1] = sample8(v - 128 + (-22554*b-46802*r+1<<15)>>16)
		o[2] = sample8(v - 128 + (116130*b+1<<15)>>16)
	}
}
