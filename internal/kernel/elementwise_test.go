package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impl"
	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// edgeLengths are around the widths of vectors and loop bodies.
var edgeLengths = []int{0, 1, 2, 7, 8, 9, 15, 16, 17, 23, 31, 32, 33, 47, 63, 64, 65, 100, 127, 128, 129, 1000}

// sameBits compares bits, any NaN being equal to any other.
func sameBits(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// mixed returns n numbers with all kinds of special ones among them. The slice
// starts off bytes past an aligned address.
func mixed(r *rand.Rand, n, off int) []float32 {
	special := []float32{0, float32(math.Copysign(0, -1)), 1, -1, inf32, -inf32, nan32, math.MaxFloat32, 1e-42, -1e-42, 0.5, 2.5, -0.5, 89, -104, 1e6, 2e6}
	x := make([]float32, n+off)[off:]
	for i := range x {
		switch r.IntN(8) {
		case 0:
			x[i] = special[r.IntN(len(special))]
		case 1:
			x[i] = math.Float32frombits(r.Uint32())
		default:
			x[i] = float32(r.NormFloat64() * 3)
		}
	}
	return x
}

// A guarded slice has a mark behind it, which kernels must not overwrite.
func guarded(n, off int) (x []float32, check func(t *testing.T)) {
	all := make([]float32, n+off+16)
	for i := range all {
		all[i] = 12345
	}
	return all[off : off+n : off+n], func(t *testing.T) {
		t.Helper()
		for i, v := range all {
			if (i < off || i >= off+n) && v != 12345 {
				t.Fatalf("wrote outside of the slice, at %d of [%d, %d)", i, off, off+n)
			}
		}
	}
}

// withoutAssembly runs f in plain Go, in a topic and in those that all use.
func withoutAssembly(topic string, f func()) {
	for _, t := range []string{topic, "reduce", "vec"} {
		defer impl.Select(t, "")()
	}
	f()
}

type call struct {
	name  string
	topic string
	args  int // slices that are read
	run   func(dst []float32, x [][]float32)
	plain func(dst []float32, x [][]float32)
}

func call1(topic, name string, f, plain func(dst, x []float32)) call {
	return call{name, topic, 1, func(d []float32, x [][]float32) { f(d, x[0]) }, func(d []float32, x [][]float32) { plain(d, x[0]) }}
}

func call2(topic, name string, f, plain func(dst, a, b []float32)) call {
	return call{name, topic, 2, func(d []float32, x [][]float32) { f(d, x[0], x[1]) }, func(d []float32, x [][]float32) { plain(d, x[0], x[1]) }}
}

func call3(topic, name string, f, plain func(dst, a, b, c []float32)) call {
	return call{name, topic, 3, func(d []float32, x [][]float32) { f(d, x[0], x[1], x[2]) }, func(d []float32, x [][]float32) { plain(d, x[0], x[1], x[2]) }}
}

func callScalar(topic, name string, f, plain func(dst, x []float32, s float32)) call {
	return call1(topic, name, func(d, x []float32) { f(d, x, 1.7) }, func(d, x []float32) { plain(d, x, 1.7) })
}

// turned is a copy, the last number first.
func turned(x []float32) []float32 {
	y := slices.Clone(x)
	slices.Reverse(y)
	return y
}

var elementwiseCalls = []call{
	call2("vec", "Add", Add, vecAddGo), call2("vec", "Sub", Sub, vecSubGo), call2("vec", "Mul", Mul, vecMulGo),
	call2("vec", "Div", Div, vecDivGo), call2("vec", "Maximum", Maximum, vecMaximumGo), call2("vec", "Minimum", Minimum, vecMinimumGo),
	call2("vec", "Equal", Equal, vecEqualGo), call2("vec", "NotEqual", NotEqual, vecNotEqualGo), call2("vec", "Less", Less, vecLessGo),
	call2("vec", "LessEqual", LessEqual, vecLessEqualGo), call2("vec", "And", And, vecAndGo), call2("vec", "Or", Or, vecOrGo),
	call2("vec", "ReLUGrad", ReLUGrad, vecReLUGradGo), call2("vec", "ReLU6Grad", ReLU6Grad, vecReLU6GradGo), call2("vec", "TanhGrad", TanhGrad, vecTanhGradGo),
	call2("vec", "SigmoidGrad", SigmoidGrad, vecSigmoidGradGo),
	call3("vec", "Select", Select, vecSelectGo), call3("vec", "MulAdd", MulAdd, vecMulAddGo),
	callScalar("vec", "AddScalar", AddScalar, vecAddScalarGo), callScalar("vec", "Scale", Scale, vecScaleGo),
	callScalar("vec", "Axpy", func(d, x []float32, s float32) { Fill(d, 3); Axpy(d, s, x) },
		func(d, x []float32, s float32) { vecFillGo(d, 3); vecAxpyGo(d, x, s) }),
	call1("vec", "Mix", func(d, x []float32) { Mix(d, 0.3, x, -1.7, turned(x)) }, func(d, x []float32) { vecMixGo(d, x, turned(x), 0.3, -1.7) }),
	call1("vec", "Centre", func(d, x []float32) { Centre(d, x, 0.3, -1.7) }, func(d, x []float32) { vecCentreGo(d, x, 0.3, -1.7) }),
	call1("vec", "ScaleMulAdd", func(d, x []float32) { y := turned(x); ScaleMulAdd(d, x, -1.7, y, turned(y)) },
		func(d, x []float32) { y := turned(x); vecScaleMulAddGo(d, x, y, turned(y), -1.7) }),
	call1("vec", "CentreBack", func(d, x []float32) { CentreBack(d, x, turned(x), 0.3, -1.7, 0.9) },
		func(d, x []float32) { vecCentreBackGo(d, x, turned(x), 0.3, -1.7, 0.9) }),
	call1("vec", "MixAdd", func(d, x []float32) { y, z := turned(x), turned(turned(x)); Fill(d, 3); MixAdd(d, 0.3, z, -1.7, y) },
		func(d, x []float32) {
			y, z := turned(x), turned(turned(x))
			vecFillGo(d, 3)
			vecMixAddGo(d, z, y, 0.3, -1.7)
		}),
	call1("vec", "Clip", func(d, x []float32) { Clip(d, x, -1, 2) }, func(d, x []float32) { vecClipGo(d, x, -1, 2) }),
	call1("vec", "Fill", func(d, x []float32) { Fill(d, 7) }, func(d, x []float32) { vecFillGo(d, 7) }),
	call1("vec", "Neg", Neg, vecNegGo), call1("vec", "Abs", Abs, vecAbsGo), call1("vec", "Square", Square, vecSquareGo),
	call1("vec", "Sqrt", Sqrt, vecSqrtGo), call1("vec", "Rsqrt", Rsqrt, vecRsqrtGo), call1("vec", "Reciprocal", Reciprocal, vecReciprocalGo),
	call1("vec", "Sign", Sign, vecSignGo), call1("vec", "Floor", Floor, vecFloorGo), call1("vec", "Round", Round, vecRoundGo),
	call1("vec", "ReLU", ReLU, vecReLUGo), call1("vec", "IsNaN", IsNaN, vecIsNaNGo), call1("vec", "Not", Not, vecNotGo),
	call1("math", "Exp", Exp, mathExpGo), call1("math", "Expm1", Expm1, mathExpm1Go), call1("math", "Log", Log, mathLogGo),
	call1("math", "Log1p", Log1p, mathLog1pGo), call1("math", "Tanh", Tanh, mathTanhGo), call1("math", "Sigmoid", Sigmoid, mathSigmoidGo),
	call1("math", "Softplus", Softplus, mathSoftplusGo), call1("math", "Erf", Erf, mathErfGo), call1("math", "Sin", Sin, mathSinGo),
	call1("math", "Cos", Cos, mathCosGo), call2("math", "SigmoidLoss", SigmoidLoss, mathSigmoidLossGo),
}

// TestElementwiseIsPlainGo holds that every instruction set gives the bits of
// plain Go: for all lengths and alignments, scalars in every place, and results
// in the memory of an operand.
func TestElementwiseIsPlainGo(t *testing.T) {
	for _, topic := range []string{"vec", "math"} {
		impltest.All(t, topic, func(t *testing.T) {
			for _, c := range elementwiseCalls {
				if c.topic == topic {
					t.Run(c.name, func(t *testing.T) { testCall(t, c) })
				}
			}
		})
	}
}

func testCall(t *testing.T, c call) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range edgeLengths {
		for off := range 3 {
			for scalars := range 1 << c.args {
				if c.args == 1 && scalars > 0 {
					continue
				}
				x := make([][]float32, c.args)
				for i := range x {
					x[i] = mixed(r, n, off)
					if scalars>>i&1 != 0 {
						x[i] = mixed(r, 1, off)
					}
				}
				want := make([]float32, n)
				c.plain(want, x)
				got, check := guarded(n, off)
				c.run(got, x)
				check(t)
				compare(t, fmt.Sprintf("n=%d off=%d scalars=%b", n, off, scalars), got, want, x)
				for i := range x {
					if len(x[i]) == n && c.name != "Axpy" {
						y := append([][]float32(nil), x...)
						y[i] = append([]float32(nil), x[i]...)
						c.run(y[i], y)
						compare(t, fmt.Sprintf("n=%d in place of operand %d", n, i), y[i], want, x)
					}
				}
			}
		}
	}
}

func compare(t *testing.T, what string, got, want []float32, x [][]float32) {
	t.Helper()
	for i := range want {
		if !sameBits(got[i], want[i]) {
			at := ""
			for _, x := range x {
				if len(x) > 0 {
					at += fmt.Sprintf(" %x", math.Float32bits(x[min(i, len(x)-1)]))
				}
			}
			t.Fatalf("%s: element %d: got %v, want %v; operands%s", what, i, got[i], want[i], at)
		}
	}
}

func TestElementwiseChecksLengths(t *testing.T) {
	for name, f := range map[string]func(){
		"unary":  func() { Exp(make([]float32, 3), make([]float32, 2)) },
		"binary": func() { Add(make([]float32, 3), make([]float32, 3), make([]float32, 2)) },
		"Adam": func() {
			Adam(make([]float32, 3), make([]float32, 3), make([]float32, 3), make([]float32, 2), 1, 0, 0, 0)
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
