package ops

// AddScalar returns v + s.
func AddScalar(v *Value, s float32) *Value { return apply1(elementwise{kind: kAddScalar, s: s}, v) }

// MulScalar returns v * s.
func MulScalar(v *Value, s float32) *Value { return apply1(elementwise{kind: kMulScalar, s: s}, v) }

// PowScalar returns v to the power of s. Exponents 0, 1, 2, 3, 4, ½, -½, -1 and -2
// are made of products and roots.
func PowScalar(v *Value, s float32) *Value {
	switch s {
	case 0:
		return filled(1, v.shape)
	case 1:
		return v
	case 2:
		return Square(v)
	case 3:
		return Mul(Square(v), v)
	case 4:
		return Square(Square(v))
	case 0.5:
		return Sqrt(v)
	case -0.5:
		return Rsqrt(v)
	case -1:
		return Reciprocal(v)
	case -2:
		return Reciprocal(Square(v))
	}
	return apply1(elementwise{kind: kPowScalar, s: s}, v)
}

// MaximumScalar returns max(v, s); NaN stays NaN. The gradient of a tie goes to v.
func MaximumScalar(v *Value, s float32) *Value {
	return apply1(elementwise{kind: kMaxScalar, s: s}, v)
}

// MinimumScalar returns min(v, s); NaN stays NaN. The gradient of a tie goes to v.
func MinimumScalar(v *Value, s float32) *Value {
	return apply1(elementwise{kind: kMinScalar, s: s}, v)
}

// Clip returns max(min(v, hi), lo). The gradient passes where lo ≤ v ≤ hi,
// borders included. Keras: clip.
func Clip(v *Value, lo, hi float32) *Value {
	return apply1(elementwise{kind: kClip, s: lo, s2: hi}, v)
}

// StopGradient returns v itself, through which no gradient flows.
func StopGradient(v *Value) *Value { return apply1(stopGradient{}, v) }

type stopGradient struct{}

func (stopGradient) String() string                 { return "StopGradient" }
func (stopGradient) Infer(in [][]int) [][]int       { return in[:1] }
func (stopGradient) View()                          {}
func (stopGradient) Bind(*Binding) func()           { return nil }
func (stopGradient) Grad(_, _, _ []*Value) []*Value { return []*Value{nil} }
