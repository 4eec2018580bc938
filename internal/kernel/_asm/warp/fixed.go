package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Byte offsets of the fields of kernel.warpFixed.
const (
	offFixedR, offFixedC         = 0, 64
	offFixedRStep, offFixedCStep = 128, 136
	offFixedW, offFixedTimes     = 144, 148
	offFixedRMax, offFixedCMax   = 152, 156
)

// fixed writes the offsets of n nearest pixels, n rounded up to 8, whose places
// are whole numbers of 2^-32. It returns the least of what lies behind the
// points: when that is small a place may belong to another pixel.
func fixed(name string, clamped bool) {
	TEXT(name, NOSPLIT, "func(p *byte, at *int32, n int) uint32")
	Pragma("noescape")
	p, at, n := GP64(), GP64(), GP64()
	Load(Param("p"), p)
	Load(Param("at"), at)
	Load(Param("n"), n)
	field := func(off int) Mem { return Mem{Base: p, Disp: off} }
	// The halves of a are pixels 0, 1 and 4, 5, those of b 2, 3 and 6, 7: so
	// they come in order out of shuffles of halves.
	type axis struct{ a, b, step, last reg.VecVirtual }
	load := func(first, step, last int) axis {
		x := axis{YMM(), YMM(), YMM(), nil}
		VMOVDQU(field(first), x.a)
		VMOVDQU(field(first+32), x.b)
		VPBROADCASTQ(field(step), x.step)
		if clamped {
			x.last = YMM()
			VPBROADCASTD(field(last), x.last)
		}
		return x
	}
	r, c := load(offFixedR, offFixedRStep, offFixedRMax), load(offFixedC, offFixedCStep, offFixedCMax)
	width, times, least, zero := YMM(), YMM(), YMM(), YMM()
	VPBROADCASTD(field(offFixedW), width)
	VPBROADCASTD(field(offFixedTimes), times)
	VPCMPEQD(least, least, least)
	if clamped {
		VPXOR(zero, zero, zero)
	}
	pixel := func(x axis) reg.VecVirtual {
		whole, part := YMM(), YMM()
		VSHUFPS(Imm(0b11_01_11_01), x.b, x.a, whole)
		VSHUFPS(Imm(0b10_00_10_00), x.b, x.a, part)
		VPMINUD(part, least, least)
		VPADDQ(x.step, x.a, x.a)
		VPADDQ(x.step, x.b, x.b)
		if clamped {
			VPMAXSD(zero, whole, whole)
			VPMINSD(x.last, whole, whole)
		}
		return whole
	}
	Label("loop")
	row, column := pixel(r), pixel(c)
	VPMULLD(width, row, row)
	VPMULLD(times, column, column)
	VPADDD(column, row, row)
	VMOVDQU(row, Mem{Base: at})
	ADDQ(Imm(32), at)
	SUBQ(Imm(8), n)
	JG(LabelRef("loop"))
	half := XMM()
	VEXTRACTI128(Imm(1), least, half)
	VPMINUD(half, least.AsX(), least.AsX())
	VPSHUFD(Imm(0b11_10_11_10), least.AsX(), half)
	VPMINUD(half, least.AsX(), least.AsX())
	VPSHUFD(Imm(0b01_01_01_01), least.AsX(), half)
	VPMINUD(half, least.AsX(), least.AsX())
	result := GP32()
	VMOVD(least.AsX(), result)
	Store(result, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
