// Command warp writes the assembly of the warp topic: places of a resampled
// row, and the pixels around them picked or blended.
//
// Products and sums stay separate instructions, so that the plain Go code has
// the same bits.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64,!purego")
	for _, from := range []string{"Line", "Inside", "List"} {
		places(from, false)
		places(from, true)
	}
	for _, bytes := range []int{1, 3, 4, 12, 16} {
		pick(bytes)
	}
	fixed("warpFixedInsideAVX2", false)
	fixed("warpFixedAVX2", true)
	pickOdd(3)
	pickOdd(12)
	linearFloat1()
	linearFloat3()
	linearFloat4()
	weights()
	linearByte1()
	linearByte3()
	linearByte4()
	floats()
	Generate()
}

// counted is the loop over n things that are taken step at a time; it jumps to
// done when fewer than step are left.
func counted(n reg.GPVirtual, name string, step uint64, body func()) {
	Label(name)
	CMPQ(n, Imm(step))
	JLT(LabelRef(name + "Done"))
	body()
	SUBQ(Imm(step), n)
	JMP(LabelRef(name))
	Label(name + "Done")
}

var tables int

// table is a new piece of constant memory.
func table(values ...Constant) Mem {
	d := GLOBL(fmt.Sprintf("warpTable%d", tables), RODATA|NOPTR)
	tables++
	at := 0
	for _, v := range values {
		DATA(at, v)
		at += v.Bytes()
	}
	return d
}
