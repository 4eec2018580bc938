package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func lowX(v Op) reg.VecVirtual { return v.(reg.VecVirtual).AsX().(reg.VecVirtual) }
func lowY(v Op) reg.VecVirtual { return v.(reg.VecVirtual).AsY().(reg.VecVirtual) }

// sumLanes leaves the sum of v's lanes in the first, adding halves.
func sumLanes(s isa, v Op) {
	x, half := lowX(v), XMM()
	if s.wide() {
		y := YMM()
		VEXTRACTF64X4(U8(1), v, y)
		VADDPS(y, lowY(v), lowY(v))
	}
	VEXTRACTF128(U8(1), lowY(v), half)
	VADDPS(half, x, x)
	VMOVHLPS(x, x, half)
	VADDPS(half, x, x)
	VMOVSHDUP(x, half)
	VADDSS(half, x, x)
}
