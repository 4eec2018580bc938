package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// weights turns ways into the weights of the four pixels in units of 2^-14,
// two in each number; n is rounded up to 8.
func weights() {
	TEXT("warpWeightsAVX2", NOSPLIT, "func(top, bottom *int32, u, v *float32, n int)")
	Pragma("noescape")
	top, bottom, u, v, n := GP64(), GP64(), GP64(), GP64(), GP64()
	Load(Param("top"), top)
	Load(Param("bottom"), bottom)
	Load(Param("u"), u)
	Load(Param("v"), v)
	Load(Param("n"), n)
	unit, half, whole, low := YMM(), YMM(), YMM(), YMM()
	VBROADCASTSS(table(F32(16384)), unit)
	VBROADCASTSS(table(F32(0.5)), half)
	VPBROADCASTD(table(U32(16384)), whole)
	VPBROADCASTD(table(U32(0xffff)), low)
	round := func(x reg.VecVirtual) reg.VecVirtual {
		r := YMM()
		VMULPS(unit, x, r)
		VADDPS(half, r, r)
		VCVTTPS2DQ(r, r)
		return r
	}
	Label("loop")
	fu, fv, uv := YMM(), YMM(), YMM()
	VMOVUPS(Mem{Base: u}, fu)
	VMOVUPS(Mem{Base: v}, fv)
	VMULPS(fu, fv, uv)
	right, below, corner := round(fu), round(fv), round(uv)
	VPSUBD(corner, below, below) // the pixel below
	left := YMM()
	VPSUBD(right, whole, left)
	VPSUBD(below, left, left)
	VPSUBD(corner, right, right)
	pair := func(l, r reg.VecVirtual, to reg.GPVirtual) {
		VPSLLD(Imm(16), r, r)
		VPAND(low, l, l)
		VPOR(l, r, r)
		VMOVDQU(r, Mem{Base: to})
		ADDQ(Imm(32), to)
	}
	pair(left, right, top)
	pair(below, corner, bottom)
	ADDQ(Imm(32), u)
	ADDQ(Imm(32), v)
	SUBQ(Imm(8), n)
	JG(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

type byteBlend struct {
	dst, src, below, at, top, bottom, n reg.GPVirtual
	round                               reg.VecVirtual
}

func linearBytes(name string) byteBlend {
	TEXT(name, NOSPLIT, "func(dst, src *uint8, at, top, bottom *int32, n, row int)")
	Pragma("noescape")
	b := byteBlend{GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), YMM()}
	Load(Param("dst"), b.dst)
	Load(Param("src"), b.src)
	Load(Param("row"), b.below)
	ADDQ(b.src, b.below)
	Load(Param("at"), b.at)
	Load(Param("top"), b.top)
	Load(Param("bottom"), b.bottom)
	Load(Param("n"), b.n)
	VPBROADCASTD(table(U32(1<<13)), b.round)
	return b
}

func (b byteBlend) advance(n, bytes int) {
	ADDQ(Imm(uint64(4*n)), b.at)
	ADDQ(Imm(uint64(4*n)), b.top)
	ADDQ(Imm(uint64(4*n)), b.bottom)
	ADDQ(Imm(uint64(n*bytes)), b.dst)
}

// shuffle is a table that spreads pairs of bytes to words, -1 being zero.
func shuffle(bytes ...int) reg.VecVirtual {
	var mask [16]Constant
	for i := range mask {
		v := -1
		if i < len(bytes) {
			v = bytes[i]
		}
		mask[i] = U8(uint8(v))
	}
	r := XMM()
	VMOVDQU(table(mask[:]...), r)
	return r
}

func spread(from, step, n int) reg.VecVirtual {
	var t []int
	for i := range n {
		t = append(t, from+i, -1, from+i+step, -1)
	}
	return shuffle(t...)
}

// linearByte3 blends pixels of three bytes. The load of the lower two pixels
// begins two bytes early, so that none leaves the picture.
func linearByte3() {
	b := linearBytes("warpLinearByte3AVX2")
	upper, lower, close := spread(0, 3, 3), spread(2, 3, 3), shuffle(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14)
	pixel := func(i int) reg.VecVirtual {
		idx := GP64()
		MOVL(Mem{Base: b.at, Disp: 4 * i}, idx.As32())
		LEAQ(Mem{Base: idx, Index: idx, Scale: 2}, idx)
		return b.sum(i, Mem{Base: b.src, Index: idx, Scale: 1}, Mem{Base: b.below, Index: idx, Scale: 1, Disp: -2}, upper, lower)
	}
	counted(b.n, "by6", 6, func() { // of which four are written, and four bytes of the next two
		r := b.four(pixel)
		VPSHUFB(close, r, r)
		VMOVDQU(r, Mem{Base: b.dst})
		b.advance(4, 3)
		ADDQ(Imm(2), b.n)
	})
	counted(b.n, "one", 1, func() {
		r, t := pixel(0), GP64()
		VPACKUSDW(r, r, r)
		VPACKUSWB(r, r, r)
		VMOVD(r, t.As32())
		MOVW(t.As16(), Mem{Base: b.dst})
		SHRL(Imm(16), t.As32())
		MOVB(t.As8(), Mem{Base: b.dst, Disp: 2})
		b.advance(1, 3)
	})
	VZEROUPPER()
	RET()
}

func linearByte4() {
	b := linearBytes("warpLinearByte4AVX2")
	pairs := spread(0, 4, 4)
	pixel := func(i int) reg.VecVirtual {
		idx := GP64()
		MOVL(Mem{Base: b.at, Disp: 4 * i}, idx.As32())
		return b.sum(i, Mem{Base: b.src, Index: idx, Scale: 4}, Mem{Base: b.below, Index: idx, Scale: 4}, pairs, pairs)
	}
	counted(b.n, "by4", 4, func() {
		VMOVDQU(b.four(pixel), Mem{Base: b.dst})
		b.advance(4, 4)
	})
	counted(b.n, "one", 1, func() {
		r := pixel(0)
		VPACKUSDW(r, r, r)
		VPACKUSWB(r, r, r)
		VMOVD(r, Mem{Base: b.dst})
		b.advance(1, 4)
	})
	VZEROUPPER()
	RET()
}

// sum returns a blended pixel as numbers of 32 bits.
func (b byteBlend) sum(i int, upper, lower Mem, upperTable, lowerTable reg.VecVirtual) reg.VecVirtual {
	p, q, wt, wb := XMM(), XMM(), XMM(), XMM()
	VMOVQ(upper, p)
	VMOVQ(lower, q)
	VPSHUFB(upperTable, p, p)
	VPSHUFB(lowerTable, q, q)
	VPBROADCASTD(Mem{Base: b.top, Disp: 4 * i}, wt)
	VPBROADCASTD(Mem{Base: b.bottom, Disp: 4 * i}, wb)
	VPMADDWD(wt, p, p)
	VPMADDWD(wb, q, q)
	VPADDD(q, p, p)
	VPADDD(b.round.AsX(), p, p)
	VPSRAD(Imm(14), p, p)
	return p
}

// four packs four blended pixels.
func (b byteBlend) four(pixel func(i int) reg.VecVirtual) reg.VecVirtual {
	p0, p1 := pixel(0), pixel(1)
	VPACKUSDW(p1, p0, p0)
	p2, p3 := pixel(2), pixel(3)
	VPACKUSDW(p3, p2, p2)
	VPACKUSWB(p2, p0, p0)
	return p0
}

// linearByte1 blends eight pixels of one byte at a time.
func linearByte1() {
	b := linearBytes("warpLinearByte1AVX2")
	pairs := func(base reg.GPVirtual) reg.VecVirtual {
		words := XMM()
		VPXOR(words, words, words)
		for i := range 8 {
			idx := GP64()
			MOVL(Mem{Base: b.at, Disp: 4 * i}, idx.As32())
			VPINSRW(Imm(uint64(i)), Mem{Base: base, Index: idx, Scale: 1}, words, words)
		}
		y := YMM()
		VPMOVZXBW(words, y)
		return y
	}
	counted(b.n, "by8", 8, func() {
		p, q := pairs(b.src), pairs(b.below)
		VPMADDWD(Mem{Base: b.top}, p, p)
		VPMADDWD(Mem{Base: b.bottom}, q, q)
		VPADDD(q, p, p)
		VPADDD(b.round, p, p)
		VPSRAD(Imm(14), p, p)
		high := XMM()
		VEXTRACTI128(Imm(1), p, high)
		VPACKUSDW(high, p.AsX(), p.AsX())
		VPACKUSWB(p.AsX(), p.AsX(), p.AsX())
		VMOVQ(p.AsX(), Mem{Base: b.dst})
		b.advance(8, 1)
	})
	counted(b.n, "one", 1, func() {
		idx, t := GP64(), GP64()
		MOVL(Mem{Base: b.at}, idx.As32())
		p, q, wt, wb := XMM(), XMM(), XMM(), XMM()
		load := func(base reg.GPVirtual, r reg.VecVirtual) {
			VPXOR(r, r, r)
			VPINSRW(Imm(0), Mem{Base: base, Index: idx, Scale: 1}, r, r)
			VPMOVZXBW(r, r)
		}
		load(b.src, p)
		load(b.below, q)
		VMOVD(Mem{Base: b.top}, wt)
		VMOVD(Mem{Base: b.bottom}, wb)
		VPMADDWD(wt, p, p)
		VPMADDWD(wb, q, q)
		VPADDD(q, p, p)
		VPADDD(b.round.AsX(), p, p)
		VPSRAD(Imm(14), p, p)
		VPACKUSDW(p, p, p)
		VPACKUSWB(p, p, p)
		VMOVD(p, t.As32())
		MOVB(t.As8(), Mem{Base: b.dst})
		b.advance(1, 1)
	})
	VZEROUPPER()
	RET()
}
