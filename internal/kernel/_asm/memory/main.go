// Command memory writes the assembly of the memory topic.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

func main() {
	ConstraintExpr("amd64,!purego")
	TEXT("prefetch", NOSPLIT, "func(p *float32, n int)")
	Doc("prefetch asks for the cache lines of the n > 0 floats at p.")
	Pragma("noescape")
	p, n := GP64(), GP64()
	Load(Param("p"), p)
	Load(Param("n"), n)
	end := GP64()
	LEAQ(Mem{Base: p, Index: n, Scale: 4}, end)
	Label("loop")
	PREFETCHT0(Mem{Base: p})
	ADDQ(Imm(64), p)
	CMPQ(p, end)
	JLT(LabelRef("loop"))
	RET()
	Generate()
}
