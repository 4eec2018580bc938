package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// wideRow is a tile of one row and v vectors, so that a row of B is read in
// long runs and the sums hide the latency of the additions.
func wideRow(s isa, v int) {
	name := fmt.Sprintf("gemmWideRow%d%s", v, s.name)
	TEXT(name, NOSPLIT,
		"func(k int, a *float32, aStep int, b *float32, ldb int, c *float32, accumulate int)")
	Doc(fmt.Sprintf("%s computes c[j] = c[j]·accumulate + Σ_p a[p*aStep] * b[p*ldb+j] for %d vectors of j, p < k.", name, v))
	Pragma("noescape")
	a, aStep, b, ldb, k := param("a"), floats("aStep"), param("b"), floats("ldb"), param("k")
	acc := make([]Op, v)
	for x := range acc {
		acc[x] = s.vec()
		s.zero(acc[x])
	}
	Label("loop")
	av := s.vec()
	VBROADCASTSS(Mem{Base: a}, av)
	for x := range acc {
		VFMADD231PS(Mem{Base: b, Disp: x * s.bytes()}, av, acc[x])
	}
	ADDQ(aStep, a)
	ADDQ(ldb, b)
	DECQ(k)
	JNZ(LabelRef("loop"))
	c, accumulate := param("c"), param("accumulate")
	TESTQ(accumulate, accumulate)
	JZ(LabelRef("store"))
	for x := range acc {
		VADDPS(Mem{Base: c, Disp: x * s.bytes()}, acc[x], acc[x])
	}
	Label("store")
	for x := range acc {
		VMOVUPS(acc[x], Mem{Base: c, Disp: x * s.bytes()})
	}
	VZEROUPPER()
	RET()
}

// dots is four rows times one vector, along the rows.
func dots(s isa) {
	const n, unroll = 4, 2
	TEXT("gemmDots"+s.name, NOSPLIT, "func(k int, x *float32, ldx int, v *float32, out *float32)")
	Doc("gemmDots"+s.name+" computes out[i] = Σ_p x[i*ldx+p] * v[p] for i < 4, p < k.",
		"Index p is added in lane p mod 2·lanes; the lanes are added at the end, halves first.")
	Pragma("noescape")
	x := newRows(param("x"), floats("ldx"), n)
	v, k := param("v"), param("k")
	var acc [n][unroll]Op
	for i := range acc {
		for u := range acc[i] {
			acc[i][u] = s.vec()
			s.zero(acc[i][u])
		}
	}
	vec := [unroll]Op{s.vec(), s.vec()}
	Label("loop")
	CMPQ(k, U32(unroll*s.lanes))
	JLT(LabelRef("tail"))
	for u := range unroll {
		VMOVUPS(Mem{Base: v, Disp: u * s.bytes()}, vec[u])
		for i := range n {
			VFMADD231PS(x.at(i).Offset(u*s.bytes()), vec[u], acc[i][u])
		}
	}
	ADDQ(U32(unroll*s.bytes()), v)
	x.advance(U32(unroll * s.bytes()))
	SUBQ(U32(unroll*s.lanes), k)
	JMP(LabelRef("loop"))

	Label("tail") // fewer than 2·lanes numbers: a first part, then a second
	tmp := s.vec()
	full := GP64()
	for u := range unroll {
		MOVQ(k, full)
		limit := GP64()
		MOVQ(U32(s.lanes), limit)
		CMPQ(full, limit)
		CMOVQGT(limit, full)
		SUBQ(full, k)
		m := s.mask(full)
		s.load(m, Mem{Base: v, Disp: u * s.bytes()}, vec[u])
		for i := range n {
			s.load(m, x.at(i).Offset(u*s.bytes()), tmp)
			VFMADD231PS(tmp, vec[u], acc[i][u])
		}
	}
	out := param("out")
	for i := range n {
		r := acc[i][0]
		VADDPS(acc[i][1], r, r)
		sumLanes(s, r)
		VMOVSS(lowX(r), Mem{Base: out, Disp: 4 * i})
	}
	VZEROUPPER()
	RET()
}
