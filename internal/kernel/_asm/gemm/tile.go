package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// tile is the inner kernel: n rows of v vectors of C stay in registers while
// the loop goes along k. A is read number by number and B vector by vector,
// from panels or from the matrices themselves: only the distances differ.
func tile(s isa, n, v int) {
	TEXT(fmt.Sprintf("gemmTile%dx%d%s", n, v, s.name), NOSPLIT,
		"func(k int, a *float32, aRow, aStep int, b *float32, bStep int, c *float32, ldc int, bias *float32, mask, flags int)")
	Doc(fmt.Sprintf("gemmTile%dx%d%s is gemmTileFunc for %d rows of %d vectors.", n, v, s.name, n, v))
	Pragma("noescape")

	masks := make([]Op, v) // nil: the whole vector
	masks[v-1] = s.mask(param("mask"))
	c := newRows(param("c"), floats("ldc"), n)
	for i := range n { // C is needed at the end: let it come meanwhile
		for x := range v {
			PREFETCHT0(c.at(i).Offset(x * s.bytes()))
		}
	}
	a := newRows(param("a"), floats("aRow"), n)
	aStep, b, bStep, k := floats("aStep"), param("b"), floats("bStep"), param("k")

	acc := make([][]Op, n)
	for i := range acc {
		for range v {
			r := s.vec()
			s.zero(r)
			acc[i] = append(acc[i], r)
		}
	}
	bv := make([]Op, v)
	for x := range bv {
		bv[x] = s.vec()
	}
	step := func() {
		for x := range v {
			s.load(masks[x], Mem{Base: b, Disp: x * s.bytes()}, bv[x])
		}
		for i := range n {
			av := s.vec()
			VBROADCASTSS(a.at(i), av)
			for x := range v {
				VFMADD231PS(bv[x], av, acc[i][x])
			}
		}
		a.advance(aStep)
		ADDQ(bStep, b)
	}
	Label("loop")
	step()
	DECQ(k)
	JNZ(LabelRef("loop"))

	flags := param("flags")
	tmp := s.vec()
	TESTQ(U32(1), flags)
	JZ(LabelRef("bias"))
	for i := range n {
		for x := range v {
			s.load(masks[x], c.at(i).Offset(x*s.bytes()), tmp)
			VADDPS(tmp, acc[i][x], acc[i][x])
		}
	}
	Label("bias")
	bias := param("bias")
	TESTQ(bias, bias)
	JZ(LabelRef("relu"))
	for x := range v {
		s.load(masks[x], Mem{Base: bias, Disp: x * s.bytes()}, tmp)
		for i := range n {
			VADDPS(tmp, acc[i][x], acc[i][x])
		}
	}
	Label("relu")
	TESTQ(U32(2), flags)
	JZ(LabelRef("store"))
	s.zero(tmp)
	for i := range n {
		for x := range v {
			VMAXPS(acc[i][x], tmp, acc[i][x]) // this order keeps NaN
		}
	}
	Label("store")
	for i := range n {
		for x := range v {
			s.store(masks[x], acc[i][x], c.at(i).Offset(x*s.bytes()))
		}
	}
	VZEROUPPER()
	RET()
}
