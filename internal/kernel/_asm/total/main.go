// Command total writes the assembly of the total topic.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// vectors of 4 numbers in one turn of the loop.
const vectors = 4

func main() {
	ConstraintExpr("amd64,!purego")
	TEXT("addToAVX2", NOSPLIT, "func(dst *float64, x *float32, n int)")
	Doc("addToAVX2 does dst[i] += x[i]; n is a multiple of 16.")
	Pragma("noescape")
	dst, x, n := GP64(), GP64(), GP64()
	Load(Param("dst"), dst)
	Load(Param("x"), x)
	Load(Param("n"), n)
	at := GP64()
	XORQ(at, at)
	Label("loop")
	CMPQ(at, n)
	JGE(LabelRef("done"))
	for v := range vectors {
		sum := Mem{Base: dst, Index: at, Scale: 8, Disp: 32 * v}
		r := YMM()
		VCVTPS2PD(Mem{Base: x, Index: at, Scale: 4, Disp: 16 * v}, r)
		VADDPD(sum, r, r)
		VMOVUPD(r, sum)
	}
	ADDQ(Imm(4*vectors), at)
	JMP(LabelRef("loop"))
	Label("done")
	VZEROUPPER()
	RET()
	Generate()
}
