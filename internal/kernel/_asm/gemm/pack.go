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

// packVectors copies the rows of a panel of v whole vectors, of which the last may
// have fewer lanes in src.
func packVectors(s isa, v int, masked bool) {
	name := fmt.Sprintf("packVectors%d%s%s", v, choose(masked, "Masked", ""), s.name)
	TEXT(name, NOSPLIT, "func(dst, src *float32, ld, depth, count int)")
	Doc(fmt.Sprintf("%s copies depth rows of %d vectors, ld floats apart in src and neighbours in dst.", name, v),
		"Masked: the last vector has count lanes in src; zeros fill it up.")
	Pragma("noescape")
	dst, src, ld, depth := param("dst"), param("src"), floats("ld"), param("depth")
	masks := make([]Op, v)
	if masked {
		masks[v-1] = s.mask(param("count"))
	}
	Label("loop")
	for x := range v {
		r := s.vec()
		s.load(masks[x], Mem{Base: src, Disp: x * s.bytes()}, r)
		VMOVUPS(r, Mem{Base: dst, Disp: x * s.bytes()})
	}
	ADDQ(ld, src)
	ADDQ(U8(v*s.bytes()), dst)
	DECQ(depth)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// packFours copies the rows of a panel of four numbers.
func packFours() {
	TEXT("packFours", NOSPLIT, "func(dst, src *float32, ld, depth int)")
	Doc("packFours copies depth rows of 4 floats, ld floats apart in src and neighbours in dst.")
	Pragma("noescape")
	dst, src, ld, depth := param("dst"), param("src"), floats("ld"), param("depth")
	Label("loop")
	r := XMM()
	VMOVUPS(Mem{Base: src}, r)
	VMOVUPS(r, Mem{Base: dst})
	ADDQ(ld, src)
	ADDQ(U8(16), dst)
	DECQ(depth)
	JNZ(LabelRef("loop"))
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

// packAlong4x8 transposes four rows, eight numbers at a time, into a panel of four.
func packAlong4x8() {
	TEXT("packAlong4x8AVX2", NOSPLIT, "func(dst, src *float32, ld, depth int)")
	Doc("packAlong4x8AVX2 writes dst[p*4+i] = src[i*ld+p] for i < 4 and p < depth, a positive multiple of 8,",
		"and asks for the four rows after these.")
	Pragma("noescape")
	dst := param("dst")
	src := newRows(param("src"), floats("ld"), 8)
	depth := param("depth")
	Label("loop")
	in := make([]Op, 4)
	for i := range in {
		in[i] = YMM()
		VMOVUPS(src.at(i), in[i])
		PREFETCHT0(src.at(i + 4))
	}
	out := fourColumns(in)
	// Lane 0 has columns 0 to 3, lane 1 has 4 to 7.
	for i, pick := range []U8{0x20, 0x20, 0x31, 0x31} {
		y := YMM()
		VPERM2F128(pick, out[i%2*2+1], out[i%2*2], y)
		VMOVUPS(y, Mem{Base: dst, Disp: 32 * i})
	}
	src.advance(U8(32))
	SUBQ(I8(-128), dst)
	SUBQ(U8(8), depth)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// packAlong8 transposes eight rows, eight numbers at a time.
func packAlong8() {
	TEXT("packAlong8AVX2", NOSPLIT, "func(dst *float32, width int, src *float32, ld, depth int)")
	Doc("packAlong8AVX2 writes dst[p*width+i] = src[i*ld+p] for i < 8 and p < depth, a positive multiple of 8.")
	Pragma("noescape")
	dst := newRows(param("dst"), floats("width"), 8)
	src := newRows(param("src"), floats("ld"), 8)
	depth := param("depth")
	Label("loop")
	var out [2][]Op
	for h := range out {
		in := make([]Op, 4)
		for i := range in {
			in[i] = YMM()
			VMOVUPS(src.at(4*h+i), in[i])
		}
		out[h] = fourColumns(in)
	}
	for i := range 4 {
		y := YMM()
		VPERM2F128(U8(0x20), out[1][i], out[0][i], y)
		VMOVUPS(y, dst.at(i))
	}
	for i := range 4 {
		VPERM2F128(U8(0x31), out[1][i], out[0][i], out[0][i])
		VMOVUPS(out[0][i], dst.at(4+i))
	}
	src.advance(U8(32))
	for _, b := range dst.base {
		LEAQ(Mem{Base: b, Index: dst.stride, Scale: 8}, b)
	}
	SUBQ(U8(8), depth)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// fourColumns transposes both 4×4 halves of four rows of eight.
func fourColumns(in []Op) []Op {
	l01, h01, l23, h23 := YMM(), YMM(), YMM(), YMM()
	VUNPCKLPS(in[1], in[0], l01)
	VUNPCKHPS(in[1], in[0], h01)
	VUNPCKLPS(in[3], in[2], l23)
	VUNPCKHPS(in[3], in[2], h23)
	out := []Op{YMM(), YMM(), YMM(), YMM()}
	VUNPCKLPD(l23, l01, out[0])
	VUNPCKHPD(l23, l01, out[1])
	VUNPCKLPD(h23, h01, out[2])
	VUNPCKHPD(h23, h01, out[3])
	return out
}
