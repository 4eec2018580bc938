package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// wide selects the instruction set that is being written: AVX-512 or AVX2.
var wide bool

func isa() string {
	if wide {
		return "AVX512"
	}
	return "AVX2"
}

// lanes is the number of float32 in a vector.
func lanes() int {
	if wide {
		return 16
	}
	return 8
}

// A lane is a vector that an expression reads: a register, or four bytes of memory
// (a constant or an argument) that stand for all lanes.
type lane struct {
	r    reg.VecVirtual
	m    Mem
	full bool // the memory holds a whole vector, not one number for all lanes
	late bool // the vector is an operand, loaded where it is used
}

// A mask is the outcome of a comparison.
type mask struct {
	r reg.VecVirtual    // AVX2: all bits of a lane
	k reg.OpmaskVirtual // AVX-512
}

func vec() reg.VecVirtual {
	if wide {
		return ZMM()
	}
	return YMM()
}

var constants = map[string]Mem{}

// word is a constant of 32 bits.
func word(b uint32) lane {
	name := fmt.Sprintf("%sConst%08x", topic, b)
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i := range 8 {
			DATA(4*i, U32(b))
		}
		constants[name] = m
	}
	return lane{m: m, full: true}
}

// num is a constant.
func num(x float64) lane { return word(math.Float32bits(float32(x))) }

// double is a float64 constant, four times.
func double(x float64) Mem {
	name := fmt.Sprintf("%sConst%016x", topic, math.Float64bits(x))
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i := range 4 {
			DATA(8*i, F64(x))
		}
		constants[name] = m
	}
	return m
}

// in brings a lane into a register.
func (a lane) in() reg.VecVirtual {
	if a.r == nil {
		r := vec()
		if a.late {
			emit(func() { VMOVUPS(a.m, r) })
		} else {
			emit(func() { VBROADCASTSS(a.m, r) })
		}
		return r
	}
	return a.r
}

type instr func(...Op)

// two writes f(a, b) in Intel's order of operands.
func two(f, bcst instr, a, b lane) lane {
	d, x := vec(), a.in()
	switch {
	case b.r != nil:
		emit(func() { f(b.r, x, d) })
	case wide && bcst != nil:
		emit(func() { bcst(b.m, x, d) })
	case b.full && !wide:
		emit(func() { f(b.m, x, d) })
	default:
		y := b.in()
		emit(func() { f(y, x, d) })
	}
	return lane{r: d}
}

func add(a, b lane) lane { return two(VADDPS, VADDPS_BCST, a, b) }
func sub(a, b lane) lane { return two(VSUBPS, VSUBPS_BCST, a, b) }
func mul(a, b lane) lane { return two(VMULPS, VMULPS_BCST, a, b) }
func div(a, b lane) lane { return two(VDIVPS, VDIVPS_BCST, a, b) }

// above is a > b ? a : b and below a < b ? a : b; so b when one is NaN.
func above(a, b lane) lane { return two(VMAXPS, VMAXPS_BCST, a, b) }
func below(a, b lane) lane { return two(VMINPS, VMINPS_BCST, a, b) }

func addInt(a, b lane) lane { return two(VPADDD, VPADDD_BCST, a, b) }
func subInt(a, b lane) lane { return two(VPSUBD, VPSUBD_BCST, a, b) }

func and(a, b lane) lane {
	if wide {
		return two(VPANDD, VPANDD_BCST, a, b)
	}
	return two(fix(VPAND), nil, a, b)
}

func or(a, b lane) lane {
	if wide {
		return two(VPORD, VPORD_BCST, a, b)
	}
	return two(fix(VPOR), nil, a, b)
}

func xor(a, b lane) lane {
	if wide {
		return two(VPXORD, VPXORD_BCST, a, b)
	}
	return two(fix(VPXOR), nil, a, b)
}

// fix makes a variadic function of one with three operands.
func fix(f func(a, b, c Op)) instr { return func(o ...Op) { f(o[0], o[1], o[2]) } }

func shift(f instr, a lane, n uint64) lane {
	d, x := vec(), a.in()
	emit(func() { f(Imm(n), x, d) })
	return lane{r: d}
}

func left(a lane, n uint64) lane  { return shift(VPSLLD, a, n) }
func right(a lane, n uint64) lane { return shift(VPSRLD, a, n) } // unsigned
func half(a lane) lane            { return shift(VPSRAD, a, 1) } // signed

func one(f instr, a lane) lane {
	d, x := vec(), a.in()
	emit(func() { f(x, d) })
	return lane{r: d}
}

func sqrt(a lane) lane    { return one(VSQRTPS, a) }
func toFloat(a lane) lane { return one(VCVTDQ2PS, a) }

// round rounds to integer: mode 8 to nearest even, 9 down.
func round(mode uint64, a lane) lane {
	d, x := vec(), a.in()
	emit(func() {
		if wide {
			VRNDSCALEPS(Imm(mode), x, d)
		} else {
			VROUNDPS(Imm(mode), x, d)
		}
	})
	return lane{r: d}
}

func abs(a lane) lane    { return and(a, word(0x7fffffff)) }
func neg(a lane) lane    { return xor(a, word(1<<31)) }
func negAbs(a lane) lane { return or(a, word(1<<31)) }
func square(a lane) lane { return mul(a, a) }
func signOf(a lane) lane { return and(a, word(1<<31)) }

// Predicates of VCMPPS, all quiet.
const (
	eq = 0
	un = 3 // one is NaN
	ne = 4 // or one is NaN
	lt = 17
	le = 18
	ge = 29
	gt = 30
)

func cmp(pred uint64, a, b lane) mask {
	x := a.in()
	if wide {
		k := K()
		if b.r == nil {
			emit(func() { VCMPPS_BCST(Imm(pred), b.m, x, k) })
		} else {
			emit(func() { VCMPPS(Imm(pred), b.r, x, k) })
		}
		return mask{k: k}
	}
	d := YMM()
	if b.r == nil && b.full {
		emit(func() { VCMPPS(Imm(pred), b.m, x, d) })
	} else {
		y := b.in()
		emit(func() { VCMPPS(Imm(pred), y, x, d) })
	}
	return mask{r: d}
}

// both and either combine masks.
func both(a, b mask) mask {
	if wide {
		k := K()
		emit(func() { KANDW(a.k, b.k, k) })
		return mask{k: k}
	}
	return mask{r: and(lane{r: a.r}, lane{r: b.r}).r}
}

func either(a, b mask) mask {
	if wide {
		k := K()
		emit(func() { KORW(a.k, b.k, k) })
		return mask{k: k}
	}
	return mask{r: or(lane{r: a.r}, lane{r: b.r}).r}
}

// pick is m ? a : b.
func pick(m mask, a, b lane) lane {
	d, x, y := vec(), a.in(), b.in()
	emit(func() {
		if wide {
			VBLENDMPS(x, y, m.k, d)
		} else {
			VBLENDVPS(m.r, x, y, d)
		}
	})
	return lane{r: d}
}

// only is m ? a : 0.
func only(m mask, a lane) lane {
	d := vec()
	switch {
	case wide && a.r == nil:
		emit(func() { VBROADCASTSS_Z(a.m, m.k, d) })
	case wide:
		emit(func() { VMOVAPS_Z(a.r, m.k, d) })
	default:
		return and(lane{r: m.r}, a)
	}
	return lane{r: d}
}

func truth(m mask) lane { return only(m, num(1)) }
