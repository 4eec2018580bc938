package kernel

import "math"

// The elementary functions in plain Go, one float32 operation at a time; the
// assembly follows them operation by operation. The polynomials are fitted by
// testdata/tools/math_coefficients.py.

const (
	magic = 12582912 // 1.5·2²³: adding and subtracting it rounds to integer

	log2e = 1.44269504
	ln2Hi = 0.693359375 // ten bits: its product with an exponent is exact
	ln2Lo = -2.12194440e-4

	expC0 = 0.5
	expC1 = 0.16666666
	expC2 = 0.041666485
	expC3 = 0.008333541
	expC4 = 0.0013933228
	expC5 = 0.00019766994

	logC0 = 0.33333313
	logC1 = -0.25000012
	logC2 = 0.2000208
	logC3 = -0.16667855
	logC4 = 0.14219974
	logC5 = -0.12408082
	logC6 = 0.11888664
	logC7 = -0.11662323
	logC8 = 0.067282826

	tanhC0 = -0.3333328
	tanhC1 = 0.13331406
	tanhC2 = -0.053736515
	tanhC3 = 0.020628167
	tanhC4 = -0.0056922967

	sinC0 = -0.16666655
	sinC1 = 0.008332187
	sinC2 = -0.00019517903
	cosC0 = 0.041666646
	cosC1 = -0.001388731
	cosC2 = 2.4432327e-05

	erfC0 = 0.12837917
	erfC1 = -0.3761263
	erfC2 = 0.11283626
	erfC3 = -0.026855731
	erfC4 = 0.005192405
	erfC5 = -0.00080497697
	erfC6 = 7.99665e-05

	erfQ0 = 0.003514361
	erfQ1 = 0.6357183
	erfQ2 = 0.10526193
	erfQ3 = -0.022890057
	erfQ4 = 0.003214999
	erfQ5 = -0.00021399232

	sqrtHalfBits = 0x3f3504f3

	twoOverPi = 0.63661977236758134308
	piHalfHi  = 1.57079632673412561417 // 33 bits
	piHalfLo  = 6.07710050650619224932e-11
)

var (
	nan32 = float32(math.NaN())
	inf32 = float32(math.Inf(1))
)

func pow2(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }

// reduceExp splits x = n·log(2) + r and returns r + r²·P(r) = eʳ - 1.
func reduceExp(x float32) (q, nf float32, n int32) {
	t := float32(x*log2e) + magic
	nf = t - magic
	r := x - float32(nf*ln2Hi)
	r -= float32(nf * ln2Lo)
	p := float32(expC5*r) + expC4
	p = float32(p*r) + expC3
	p = float32(p*r) + expC2
	p = float32(p*r) + expC1
	p = float32(p*r) + expC0
	q = r + float32(p*float32(r*r))
	return q, nf, int32(math.Float32bits(t) - math.Float32bits(magic))
}

func exp32(x float32) float32 {
	if 89 < x {
		x = 89
	}
	if -104 > x {
		x = -104
	}
	q, _, n := reduceExp(x)
	h := n >> 1 // two factors: 2ⁿ alone may be too large or too small
	return float32((q+1)*pow2(h)) * pow2(n-h)
}

func expm1f(x float32) float32 {
	if 89 < x {
		x = 89
	}
	if -30 > x {
		x = -30
	}
	q, nf, n := reduceExp(x)
	if nf == 0 {
		return q
	}
	s := pow2(n - 1)
	y := float32(q*s) + (s - 0.5)
	return y + y
}

// logParts splits a normal x = 2ᵏ·(1+f), 1+f in [√½, √2).
func logParts(x float32) (f, k float32) {
	b := math.Float32bits(x)
	e := int32(b-sqrtHalfBits) >> 23
	return math.Float32frombits(b-uint32(e)<<23) - 1, float32(e)
}

// logSum returns k·log(2) + log(1+f) + c.
func logSum(f, k, c float32) float32 {
	p := float32(logC8*f) + logC7
	p = float32(p*f) + logC6
	p = float32(p*f) + logC5
	p = float32(p*f) + logC4
	p = float32(p*f) + logC3
	p = float32(p*f) + logC2
	p = float32(p*f) + logC1
	p = float32(p*f) + logC0
	f2 := float32(f * f)
	s := float32(float32(p*f)*f2) + float32(k*ln2Lo)
	s = s - float32(0.5*f2)
	s = s + c
	s = s + f
	return s + float32(k*ln2Hi)
}

func log32(x float32) float32 {
	var e float32
	y := x
	if x < 0x1p-126 { // subnormal
		y, e = float32(x*0x1p23), -23
	}
	f, k := logParts(y)
	r := logSum(f, k+e, 0)
	switch {
	case x == inf32:
		return x
	case !(x >= 0):
		return nan32
	case x == 0:
		return -inf32
	}
	return r
}

// log1pCore is right for finite x > -1.
func log1pCore(x float32) float32 {
	u := 1 + x // u + c = 1 + x exactly
	b := u - 1
	c := (1 - (u - b)) + (x - b)
	f, k := logParts(u)
	return logSum(f, k, c/u)
}

func log1p32(x float32) float32 {
	switch {
	case x == 0 || x == inf32:
		return x
	case !(x >= -1):
		return nan32
	case x == -1:
		return -inf32
	}
	return log1pCore(x)
}

func withSign(x, sign float32) float32 {
	return math.Float32frombits(math.Float32bits(x) | math.Float32bits(sign)&(1<<31))
}

func tanh32(x float32) float32 {
	a := abs32(x)
	if a < 0.625 {
		z := float32(x * x)
		p := float32(tanhC4*z) + tanhC3
		p = float32(p*z) + tanhC2
		p = float32(p*z) + tanhC1
		p = float32(p*z) + tanhC0
		return float32(float32(p*z)*x) + x
	}
	if 10 < a {
		a = 10
	}
	return withSign(1-2/(exp32(a+a)+1), x)
}

func sigmoid32(x float32) float32 {
	e := exp32(-abs32(x))
	y := float32(1)
	if !(x >= 0) {
		y = e
	}
	return y / (1 + e)
}

func softplus32(x float32) float32 {
	l := log1pCore(exp32(-abs32(x)))
	if 0 > x {
		x = 0
	}
	return x + l
}

func erf32(x float32) float32 {
	t := abs32(x)
	if t < 0.925 {
		z := float32(x * x)
		p := float32(erfC6*z) + erfC5
		p = float32(p*z) + erfC4
		p = float32(p*z) + erfC3
		p = float32(p*z) + erfC2
		p = float32(p*z) + erfC1
		p = float32(p*z) + erfC0
		return float32(p*x) + x
	}
	if 4 < t {
		t = 4
	}
	p := float32(erfQ5*t) + erfQ4
	p = float32(p*t) + erfQ3
	p = float32(p*t) + erfQ2
	p = float32(p*t) + erfQ1
	p = float32(p*t) + erfQ0
	q := float32(p*t) + float32(1.125*t)
	return withSign(1-exp32(-q), x)
}

// sinPoly and cosPoly are right for |r| ≤ π/4.
func sinPoly(r, z float32) float32 {
	p := float32(sinC2*z) + sinC1
	p = float32(p*z) + sinC0
	return float32(float32(p*z)*r) + r
}

func cosPoly(z float32) float32 {
	p := float32(cosC2*z) + cosC1
	p = float32(p*z) + cosC0
	return (float32(float32(p*z)*z) - float32(0.5*z)) + 1
}

// quarter returns the sine of r + q·π/2.
func quarter(r float32, q int32) float32 {
	z := float32(r * r)
	y := sinPoly(r, z)
	if q&1 != 0 {
		y = cosPoly(z)
	}
	return math.Float32frombits(math.Float32bits(y) ^ uint32(q&2)<<30)
}

// reduceTurn splits x = q·π/2 + r in float64, for |x| ≤ trigLimit.
func reduceTurn(x float32) (r float32, q int32) {
	const magic64 = 0x1.8p52
	d := float64(x)
	n := float64(d*twoOverPi) + magic64
	n -= magic64
	return float32((d - float64(n*piHalfHi)) - float64(n*piHalfLo)), int32(n)
}

func sin32(x float32) float32 {
	if !(abs32(x) <= trigLimit) {
		return float32(math.Sin(float64(x)))
	}
	r, q := reduceTurn(x)
	return quarter(r, q)
}

func cos32(x float32) float32 {
	if !(abs32(x) <= trigLimit) {
		return float32(math.Cos(float64(x)))
	}
	r, q := reduceTurn(x)
	return quarter(r, q+1)
}

func mathExpGo(dst, x []float32)      { map1(dst, x, exp32) }
func mathExpm1Go(dst, x []float32)    { map1(dst, x, expm1f) }
func mathLogGo(dst, x []float32)      { map1(dst, x, log32) }
func mathLog1pGo(dst, x []float32)    { map1(dst, x, log1p32) }
func mathTanhGo(dst, x []float32)     { map1(dst, x, tanh32) }
func mathSigmoidGo(dst, x []float32)  { map1(dst, x, sigmoid32) }
func mathSoftplusGo(dst, x []float32) { map1(dst, x, softplus32) }
func mathErfGo(dst, x []float32)      { map1(dst, x, erf32) }
func mathSinGo(dst, x []float32)      { map1(dst, x, sin32) }
func mathCosGo(dst, x []float32)      { map1(dst, x, cos32) }

func mathSigmoidLossGo(dst, x, t []float32) {
	map2(dst, x, t, func(x, t float32) float32 {
		l := log1pCore(exp32(-abs32(x)))
		p := x
		if 0 > p {
			p = 0
		}
		return (p - float32(x*t)) + l
	})
}
