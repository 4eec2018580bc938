package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

type blend struct{ dst, src, below, at, u, v, n reg.GPVirtual }

// linear opens a function that blends float pixels. below is src one row on.
func linear(name string) blend {
	TEXT(name, NOSPLIT, "func(dst, src *float32, at *int32, u, v *float32, n, row int)")
	Pragma("noescape")
	b := blend{GP64(), GP64(), GP64(), GP64(), GP64(), GP64(), GP64()}
	Load(Param("dst"), b.dst)
	Load(Param("src"), b.src)
	Load(Param("row"), b.below)
	LEAQ(Mem{Base: b.src, Index: b.below, Scale: 4}, b.below)
	Load(Param("at"), b.at)
	Load(Param("u"), b.u)
	Load(Param("v"), b.v)
	Load(Param("n"), b.n)
	return b
}

func (b blend) advance(n, bytes int) {
	ADDQ(Imm(uint64(4*n)), b.at)
	ADDQ(Imm(uint64(4*n)), b.u)
	ADDQ(Imm(uint64(4*n)), b.v)
	ADDQ(Imm(uint64(n*bytes)), b.dst)
}

// mix returns p + u·(q-p), in q.
func mix(u, p, q reg.VecVirtual) reg.VecVirtual {
	VSUBPS(p, q, q)
	VMULPS(u, q, q)
	VADDPS(p, q, q)
	return q
}

// linearFloat3 blends pixels of three floats. Its loads never leave the four
// pixels where memory may end, hence the load that begins one float early.
func linearFloat3() {
	b := linear("warpLinearFloat3AVX2")
	pixel := func(i int) reg.VecVirtual {
		idx := GP64()
		MOVL(Mem{Base: b.at, Disp: 4 * i}, idx.As32())
		LEAQ(Mem{Base: idx, Index: idx, Scale: 2}, idx)
		p00, p01, p10, p11, u, v := XMM(), XMM(), XMM(), XMM(), XMM(), XMM()
		VMOVUPS(Mem{Base: b.src, Index: idx, Scale: 4}, p00)
		VMOVUPS(Mem{Base: b.src, Index: idx, Scale: 4, Disp: 12}, p01)
		VMOVUPS(Mem{Base: b.below, Index: idx, Scale: 4}, p10)
		VPERMILPS(Imm(0b11_11_10_01), Mem{Base: b.below, Index: idx, Scale: 4, Disp: 8}, p11)
		VBROADCASTSS(Mem{Base: b.u, Disp: 4 * i}, u)
		VBROADCASTSS(Mem{Base: b.v, Disp: 4 * i}, v)
		return mix(v, mix(u, p00, p01), mix(u, p10, p11))
	}
	// Two pixels side by side, one in each half of a register.
	spread := YMM()
	VMOVDQU(table(U32(0), U32(0), U32(0), U32(0), U32(1), U32(1), U32(1), U32(1)), spread)
	pair := func(i int) reg.VecVirtual {
		idx := [2]reg.GPVirtual{GP64(), GP64()}
		for k, x := range idx {
			MOVL(Mem{Base: b.at, Disp: 4 * (i + k)}, x.As32())
			LEAQ(Mem{Base: x, Index: x, Scale: 2}, x)
		}
		both := func(base reg.GPVirtual, disp int) reg.VecVirtual {
			r := YMM()
			VMOVUPS(Mem{Base: base, Index: idx[0], Scale: 4, Disp: disp}, r.AsX())
			VINSERTF128(Imm(1), Mem{Base: base, Index: idx[1], Scale: 4, Disp: disp}, r, r)
			return r
		}
		way := func(base reg.GPVirtual) reg.VecVirtual {
			r := YMM()
			VBROADCASTSD(Mem{Base: base, Disp: 4 * i}, r)
			VPERMILPS(spread, r, r)
			return r
		}
		p00, p01, p10, p11 := both(b.src, 0), both(b.src, 12), both(b.below, 0), both(b.below, 8)
		VPERMILPS(Imm(0b11_11_10_01), p11, p11)
		u, v := way(b.u), way(b.v)
		return mix(v, mix(u, p00, p01), mix(u, p10, p11))
	}
	join := closeUp()
	counted(b.n, "by4", 4, func() {
		join(pair(0), pair(2), b.dst)
		b.advance(4, 12)
	})
	counted(b.n, "one", 1, func() {
		r := pixel(0)
		VMOVLPS(r, Mem{Base: b.dst})
		VEXTRACTPS(Imm(2), r, Mem{Base: b.dst, Disp: 8})
		b.advance(1, 12)
	})
	VZEROUPPER()
	RET()
}

// closeUp returns code that stores four pixels of three floats, which lie in
// the quarters of two registers, without gaps.
func closeUp() func(first, second reg.VecVirtual, dst reg.GPVirtual) {
	low, high := YMM(), YMM()
	VMOVDQU(table(U32(0), U32(1), U32(2), U32(4), U32(5), U32(6), U32(0), U32(0)), low)
	VMOVDQU(table(U32(2), U32(4), U32(5), U32(6), U32(0), U32(0), U32(0), U32(1)), high)
	return func(first, second reg.VecVirtual, dst reg.GPVirtual) { closeUpBy(low, high, first, second, dst) }
}

// closeUpBy takes the numbers of the lanes that are wanted of both registers:
// the first six of the result, and the last six turned by two.
func closeUpBy(low, high, first, second reg.VecVirtual, dst reg.GPVirtual) {
	VPERMPS(first, low, first)
	VPERMPS(second, high, second)
	VBLENDPS(Imm(0b1100_0000), second, first, first)
	VMOVUPS(first, Mem{Base: dst})
	VMOVUPS(second.AsX(), Mem{Base: dst, Disp: 32})
}

func linearFloat4() {
	b := linear("warpLinearFloat4AVX2")
	pixel := func(i int) {
		idx := GP64()
		MOVL(Mem{Base: b.at, Disp: 4 * i}, idx.As32())
		SHLQ(Imm(4), idx)
		p00, p01, p10, p11, u, v := XMM(), XMM(), XMM(), XMM(), XMM(), XMM()
		VMOVUPS(Mem{Base: b.src, Index: idx, Scale: 1}, p00)
		VMOVUPS(Mem{Base: b.src, Index: idx, Scale: 1, Disp: 16}, p01)
		VMOVUPS(Mem{Base: b.below, Index: idx, Scale: 1}, p10)
		VMOVUPS(Mem{Base: b.below, Index: idx, Scale: 1, Disp: 16}, p11)
		VBROADCASTSS(Mem{Base: b.u, Disp: 4 * i}, u)
		VBROADCASTSS(Mem{Base: b.v, Disp: 4 * i}, v)
		VMOVUPS(mix(v, mix(u, p00, p01), mix(u, p10, p11)), Mem{Base: b.dst, Disp: 16 * i})
	}
	counted(b.n, "by2", 2, func() {
		pixel(0)
		pixel(1)
		b.advance(2, 16)
	})
	counted(b.n, "one", 1, func() {
		pixel(0)
		b.advance(1, 16)
	})
	RET()
}

// linearFloat1 blends four pixels of one float at a time.
func linearFloat1() {
	b := linear("warpLinearFloat1AVX2")
	pairs := func(base reg.GPVirtual, idx []reg.GPVirtual) (left, right reg.VecVirtual) {
		a, c := XMM(), XMM()
		left, right = XMM(), XMM()
		VMOVSD(Mem{Base: base, Index: idx[0], Scale: 4}, a)
		VMOVHPS(Mem{Base: base, Index: idx[1], Scale: 4}, a, a)
		VMOVSD(Mem{Base: base, Index: idx[2], Scale: 4}, c)
		VMOVHPS(Mem{Base: base, Index: idx[3], Scale: 4}, c, c)
		VSHUFPS(Imm(0b10_00_10_00), c, a, left)
		VSHUFPS(Imm(0b11_01_11_01), c, a, right)
		return left, right
	}
	counted(b.n, "by4", 4, func() {
		idx := []reg.GPVirtual{GP64(), GP64(), GP64(), GP64()}
		for i, x := range idx {
			MOVL(Mem{Base: b.at, Disp: 4 * i}, x.As32())
		}
		p00, p01 := pairs(b.src, idx)
		p10, p11 := pairs(b.below, idx)
		u, v := XMM(), XMM()
		VMOVUPS(Mem{Base: b.u}, u)
		VMOVUPS(Mem{Base: b.v}, v)
		VMOVUPS(mix(v, mix(u, p00, p01), mix(u, p10, p11)), Mem{Base: b.dst})
		b.advance(4, 4)
	})
	counted(b.n, "one", 1, func() {
		idx := GP64()
		MOVL(Mem{Base: b.at}, idx.As32())
		var p [4]reg.VecVirtual
		for i := range p {
			p[i] = XMM()
			VMOVSS(Mem{Base: []reg.GPVirtual{b.src, b.below}[i/2], Index: idx, Scale: 4, Disp: 4 * (i % 2)}, p[i])
		}
		u, v := XMM(), XMM()
		VMOVSS(Mem{Base: b.u}, u)
		VMOVSS(Mem{Base: b.v}, v)
		VMOVSS(mix(v, mix(u, p[0], p[1]), mix(u, p[2], p[3])), Mem{Base: b.dst})
		b.advance(1, 4)
	})
	RET()
}
