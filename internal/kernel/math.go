package kernel

import "math"

//go:generate go run -C _asm ./math -topic math -dir ../

// The elementary functions. Beside the rules of vec.go: subnormal operands and
// results are exact to the same error, infinities and NaN behave as in package
// math. The errors are the largest that the tests allow against float64, in
// units in the last place of the result.

// Exp sets dst = eˣ (≤ 1 ulp).
func Exp(dst, x []float32) { like(dst, x); mathExp(dst, x) }

// Expm1 sets dst = eˣ - 1 (≤ 2 ulp).
func Expm1(dst, x []float32) { like(dst, x); mathExpm1(dst, x) }

// Log sets dst to the natural logarithm of x (≤ 1 ulp).
func Log(dst, x []float32) { like(dst, x); mathLog(dst, x) }

// Log1p sets dst = log(1 + x) (≤ 2 ulp).
func Log1p(dst, x []float32) { like(dst, x); mathLog1p(dst, x) }

// Tanh sets dst = tanh(x) (≤ 2 ulp).
func Tanh(dst, x []float32) { like(dst, x); mathTanh(dst, x) }

// Sigmoid sets dst = 1 / (1 + e⁻ˣ) (≤ 2.5 ulp).
func Sigmoid(dst, x []float32) { like(dst, x); mathSigmoid(dst, x) }

// Softplus sets dst = log(1 + eˣ) (≤ 2 ulp).
func Softplus(dst, x []float32) { like(dst, x); mathSoftplus(dst, x) }

// Erf sets dst to the error function of x (≤ 2 ulp).
func Erf(dst, x []float32) { like(dst, x); mathErf(dst, x) }

// Sin sets dst = sin(x) (≤ 2 ulp). Beyond trigLimit each element takes the
// slow way through package math.
func Sin(dst, x []float32) {
	like(dst, x)
	if farFromZero(x) {
		map1(dst, x, sin32)
		return
	}
	mathSin(dst, x)
}

// Cos sets dst = cos(x) (≤ 2 ulp), with the same remark as [Sin].
func Cos(dst, x []float32) {
	like(dst, x)
	if farFromZero(x) {
		map1(dst, x, cos32)
		return
	}
	mathCos(dst, x)
}

// trigLimit is how far the quick reduction to a quarter turn reaches.
const trigLimit = 1 << 20

// farFromZero reports whether some element is beyond trigLimit, infinite or NaN.
func farFromZero(x []float32) bool {
	for _, v := range x {
		if !(v >= -trigLimit && v <= trigLimit) {
			return true
		}
	}
	return false
}

// Pow sets dst = aᵇ, as math.Pow of the float64 values does (≤ 1 ulp). It runs
// in plain Go; for exponents 2, 3, ½, -½ and -1 other kernels are faster.
func Pow(dst, a, b []float32) {
	fits(dst, a)
	fits(dst, b)
	map2(dst, a, b, func(a, b float32) float32 { return float32(math.Pow(float64(a), float64(b))) })
}

// SigmoidLoss sets dst = max(x, 0) - x*t + log(1 + exp(-|x|)), the cross-entropy of
// sigmoid(x) against the target t. Keras: binary_crossentropy(from_logits=True).
func SigmoidLoss(dst, x, t []float32) { fits(dst, x); fits(dst, t); mathSigmoidLoss(dst, x, t) }
