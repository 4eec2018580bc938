// Command winograd generates the transforms of package kernel's Winograd
// convolutions, F(2×2, 3×3) of Lavin and Gray (2015). Each takes a small square
// of vectors, multiplies it from both sides with a constant matrix in
// registers, and stores the square that comes out; a loop goes over channels.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var zmm = []reg.VecPhysical{
	reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
	reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
	reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
	reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
}

var (
	tmp, tmp2 = reg.Z29, reg.Z30
	half      = reg.Z31 // 0.5 in every lane, or zero where that is wanted
)

// A transform makes out×out vectors of in×in ones; line does it for one row or
// column, in place when it makes fewer, and from the first registers when more.
type transform struct {
	name, doc string
	in, out   int
	line      func(r []reg.VecPhysical) // max(in, out) registers
	result    bool                      // bias, ReLU
}

var transforms = []transform{
	{"Source", "makes 4×4 of the 4×4 cells of an input: Bᵀ·d·B.", 4, 4, source, false},
	{"Result", "makes 2×2 results of 4×4 products: Aᵀ·m·A.", 4, 2, result, true},
	{"Spread", "makes 4×4 of 2×2 gradients of results: A·d·Aᵀ.", 2, 4, spread, false},
	{"Weight", "makes 4×4 of 3×3 taps: G·g·Gᵀ.", 3, 4, weight, false},
	{"Taps", "makes gradients of 3×3 taps of 4×4 sums: Gᵀ·u·G.", 4, 3, taps, false},
}

func source(r []reg.VecPhysical) {
	VADDPS(r[2], r[1], tmp)
	VSUBPS(r[2], r[0], r[0])
	VSUBPS(r[3], r[1], r[3])
	VSUBPS(r[1], r[2], r[2])
	VMOVAPS(tmp, r[1])
}

func result(r []reg.VecPhysical) {
	VADDPS(r[2], r[1], tmp)
	VSUBPS(r[2], r[1], tmp2)
	VADDPS(tmp, r[0], r[0])
	VSUBPS(r[3], tmp2, r[1])
}

func spread(r []reg.VecPhysical) {
	VSUBPS(r[1], half, r[3]) // half is zero here
	VSUBPS(r[1], r[0], r[2])
	VADDPS(r[1], r[0], r[1])
}

func weight(r []reg.VecPhysical) {
	VADDPS(r[2], r[0], tmp)
	VMOVAPS(r[2], r[3])
	VSUBPS(r[1], tmp, r[2])
	VADDPS(r[1], tmp, r[1])
	VMULPS(half, r[1], r[1])
	VMULPS(half, r[2], r[2])
}

func taps(r []reg.VecPhysical) {
	VADDPS(r[2], r[1], tmp)
	VSUBPS(r[2], r[1], tmp2)
	VMULPS(half, tmp, tmp)
	VADDPS(tmp, r[0], r[0])
	VMULPS(half, tmp2, r[1])
	VADDPS(tmp, r[3], r[2])
}

func main() {
	ConstraintExpr("amd64,!purego")
	for _, t := range transforms {
		generate(t)
	}
	for _, t := range transforms4 {
		generate4(t, false)
		if t.name == "Source" || t.name == "Result" || t.name == "Spread" {
			generate4(t, true)
		}
	}
	multiply()
	sums()
	Generate()
}

// square yields the address of cell (i, j) of a square in memory.
type square struct {
	rows      []reg.GPVirtual
	col, col3 reg.GPVirtual
}

func newSquare(n int, base, row, col string) (s square) {
	p := GP64()
	Load(Param(base), p)
	s.rows = append(s.rows, p)
	step := GP64()
	Load(Param(row), step)
	for i := 1; i < n; i++ {
		p := GP64()
		LEAQ(Mem{Base: s.rows[i-1], Index: step, Scale: 4}, p)
		s.rows = append(s.rows, p)
	}
	s.col = GP64()
	Load(Param(col), s.col)
	SHLQ(Imm(2), s.col)
	if n > 3 {
		s.col3 = GP64()
		LEAQ(Mem{Base: s.col, Index: s.col, Scale: 2}, s.col3)
	}
	return s
}

func (s *square) at(i, j int) Mem {
	switch j {
	case 0:
		return Mem{Base: s.rows[i]}
	case 3:
		return Mem{Base: s.rows[i], Index: s.col3, Scale: 1}
	}
	return Mem{Base: s.rows[i], Index: s.col, Scale: uint8(j)}
}

func (s *square) advance() {
	for _, p := range s.rows {
		ADDQ(Imm(64), p)
	}
}

func generate(t transform) {
	signature := "func(src *float32, srcRow, srcCol int, dst *float32, dstRow, dstCol int, n int)"
	if t.result {
		signature = "func(src *float32, srcRow, srcCol int, dst *float32, dstRow, dstCol int, n int, bias *float32, relu int)"
	}
	TEXT("winograd"+t.name+"AVX512", NOSPLIT, signature)
	Doc(t.doc, "Steps are in floats; n is a positive multiple of 16.")
	Pragma("noescape")
	src := newSquare(t.in, "src", "srcRow", "srcCol")
	dst := newSquare(t.out, "dst", "dstRow", "dstCol")
	n := GP64()
	Load(Param("n"), n)
	var bias, relu reg.GPVirtual
	if t.result {
		bias, relu = GP64(), GP64()
		Load(Param("bias"), bias)
		Load(Param("relu"), relu)
	}
	switch t.name {
	case "Spread":
		VPXORD(half, half, half)
	case "Weight", "Taps":
		x := GP32()
		MOVL(U32(0x3f000000), x)
		VPBROADCASTD(x, half)
	}
	m := max(t.in, t.out)
	cell := func(i, j int) reg.VecPhysical { return zmm[i*m+j] }
	Label("loop")
	for j := range t.in {
		var r []reg.VecPhysical
		for i := range m {
			r = append(r, cell(i, j))
			if i < t.in {
				VMOVUPS(src.at(i, j), cell(i, j))
			}
		}
		t.line(r)
	}
	if t.result {
		// The bias comes last, as in the tiles.
		VPXORD(zmm[16], zmm[16], zmm[16])
		TESTQ(bias, bias)
		JZ(LabelRef("noBias"))
		VMOVUPS(Mem{Base: bias}, zmm[16])
		ADDQ(Imm(64), bias)
		Label("noBias")
	}
	for i := range t.out {
		t.line(zmm[i*m : i*m+m])
		for j := range t.out {
			if t.result {
				VADDPS(zmm[16], cell(i, j), cell(i, j))
			}
		}
	}
	if t.result {
		TESTQ(relu, relu)
		JZ(LabelRef("noReLU"))
		VPXORD(tmp, tmp, tmp)
		for i := range t.out {
			for j := range t.out {
				// The second source wins when either is NaN, so NaN stays.
				VMAXPS(cell(i, j), tmp, cell(i, j))
			}
		}
		Label("noReLU")
	}
	for i := range t.out {
		for j := range t.out {
			VMOVUPS(cell(i, j), dst.at(i, j))
		}
	}
	if t.name == "Source" || t.name == "Spread" {
		// Rows far apart, four at a time, are more than hardware follows well.
		for i := range t.in {
			PREFETCHT0(Mem{Base: src.rows[i], Disp: 1024})
			PREFETCHT0(Mem{Base: src.rows[i], Disp: 1088})
		}
	}
	src.advance()
	dst.advance()
	SUBQ(Imm(16), n)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
