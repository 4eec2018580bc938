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
	k := newWalk(p, from)
	if from == "List" {
		rows, columns = GP64(), GP64()
		Load(Param("rows"), rows)
		Load(Param("columns"), columns)
	}
	var rlast, clast reg.VecVirtual
	if !nearest {
		rlast, clast = XMM(), XMM()
		VPBROADCASTD(k.field(offRLast), rlast)
		VPBROADCASTD(k.field(offCLast), clast)
	}

	// axis returns the pixel and, unless nearest, stores the way to the next one.
	axis := func(a axis, last reg.VecVirtual, list, way reg.GPVirtual) reg.VecVirtual {
		if nearest {
			return k.nearest(a, list)
		}
		place, pixel := k.place(a, list), XMM()
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
	r := axis(k.r, rlast, rows, v)
	c := axis(k.c, clast, columns, u)
	VMOVDQU(k.offset(r, c), Mem{Base: at})
	ADDQ(Imm(16), at)
	k.next()
	SUBQ(Imm(4), n)
	JG(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
