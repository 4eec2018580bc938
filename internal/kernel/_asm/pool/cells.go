package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// cells2x2 generates max-pooling of 2×2 windows between two rows, which also
// writes down the cell of each maximum, one byte a channel. It needs AVX2 only:
// the convolution around it takes the time.
func cells2x2() {
	i := avx2{}
	TEXT("poolCellsAVX2", NOSPLIT, "func(x0, x1 *float32, col int, y *float32, cells *byte, next int, n, count, relu int)")
	Doc("computes count windows of n channels, a multiple of 8. Steps are in elements; cells may be nil.")
	Pragma("noescape")
	x0, x1, y, cells := pointer("x0"), pointer("x1"), pointer("y"), pointer("cells")
	col, count, n, at := stride("col"), pointer("count"), GP64(), GP64()
	number := func(k int, r reg.VecPhysical) {
		t := GP32()
		MOVL(U32(uint32(k)), t)
		VMOVD(t, r.AsX())
		VPBROADCASTD(r.AsX(), r)
	}
	k := []reg.VecPhysical{nil, reg.Y4, reg.Y5, reg.Y6, reg.Y7} // 1 to 4
	for j := 1; j < 5; j++ {
		number(j, k[j])
	}
	zero, pack := reg.Y8, reg.Y9
	i.zero(zero)
	number(0x0c080400, pack)
	best, x, which, test := reg.Y0, reg.Y1, reg.Y2, reg.Y3

	Label("window")
	MOVQ(param("n"), n)
	XORQ(at, at)
	Label("vector")
	VMOVUPS(Mem{Base: x0, Index: at, Scale: 4}, best)
	i.zero(which)
	right := GP64()
	for j, base := range []reg.GPVirtual{x0, x1, x1} {
		if j == 1 {
			VMOVUPS(Mem{Base: base, Index: at, Scale: 4}, x)
		} else {
			LEAQ(Mem{Base: base, Index: at, Scale: 4}, right)
			VMOVUPS(Mem{Base: right, Index: col, Scale: 1}, x)
		}
		VCMPPS(Imm(notLessSame), best, x, test)
		VCMPPS(Imm(ordered), best, best, reg.Y12)
		VANDPS(reg.Y12, test, test)
		VBLENDVPS(test, k[j+1], which, which)
		i.larger(x, best)
	}
	VMOVUPS(best, Mem{Base: y, Index: at, Scale: 4})
	TESTQ(cells, cells)
	JZ(LabelRef("next"))
	CMPQ(param("relu"), Imm(0))
	JE(LabelRef("all"))
	VCMPPS(Imm(greater), zero, best, test)
	VBLENDVPS(test, which, k[4], which)
	Label("all")
	VPSHUFB(pack, which, which)
	VEXTRACTI128(Imm(1), which, x.AsX())
	VPUNPCKLDQ(x.AsX(), which.AsX(), which.AsX())
	VMOVQ(which.AsX(), Mem{Base: cells, Index: at, Scale: 1})
	Label("next")
	ADDQ(Imm(8), at)
	SUBQ(Imm(8), n)
	JNZ(LabelRef("vector"))
	LEAQ(Mem{Base: x0, Index: col, Scale: 2}, x0)
	LEAQ(Mem{Base: x1, Index: col, Scale: 2}, x1)
	step := GP64()
	MOVQ(param("next"), step)
	LEAQ(Mem{Base: y, Index: step, Scale: 4}, y)
	TESTQ(cells, cells)
	JZ(LabelRef("none"))
	ADDQ(step, cells)
	Label("none")
	DECQ(count)
	JNZ(LabelRef("window"))
	VZEROUPPER()
	RET()
}

// spread2x2 generates the opposite: y goes to its cell, the others are zero.
func spread2x2() {
	TEXT("poolSpreadAVX2", NOSPLIT, "func(y *float32, cells *byte, next int, x0, x1 *float32, col int, n, count int)")
	Doc("writes count windows of n channels, a multiple of 8. Steps are in elements.")
	Pragma("noescape")
	x0, x1, y, cells := pointer("x0"), pointer("x1"), pointer("y"), pointer("cells")
	col, count, n, at := stride("col"), pointer("count"), GP64(), GP64()
	VPXOR(reg.Y4, reg.Y4, reg.Y4)
	k := []reg.VecPhysical{reg.Y4, reg.Y5, reg.Y6, reg.Y7}
	VPCMPEQD(reg.Y8, reg.Y8, reg.Y8)
	for j := 1; j < 4; j++ {
		VPSUBD(reg.Y8, k[j-1], k[j])
	}
	Label("window")
	MOVQ(param("n"), n)
	XORQ(at, at)
	Label("vector")
	VMOVUPS(Mem{Base: y, Index: at, Scale: 4}, reg.Y0)
	VPMOVZXBD(Mem{Base: cells, Index: at, Scale: 1}, reg.Y1)
	for r, base := range []reg.GPVirtual{x0, x1} {
		p := GP64()
		LEAQ(Mem{Base: base, Index: at, Scale: 4}, p)
		VPCMPEQD(k[2*r], reg.Y1, reg.Y2)
		VANDPS(reg.Y0, reg.Y2, reg.Y2)
		VMOVUPS(reg.Y2, Mem{Base: p})
		VPCMPEQD(k[2*r+1], reg.Y1, reg.Y3)
		VANDPS(reg.Y0, reg.Y3, reg.Y3)
		VMOVUPS(reg.Y3, Mem{Base: p, Index: col, Scale: 1})
	}
	ADDQ(Imm(8), at)
	SUBQ(Imm(8), n)
	JNZ(LabelRef("vector"))
	LEAQ(Mem{Base: x0, Index: col, Scale: 2}, x0)
	LEAQ(Mem{Base: x1, Index: col, Scale: 2}, x1)
	step := GP64()
	MOVQ(param("next"), step)
	LEAQ(Mem{Base: y, Index: step, Scale: 4}, y)
	ADDQ(step, cells)
	DECQ(count)
	JNZ(LabelRef("window"))
	VZEROUPPER()
	RET()
}

func pointer(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

// stride is a parameter in bytes.
func stride(name string) reg.GPVirtual {
	r := pointer(name)
	SHLQ(Imm(2), r)
	return r
}

func param(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}
