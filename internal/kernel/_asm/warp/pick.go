package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// scaled is the address of pixel idx; idx is overwritten.
func scaled(src, idx reg.GPVirtual, bytes int) Mem {
	switch bytes {
	case 3:
		LEAQ(Mem{Base: idx, Index: idx, Scale: 2}, idx)
		return Mem{Base: src, Index: idx, Scale: 1}
	case 12:
		LEAQ(Mem{Base: idx, Index: idx, Scale: 2}, idx)
		return Mem{Base: src, Index: idx, Scale: 4}
	case 16:
		SHLQ(Imm(4), idx)
		return Mem{Base: src, Index: idx, Scale: 1}
	}
	return Mem{Base: src, Index: idx, Scale: uint8(bytes)}
}

// pick copies pixels of some bytes from their places, the first wide of them
// by loads and stores of a power of two, which also touch what follows.
func pick(bytes int) {
	args := "dst, src *byte, at *int32, n int"
	whole := bytes&(bytes-1) == 0
	if !whole {
		args += ", wide int"
	}
	TEXT(fmt.Sprintf("warpPick%dAVX2", bytes), NOSPLIT, "func("+args+")")
	Pragma("noescape")
	dst, src, at, n := GP64(), GP64(), GP64(), GP64()
	Load(Param("dst"), dst)
	Load(Param("src"), src)
	Load(Param("at"), at)
	Load(Param("n"), n)
	one := func(i int, wide bool) {
		idx := GP64()
		MOVL(Mem{Base: at, Disp: 4 * i}, idx.As32())
		from, to := scaled(src, idx, bytes), Mem{Base: dst, Disp: bytes * i}
		t, t2, x := GP64(), GP64(), XMM()
		switch {
		case bytes == 1:
			MOVBLZX(from, t.As32())
			MOVB(t.As8(), to)
		case bytes == 4, bytes == 3 && wide:
			MOVL(from, t.As32())
			MOVL(t.As32(), to)
		case bytes == 3:
			MOVWLZX(from, t.As32())
			MOVBLZX(from.Offset(2), t2.As32())
			MOVW(t.As16(), to)
			MOVB(t2.As8(), to.Offset(2))
		case bytes == 16, wide:
			VMOVUPS(from, x)
			VMOVUPS(x, to)
		default:
			MOVQ(from, t)
			MOVL(from.Offset(8), t2.As32())
			MOVQ(t, to)
			MOVL(t2.As32(), to.Offset(8))
		}
	}
	run := func(n reg.GPVirtual, name string, step int, wide bool) {
		counted(n, name, uint64(step), func() {
			for i := range step {
				one(i, wide)
			}
			ADDQ(Imm(uint64(4*step)), at)
			ADDQ(Imm(uint64(bytes*step)), dst)
		})
	}
	if whole {
		run(n, "by4", 4, false)
	} else {
		wide := GP64()
		Load(Param("wide"), wide)
		SUBQ(wide, n)
		if bytes == 12 {
			pickFour(dst, src, at, wide)
		} else {
			run(wide, "wideBy4", 4, true)
		}
		run(wide, "wide", 1, true)
	}
	run(n, "one", 1, false)
	if bytes == 12 {
		VZEROUPPER()
	}
	RET()
}

// pickFour copies pixels of three floats, four at a time, without stores that
// overlap.
func pickFour(dst, src, at, n reg.GPVirtual) {
	join := closeUp()
	counted(n, "wideBy4", 4, func() {
		var two [2]reg.VecVirtual
		for i := range two {
			two[i] = YMM()
			a, b := GP64(), GP64()
			MOVL(Mem{Base: at, Disp: 8 * i}, a.As32())
			MOVL(Mem{Base: at, Disp: 8*i + 4}, b.As32())
			VMOVUPS(scaled(src, a, 12), two[i].AsX())
			VINSERTF128(Imm(1), scaled(src, b, 12), two[i], two[i])
		}
		join(two[0], two[1], dst)
		ADDQ(Imm(16), at)
		ADDQ(Imm(48), dst)
	})
}
