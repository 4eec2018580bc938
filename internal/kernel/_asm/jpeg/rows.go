package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// over loops over n ≥ step samples, step at a time. The last turn goes back so
// far that it ends with the last sample; it writes some results again.
func over(n, dst reg.GPVirtual, src []reg.GPVirtual, step, wide int, body func()) {
	Label("loop")
	body()
	for _, s := range src {
		ADDQ(Imm(uint64(step)), s)
	}
	ADDQ(Imm(uint64(step*wide)), dst)
	SUBQ(Imm(uint64(step)), n)
	JZ(LabelRef("done"))
	CMPQ(n, Imm(uint64(step)))
	JGE(LabelRef("loop"))
	SUBQ(Imm(uint64(step)), n) // samples too many, negative
	for _, s := range src {
		ADDQ(n, s)
	}
	for range wide {
		ADDQ(n, dst)
	}
	MOVQ(U32(step), n)
	JMP(LabelRef("loop"))
	Label("done")
	VZEROUPPER()
	RET()
}

func args(names ...string) (n reg.GPVirtual, p []reg.GPVirtual) {
	for _, name := range names {
		r := GP64()
		Load(Param(name), r)
		p = append(p, r)
	}
	n = GP64()
	Load(Param("n"), n)
	return n, p
}

// triple sets dst to three times src.
func triple(src, dst vec) {
	VPADDW(src, src, dst)
	VPADDW(src, dst, dst)
}

func widen() {
	TEXT("jpegWidenAVX2", NOSPLIT, "func(dst, src *byte, n int)")
	Doc("makes two samples of each of n ≥ 16 that have neighbours on both sides.")
	Pragma("noescape")
	n, p := args("dst", "src")
	dst, src := p[0], p[1]
	here, before, after, one, two := ymm[0], ymm[1], ymm[2], ymm[3], ymm[4]
	VMOVDQU(words(1), one)
	VMOVDQU(words(2), two)
	over(n, dst, p[1:], 16, 2, func() {
		VPMOVZXBW(Mem{Base: src, Disp: -1}, before)
		VPMOVZXBW(Mem{Base: src}, here)
		VPMOVZXBW(Mem{Base: src, Disp: 1}, after)
		triple(here, ymm[5])
		VPADDW(one, before, before)
		VPADDW(two, after, after)
		VPADDW(ymm[5], before, before)
		VPADDW(ymm[5], after, after)
		VPSRLW(Imm(2), before, before)
		VPSRLW(Imm(2), after, after)
		VPSLLW(Imm(8), after, after)
		VPOR(before, after, after)
		VMOVDQU(after, Mem{Base: dst})
	})
}

func widenBlend() {
	TEXT("jpegWidenBlendAVX2", NOSPLIT, "func(dst, near, far *byte, n int)")
	Doc("does the same with the row a quarter of the way from near to far.")
	Pragma("noescape")
	n, p := args("dst", "near", "far")
	dst, near, far := p[0], p[1], p[2]
	seven, eight := ymm[8], ymm[9]
	VMOVDQU(words(7), seven)
	VMOVDQU(words(8), eight)
	over(n, dst, p[1:], 16, 2, func() {
		var sum [3]vec
		for i := range sum {
			a, b := ymm[2*i], ymm[2*i+1]
			VPMOVZXBW(Mem{Base: near, Disp: i - 1}, a)
			VPMOVZXBW(Mem{Base: far, Disp: i - 1}, b)
			VPADDW(a, b, b)
			VPADDW(a, a, a)
			VPADDW(a, b, b)
			sum[i] = b
		}
		before, here, after := sum[0], sum[1], sum[2]
		triple(here, ymm[0])
		VPADDW(eight, before, before)
		VPADDW(seven, after, after)
		VPADDW(ymm[0], before, before)
		VPADDW(ymm[0], after, after)
		VPSRLW(Imm(4), before, before)
		VPSRLW(Imm(4), after, after)
		VPSLLW(Imm(8), after, after)
		VPOR(before, after, after)
		VMOVDQU(after, Mem{Base: dst})
	})
}

// rgb converts 32 pixels at a time. A factor of more than one half, such as
// 1.402, is a whole number and a rest that 16 bits hold; the rest of the
// product is rounded as (x·2·rest/2^16 + 1)/2, which is exact.
func rgb() {
	TEXT("yccToRGBAVX2", NOSPLIT, "func(dst, y, cb, cr *byte, n int)")
	Doc("converts n ≥ 32 pixels.")
	Pragma("noescape")
	n, p := args("dst", "y", "cb", "cr")
	dst, y, cb, cr := p[0], p[1], p[2], p[3]
	zero, half, one := ymm[15], ymm[14], ymm[13]
	VPXOR(zero, zero, zero)
	VMOVDQU(words(128), half)
	VMOVDQU(words(1), one)
	over(n, dst, p[1:], 32, 3, func() {
		VMOVDQU(Mem{Base: y}, ymm[0])
		VMOVDQU(Mem{Base: cb}, ymm[1])
		VMOVDQU(Mem{Base: cr}, ymm[2])
		// The first half of a lane goes to ymm[3…5], the second to ymm[0…2].
		for i := range 3 {
			VPUNPCKLBW(zero, ymm[i], ymm[3+i])
			VPUNPCKHBW(zero, ymm[i], ymm[i])
		}
		convert := func(y, b, r vec) {
			s, t, u := ymm[6], ymm[7], ymm[8]
			VPSUBW(half, b, b)
			VPSUBW(half, r, r)
			VPUNPCKLWD(r, b, s)
			VPUNPCKHWD(r, b, t)
			VPMADDWD(words(-22554, 18734), s, s)
			VPMADDWD(words(-22554, 18734), t, t)
			VPADDD(dwords(1<<15), s, s)
			VPADDD(dwords(1<<15), t, t)
			VPSRAD(Imm(16), s, s)
			VPSRAD(Imm(16), t, t)
			VPACKSSDW(t, s, s)
			VPSUBW(r, s, s)
			VPADDW(y, s, s) // green
			VPADDW(r, r, t)
			VPMULHW(words(26345), t, t)
			VPADDW(one, t, t)
			VPSRAW(Imm(1), t, t)
			VPADDW(r, t, t)
			VPADDW(b, b, u)
			VPMULHW(words(-14942), u, r)
			VPADDW(one, r, r)
			VPSRAW(Imm(1), r, r)
			VPADDW(u, r, r)
			VPADDW(y, r, r) // blue
			VPADDW(t, y, y) // red
			VMOVDQA(s, b)
		}
		convert(ymm[3], ymm[4], ymm[5])
		convert(ymm[0], ymm[1], ymm[2])
		for i := range 3 {
			VPACKUSWB(ymm[i], ymm[3+i], ymm[i])
		}
		for part := range 3 {
			o, s := ymm[3+2*part], ymm[4+2*part]
			VPSHUFB(octets(spread(part, 0)), ymm[0], o)
			for c := 1; c < 3; c++ {
				VPSHUFB(octets(spread(part, c)), ymm[c], s)
				VPOR(s, o, o)
			}
			VMOVDQU(low(o), Mem{Base: dst, Disp: 16 * part})
			VEXTRACTI128(Imm(1), o, Mem{Base: dst, Disp: 48 + 16*part})
		}
	})
}

// spread moves samples of one colour to their places in a part of 16 bytes.
func spread(part, colour int) (o [16]uint8) {
	for i := range o {
		o[i] = 0x80 // nothing
		if at := 16*part + i; at%3 == colour {
			o[i] = uint8(at / 3)
		}
	}
	return o
}
