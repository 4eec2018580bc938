package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa hides the differences of the instruction sets. The last vector of a row
// is masked; "last" marks it.
type isa interface {
	name() string
	bytes() int          // of a vector
	heights() []int      // of tiles, tallest first
	embeds() bool        // arithmetic takes a broadcast memory operand
	slowMask() bool      // a masked store takes many times a whole one
	turns() bool         // sums of a broadcast take four taps a turn
	loops(s source) bool // a tile goes on through all rows by itself
	reg(i int) reg.VecPhysical
	label(s string) string
	zero(r reg.VecPhysical)
	load(m Mem, r reg.VecPhysical, last bool)
	store(r reg.VecPhysical, m Mem, last bool)
	loadMask(field func(int) Mem, tmp reg.GPPhysical)
	loadLanes(s source, field func(int) Mem, tmp reg.GPPhysical)
	lanes(s source, m Mem, addr reg.GPPhysical, dst reg.VecPhysical)
}

type avx512 struct{}

func (avx512) name() string          { return "AVX512" }
func (avx512) bytes() int            { return 64 }
func (avx512) heights() []int        { return []int{12, 8, 4} }
func (avx512) embeds() bool          { return true }
func (avx512) slowMask() bool        { return false }
func (avx512) turns() bool           { return false }
func (avx512) loops(source) bool     { return false }
func (avx512) label(s string) string { return s }

var zmm = []reg.VecPhysical{
	reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
	reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
	reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
	reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
}

func (avx512) reg(i int) reg.VecPhysical { return zmm[i] }
func (avx512) zero(r reg.VecPhysical)    { VPXORD(r, r, r) }

func (avx512) load(m Mem, r reg.VecPhysical, last bool) {
	if last {
		VMOVUPS_Z(m, reg.K1, r)
	} else {
		VMOVUPS(m, r)
	}
}

func (avx512) store(r reg.VecPhysical, m Mem, last bool) {
	if last {
		VMOVUPS(r, reg.K1, m)
	} else {
		VMOVUPS(r, m)
	}
}

func (avx512) loadMask(field func(int) Mem, tmp reg.GPPhysical) {
	MOVQ(field(offMask), tmp)
	KMOVW(tmp.As32(), reg.K1)
}

func (avx512) loadLanes(s source, field func(int) Mem, tmp reg.GPPhysical) {
	if s != permute && s != gather {
		return
	}
	MOVQ(field(offLane), tmp)
	VMOVDQU32(Mem{Base: tmp}, reg.Z31)
	MOVQ(field(offAMask), tmp)
	KMOVW(tmp.As32(), reg.K2)
}

func (avx512) lanes(s source, m Mem, addr reg.GPPhysical, dst reg.VecPhysical) {
	if s == permute {
		VMOVUPS_Z(m, reg.K2, dst)
		VPERMPS(dst, reg.Z31, dst)
		return
	}
	LEAQ(m, addr)
	KMOVW(reg.K1, reg.K3) // a gather clears its mask
	VGATHERDPS(Mem{Base: addr, Index: reg.Z31, Scale: 4}, reg.K3, dst)
}

type avx2 struct{}

func (avx2) name() string          { return "AVX2" }
func (avx2) bytes() int            { return 32 }
func (avx2) heights() []int        { return []int{6, 4, 2} }
func (avx2) embeds() bool          { return false }
func (avx2) slowMask() bool        { return true }
func (avx2) turns() bool           { return true }
func (avx2) loops(s source) bool   { return s == vector }
func (avx2) label(s string) string { return s }

var ymm = []reg.VecPhysical{
	reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
	reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
}

func (avx2) reg(i int) reg.VecPhysical { return ymm[i] }
func (avx2) zero(r reg.VecPhysical)    { VXORPS(r, r, r) }

func (avx2) load(m Mem, r reg.VecPhysical, last bool) {
	if last {
		VMASKMOVPS(m, reg.Y15, r)
	} else {
		VMOVUPS(m, r)
	}
}

func (avx2) store(r reg.VecPhysical, m Mem, last bool) {
	if last {
		VMASKMOVPS(r, reg.Y15, m)
	} else {
		VMOVUPS(r, m)
	}
}

func (avx2) loadMask(field func(int) Mem, tmp reg.GPPhysical) {
	MOVQ(field(offMaskV), tmp)
	VMOVDQU(Mem{Base: tmp}, reg.Y15)
}

func (avx2) loadLanes(s source, field func(int) Mem, tmp reg.GPPhysical) {
	if s != permute && s != gather {
		return
	}
	MOVQ(field(offLane), tmp)
	VMOVDQU(Mem{Base: tmp}, reg.Y14)
	MOVQ(field(offAMskV), tmp)
	VMOVDQU(Mem{Base: tmp}, reg.Y13)
}

func (avx2) lanes(s source, m Mem, addr reg.GPPhysical, dst reg.VecPhysical) {
	if s == permute {
		VMASKMOVPS(m, reg.Y13, dst)
		VPERMPS(dst, reg.Y14, dst)
		return
	}
	LEAQ(m, addr)
	VMOVAPS(reg.Y15, reg.Y12) // a gather clears its mask
	VGATHERDPS(reg.Y12, Mem{Base: addr, Index: reg.Y14, Scale: 4}, dst)
}
