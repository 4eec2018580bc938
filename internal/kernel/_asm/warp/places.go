package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Byte offsets of the fields of kernel.warpPlan; TestWarpLayout holds both together.
const (
	offR, offRStep   = 0, 8
	offC, offCStep   = 16, 24
	offRMax, offCMax = 32, 40
	offX             = 48
	offRLast         = 56
	offCLast         = 60
	offW             = 64
)

// places writes offsets and ways of n places, n rounded up to 4, that lie on a
// line, on a line inside the picture, or are given one by one.
func places(from string, nearest bool) {
	onLine := from != "List"
	name, args := "warpPlaces"+from, "p *byte, at *int32, u, v *float32, n int"
	if nearest {
		name, args = "warpNearest"+from, "p *byte, at *int32, n int"
	}
	if from == "List" {
		args += ", rows, columns *float64"
	}
	TEXT(name+"AVX2", NOSPLIT, "func("+args+")")
	Pragma("noescape")
	p, at, n := GP64(), GP64(), GP64()
	Load(Param("p"), p)
	Load(Param("at"), at)
	Load(Param("n"), n)
	var u, v, rows, columns reg.GPVirtual
	if !nearest {
		u, v = GP64(), GP64()
		Load(Param("u"), u)
		Load(Param("v"), v)
	}
	field := func(off int) Mem { return Mem{Base: p, Disp: off} }
	broadcast := func(off int) reg.VecVirtual {
		r := YMM()
		VBROADCASTSD(field(off), r)
		return r
	}
	x, four := YMM(), YMM()
	var rb, rs, cb, cs reg.VecVirtual
	if onLine {
		rb, rs, cb, cs = broadcast(offR), broadcast(offRStep), broadcast(offC), broadcast(offCStep)
		VBROADCASTSD(field(offX), x)
		VADDPD(table(F64(0), F64(1), F64(2), F64(3)), x, x)
		VBROADCASTSD(table(F64(4)), four)
	} else {
		rows, columns = GP64(), GP64()
		Load(Param("rows"), rows)
		Load(Param("columns"), columns)
	}
	var rmax, cmax reg.VecVirtual
	zero, width := YMM(), XMM()
	if from != "Inside" {
		rmax, cmax = broadcast(offRMax), broadcast(offCMax)
		VXORPD(zero, zero, zero)
	}
	VPBROADCASTD(field(offW), width)
	var rlast, clast, half reg.VecVirtual
	if nearest {
		half = YMM()
		VBROADCASTSD(table(F64(0.5)), half)
	} else {
		rlast, clast = XMM(), XMM()
		VPBROADCASTD(field(offRLast), rlast)
		VPBROADCASTD(field(offCLast), clast)
	}

	// axis returns the pixel and, unless nearest, stores the way to the next one.
	axis := func(base, step, top, last reg.VecVirtual, list, way reg.GPVirtual) reg.VecVirtual {
		place, pixel := YMM(), XMM()
		if onLine {
			VMULPD(step, x, place)
			VADDPD(place, base, place)
		} else {
			VMOVUPD(Mem{Base: list}, place)
			ADDQ(Imm(32), list)
		}
		if from != "Inside" {
			VMAXPD(zero, place, place)
			VMINPD(top, place, place)
		}
		if nearest {
			VADDPD(half, place, place)
			VCVTTPD2DQY(place, pixel)
			return pixel
		}
		VCVTTPD2DQY(place, pixel)
		VPMINSD(last, pixel, pixel)
		whole, part := YMM(), XMM()
		VCVTDQ2PD(pixel, whole)
		VSUBPD(whole, place, place)
		VCVTPD2PSY(place, part)
		VMOVUPS(part, Mem{Base: way})
		ADDQ(Imm(16), way)
		return pixel
	}
	Label("loop")
	r := axis(rb, rs, rmax, rlast, rows, v)
	c := axis(cb, cs, cmax, clast, columns, u)
	VPMULLD(width, r, r)
	VPADDD(c, r, r)
	VMOVDQU(r, Mem{Base: at})
	ADDQ(Imm(16), at)
	if onLine {
		VADDPD(four, x, x)
	}
	SUBQ(Imm(4), n)
	JG(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
