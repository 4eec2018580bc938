package ops

import "math"

// Grad follows TensorFlow where a function has a kink: the derivatives of ReLU
// and Abs at 0 are 0, Maximum and Minimum give a tie to their first operand,
// Clip passes its borders, and Sign, Floor and Round have no gradient.
func (e elementwise) Grad(in, out, dout []*Value) []*Value {
	dy, y, x := dout[0], out[0], in[0]
	switch {
	case e.kind >= kEqual && e.kind <= kOr, e.kind == kIsNaN, e.kind == kNot:
		return make([]*Value, len(in))
	case e.kind.arity() == 1:
		return []*Value{e.unaryGrad(x, y, dy)}
	}
	d := e.operandGrads(in, y, dy)
	for i, g := range d {
		if g != nil {
			d[i] = unbroadcast(g, in[i].shape)
		}
	}
	return d
}

func (e elementwise) unaryGrad(x, y, dy *Value) *Value {
	switch e.kind {
	case kNeg:
		return Neg(dy)
	case kAbs:
		return Mul(dy, Sign(x))
	case kSquare:
		return Mul(dy, MulScalar(x, 2))
	case kSqrt:
		return Div(MulScalar(dy, 0.5), y)
	case kRsqrt:
		return Mul(MulScalar(dy, -0.5), Mul(Square(y), y))
	case kReciprocal:
		return Mul(Neg(dy), Square(y))
	case kExp:
		return Mul(dy, y)
	case kLog:
		return Div(dy, x)
	case kLog1p:
		return Div(dy, AddScalar(x, 1))
	case kExpm1:
		return Mul(dy, AddScalar(y, 1))
	case kTanh:
		return binary(kTanhGrad, dy, y)
	case kSigmoid:
		return binary(kSigmoidGrad, dy, y)
	case kSoftplus:
		return Mul(dy, Sigmoid(x))
	case kReLU:
		return binary(kReLUGrad, dy, y)
	case kReLU6:
		return binary(kReLU6Grad, dy, y)
	case kSin:
		return Mul(dy, Cos(x))
	case kCos:
		return Neg(Mul(dy, Sin(x)))
	case kErf:
		return Mul(dy, MulScalar(Exp(Neg(Square(x))), 2/float32(math.Sqrt(math.Pi))))
	case kAddScalar:
		return dy
	case kMulScalar:
		return MulScalar(dy, e.s)
	case kPowScalar:
		return Mul(dy, MulScalar(PowScalar(x, e.s-1), e.s))
	case kMaxScalar:
		return Where(GreaterEqual(x, Scalar(e.s)), dy, Scalar(0))
	case kMinScalar:
		return Where(LessEqual(x, Scalar(e.s)), dy, Scalar(0))
	case kClip:
		return Where(And(GreaterEqual(x, Scalar(e.s)), LessEqual(x, Scalar(e.s2))), dy, Scalar(0))
	}
	return nil // Sign, Floor, Round
}

// operandGrads are the gradients before they are summed over stretched axes.
func (e elementwise) operandGrads(in []*Value, y, dy *Value) []*Value {
	a, b := in[0], in[1]
	switch e.kind {
	case kAdd:
		return []*Value{dy, dy}
	case kSub:
		return []*Value{dy, Neg(dy)}
	case kMul:
		return []*Value{Mul(dy, b), Mul(dy, a)}
	case kDiv:
		return []*Value{Div(dy, b), Mul(dy, Div(Div(Neg(a), b), b))}
	case kMaximum:
		first := GreaterEqual(a, b)
		return []*Value{Where(first, dy, Scalar(0)), Where(first, Scalar(0), dy)}
	case kMinimum:
		first := LessEqual(a, b)
		return []*Value{Where(first, dy, Scalar(0)), Where(first, Scalar(0), dy)}
	case kPow:
		log := Where(Greater(a, Scalar(0)), Log(a), Scalar(0))
		return []*Value{Mul(dy, Mul(b, Pow(a, AddScalar(b, -1)))), Mul(dy, Mul(y, log))}
	case kReLUGrad:
		return []*Value{binary(kReLUGrad, dy, b), nil}
	case kReLU6Grad:
		return []*Value{binary(kReLU6Grad, dy, b), nil}
	case kTanhGrad: // a (1 - b²)
		return []*Value{binary(kTanhGrad, dy, b), Mul(dy, MulScalar(Mul(a, b), -2))}
	case kSigmoidGrad: // a (b - b²)
		return []*Value{binary(kSigmoidGrad, dy, b), Mul(dy, Mul(a, AddScalar(MulScalar(b, -2), 1)))}
	case kSigmoidLoss:
		return []*Value{Mul(dy, Sub(Sigmoid(a), b)), Mul(dy, Neg(a))}
	case kWhere:
		return []*Value{nil, Where(a, dy, Scalar(0)), Where(a, Scalar(0), dy)}
	}
	panic("ops: no gradient for " + e.String())
}
