package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa hides the differences of the instruction sets.
type isa interface {
	name() string
	lanes() int
	bytes() int
	reg(i int) reg.VecPhysical
	setup(field func(int) Mem, tmp reg.GPVirtual) // mask, one and count
	one() reg.VecPhysical
	count() reg.VecPhysical
	zero(r reg.VecPhysical)
	load(m Mem, r reg.VecPhysical, masked bool)
	store(r reg.VecPhysical, m Mem, masked bool)
	// larger sets best = max(best, x); NaN wins and stays.
	larger(x, best reg.VecPhysical)
	// first is larger that also sets which = k where best changes.
	first(x, best, k, which reg.VecPhysical)
	// chosen sets dst = dy where which == k, else 0; dst is no operand.
	chosen(dy, which, k, dst reg.VecPhysical)
	// equal sets dst = dy where x == best, else 0; dst may be x.
	equal(dy, x, best, dst reg.VecPhysical)
	// positive clears dy where x > 0 is not true.
	positive(x, zero, dy reg.VecPhysical)
}

// Predicates of VCMPPS.
const (
	same        = 0 // equal, and neither is NaN
	unordered   = 3
	notLessSame = 6 // not (a <= b): a > b or one is NaN
	ordered     = 7
	greater     = 30 // and neither is NaN
)

type avx512 struct{}

var zmm = []reg.VecPhysical{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4}

func (avx512) name() string              { return "AVX512" }
func (avx512) lanes() int                { return 16 }
func (avx512) bytes() int                { return 64 }
func (avx512) reg(i int) reg.VecPhysical { return zmm[i] }
func (avx512) one() reg.VecPhysical      { return reg.Z31 }
func (avx512) count() reg.VecPhysical    { return reg.Z30 }
func (avx512) zero(r reg.VecPhysical)    { VPXORD(r, r, r) }

func (avx512) setup(field func(int) Mem, tmp reg.GPVirtual) {
	MOVQ(field(offMask), tmp)
	KMOVW(tmp.As32(), reg.K1)
	VPTERNLOGD(Imm(0xff), reg.Z31, reg.Z31, reg.Z31)
	VPSRLD(Imm(31), reg.Z31, reg.Z31)
	VBROADCASTSS(field(offCount), reg.Z30)
}

func (avx512) load(m Mem, r reg.VecPhysical, masked bool) {
	if masked {
		VMOVUPS_Z(m, reg.K1, r)
	} else {
		VMOVUPS(m, r)
	}
}

func (avx512) store(r reg.VecPhysical, m Mem, masked bool) {
	if masked {
		VMOVUPS(r, reg.K1, m)
	} else {
		VMOVUPS(r, m)
	}
}

func (avx512) larger(x, best reg.VecPhysical) {
	VCMPPS(Imm(unordered), best, best, reg.K2)
	VMOVAPS(best, reg.Z29)
	VMAXPS(x, best, best) // x where either is NaN
	VMOVAPS(reg.Z29, reg.K2, best)
}

func (avx512) first(x, best, k, which reg.VecPhysical) {
	VCMPPS(Imm(ordered), best, best, reg.K2)
	VCMPPS(Imm(notLessSame), best, x, reg.K2, reg.K2)
	VMOVAPS(x, reg.K2, best)
	VMOVDQA32(k, reg.K2, which)
}

func (avx512) chosen(dy, which, k, dst reg.VecPhysical) {
	VPCMPEQD(k, which, reg.K2)
	VMOVAPS_Z(dy, reg.K2, dst)
}

func (avx512) equal(dy, x, best, dst reg.VecPhysical) {
	VCMPPS(Imm(same), best, x, reg.K2)
	VMOVAPS_Z(dy, reg.K2, dst)
}

func (avx512) positive(x, zero, dy reg.VecPhysical) {
	VCMPPS(Imm(greater), zero, x, reg.K2)
	VMOVAPS_Z(dy, reg.K2, dy)
}

type avx2 struct{}

var ymm = []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4}

func (avx2) name() string              { return "AVX2" }
func (avx2) lanes() int                { return 8 }
func (avx2) bytes() int                { return 32 }
func (avx2) reg(i int) reg.VecPhysical { return ymm[i] }
func (avx2) one() reg.VecPhysical      { return reg.Y14 }
func (avx2) count() reg.VecPhysical    { return reg.Y13 }
func (avx2) zero(r reg.VecPhysical)    { VXORPS(r, r, r) }

func (avx2) setup(field func(int) Mem, tmp reg.GPVirtual) {
	MOVQ(field(offMaskV), tmp)
	VMOVDQU(Mem{Base: tmp}, reg.Y15)
	VPCMPEQD(reg.Y14, reg.Y14, reg.Y14)
	VPSRLD(Imm(31), reg.Y14, reg.Y14)
	VBROADCASTSS(field(offCount), reg.Y13)
}

func (avx2) load(m Mem, r reg.VecPhysical, masked bool) {
	if masked {
		VMASKMOVPS(m, reg.Y15, r)
	} else {
		VMOVUPS(m, r)
	}
}

func (avx2) store(r reg.VecPhysical, m Mem, masked bool) {
	if masked {
		VMASKMOVPS(r, reg.Y15, m)
	} else {
		VMOVUPS(r, m)
	}
}

func (avx2) larger(x, best reg.VecPhysical) {
	VCMPPS(Imm(unordered), best, best, reg.Y12)
	VMAXPS(x, best, reg.Y11) // x where either is NaN
	VBLENDVPS(reg.Y12, best, reg.Y11, best)
}

func (avx2) first(x, best, k, which reg.VecPhysical) {
	VCMPPS(Imm(ordered), best, best, reg.Y12)
	VCMPPS(Imm(notLessSame), best, x, reg.Y11)
	VANDPS(reg.Y11, reg.Y12, reg.Y12)
	VBLENDVPS(reg.Y12, x, best, best)
	VBLENDVPS(reg.Y12, k, which, which)
}

func (avx2) chosen(dy, which, k, dst reg.VecPhysical) {
	VPCMPEQD(k, which, dst)
	VANDPS(dy, dst, dst)
}

func (avx2) equal(dy, x, best, dst reg.VecPhysical) {
	VCMPPS(Imm(same), best, x, reg.Y12)
	VANDPS(dy, reg.Y12, dst)
}

func (avx2) positive(x, zero, dy reg.VecPhysical) {
	VCMPPS(Imm(greater), zero, x, reg.Y12)
	VANDPS(reg.Y12, dy, dy)
}
