package ops

import (
	"fmt"

	"github.com/antler-ml/antler/internal/kernel"
)

// kind is what an elementwise op computes.
type kind uint8

const (
	kNeg kind = iota
	kAbs
	kSquare
	kSqrt
	kRsqrt
	kReciprocal
	kExp
	kLog
	kLog1p
	kExpm1
	kTanh
	kSigmoid
	kSoftplus
	kReLU
	kReLU6
	kSign
	kFloor
	kRound
	kSin
	kCos
	kErf
	kIsNaN
	kNot
	kAddScalar // s
	kMulScalar // s
	kPowScalar // s
	kMaxScalar // s
	kMinScalar // s
	kClip      // s, s2

	kAdd // the first of two operands
	kSub
	kMul
	kDiv
	kMaximum
	kMinimum
	kPow
	kEqual
	kNotEqual
	kLess
	kLessEqual
	kAnd
	kOr
	kReLUGrad    // dy, y
	kReLU6Grad   // dy, y
	kTanhGrad    // dy, y
	kSigmoidGrad // dy, y
	kSigmoidLoss // logits, targets

	kWhere // the first of three operands
	kinds
)

var kindNames = [kinds]string{"Neg", "Abs", "Square", "Sqrt", "Rsqrt", "Reciprocal", "Exp", "Log", "Log1p", "Expm1",
	"Tanh", "Sigmoid", "Softplus", "ReLU", "ReLU6", "Sign", "Floor", "Round", "Sin", "Cos", "Erf", "IsNaN", "Not",
	"AddScalar", "MulScalar", "PowScalar", "MaximumScalar", "MinimumScalar", "Clip",
	"Add", "Sub", "Mul", "Div", "Maximum", "Minimum", "Pow", "Equal", "NotEqual", "Less", "LessEqual", "And", "Or",
	"ReLUGrad", "ReLU6Grad", "TanhGrad", "SigmoidGrad", "SigmoidCrossEntropy", "Where"}

func (k kind) arity() int {
	switch {
	case k < kAdd:
		return 1
	case k < kWhere:
		return 2
	}
	return 3
}

// elementwise is every op whose result element depends on one element of each
// operand. Operands are broadcast as in numpy.
type elementwise struct {
	kind  kind
	s, s2 float32 // settings of some kinds
}

func (e elementwise) String() string { return kindNames[e.kind] }

// InPlace: an element is read before it is written.
func (elementwise) InPlace(int) bool { return true }

func (e elementwise) Infer(in [][]int) [][]int { return [][]int{broadcastShape(e.String(), in)} }

func (e elementwise) Bind(b *Binding) func() {
	args := make([]int, e.kind.arity())
	for i := range args {
		args[i] = i
	}
	c := &chain{code: []instruction{{op: e, args: args}}, inputs: len(args), results: []int{len(args)}}
	return c.Bind(b)
}

// broadcastShape is numpy's rule: axes are aligned at the end, and a size of 1
// stretches to that of the others.
func broadcastShape(op string, in [][]int) []int {
	rank := 0
	for _, s := range in {
		rank = max(rank, len(s))
	}
	out := make([]int, rank)
	for i := range out {
		out[i] = 1
	}
	for _, s := range in {
		for i, d := range s {
			switch o := &out[rank-len(s)+i]; {
			case *o == 1:
				*o = d
			case d != 1 && d != *o:
				shapePanic(op, in, "axis %d counted from the end has sizes %d and %d; equal ones or 1 are wanted", len(s)-i, *o, d)
			}
		}
	}
	return out
}

// unbroadcast sums v over the axes along which an operand of the given shape was
// stretched.
func unbroadcast(v *Value, shape []int) *Value {
	var axes []int
	lead := len(v.shape) - len(shape)
	for i, d := range v.shape {
		if i < lead || shape[i-lead] == 1 && d != 1 {
			axes = append(axes, i)
		}
	}
	if len(axes) > 0 {
		v = Sum(v, axes...)
	}
	return Reshape(v, shape...)
}

// function returns the kernel, as a function of up to three operands.
func (e elementwise) function() func(dst, a, b, c []float32) {
	if f := unaryKernels[e.kind]; f != nil {
		return func(dst, a, _, _ []float32) { f(dst, a) }
	}
	if f := binaryKernels[e.kind]; f != nil {
		return func(dst, a, b, _ []float32) { f(dst, a, b) }
	}
	s := []float32{e.s}
	switch e.kind {
	case kAddScalar:
		return func(dst, a, _, _ []float32) { kernel.AddScalar(dst, a, e.s) }
	case kMulScalar:
		return func(dst, a, _, _ []float32) { kernel.Scale(dst, a, e.s) }
	case kMaxScalar:
		return func(dst, a, _, _ []float32) { kernel.Maximum(dst, a, s) }
	case kMinScalar:
		return func(dst, a, _, _ []float32) { kernel.Minimum(dst, a, s) }
	case kPowScalar:
		return func(dst, a, _, _ []float32) { kernel.Pow(dst, a, s) }
	case kClip:
		return func(dst, a, _, _ []float32) { kernel.Clip(dst, a, e.s, e.s2) }
	case kWhere:
		return func(dst, a, b, c []float32) { kernel.Select(dst, a, b, c) }
	}
	panic(fmt.Sprintf("ops: no kernel for %v", e))
}

var unaryKernels = [kinds]func(dst, x []float32){
	kNeg: kernel.Neg, kAbs: kernel.Abs, kSquare: kernel.Square, kSqrt: kernel.Sqrt, kRsqrt: kernel.Rsqrt,
	kReciprocal: kernel.Reciprocal, kExp: kernel.Exp, kLog: kernel.Log, kLog1p: kernel.Log1p, kExpm1: kernel.Expm1,
	kTanh: kernel.Tanh, kSigmoid: kernel.Sigmoid, kSoftplus: kernel.Softplus, kReLU: kernel.ReLU, kReLU6: func(dst, x []float32) { kernel.Clip(dst, x, 0, 6) }, kSign: kernel.Sign,
	kFloor: kernel.Floor, kRound: kernel.Round, kSin: kernel.Sin, kCos: kernel.Cos, kErf: kernel.Erf,
	kIsNaN: kernel.IsNaN, kNot: kernel.Not,
}

var binaryKernels = [kinds]func(dst, a, b []float32){
	kAdd: kernel.Add, kSub: kernel.Sub, kMul: kernel.Mul, kDiv: kernel.Div, kMaximum: kernel.Maximum,
	kMinimum: kernel.Minimum, kPow: kernel.Pow, kEqual: kernel.Equal, kNotEqual: kernel.NotEqual, kLess: kernel.Less,
	kLessEqual: kernel.LessEqual, kAnd: kernel.And, kOr: kernel.Or, kReLUGrad: kernel.ReLUGrad, kReLU6Grad: kernel.ReLU6Grad,
	kTanhGrad: kernel.TanhGrad, kSigmoidGrad: kernel.SigmoidGrad, kSigmoidLoss: kernel.SigmoidLoss,
}

func unary(k kind, v *Value) *Value     { return apply1(elementwise{kind: k}, v) }
func binary(k kind, a, b *Value) *Value { return apply1(elementwise{kind: k}, a, b) }
