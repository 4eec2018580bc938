package ops_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// mathInput draws numbers of size lo … hi with random signs, or positive ones.
func mathInput(seed uint64, lo, hi float64, signs bool, shape ...int) *tensor.Tensor {
	r := rand.New(rand.NewPCG(seed, 1))
	t := tensor.New(shape...)
	for i := range t.Data() {
		x := lo + (hi-lo)*r.Float64()
		if signs && r.IntN(2) == 0 {
			x = -x
		}
		t.Data()[i] = float32(x)
	}
	return t
}

func TestUnaryGradients(t *testing.T) {
	for name, c := range map[string]struct {
		f        func(*ops.Value) *ops.Value
		positive bool
	}{
		"Neg": {ops.Neg, false}, "Abs": {ops.Abs, false}, "Square": {ops.Square, false}, "Sqrt": {ops.Sqrt, true}, "Rsqrt": {ops.Rsqrt, true},
		"Reciprocal": {ops.Reciprocal, true}, "Exp": {ops.Exp, false}, "Log": {ops.Log, true}, "Log1p": {ops.Log1p, true},
		"Expm1": {ops.Expm1, false}, "Tanh": {ops.Tanh, false}, "Sigmoid": {ops.Sigmoid, false}, "Softplus": {ops.Softplus, false},
		"ReLU": {ops.ReLU, false}, "ReLU6": {func(v *ops.Value) *ops.Value { return ops.ReLU6(ops.MulScalar(v, 9)) }, false}, "Sin": {ops.Sin, false}, "Cos": {ops.Cos, false}, "Erf": {ops.Erf, false},
		"AddScalar":     {func(v *ops.Value) *ops.Value { return ops.AddScalar(v, 3) }, false},
		"MulScalar":     {func(v *ops.Value) *ops.Value { return ops.MulScalar(v, -3) }, false},
		"MaximumScalar": {func(v *ops.Value) *ops.Value { return ops.MaximumScalar(v, 0.1) }, false},
		"MinimumScalar": {func(v *ops.Value) *ops.Value { return ops.MinimumScalar(v, 0.1) }, false},
		"Clip":          {func(v *ops.Value) *ops.Value { return ops.Clip(v, -0.2, 0.2) }, false},
		"chain": {func(v *ops.Value) *ops.Value {
			return ops.Tanh(ops.Mul(ops.Sigmoid(ops.Exp(ops.Neg(v))), ops.Square(v)))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{1, 7, 37} {
				nntest.Op(t, func(in ...*ops.Value) *ops.Value { return c.f(in[0]) }, mathInput(1, 0.3, 1.5, !c.positive, n))
			}
		})
	}
	for _, s := range []float32{0, 1, 2, 3, 4, 0.5, -0.5, -1, -2, 2.5, -1.5} {
		t.Run(fmt.Sprint("PowScalar ", s), func(t *testing.T) {
			f := func(in ...*ops.Value) *ops.Value { return ops.Add(ops.PowScalar(in[0], s), ops.MulScalar(in[0], 0.5)) }
			nntest.Op(t, f, mathInput(2, 0.5, 1.5, false, 9))
		})
	}
}

func TestBinaryGradientsAndBroadcasting(t *testing.T) {
	shapes := [][2][]int{
		{{5, 7}, {5, 7}}, {{5, 7}, {7}}, {{7}, {5, 7}}, {{5, 7}, {5, 1}}, {{5, 7}, {}}, {{}, {5, 7}}, {{1, 1}, {5, 7}},
		{{5, 1}, {1, 7}}, {{2, 1, 3}, {4, 1}}, {{2, 3, 4, 1}, {3, 1, 5}}, {{1}, {1}}, {{}, {}}, {{3, 0}, {3, 1}},
	}
	for name, f := range map[string]func(a, b *ops.Value) *ops.Value{
		"Add": ops.Add, "Sub": ops.Sub, "Mul": ops.Mul, "Div": ops.Div, "Maximum": ops.Maximum, "Minimum": ops.Minimum, "Pow": ops.Pow,
		"SigmoidCrossEntropy": ops.SigmoidCrossEntropy,
	} {
		t.Run(name, func(t *testing.T) {
			for i, s := range shapes {
				// b lies away from all of a, so that no tie is near.
				a, b := mathInput(uint64(i), 0.5, 0.9, false, s[0]...), mathInput(uint64(i)+50, 1, 1.4, false, s[1]...)
				nntest.Op(t, func(in ...*ops.Value) *ops.Value { return f(in[0], in[1]) }, a, b)
			}
		})
	}
	t.Run("Where", func(t *testing.T) {
		cond := tensor.From([]float32{1, 0, 1, 0}, 4, 1)
		nntest.Op(t, func(in ...*ops.Value) *ops.Value {
			return ops.Where(ops.StopGradient(in[0]), in[1], in[2])
		}, cond, mathInput(3, 0.5, 1, true, 4, 3), mathInput(4, 0.5, 1, true, 3))
	})
}

// TestSecondDerivatives differentiates gradients, which are graph too.
func TestSecondDerivatives(t *testing.T) {
	for name, f := range map[string]func(v *ops.Value) *ops.Value{
		"Tanh": ops.Tanh, "Sigmoid": ops.Sigmoid, "Softplus": ops.Softplus, "Exp": ops.Exp, "Sin": ops.Sin, "Square": ops.Square,
		"ReLU6":      func(v *ops.Value) *ops.Value { return ops.Square(ops.ReLU6(ops.MulScalar(v, 9))) },
		"ReLU":       func(v *ops.Value) *ops.Value { return ops.Square(ops.ReLU(v)) },
		"Softmax":    func(v *ops.Value) *ops.Value { return ops.Softmax(v, -1) },
		"LogSoftmax": func(v *ops.Value) *ops.Value { return ops.LogSoftmax(v, -1) },
		"LogSumExp":  func(v *ops.Value) *ops.Value { return ops.LogSumExp(v, -1, false) },
		"CrossEntropy": func(v *ops.Value) *ops.Value {
			return ops.SoftmaxCrossEntropy(v, ops.Constant(mathInput(9, 0.1, 1, false, 3, 4)))
		},
		"SparseCrossEntropy": func(v *ops.Value) *ops.Value {
			return ops.SparseSoftmaxCrossEntropy(v, ops.Constant(tensor.From([]float32{0, 3, 1}, 3)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			nntest.Op(t, func(in ...*ops.Value) *ops.Value {
				y := f(in[0])
				w := ops.Constant(mathInput(8, 0.3, 1, true, y.Shape()...))
				return ops.Gradients(ops.Mul(y, w), in[0])[0]
			}, mathInput(7, 0.3, 1.2, true, 3, 4))
		})
	}
}

func TestLogicAndComparisons(t *testing.T) {
	nan := float32(math.NaN())
	a, b := ops.Input(5), ops.Input(5)
	p := ops.Compile(ops.Spec{In: []*ops.Value{a, b}, Out: []*ops.Value{
		ops.And(a, b), ops.Or(a, b), ops.Not(a), ops.IsNaN(b), ops.Greater(a, b), ops.StopGradient(a),
	}})
	if err := p.Run(ops.State{}, []*tensor.Tensor{tensor.From([]float32{0, 0, 1, -2, nan}, 5), tensor.From([]float32{0, 3, 0, nan, 1}, 5)}); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float32{{0, 0, 0, 1, 1}, {0, 1, 1, 1, 1}, {1, 1, 0, 0, 0}, {0, 0, 0, 1, 0}, {0, 0, 1, 0, 0}, {0, 0, 1, -2, nan}} {
		for k, w := range want {
			if g := p.Out(i).Data()[k]; g != w && (g == g || w == w) {
				t.Errorf("result %d: got %v, want %v", i, p.Out(i).Data(), want)
				break
			}
		}
	}
	if g := ops.Gradients(ops.StopGradient(a), a)[0]; g != nil {
		t.Error("a gradient flows through StopGradient")
	}
	if g := ops.Gradients(ops.Mul(ops.Greater(a, b), ops.Constant(tensor.New(5))), a)[0]; g != nil {
		t.Error("a gradient flows through Greater")
	}
}

func TestBroadcastErrors(t *testing.T) {
	for name, f := range map[string]func(){
		"Add":       func() { ops.Add(ops.Input(2, 3), ops.Input(2)) },
		"axis":      func() { ops.Sum(ops.Input(2, 3), 2) },
		"twice":     func() { ops.Sum(ops.Input(2, 3), 1, -1) },
		"ArgMax":    func() { ops.ArgMax(ops.Input(2, 0), 1) },
		"targets":   func() { ops.SoftmaxCrossEntropy(ops.Input(2, 3), ops.Input(2)) },
		"ids":       func() { ops.SparseSoftmaxCrossEntropy(ops.Input(2, 3), ops.Input(2, 3)) },
		"rate":      func() { ops.Dropout(ops.Input(2, 3), 1, 1, nil) },
		"noise":     func() { ops.Dropout(ops.Input(2, 3), 1, 0.5, []int{2, 2}) },
		"noiseRank": func() { ops.Dropout(ops.Input(2, 3), 1, 0.5, []int{2}) },
	} {
		func() {
			defer func() {
				if _, ok := recover().(*ops.ShapeError); !ok {
					t.Errorf("%s: no ShapeError", name)
				}
			}()
			f()
		}()
	}
}
