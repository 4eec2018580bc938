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

// scaledRows adds n rows, each times a number, to a row in memory. The long rows
// are read in the order of the memory, which is what caches and page tables like
// best, and those of the next call are asked for meanwhile.
func scaledRows(s isa, n int) {
	name := fmt.Sprintf("gemmRows%d%s", n, s.name)
	TEXT(name, NOSPLIT, "func(cols int, v *float32, vStep int, x *float32, ld int, c *float32, accumulate int)")
	Doc(fmt.Sprintf("%s computes c[j] = c[j]·accumulate + Σ_i v[i*vStep] * x[i*ld+j] for i < %d, j < cols,", name, n),
		"adding in the order of i.")
	Pragma("noescape")
	v, vStep, x, ld := param("v"), floats("vStep"), param("x"), floats("ld")
	row := newRows(x, ld, 2*n)
	scale := make([]Op, n)
	for i := range scale {
		scale[i] = s.vec()
		VBROADCASTSS(Mem{Base: v}, scale[i])
		ADDQ(vStep, v)
	}
	c, cols, accumulate := param("c"), param("cols"), param("accumulate")
	advance := func(by int) {
		row.advance(U8(by))
		ADDQ(U8(by), c)
	}
	// vectors computes count vectors, the last with the lanes of m.
	vectors := func(add bool, count int, m Op, ahead bool) {
		acc := make([]Op, count)
		for u := range acc {
			acc[u] = s.vec()
			if at := (Mem{Base: c, Disp: u * s.bytes()}); add {
				s.load(m, at, acc[u])
			}
		}
		for i := range n {
			if ahead {
				PREFETCHT0(row.at(n + i))
			}
			for u := range acc {
				at := row.at(i).Offset(u * s.bytes())
				if m != nil {
					t := s.vec()
					s.load(m, at, t)
					mulAdd(add || i > 0, scale[i], t, acc[u])
				} else {
					mulAdd(add || i > 0, scale[i], at, acc[u])
				}
			}
		}
		for u := range acc {
			s.store(m, acc[u], Mem{Base: c, Disp: u * s.bytes()})
		}
	}
	TESTQ(accumulate, accumulate)
	JZ(LabelRef("set_pairs"))
	for _, add := range []bool{true, false} {
		l := choose(add, "add_", "set_")
		Label(l + "pairs")
		SUBQ(U8(2*s.lanes), cols)
		JLT(LabelRef(l + "one"))
		Label(l + "loop")
		vectors(add, 2, nil, true)
		advance(2 * s.bytes())
		SUBQ(U8(2*s.lanes), cols)
		JGE(LabelRef(l + "loop"))
		Label(l + "one")
		ADDQ(U8(s.lanes), cols)
		JLT(LabelRef(l + "rest"))
		vectors(add, 1, nil, false)
		advance(s.bytes())
		SUBQ(U8(s.lanes), cols)
		Label(l + "rest")
		ADDQ(U8(s.lanes), cols)
		JZ(LabelRef("done"))
		vectors(add, 1, s.mask(cols), false)
		if add {
			JMP(LabelRef("done"))
		}
	}
	Label("done")
	VZEROUPPER()
	RET()
}

// mulAdd computes acc += x·y, or acc = x·y.
func mulAdd(add bool, x, y, acc Op) {
	if add {
		VFMADD231PS(y, x, acc)
	} else {
		VMULPS(y, x, acc)
	}
}

// dotRows is four rows times one vector, along the rows, for many fours of rows.
func dotRows(s isa) {
	const n, unroll = 4, 2
	name := "gemmDotRows" + s.name
	TEXT(name, NOSPLIT, "func(fours, k int, x *float32, ld int, v, out *float32)")
	Doc(name+" computes out[i] = Σ_p x[i*ld+p] * v[p] for i < 4·fours, p < k.",
		"Index p is added in lane p mod 2·lanes; the lanes are added at the end.")
	Pragma("noescape")
	fours, first, ld, out := param("fours"), param("x"), floats("ld"), param("out")
	k := param("k")
	// How many numbers are left after the whole turns, for each vector of the last.
	var rest [unroll]Op
	left := GP64()
	MOVQ(k, left)
	ANDQ(U8(unroll*s.lanes-1), left)
	for u := range rest {
		rest[u] = s.mask(left) // more than all lanes are all lanes
		SUBQ(U8(s.lanes), left)
	}
	Label("four")
	x := newRows(copyOf(first), ld, 2*n)
	v, turns := GP64(), copyOf(k)
	Load(Param("v"), v)
	var acc [n][unroll]Op
	for i := range acc {
		for u := range acc[i] {
			acc[i][u] = s.vec()
			s.zero(acc[i][u])
		}
	}
	vec := [unroll]Op{s.vec(), s.vec()}
	SUBQ(U8(unroll*s.lanes), turns)
	JLT(LabelRef("tail"))
	Label("loop")
	for u := range unroll {
		VMOVUPS(Mem{Base: v, Disp: u * s.bytes()}, vec[u])
	}
	for i := range n {
		PREFETCHT0(x.at(n + i))
		for u := range unroll {
			VFMADD231PS(x.at(i).Offset(u*s.bytes()), vec[u], acc[i][u])
		}
	}
	ADDQ(U8(unroll*s.bytes()), v)
	x.advance(U8(unroll * s.bytes()))
	SUBQ(U8(unroll*s.lanes), turns)
	JGE(LabelRef("loop"))
	Label("tail")
	CMPQ(turns, I8(-unroll*s.lanes))
	JEQ(LabelRef("sum"))
	tmp := s.vec()
	for u := range unroll {
		s.load(rest[u], Mem{Base: v, Disp: u * s.bytes()}, vec[u])
		for i := range n {
			s.load(rest[u], x.at(i).Offset(u*s.bytes()), tmp)
			VFMADD231PS(tmp, vec[u], acc[i][u])
		}
	}
	Label("sum")
	for i := range n {
		VADDPS(acc[i][1], acc[i][0], acc[i][0])
	}
	// Two rows are folded into one register, then four.
	pair := [2]Op{}
	for i := range pair {
		a, b, t := acc[2*i][0], acc[2*i+1][0], s.vec()
		VUNPCKLPS(b, a, t)
		VUNPCKHPS(b, a, a)
		VADDPS(t, a, a)
		pair[i] = a
	}
	t := s.vec()
	VUNPCKLPD(pair[1], pair[0], t)
	VUNPCKHPD(pair[1], pair[0], pair[0])
	VADDPS(t, pair[0], t)
	high := XMM()
	VEXTRACTF128(U8(1), t, high)
	VADDPS(high, lowX(t), high)
	VMOVUPS(high, Mem{Base: out})
	ADDQ(U8(16), out)
	LEAQ(Mem{Base: first, Index: ld, Scale: 4}, first)
	DECQ(fours)
	JNZ(LabelRef("four"))
	VZEROUPPER()
	RET()
}
