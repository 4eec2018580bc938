package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// Byte offsets of the fields of kernel.JPEGBits; TestJPEGBitsLayout holds both together.
const (
	offBuf = 0
	offPos = 24
	offAcc = 32
	offN   = 40
)

// coefs is the inner loop of Huffman decoding. A symbol waits for the one
// before it only by a shift, a load and a shift.
func coefs() {
	TEXT("jpegCoefsBMI2", NOSPLIT, "func(r *byte, block *int16, look *uint32, zigzag *uint8, k int) (next int)")
	Doc("jpegCoefs reads coefficients from k on, until the block is full or a code is too long for a look-up.")
	Pragma("noescape")
	r, block, look, zigzag, k := GP64(), GP64(), GP64(), GP64(), GP64()
	Load(Param("r"), r)
	Load(Param("block"), block)
	Load(Param("look"), look)
	Load(Param("zigzag"), zigzag)
	Load(Param("k"), k)
	at, acc, n := GP64(), GP64(), GP64()
	MOVQ(Mem{Base: r, Disp: offBuf}, at)
	ADDQ(Mem{Base: r, Disp: offPos}, at)
	MOVQ(Mem{Base: r, Disp: offAcc}, acc)
	MOVQ(Mem{Base: r, Disp: offN}, n)
	entry, t, value := GP64(), GP64(), GP64()
	load := func() {
		MOVQ(Mem{Base: at}, t)
		BSWAPQ(t)
		SHRXQ(n, t, t)
		ORQ(t, acc)
		MOVQ(n, t)
		XORQ(Imm(63), t)
		SHRQ(Imm(3), t)
		ADDQ(t, at)
		ORQ(Imm(56), n)
	}
	// place puts value where k, moved by t, is now.
	place := func() {
		ADDQ(t, k)
		MOVBLZX(Mem{Base: zigzag, Index: k, Scale: 1, Disp: -1}, t.As32())
		MOVW(value.As16(), Mem{Base: block, Index: t, Scale: 2})
		CMPQ(k, Imm(64))
		JGE(LabelRef("done"))
	}

	Label("refill")
	load()
	for range 5 { // look-ups of at most 10 bits
		MOVQ(acc, entry)
		SHRQ(Imm(64-10), entry)
		MOVL(Mem{Base: look, Index: entry, Scale: 4}, entry.As32())
		TESTB(U8(0x80), entry.As8())
		JNZ(LabelRef("later"))
		SHLXQ(entry, acc, acc) // the length is in the low 6 bits
		SUBB(entry.As8(), n.As8())
		MOVL(entry.As32(), value.As32())
		MOVL(entry.As32(), t.As32())
		SHRL(Imm(16), value.As32())
		SHRL(Imm(8), t.As32())
		MOVBLZX(t.As8(), t.As32())
		place()
	}
	JMP(LabelRef("refill"))

	Label("later")
	ANDL(U32(0xffff003f), entry.As32())
	TESTB(entry.As8(), entry.As8())
	JZ(LabelRef("done"))
	// The code is known, but the bits of its value were too many.
	load()
	SHLXQ(entry, acc, acc)
	SUBB(entry.As8(), n.As8())
	SHRL(Imm(16), entry.As32()) // run and size
	size, mask := GP64(), GP64()
	MOVL(entry.As32(), size.As32())
	ANDL(Imm(15), size.As32())
	// The bits, less 2^size - 1 if the first is 0.
	MOVQ(acc, mask)
	SARQ(Imm(63), mask)
	MOVQ(acc, value)
	MOVL(U32(64), t.As32())
	SUBL(size.As32(), t.As32())
	SHRXQ(t, value, value)
	SHLXQ(size, acc, acc)
	SUBB(size.As8(), n.As8())
	MOVQ(I32(-1), t)
	SHLXQ(size, t, t)
	NOTQ(t)
	ANDNQ(t, mask, t)
	SUBQ(t, value)
	MOVL(entry.As32(), t.As32())
	SHRL(Imm(4), t.As32())
	INCL(t.As32())
	place()
	JMP(LabelRef("refill"))

	Label("done")
	SUBQ(Mem{Base: r, Disp: offBuf}, at)
	MOVQ(at, Mem{Base: r, Disp: offPos})
	MOVQ(acc, Mem{Base: r, Disp: offAcc})
	MOVQ(n, Mem{Base: r, Disp: offN})
	Store(k, Return("next"))
	RET()
}
