package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pickOdd copies n pixels of three bytes or floats. at has three times their
// numbers. They are read with what follows them or, if early is 1, with what
// comes before them.
func pickOdd(bytes int) {
	TEXT(fmt.Sprintf("warpPickOdd%dAVX2", bytes), NOSPLIT, "func(dst, src *byte, at *int32, n int, early int)")
	Pragma("noescape")
	dst, src, at, n, early := GP64(), GP64(), GP64(), GP64(), GP64()
	Load(Param("dst"), dst)
	Load(Param("src"), src)
	Load(Param("at"), at)
	Load(Param("n"), n)
	Load(Param("early"), early)
	one := bytes / 3
	pixel := func(i int) Mem {
		idx := GP64()
		MOVL(Mem{Base: at, Disp: 4 * i}, idx.As32())
		return Mem{Base: src, Index: idx, Scale: uint8(one)}
	}
	block := oddBytes
	if bytes == 12 {
		block = oddFloats
	}
	step := block(dst, src, early, pixel)
	Comment("More than four: a block of pixels of three bytes writes one byte beyond its end.")
	Label("blocks")
	CMPQ(n, Imm(5))
	JLT(LabelRef("rest"))
	step()
	ADDQ(Imm(16), at)
	ADDQ(Imm(uint64(4*bytes)), dst)
	SUBQ(Imm(4), n)
	JMP(LabelRef("blocks"))
	Label("rest")
	Load(Param("src"), src)
	Label("one")
	from, t, t2 := pixel(0), GP64(), GP64()
	if bytes == 3 {
		MOVWLZX(from, t.As32())
		MOVBLZX(from.Offset(2), t2.As32())
		MOVW(t.As16(), Mem{Base: dst})
		MOVB(t2.As8(), Mem{Base: dst, Disp: 2})
	} else {
		MOVQ(from, t)
		MOVL(from.Offset(8), t2.As32())
		MOVQ(t, Mem{Base: dst})
		MOVL(t2.As32(), Mem{Base: dst, Disp: 8})
	}
	ADDQ(Imm(4), at)
	ADDQ(Imm(uint64(bytes)), dst)
	SUBQ(Imm(1), n)
	JG(LabelRef("one"))
	VZEROUPPER()
	RET()
}

// oddBytes returns the code for four pixels of three bytes.
func oddBytes(dst, src, early reg.GPVirtual, pixel func(int) Mem) func() {
	SUBQ(early, src)
	SHLQ(Imm(3), early)
	MOVQ(early, reg.RCX)
	return func() {
		for i := range 4 {
			t := GP64()
			MOVL(pixel(i), t.As32())
			SHRL(reg.CL, t.As32())
			MOVL(t.As32(), Mem{Base: dst, Disp: 3 * i})
		}
	}
}

// oddFloats returns the code for four pixels of three floats.
func oddFloats(dst, src, early reg.GPVirtual, pixel func(int) Mem) func() {
	lanes := GP64()
	SHLQ(Imm(2), early)
	SUBQ(early, src)
	SHLQ(Imm(4), early)
	// Four pixels without gaps: of the pixels with what follows, then with what comes before.
	LEAQ(table(U32(0), U32(1), U32(2), U32(4), U32(5), U32(6), U32(0), U32(0), U32(2), U32(4), U32(5), U32(6), U32(0), U32(0), U32(0), U32(1),
		U32(1), U32(2), U32(3), U32(5), U32(6), U32(7), U32(0), U32(0), U32(3), U32(5), U32(6), U32(7), U32(0), U32(0), U32(1), U32(2)), lanes)
	low, high := YMM(), YMM()
	VMOVDQU(Mem{Base: lanes, Index: early, Scale: 1}, low)
	VMOVDQU(Mem{Base: lanes, Index: early, Scale: 1, Disp: 32}, high)
	return func() {
		var two [2]reg.VecVirtual
		for i := range two {
			two[i] = YMM()
			VMOVUPS(pixel(2*i), two[i].AsX())
			VINSERTF128(Imm(1), pixel(2*i+1), two[i], two[i])
		}
		closeUpBy(low, high, two[0], two[1], dst)
	}
}
