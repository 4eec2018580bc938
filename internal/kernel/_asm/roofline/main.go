// Command roofline writes loops that do nothing but multiply and add, as fast
// as a core can.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// sums is enough independent sums to hide the latency of an addition.
const sums = 12

func main() {
	ConstraintExpr("amd64,!purego")
	for _, wide := range []bool{true, false} {
		name, vec, zero := "fmaAVX2", func() Op { return YMM() }, func(v Op) { VXORPS(v, v, v) }
		if wide {
			name, vec, zero = "fmaAVX512", func() Op { return ZMM() }, func(v Op) { VPXORD(v, v, v) }
		}
		TEXT(name, NOSPLIT, "func(n int)")
		Doc(name + " does n > 0 rounds of 12 fused multiply-adds of whole vectors.")
		n := GP64()
		Load(Param("n"), n)
		x := vec()
		zero(x)
		var acc [sums]Op
		for i := range acc {
			acc[i] = vec()
			zero(acc[i])
		}
		Label("loop")
		for _, a := range acc {
			VFMADD231PS(x, x, a)
		}
		DECQ(n)
		JNZ(LabelRef("loop"))
		VZEROUPPER()
		RET()
	}
	Generate()
}
