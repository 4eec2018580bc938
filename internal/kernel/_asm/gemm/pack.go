package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// packAcross copies the rows of a panel of v vectors.
func packAcross(s isa, v int) {
	TEXT(fmt.Sprintf("packAcross%d%s", v, s.name), NOSPLIT,
		"func(dst *float32, width int, src *float32, ld, depth, count, room int)")
	Doc(fmt.Sprintf("packAcross%d%s copies depth rows of %d vectors, width floats apart in dst and ld in src.", v, s.name, v),
		"The last vector has count lanes in src and, filled up with zeros, room in dst.")
	Pragma("noescape")
	dst, width, src, ld, depth := param("dst"), floats("width"), param("src"), floats("ld"), param("depth")
	from, to := make([]Op, v), make([]Op, v)
	from[v-1], to[v-1] = s.mask(param("count")), s.mask(param("room"))
	r := s.vec()
	Label("loop")
	for x := range v {
		s.load(from[x], Mem{Base: src, Disp: x * s.bytes()}, r)
		s.store(to[x], r, Mem{Base: dst, Disp: x * s.bytes()})
	}
	ADDQ(ld, src)
	ADDQ(width, dst)
	DECQ(depth)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// packAlong transposes four rows, 4×4 numbers at a time.
func packAlong() {
	TEXT("packAlong4", NOSPLIT, "func(dst *float32, width int, src *float32, ld, depth int)")
	Doc("packAlong4 writes dst[p*width+i] = src[i*ld+p] for i < 4 and p < depth, a positive multiple of 4.")
	Pragma("noescape")
	dst := newRows(param("dst"), floats("width"), 4)
	src := newRows(param("src"), floats("ld"), 4)
	depth := param("depth")
	four := GP64()
	LEAQ(Mem{Base: dst.stride, Index: dst.stride, Scale: 1}, four)
	ADDQ(four, four)
	Label("loop")
	in := make([]Op, 4)
	for i := range in {
		in[i] = XMM()
		VMOVUPS(src.at(i), in[i])
	}
	l01, h01, l23, h23 := XMM(), XMM(), XMM(), XMM()
	VUNPCKLPS(in[1], in[0], l01) // 00 10 01 11
	VUNPCKHPS(in[1], in[0], h01) // 02 12 03 13
	VUNPCKLPS(in[3], in[2], l23)
	VUNPCKHPS(in[3], in[2], h23)
	out := XMM()
	for p, pair := range [][2]Op{{l01, l23}, {h01, h23}} {
		VUNPCKLPD(pair[1], pair[0], out)
		VMOVUPS(out, dst.at(2*p))
		VUNPCKHPD(pair[1], pair[0], out)
		VMOVUPS(out, dst.at(2*p+1))
	}
	src.advance(U8(16))
	dst.advance(four)
	SUBQ(U8(4), depth)
	JNZ(LabelRef("loop"))
	RET()
}
