package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An axis is the rows, or the columns, of places on a line.
type axis struct{ base, step, top reg.VecVirtual }

// A walk goes along the places of a row, four at a time.
type walk struct {
	p                 reg.GPVirtual // kernel.warpPlan
	r, c              axis
	x, width          reg.VecVirtual
	onLine, clamped   bool
	zero, half, fours Mem
}

func newWalk(p reg.GPVirtual, from string) *walk {
	k := &walk{p: p, x: YMM(), width: XMM(), onLine: from != "List", clamped: from != "Inside"}
	all := func(v float64) Mem { return table(F64(v), F64(v), F64(v), F64(v)) }
	k.zero, k.half, k.fours = all(0), all(0.5), all(4)
	broadcast := func(off int) reg.VecVirtual {
		r := YMM()
		VBROADCASTSD(k.field(off), r)
		return r
	}
	if k.onLine {
		k.r.base, k.r.step, k.c.base, k.c.step = broadcast(offR), broadcast(offRStep), broadcast(offC), broadcast(offCStep)
		VBROADCASTSD(k.field(offX), k.x)
		VADDPD(table(F64(0), F64(1), F64(2), F64(3)), k.x, k.x)
	}
	if k.clamped {
		k.r.top, k.c.top = broadcast(offRMax), broadcast(offCMax)
	}
	VPBROADCASTD(k.field(offW), k.width)
	return k
}

func (k *walk) field(off int) Mem { return Mem{Base: k.p, Disp: off} }

// place returns the next places of an axis, which list has unless they lie on a line.
func (k *walk) place(a axis, list reg.GPVirtual) reg.VecVirtual {
	place := YMM()
	if k.onLine {
		VMULPD(a.step, k.x, place)
		VADDPD(place, a.base, place)
	} else {
		VMOVUPD(Mem{Base: list}, place)
		ADDQ(Imm(32), list)
	}
	if k.clamped { // the memory operand comes second: it is taken for what is not a number
		VMAXPD(k.zero, place, place)
		VMINPD(a.top, place, place)
	}
	return place
}

// nearest returns the rows, or columns, of the nearest pixels.
func (k *walk) nearest(a axis, list reg.GPVirtual) reg.VecVirtual {
	place, pixel := k.place(a, list), XMM()
	VADDPD(k.half, place, place)
	VCVTTPD2DQY(place, pixel)
	return pixel
}

// offset returns where the pixels lie, in r.
func (k *walk) offset(r, c reg.VecVirtual) reg.VecVirtual {
	VPMULLD(k.width, r, r)
	VPADDD(c, r, r)
	return r
}

func (k *walk) next() {
	if k.onLine {
		VADDPD(k.fours, k.x, k.x)
	}
}
