package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// floats converts n bytes, a multiple of 32.
func floats() {
	TEXT("warpFloatsAVX2", NOSPLIT, "func(dst *float32, src *byte, n int)")
	Pragma("noescape")
	dst, src, n := GP64(), GP64(), GP64()
	Load(Param("dst"), dst)
	Load(Param("src"), src)
	Load(Param("n"), n)
	counted(n, "by32", 32, func() {
		for i := range 4 {
			x := YMM()
			VPMOVZXBD(Mem{Base: src, Disp: 8 * i}, x)
			VCVTDQ2PS(x, x)
			VMOVUPS(x, Mem{Base: dst, Disp: 32 * i})
		}
		ADDQ(Imm(32), src)
		ADDQ(Imm(128), dst)
	})
	VZEROUPPER()
	RET()
}
