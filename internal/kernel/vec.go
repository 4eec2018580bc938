package kernel

//go:generate go run -C _asm ./math -topic vec -dir ../

// The kernels of this file and of math.go work element by element. All of them
//   - take every length, zero included, and any alignment;
//   - may write to the memory of an operand of the same length (dst == a);
//   - give the same bits on every instruction set and in plain Go: there is no
//     fused multiply-add in them, and the order of operations is fixed.
//
// Binary and ternary ones take an operand of length 1 as a scalar. Any other
// length than len(dst) panics.

func like(dst, a []float32) {
	if len(a) != len(dst) {
		panic("kernel: operands of different lengths")
	}
}

func fits(dst, a []float32) {
	if len(a) != len(dst) && len(a) != 1 {
		panic("kernel: operands of different lengths")
	}
}

// Add sets dst = a + b.
func Add(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecAdd(dst, a, b) }

// Sub sets dst = a - b.
func Sub(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecSub(dst, a, b) }

// Mul sets dst = a * b.
func Mul(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecMul(dst, a, b) }

// Div sets dst = a / b.
func Div(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecDiv(dst, a, b) }

// Maximum sets dst to the larger of a and b, NaN when either is NaN.
func Maximum(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecMaximum(dst, a, b) }

// Minimum sets dst to the smaller of a and b, NaN when either is NaN.
func Minimum(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecMinimum(dst, a, b) }

// Equal sets dst = 1 where a == b, else 0.
func Equal(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecEqual(dst, a, b) }

// NotEqual sets dst = 1 where a != b (NaN differs from everything), else 0.
func NotEqual(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecNotEqual(dst, a, b) }

// Less sets dst = 1 where a < b, else 0.
func Less(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecLess(dst, a, b) }

// LessEqual sets dst = 1 where a <= b, else 0.
func LessEqual(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecLessEqual(dst, a, b) }

// And sets dst = 1 where neither a nor b is zero, else 0.
func And(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecAnd(dst, a, b) }

// Or sets dst = 1 where a or b is not zero, else 0.
func Or(dst, a, b []float32) { fits(dst, a); fits(dst, b); vecOr(dst, a, b) }

// ReLUGrad sets dst = dy where x > 0, else 0. x may as well be relu(x).
func ReLUGrad(dst, dy, x []float32) { fits(dst, dy); fits(dst, x); vecReLUGrad(dst, dy, x) }

// TanhGrad sets dst = dy * (1 - y*y), where y = tanh(x).
func TanhGrad(dst, dy, y []float32) { fits(dst, dy); fits(dst, y); vecTanhGrad(dst, dy, y) }

// SigmoidGrad sets dst = dy * (y * (1 - y)), where y = sigmoid(x).
func SigmoidGrad(dst, dy, y []float32) { fits(dst, dy); fits(dst, y); vecSigmoidGrad(dst, dy, y) }

// Select sets dst = a where c is not zero (NaN is not), else b.
func Select(dst, c, a, b []float32) {
	fits(dst, c)
	fits(dst, a)
	fits(dst, b)
	vecSelect(dst, c, a, b)
}

// MulAdd sets dst = a*b + c, rounded twice.
func MulAdd(dst, a, b, c []float32) {
	fits(dst, a)
	fits(dst, b)
	fits(dst, c)
	vecMulAdd(dst, a, b, c)
}

// Axpy sets dst = dst + s*x, rounded twice.
func Axpy(dst []float32, s float32, x []float32) { like(dst, x); vecAxpy(dst, x, s) }

// Mix sets dst = s*a + t*b. All three have the same length.
func Mix(dst []float32, s float32, a []float32, t float32, b []float32) {
	like(dst, a)
	like(dst, b)
	vecMix(dst, a, b, s, t)
}

// MixAdd sets dst = dst + (s*a + t*b). All three have the same length.
func MixAdd(dst []float32, s float32, a []float32, t float32, b []float32) {
	like(dst, a)
	like(dst, b)
	vecMixAdd(dst, a, b, s, t)
}

// Centre sets dst = (x - m)*s.
func Centre(dst, x []float32, m, s float32) { like(dst, x); vecCentre(dst, x, m, s) }

// ScaleMulAdd sets dst = x*s*a + b. All have the same length.
func ScaleMulAdd(dst, x []float32, s float32, a, b []float32) {
	like(dst, x)
	like(dst, a)
	like(dst, b)
	vecScaleMulAdd(dst, x, a, b, s)
}

// CentreBack sets dst = (g + u*t + r)*s. All have the same length.
func CentreBack(dst, g, u []float32, t, r, s float32) {
	like(dst, g)
	like(dst, u)
	vecCentreBack(dst, g, u, t, r, s)
}

// AddScalar sets dst = x + s.
func AddScalar(dst, x []float32, s float32) { like(dst, x); vecAddScalar(dst, x, s) }

// Scale sets dst = x * s.
func Scale(dst, x []float32, s float32) { like(dst, x); vecScale(dst, x, s) }

// ReLU6Grad sets dst = dy where 0 < y < 6, else 0.
func ReLU6Grad(dst, dy, y []float32) { fits(dst, dy); fits(dst, y); vecReLU6Grad(dst, dy, y) }

// Clip sets dst = max(min(x, hi), lo); NaN stays NaN. Keras: clip.
func Clip(dst, x []float32, lo, hi float32) { like(dst, x); vecClip(dst, x, lo, hi) }

// Fill sets all of dst to s.
func Fill(dst []float32, s float32) { vecFill(dst, s) }

// Neg sets dst = -x.
func Neg(dst, x []float32) { like(dst, x); vecNeg(dst, x) }

// Abs sets dst = |x|.
func Abs(dst, x []float32) { like(dst, x); vecAbs(dst, x) }

// Square sets dst = x * x.
func Square(dst, x []float32) { like(dst, x); vecSquare(dst, x) }

// Sqrt sets dst to the square root of x, NaN below zero.
func Sqrt(dst, x []float32) { like(dst, x); vecSqrt(dst, x) }

// Rsqrt sets dst = 1 / sqrt(x).
func Rsqrt(dst, x []float32) { like(dst, x); vecRsqrt(dst, x) }

// Reciprocal sets dst = 1 / x.
func Reciprocal(dst, x []float32) { like(dst, x); vecReciprocal(dst, x) }

// Sign sets dst to -1, 0 or 1; NaN stays NaN.
func Sign(dst, x []float32) { like(dst, x); vecSign(dst, x) }

// Floor sets dst to the largest integer that is not larger than x.
func Floor(dst, x []float32) { like(dst, x); vecFloor(dst, x) }

// Round sets dst to the nearest integer, the even one of two.
func Round(dst, x []float32) { like(dst, x); vecRound(dst, x) }

// ReLU sets dst = x where x > 0, else 0; NaN stays NaN.
func ReLU(dst, x []float32) { like(dst, x); vecReLU(dst, x) }

// IsNaN sets dst = 1 where x is NaN, else 0.
func IsNaN(dst, x []float32) { like(dst, x); vecIsNaN(dst, x) }

// Not sets dst = 1 where x is zero, else 0.
func Not(dst, x []float32) { like(dst, x); vecNot(dst, x) }
