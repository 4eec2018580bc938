package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// frame holds the registers of an inverse transform: a loop over pairs of
// blocks, of which the second is the first again where the number is odd.
type frame struct {
	dst, stride, stride3, a, b, q, n reg.GPVirtual
}

func begin(name, doc string) frame {
	TEXT(name, NOSPLIT, "func(dst *byte, stride int, coefs *int16, q *int16, n int)")
	Doc(doc)
	Pragma("noescape")
	f := frame{GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64()}
	Load(Param("dst"), f.dst)
	Load(Param("stride"), f.stride)
	Load(Param("coefs"), f.a)
	Load(Param("q"), f.q)
	Load(Param("n"), f.n)
	LEAQ(Mem{Base: f.stride, Index: f.stride, Scale: 2}, f.stride3)
	Label("pair")
	LEAQ(Mem{Base: f.a, Disp: 128}, f.b)
	CMPQ(f.n, Imm(1))
	CMOVQEQ(f.a, f.b)
	return f
}

func (f frame) end(width int) {
	ADDQ(U32(256), f.a)
	ADDQ(Imm(uint64(width)), f.dst)
	SUBQ(Imm(2), f.n)
	JG(LabelRef("pair"))
	VZEROUPPER()
	RET()
}

// row loads row i of both blocks.
func (f frame) row(i int, v vec) {
	VMOVDQU(Mem{Base: f.a, Disp: 16 * i}, low(v))
	VINSERTI128(Imm(1), Mem{Base: f.b, Disp: 16 * i}, v, v)
}

// steps multiplies row i by its quantisation steps.
func (f frame) steps(i int, v vec) { VPMULLW(Mem{Base: f.q, Disp: 32 * i}, v, v) }

// at is row i of the samples; the rows from 4 on need four rows added to dst.
func (f frame) at(i int) Mem {
	switch i & 3 {
	case 1:
		return Mem{Base: f.dst, Index: f.stride, Scale: 1}
	case 2:
		return Mem{Base: f.dst, Index: f.stride, Scale: 2}
	case 3:
		return Mem{Base: f.dst, Index: f.stride3, Scale: 1}
	}
	return Mem{Base: f.dst}
}

// The cosines with 13 fractional bits, as in jpeg_generic.go.
const (
	f0541      = 4433
	f0541p0765 = 4433 + 6270
	f0541m1847 = 4433 - 15137
	f1175      = 9633
	f1175m1961 = 9633 - 16069
	f1175m0390 = 9633 - 3196
	f0298m0899 = 2446 - 7373
	f0899      = 7373
	f2053m2562 = 16819 - 20995
	f2562      = 20995
	f3072m2562 = 25172 - 20995
	f1501m0899 = 12299 - 7373
)

// line8 transforms eight rows of 16-bit numbers, a column in each lane, and
// rounds to 16 bits. t are free registers, spill memory for four.
func line8(x, t [8]vec, spill Mem, shift int) (out, free [8]vec) {
	at := func(i int) Mem { return spill.Offset(32 * i) }
	// Even part.
	VPUNPCKLWD(x[6], x[2], t[0])
	VPUNPCKHWD(x[6], x[2], t[1])
	VPMADDWD(words(f0541p0765, f0541), t[0], x[2])
	VPMADDWD(words(f0541p0765, f0541), t[1], x[6])
	VPMADDWD(words(f0541, f0541m1847), t[0], t[0])
	VPMADDWD(words(f0541, f0541m1847), t[1], t[1])
	VPADDW(x[4], x[0], t[2])
	VPSUBW(x[4], x[0], x[0])
	VPXOR(x[4], x[4], x[4])
	VPUNPCKLWD(t[2], x[4], t[3])
	VPUNPCKHWD(t[2], x[4], t[4])
	VPUNPCKLWD(x[0], x[4], t[5])
	VPUNPCKHWD(x[0], x[4], t[6])
	VMOVDQU(dwords(1<<(shift-1)), x[4])
	for _, v := range t[3:7] {
		VPSRAD(Imm(3), v, v) // 16 bits up, 3 down: a factor of 2^13
		VPADDD(x[4], v, v)
	}
	low10, high10 := t[2], x[0]
	VPADDD(x[2], t[3], low10)
	VPADDD(x[6], t[4], high10)
	low13, high13 := t[3], t[4]
	VPSUBD(x[2], t[3], low13)
	VPSUBD(x[6], t[4], high13)
	low11, high11 := x[2], x[6]
	VPADDD(t[0], t[5], low11)
	VPADDD(t[1], t[6], high11)
	low12, high12 := t[5], t[6]
	VPSUBD(t[0], t[5], low12)
	VPSUBD(t[1], t[6], high12)
	for i, v := range []vec{high10, high11, high12, high13} {
		VMOVDQU(v, at(i))
	}
	// Odd part: pairs of inputs in the low and the high four lanes.
	a, b, c := t[0], t[1], t[7]
	VPADDW(x[7], x[3], x[4])
	VPADDW(x[5], x[1], a)
	VPUNPCKLWD(x[1], x[7], b)
	VPUNPCKHWD(x[1], x[7], x[7])
	VPUNPCKLWD(x[3], x[5], x[1])
	VPUNPCKHWD(x[3], x[5], x[5])
	VPUNPCKLWD(a, x[4], x[3])
	VPUNPCKHWD(a, x[4], x[4])
	odd := func(z, p71, p53, o0, o1, s vec) (tmp0, tmp1, tmp2, tmp3 vec) {
		VPMADDWD(words(f1175m1961, f1175), z, s)
		VPMADDWD(words(f1175, f1175m0390), z, z)
		VPMADDWD(words(f0298m0899, -f0899), p71, o0)
		VPMADDWD(words(-f0899, f1501m0899), p71, p71)
		VPADDD(s, o0, o0)
		VPADDD(z, p71, p71)
		VPMADDWD(words(f2053m2562, -f2562), p53, o1)
		VPMADDWD(words(-f2562, f3072m2562), p53, p53)
		VPADDD(z, o1, o1)
		VPADDD(s, p53, p53)
		return o0, o1, p53, p71
	}
	o0, o1, o2, o3 := odd(x[3], b, x[1], c, x[0], a)
	both := func(even, o, sum vec) (plus, minus vec) {
		VPADDD(o, even, sum)
		VPSUBD(o, even, even)
		VPSRAD(Imm(uint64(shift)), sum, sum)
		VPSRAD(Imm(uint64(shift)), even, even)
		return sum, even
	}
	out[0], out[7] = both(low10, o3, a)
	out[1], out[6] = both(low11, o2, x[3])
	out[2], out[5] = both(low12, o1, x[6])
	out[3], out[4] = both(low13, o0, t[6])
	// b (o3), x[1] (o2), x[0] (o1), c (o0) and t[4] are free again.
	h0, h1, h2, h3 := odd(x[4], x[7], x[5], c, x[0], b)
	even, sum := t[4], x[1]
	for i, o := range []vec{h3, h2, h1, h0} {
		VMOVDQU(at(i), even)
		plus, minus := both(even, o, sum)
		VPACKSSDW(plus, out[i], out[i])
		VPACKSSDW(minus, out[7-i], out[7-i])
	}
	return out, others(out)
}

// others are the eight registers that are not among v.
func others(v [8]vec) (o [8]vec) {
	i := 0
next:
	for _, y := range ymm {
		for _, u := range v {
			if u == y {
				continue next
			}
		}
		o[i] = y
		i++
	}
	return o
}

// transpose makes columns of rows in each half of the registers.
func transpose(x, t [8]vec) (out, free [8]vec) {
	for i := 0; i < 8; i += 2 {
		VPUNPCKLWD(x[i+1], x[i], t[i])
		VPUNPCKHWD(x[i+1], x[i], t[i+1])
	}
	for i := 0; i < 8; i += 4 {
		VPUNPCKLDQ(t[i+2], t[i], x[i])
		VPUNPCKHDQ(t[i+2], t[i], x[i+1])
		VPUNPCKLDQ(t[i+3], t[i+1], x[i+2])
		VPUNPCKHDQ(t[i+3], t[i+1], x[i+3])
	}
	for i := range 4 {
		VPUNPCKLQDQ(x[i+4], x[i], t[2*i])
		VPUNPCKHQDQ(x[i+4], x[i], t[2*i+1])
	}
	return t, x
}

func inverse8() {
	f := begin("jpegInverse8AVX2", "transforms n > 0 blocks to 8×8 samples, two at a time.")
	spill := AllocLocal(4 * 32)
	x, t := [8]vec(ymm[:8]), [8]vec(ymm[8:])
	for i := range 8 {
		f.row(i, x[i])
	}
	// Often there is a DC coefficient only.
	VPAND(words(0, -1, -1, -1, -1, -1, -1, -1), x[0], t[0])
	VPOR(x[2], x[1], t[1])
	VPOR(x[4], x[3], t[2])
	VPOR(x[6], x[5], t[3])
	VPOR(x[7], t[0], t[0])
	VPOR(t[1], t[2], t[1])
	VPOR(t[3], t[0], t[0])
	VPOR(t[1], t[0], t[0])
	VPTEST(t[0], t[0])
	JZ(LabelRef("flat"))
	for i := range 8 {
		f.steps(i, x[i])
	}
	x, t = line8(x, t, spill, 11)
	x, t = transpose(x, t)
	x, t = line8(x, t, spill, 18)
	// Columns of samples to rows of bytes.
	VPACKSSWB(x[2], x[0], t[0])
	VPACKSSWB(x[3], x[1], t[1])
	VPACKSSWB(x[6], x[4], t[2])
	VPACKSSWB(x[7], x[5], t[3])
	VMOVDQU(octets(all(128)), t[4])
	for _, v := range t[:4] {
		VPXOR(t[4], v, v)
	}
	VPUNPCKLBW(t[1], t[0], x[0])
	VPUNPCKHBW(t[1], t[0], x[1])
	VPUNPCKLBW(t[3], t[2], x[2])
	VPUNPCKHBW(t[3], t[2], x[3])
	VPUNPCKLWD(x[1], x[0], t[0])
	VPUNPCKHWD(x[1], x[0], t[1])
	VPUNPCKLWD(x[3], x[2], t[2])
	VPUNPCKHWD(x[3], x[2], t[3])
	VPUNPCKLDQ(t[2], t[0], x[0])
	VPUNPCKHDQ(t[2], t[0], x[1])
	VPUNPCKLDQ(t[3], t[1], x[2])
	VPUNPCKHDQ(t[3], t[1], x[3])
	down := GP64()
	for i := range 4 {
		if i == 2 {
			LEAQ(Mem{Base: f.dst, Index: f.stride, Scale: 4}, down)
			f.dst, down = down, f.dst
		}
		VPERMQ(Imm(0xD8), x[i], x[i])
		VMOVDQU(low(x[i]), f.at(2*i))
		VEXTRACTI128(Imm(1), x[i], f.at(2*i+1))
	}
	f.dst, down = down, f.dst
	Label("next")
	f.end(16)

	Label("flat")
	f.steps(0, x0)
	v := x0
	VPSHUFLW(Imm(0), v, v)
	VPSHUFD(Imm(0), v, v)
	VPADDSW(v, v, v)
	VPADDSW(v, v, v)
	VPADDSW(words(16), v, v)
	VPSRAW(Imm(5), v, v)
	VPACKSSWB(v, v, v)
	VPXOR(octets(all(128)), v, v)
	VPERMQ(Imm(0x08), v, v)
	for i := range 8 {
		if i == 4 {
			LEAQ(Mem{Base: f.dst, Index: f.stride, Scale: 4}, down)
			f.dst, down = down, f.dst
		}
		VMOVDQU(low(v), f.at(i))
	}
	JMP(LabelRef("next"))
}

var x0 = reg.Y0

// Constants of the transform to 4 samples.
const (
	f0211 = 1730
	f0509 = 4176
	f0601 = 4926
	f0765 = 6270
	f1061 = 8697
	f1451 = 11893
	f1847 = 15137
	f2172 = 17799
)

// line4 makes four numbers of dc and the pairs of inputs (2, 6), (1, 3) and
// (5, 7), and rounds them to 32 bits. All but dc are overwritten; dc has 16
// bits of fraction.
func line4(dc, p26, p13, p57, s, t vec, shift int) (o0, o1, o2, o3 vec) {
	VPSRAD(Imm(2), dc, dc)
	VPADDD(dwords(1<<(shift-1)), dc, dc)
	VPMADDWD(words(f1847, -f0765), p26, p26)
	VPMADDWD(words(f1061, -f2172), p13, s)
	VPMADDWD(words(f2562, f0899), p13, p13)
	VPMADDWD(words(f1451, -f0211), p57, t)
	VPMADDWD(words(-f0601, -f0509), p57, p57)
	VPADDD(s, t, s)       // odd0
	VPADDD(p13, p57, p13) // odd2
	VPADDD(p26, dc, t)
	VPSUBD(p26, dc, dc)
	VPSUBD(p13, t, p26) // 3
	VPADDD(p13, t, t)   // 0
	VPSUBD(s, dc, p57)  // 2
	VPADDD(s, dc, s)    // 1
	for _, v := range []vec{t, s, p57, p26} {
		VPSRAD(Imm(uint64(shift)), v, v)
	}
	return t, s, p57, p26
}

func inverse4() {
	f := begin("jpegInverse4AVX2", "transforms n > 0 blocks to 4×4 samples, two at a time.")
	x, t := [8]vec(ymm[:8]), [8]vec(ymm[8:])
	zero := x[4]
	for i := range 8 {
		if i != 4 {
			f.row(i, x[i])
			f.steps(i, x[i])
		}
	}
	VPXOR(zero, zero, zero)
	VPUNPCKLWD(x[0], zero, t[0])
	VPUNPCKLWD(x[6], x[2], t[1])
	VPUNPCKLWD(x[3], x[1], t[2])
	VPUNPCKLWD(x[7], x[5], t[3])
	VPUNPCKHWD(x[0], zero, x[0])
	VPUNPCKHWD(x[6], x[2], x[2])
	VPUNPCKHWD(x[3], x[1], x[1])
	VPUNPCKHWD(x[7], x[5], x[5])
	a0, a1, a2, a3 := line4(t[0], t[1], t[2], t[3], t[4], t[5], 12)
	b0, b1, b2, b3 := line4(x[0], x[2], x[1], x[5], x[3], x[6], 12)
	VPACKSSDW(b0, a0, a0)
	VPACKSSDW(b1, a1, a1)
	VPACKSSDW(b2, a2, a2)
	VPACKSSDW(b3, a3, a3)
	// Columns, two in each half of a register.
	VPUNPCKLWD(a1, a0, x[0])
	VPUNPCKHWD(a1, a0, x[1])
	VPUNPCKLWD(a3, a2, x[2])
	VPUNPCKHWD(a3, a2, x[3])
	c01, c23, c45, c67 := t[0], t[1], t[2], t[3]
	VPUNPCKLDQ(x[2], x[0], c01)
	VPUNPCKHDQ(x[2], x[0], c23)
	VPUNPCKLDQ(x[3], x[1], c45)
	VPUNPCKHDQ(x[3], x[1], c67)
	VPUNPCKLWD(c01, zero, x[0])
	VPUNPCKLWD(c67, c23, x[1])
	VPUNPCKHWD(c23, c01, x[2])
	VPUNPCKHWD(c67, c45, x[3])
	a0, a1, a2, a3 = line4(x[0], x[1], x[2], x[3], x[5], x[6], 19)
	VPACKSSDW(a2, a0, a0)
	VPACKSSDW(a3, a1, a1)
	VPUNPCKLWD(a1, a0, t[0])
	VPUNPCKHWD(a1, a0, t[1])
	VPUNPCKLDQ(t[1], t[0], t[2])
	VPUNPCKHDQ(t[1], t[0], t[3])
	VPACKSSWB(t[3], t[2], t[2])
	VPXOR(octets(all(128)), t[2], t[2])
	VEXTRACTI128(Imm(1), t[2], low(t[3]))
	VPUNPCKLDQ(low(t[3]), low(t[2]), low(t[0]))
	VPUNPCKHDQ(low(t[3]), low(t[2]), low(t[1]))
	VMOVQ(low(t[0]), f.at(0))
	VPEXTRQ(Imm(1), low(t[0]), f.at(1))
	VMOVQ(low(t[1]), f.at(2))
	VPEXTRQ(Imm(1), low(t[1]), f.at(3))
	f.end(8)
}

// Constants of the transform to 2 samples.
const (
	f0720 = 5906
	f0850 = 6967
	f1272 = 10426
	f3624 = 29692
)

func inverse2() {
	f := begin("jpegInverse2AVX2", "transforms n > 0 blocks to 2×2 samples, two at a time.")
	x, zero := ymm[:8], ymm[8]
	for _, i := range []int{0, 1, 3, 5, 7} {
		f.row(i, x[i])
		f.steps(i, x[i])
	}
	VPXOR(zero, zero, zero)
	half := func(unpack func(ops ...Op), dc, p13, p57, out0, out1 vec) {
		unpack(x[0], zero, dc)
		unpack(x[3], x[1], p13)
		unpack(x[7], x[5], p57)
		VPSRAD(Imm(1), dc, dc) // 16 bits up, 1 down: a factor of 2^15
		VPADDD(dwords(1<<12), dc, dc)
		VPMADDWD(words(f3624, -f1272), p13, p13)
		VPMADDWD(words(f0850, -f0720), p57, p57)
		VPADDD(p57, p13, p13)
		VPADDD(p13, dc, out0)
		VPSUBD(p13, dc, out1)
		VPSRAD(Imm(13), out0, out0)
		VPSRAD(Imm(13), out1, out1)
	}
	half(VPUNPCKLWD, ymm[9], ymm[10], ymm[11], ymm[2], ymm[4])
	half(VPUNPCKHWD, ymm[9], ymm[10], ymm[11], ymm[6], ymm[12])
	r0, r1, odd, dc := ymm[2], ymm[4], ymm[9], ymm[10]
	VPACKSSDW(ymm[6], r0, r0)
	VPACKSSDW(ymm[12], r1, r1)
	// Across: the sums of four products in each row.
	taps := words(0, f3624, 0, -f1272, 0, f0850, 0, -f0720)
	VPMADDWD(taps, r0, odd)
	VPMADDWD(taps, r1, ymm[11])
	VPHADDD(ymm[11], odd, odd)
	VPHADDD(odd, odd, odd)
	VPUNPCKLWD(r1, r0, dc)
	VPUNPCKLWD(dc, zero, dc)
	VPSRAD(Imm(1), dc, dc)
	VPADDD(dwords(1<<19), dc, dc)
	VPADDD(odd, dc, ymm[0])
	VPSUBD(odd, dc, ymm[1])
	VPSRAD(Imm(20), ymm[0], ymm[0])
	VPSRAD(Imm(20), ymm[1], ymm[1])
	VPUNPCKLDQ(ymm[1], ymm[0], ymm[0])
	VPACKSSDW(ymm[0], ymm[0], ymm[0])
	VPACKSSWB(ymm[0], ymm[0], ymm[0])
	VPXOR(octets(all(128)), ymm[0], ymm[0])
	VEXTRACTI128(Imm(1), ymm[0], low(ymm[1]))
	VPUNPCKLWD(low(ymm[1]), low(ymm[0]), low(ymm[0]))
	VMOVD(low(ymm[0]), f.at(0))
	VPEXTRD(Imm(1), low(ymm[0]), f.at(1))
	f.end(4)
}
