package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The products between the transforms have few steps, so that tables and masks
// of the general tile would take as long as the sums. These two go over all
// rows themselves, and know that columns come in two vectors.

// multiply generates c[i][j] = Σ_k a[i][k]·b[k][j] for six rows i at a time.
func multiply() {
	TEXT("winogradMulAVX2", NOSPLIT, "func(a *float32, lda int, b, c *float32, ldc, tiles, k, add int)")
	Doc("computes c = a·b, or c += a·b, for tiles·6 rows and 16 columns.", "Steps are in floats; k is a positive multiple of 8. Rows of b lie 16 apart.")
	Pragma("noescape")
	a, lda := pointer("a"), stride("lda")
	c, ldc := pointer("c"), stride("ldc")
	tiles := pointer("tiles")
	a3, c3 := GP64(), GP64()
	// row i of six from two pointers three rows apart
	row := func(lo, hi, step reg.GPVirtual, i, disp int) Mem {
		base := lo
		if i > 2 {
			base = hi
		}
		m := Mem{Base: base, Disp: disp}
		if i %= 3; i > 0 {
			m.Index, m.Scale = step, uint8(i)
		}
		return m
	}
	Label("tile")
	for i := range 12 {
		VXORPS(ymm[i], ymm[i], ymm[i])
	}
	b, k := GP64(), GP64()
	MOVQ(param("b"), b)
	MOVQ(param("k"), k)
	LEAQ(Mem{Base: lda, Index: lda, Scale: 2}, a3)
	ADDQ(a, a3)
	Label("loop")
	for u := range 8 {
		VMOVUPS(Mem{Base: b, Disp: 64 * u}, reg.Y12)
		VMOVUPS(Mem{Base: b, Disp: 64*u + 32}, reg.Y13)
		for i := range 6 {
			tmp := ymm[14+i%2]
			VBROADCASTSS(row(a, a3, lda, i, 4*u), tmp)
			VFMADD231PS(tmp, reg.Y12, ymm[2*i])
			VFMADD231PS(tmp, reg.Y13, ymm[2*i+1])
		}
	}
	ADDQ(Imm(32), a)
	ADDQ(Imm(32), a3)
	ADDQ(U32(512), b)
	SUBQ(Imm(8), k)
	JNZ(LabelRef("loop"))
	LEAQ(Mem{Base: ldc, Index: ldc, Scale: 2}, c3)
	ADDQ(c, c3)
	CMPQ(param("add"), Imm(0))
	JE(LabelRef("store"))
	for i := range 12 {
		VADDPS(row(c, c3, ldc, i/2, i%2*32), ymm[i], ymm[i])
	}
	Label("store")
	for i := range 12 {
		VMOVUPS(ymm[i], row(c, c3, ldc, i/2, i%2*32))
	}
	// a has gone k along its row: back, and six rows on.
	MOVQ(param("k"), k)
	NEGQ(k)
	LEAQ(Mem{Base: a, Index: k, Scale: 4}, a)
	LEAQ(Mem{Base: a, Index: lda, Scale: 4}, a)
	LEAQ(Mem{Base: a, Index: lda, Scale: 2}, a)
	LEAQ(Mem{Base: c3, Index: ldc, Scale: 2}, c)
	ADDQ(ldc, c)
	DECQ(tiles)
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// sums generates c[i][j] = Σ_k a[k][i]·b[k][j] for 16 rows i at a time: tiles
// of 6, 5 and 5, which all keep the arithmetic busy.
func sums() {
	TEXT("winogradSumAVX2", NOSPLIT, "func(a *float32, lda int, b *float32, ldb int, c *float32, ldc, groups, k, add int)")
	Doc("computes c = aᵀ·b, or c += aᵀ·b, for groups·16 rows and 16 columns of c.", "Steps are in floats; k is positive.")
	Pragma("noescape")
	aBase, lda := pointer("a"), stride("lda")
	ldb := stride("ldb")
	c, ldc := pointer("c"), stride("ldc")
	groups := pointer("groups")
	a, b, k := GP64(), GP64(), GP64()
	Label("group")
	first := 0
	for t, rows := range []int{6, 5, 5} {
		label := func(s string) string { return s + string(rune('0'+t)) }
		for i := range 2 * rows {
			VXORPS(ymm[i], ymm[i], ymm[i])
		}
		MOVQ(aBase, a)
		MOVQ(param("b"), b)
		MOVQ(param("k"), k)
		step := func() {
			VMOVUPS(Mem{Base: b}, reg.Y12)
			VMOVUPS(Mem{Base: b, Disp: 32}, reg.Y13)
			ADDQ(ldb, b)
			for i := range rows {
				tmp := ymm[14+i%2]
				VBROADCASTSS(Mem{Base: a, Disp: 4 * (first + i)}, tmp)
				VFMADD231PS(tmp, reg.Y12, ymm[2*i])
				VFMADD231PS(tmp, reg.Y13, ymm[2*i+1])
			}
			ADDQ(lda, a)
		}
		SUBQ(Imm(4), k)
		JL(LabelRef(label("rest")))
		Label(label("loop"))
		for range 4 {
			step()
		}
		SUBQ(Imm(4), k)
		JGE(LabelRef(label("loop")))
		Label(label("rest"))
		ADDQ(Imm(4), k)
		JZ(LabelRef(label("done")))
		Label(label("one"))
		step()
		DECQ(k)
		JNZ(LabelRef(label("one")))
		Label(label("done"))
		// The rows of the tile one after another; c moves along.
		CMPQ(param("add"), Imm(0))
		JE(LabelRef(label("store")))
		p := GP64()
		MOVQ(c, p)
		for i := range rows {
			VADDPS(Mem{Base: p}, ymm[2*i], ymm[2*i])
			VADDPS(Mem{Base: p, Disp: 32}, ymm[2*i+1], ymm[2*i+1])
			if i < rows-1 {
				ADDQ(ldc, p)
			}
		}
		Label(label("store"))
		for i := range rows {
			VMOVUPS(ymm[2*i], Mem{Base: c})
			VMOVUPS(ymm[2*i+1], Mem{Base: c, Disp: 32})
			ADDQ(ldc, c)
		}
		first += rows
	}
	ADDQ(Imm(64), aBase)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

func pointer(param string) reg.GPVirtual {
	r := GP64()
	Load(Param(param), r)
	return r
}

// stride is a parameter in bytes.
func stride(param string) reg.GPVirtual {
	r := GP64()
	Load(Param(param), r)
	SHLQ(Imm(2), r)
	return r
}
