package ops

// The functions of one value below work element by element and keep its shape.
// Chains of them are fused into one pass over memory.

// Neg returns -v.
func Neg(v *Value) *Value { return unary(kNeg, v) }

// Abs returns |v|. Its derivative at 0 is 0.
func Abs(v *Value) *Value { return unary(kAbs, v) }

// Square returns v².
func Square(v *Value) *Value { return unary(kSquare, v) }

// Sqrt returns √v, NaN below 0. Its derivative at 0 is infinite.
func Sqrt(v *Value) *Value { return unary(kSqrt, v) }

// Rsqrt returns 1/√v.
func Rsqrt(v *Value) *Value { return unary(kRsqrt, v) }

// Reciprocal returns 1/v.
func Reciprocal(v *Value) *Value { return unary(kReciprocal, v) }

// Exp returns eᵛ.
func Exp(v *Value) *Value { return unary(kExp, v) }

// Log returns the natural logarithm of v.
func Log(v *Value) *Value { return unary(kLog, v) }

// Log1p returns log(1+v), exact for small v.
func Log1p(v *Value) *Value { return unary(kLog1p, v) }

// Expm1 returns eᵛ-1, exact for small v.
func Expm1(v *Value) *Value { return unary(kExpm1, v) }

// Tanh returns the hyperbolic tangent of v.
func Tanh(v *Value) *Value { return unary(kTanh, v) }

// Sigmoid returns 1/(1+e⁻ᵛ).
func Sigmoid(v *Value) *Value { return unary(kSigmoid, v) }

// Softplus returns log(1+eᵛ), without overflow.
func Softplus(v *Value) *Value { return unary(kSoftplus, v) }

// ReLU returns max(v, 0); NaN stays NaN. Its derivative at 0 is 0.
func ReLU(v *Value) *Value { return unary(kReLU, v) }

// ReLU6 returns min(max(v, 0), 6), with gradient 0 at both ends.
func ReLU6(v *Value) *Value { return unary(kReLU6, v) }

// Sign returns -1, 0 or 1. No gradient flows.
func Sign(v *Value) *Value { return unary(kSign, v) }

// Floor returns the largest integer not above v. No gradient flows.
func Floor(v *Value) *Value { return unary(kFloor, v) }

// Round returns the nearest integer, of two the even one, as numpy and
// TensorFlow do. No gradient flows.
func Round(v *Value) *Value { return unary(kRound, v) }

// Sin returns the sine of v, in radians.
func Sin(v *Value) *Value { return unary(kSin, v) }

// Cos returns the cosine of v, in radians.
func Cos(v *Value) *Value { return unary(kCos, v) }

// Erf returns the error function of v.
func Erf(v *Value) *Value { return unary(kErf, v) }
