package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The elementary functions, in the order of operations of math_generic.go.

const (
	magic     = 12582912
	magicBits = 0x4b400000
	ln2Hi     = 0.693359375
	ln2Lo     = -2.12194440e-4
)

var (
	expC  = []float64{0.00019766994, 0.0013933228, 0.008333541, 0.041666485, 0.16666666, 0.5}
	logC  = []float64{0.067282826, -0.11662323, 0.11888664, -0.12408082, 0.14219974, -0.16667855, 0.2000208, -0.25000012, 0.33333313}
	tanhC = []float64{-0.0056922967, 0.020628167, -0.053736515, 0.13331406, -0.3333328}
	sinC  = []float64{-0.00019517903, 0.008332187, -0.16666655}
	cosC  = []float64{2.4432327e-05, -0.001388731, 0.041666646}
	erfC  = []float64{7.99665e-05, -0.00080497697, 0.005192405, -0.026855731, 0.11283626, -0.3761263, 0.12837917}
	erfQ  = []float64{-0.00021399232, 0.003214999, -0.022890057, 0.10526193, 0.6357183, 0.003514361}
)

// poly evaluates a polynomial, the highest coefficient first.
func poly(x lane, c []float64) lane {
	p := add(mul(x, num(c[0])), num(c[1]))
	for _, k := range c[2:] {
		p = add(mul(p, x), num(k))
	}
	return p
}

func pow2(n lane) lane { return left(addInt(n, word(127)), 23) }

func reduceExp(x lane) (q, nf, n lane) {
	t := add(mul(x, num(1.44269504)), num(magic))
	nf = sub(t, num(magic))
	n = far(t)
	r := sub(x, mul(nf, num(ln2Hi)))
	r = sub(r, mul(nf, num(ln2Lo)))
	p := poly(r, expC)
	q = add(r, mul(p, square(r)))
	return q, nf, subInt(n, word(magicBits))
}

func exp(x lane) lane {
	x = below(num(89), x)
	x = above(num(-104), x)
	q, _, n := reduceExp(x)
	h := half(n)
	return mul(mul(add(q, num(1)), pow2(h)), pow2(subInt(n, h)))
}

func expm1(x lane) lane {
	x = below(num(89), x)
	x = above(num(-30), x)
	q, nf, n := reduceExp(x)
	s := pow2(addInt(n, word(0xffffffff)))
	y := add(mul(q, s), sub(s, num(0.5)))
	return pick(cmp(eq, nf, num(0)), q, add(y, y))
}

func logParts(x lane) (f, k lane) {
	e := shift(VPSRAD, subInt(x, word(0x3f3504f3)), 23)
	return sub(subInt(x, left(e, 23)), num(1)), toFloat(e)
}

func logSum(f, k lane, c *lane) lane {
	p := poly(f, logC)
	f2 := square(f)
	s := add(mul(mul(p, f), f2), mul(k, num(ln2Lo)))
	s = sub(s, mul(f2, num(0.5)))
	if c != nil {
		s = add(s, *c)
	}
	s = add(s, f)
	return add(s, mul(k, num(ln2Hi)))
}

func log(x lane) lane {
	small := cmp(lt, x, num(0x1p-126))
	e := only(small, num(-23))
	y := pick(small, mul(x, num(0x1p23)), x)
	f, k := logParts(y)
	zero := word(0)
	r := logSum(f, add(k, e), &zero)
	inf := word(0x7f800000)
	r = pick(cmp(eq, x, num(0)), word(0xff800000), r)
	r = pick(cmp(ge, x, num(0)), r, word(0x7fc00000))
	return pick(cmp(eq, x, inf), x, r)
}

func log1pCore(x lane) lane {
	u := add(x, num(1))
	b := sub(u, num(1))
	c := add(sub(num(1), sub(u, b)), sub(x, b))
	f, k := logParts(u)
	q := div(c, u)
	return logSum(f, k, &q)
}

func log1p(x lane) lane {
	r := log1pCore(x)
	r = pick(cmp(eq, x, num(-1)), word(0xff800000), r)
	r = pick(cmp(ge, x, num(-1)), r, word(0x7fc00000))
	return pick(either(cmp(eq, x, num(0)), cmp(eq, x, word(0x7f800000))), x, r)
}

func tanh(x lane) lane {
	a := abs(x)
	z := square(x)
	small := add(mul(mul(poly(z, tanhC), z), x), x)
	b := below(num(10), a)
	q, _, n := reduceExp(add(b, b)) // of at most 20: one factor is as good as exp's two
	e := mul(add(q, num(1)), pow2(n))
	large := or(sub(num(1), div(num(2), add(e, num(1)))), signOf(x))
	return pick(cmp(lt, a, num(0.625)), small, large)
}

func sigmoid(x lane) lane {
	e := exp(negAbs(x))
	y := pick(cmp(ge, x, num(0)), num(1), e)
	return div(y, add(e, num(1)))
}

func softplus(x lane) lane {
	l := log1pCore(exp(negAbs(x)))
	return add(above(num(0), x), l)
}

func sigmoidLoss(x, t lane) lane {
	l := log1pCore(exp(negAbs(x)))
	return add(sub(above(num(0), x), mul(x, t)), l)
}

func erf(x lane) lane {
	t := abs(x)
	small := add(mul(poly(square(x), erfC), x), x)
	b := below(num(4), t)
	q := add(mul(poly(b, erfQ), b), mul(b, num(1.125)))
	large := or(sub(num(1), exp(neg(q))), signOf(x))
	return pick(cmp(lt, t, num(0.925)), small, large)
}

// quarter is the sine of r + q·π/2.
func quarter(r, q lane) lane {
	z := square(r)
	s := add(mul(mul(poly(z, sinC), z), r), r)
	c := add(sub(mul(mul(poly(z, cosC), z), z), mul(z, num(0.5))), num(1))
	odd := testBit(q)
	return xor(pick(odd, c, s), left(and(q, word(2)), 30))
}

// testBit tells where bit 0 of q is set.
func testBit(q lane) mask {
	b := left(q, 31)
	if wide {
		k := K()
		VPMOVD2M(b.r, k)
		return mask{k: k}
	}
	return mask{r: b.r} // VBLENDVPS looks at the top bit only
}

// reduceTurn splits x = q·π/2 + r, with the product and differences in float64.
func reduceTurn(x lane) (r, q lane) {
	rd, qd := vec(), vec()
	a := x.in()
	for i := range 2 {
		d, n, t := vec(), vec(), vec()
		lo := reg.Register(a.AsY())
		if wide {
			if i == 1 {
				y := YMM()
				VEXTRACTF64X4(Imm(1), a, y)
				lo = y
			}
		} else {
			lo = a.AsX()
			if i == 1 {
				x := XMM()
				VEXTRACTF128(Imm(1), a, x)
				lo = x
			}
		}
		VCVTPS2PD(lo, d)
		arith := func(f, bcst instr, c float64, a, dst reg.VecVirtual) {
			if wide {
				bcst(double(c), a, dst)
			} else {
				f(double(c), a, dst)
			}
		}
		arith(VMULPD, VMULPD_BCST, 0.63661977236758134308, d, n)
		arith(VADDPD, VADDPD_BCST, 0x1.8p52, n, n)
		arith(VSUBPD, VSUBPD_BCST, 0x1.8p52, n, n)
		arith(VMULPD, VMULPD_BCST, 1.57079632673412561417, n, t)
		VSUBPD(t, d, d)
		arith(VMULPD, VMULPD_BCST, 6.07710050650619224932e-11, n, t)
		VSUBPD(t, d, d)
		if wide {
			y, z := YMM(), YMM()
			VCVTPD2PS(d, y)
			VCVTPD2DQ(n, z)
			join(i, y, z, rd, qd)
		} else {
			y, z := XMM(), XMM()
			VCVTPD2PSY(d, y)
			VCVTPD2DQY(n, z)
			join(i, y, z, rd, qd)
		}
	}
	return lane{r: rd}, lane{r: qd}
}

func join(i int, y, z, rd, qd reg.VecVirtual) {
	switch {
	case wide && i == 0:
		VMOVAPS(y, rd.AsY())
		VMOVAPS(z, qd.AsY())
	case wide:
		VINSERTF64X4(Imm(1), y, rd, rd)
		VINSERTF64X4(Imm(1), z, qd, qd)
	case i == 0:
		VMOVAPS(y, rd.AsX())
		VMOVAPS(z, qd.AsX())
	default:
		VINSERTF128(Imm(1), y, rd, rd)
		VINSERTF128(Imm(1), z, qd, qd)
	}
}

func sin(x lane) lane {
	r, q := reduceTurn(x)
	return quarter(r, q)
}

func cos(x lane) lane {
	r, q := reduceTurn(x)
	return quarter(r, addInt(q, word(1)))
}
