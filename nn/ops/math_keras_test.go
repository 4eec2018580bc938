package ops_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// mathArray is an array of the fixture; special numbers are strings there.
type mathArray struct {
	Shape []int
	Data  []mathNumber
}

type mathNumber float32

func (n *mathNumber) UnmarshalJSON(b []byte) error {
	switch s := string(bytes.Trim(b, `"`)); s {
	case "NaN":
		*n = mathNumber(math.NaN())
	case "Inf", "-Inf":
		*n = mathNumber(math.Inf(7 - 2*len(s))) // 3 letters: 1, 4: -1
	default:
		var x float32
		if err := json.Unmarshal(b, &x); err != nil {
			return err
		}
		*n = mathNumber(x)
	}
	return nil
}

func (a mathArray) tensor() *tensor.Tensor {
	t := tensor.New(a.Shape...)
	for i, v := range a.Data {
		t.Data()[i] = float32(v)
	}
	return t
}

// mathOps are the functions of the fixture by name.
var mathOps = map[string]func(in []*ops.Value, args []float64) *ops.Value{}

func init() {
	type vs = []*ops.Value
	for name, f := range map[string]func(*ops.Value) *ops.Value{
		"Neg": ops.Neg, "Abs": ops.Abs, "Square": ops.Square, "Sqrt": ops.Sqrt, "Rsqrt": ops.Rsqrt, "Reciprocal": ops.Reciprocal,
		"Exp": ops.Exp, "Log": ops.Log, "Log1p": ops.Log1p, "Expm1": ops.Expm1, "Tanh": ops.Tanh, "Sigmoid": ops.Sigmoid,
		"Softplus": ops.Softplus, "ReLU": ops.ReLU, "Sign": ops.Sign, "Floor": ops.Floor, "Round": ops.Round,
		"Sin": ops.Sin, "Cos": ops.Cos, "Erf": ops.Erf, "IsNaN": ops.IsNaN,
	} {
		mathOps[name] = func(in vs, _ []float64) *ops.Value { return f(in[0]) }
	}
	for name, f := range map[string]func(a, b *ops.Value) *ops.Value{
		"Add": ops.Add, "Sub": ops.Sub, "Mul": ops.Mul, "Div": ops.Div, "Maximum": ops.Maximum, "Minimum": ops.Minimum, "Pow": ops.Pow,
		"Equal": ops.Equal, "NotEqual": ops.NotEqual, "Less": ops.Less, "LessEqual": ops.LessEqual, "Greater": ops.Greater,
		"GreaterEqual": ops.GreaterEqual, "SoftmaxCrossEntropy": ops.SoftmaxCrossEntropy,
		"SparseSoftmaxCrossEntropy": ops.SparseSoftmaxCrossEntropy, "SigmoidCrossEntropy": ops.SigmoidCrossEntropy,
	} {
		mathOps[name] = func(in vs, _ []float64) *ops.Value { return f(in[0], in[1]) }
	}
	for name, f := range map[string]func(v *ops.Value, s float32) *ops.Value{
		"PowScalar": ops.PowScalar, "MaximumScalar": ops.MaximumScalar, "MinimumScalar": ops.MinimumScalar,
	} {
		mathOps[name] = func(in vs, args []float64) *ops.Value { return f(in[0], float32(args[0])) }
	}
	for name, f := range map[string]func(v *ops.Value, axes ...int) *ops.Value{
		"Sum": ops.Sum, "SumKeep": ops.SumKeep, "Mean": ops.Mean, "MeanKeep": ops.MeanKeep, "Max": ops.Max, "MaxKeep": ops.MaxKeep,
		"Min": ops.Min, "MinKeep": ops.MinKeep, "Prod": ops.Prod, "ProdKeep": ops.ProdKeep, "L2Normalize": ops.L2Normalize,
	} {
		mathOps[name] = func(in vs, args []float64) *ops.Value {
			var axes []int
			for _, a := range args {
				axes = append(axes, int(a))
			}
			return f(in[0], axes...)
		}
	}
	for name, f := range map[string]func(v *ops.Value, axis int) *ops.Value{
		"ArgMax": ops.ArgMax, "ArgMin": ops.ArgMin, "CumSum": ops.CumSum, "Softmax": ops.Softmax, "LogSoftmax": ops.LogSoftmax,
		"LogSumExp": func(v *ops.Value, axis int) *ops.Value { return ops.LogSumExp(v, axis, false) },
	} {
		mathOps[name] = func(in vs, args []float64) *ops.Value { return f(in[0], int(args[0])) }
	}
	mathOps["Clip"] = func(in vs, args []float64) *ops.Value { return ops.Clip(in[0], float32(args[0]), float32(args[1])) }
	mathOps["Where"] = func(in vs, _ []float64) *ops.Value { return ops.Where(in[0], in[1], in[2]) }
}

// TestMathIsTensorFlow compares results and gradients with TensorFlow's, at ties,
// kinks and special numbers too; see testdata/tools/ops_math.py.
func TestMathIsTensorFlow(t *testing.T) {
	var file struct {
		Cases []struct {
			Op    string
			Args  []float64
			In    []mathArray
			Dy    mathArray
			Out   mathArray
			Grads []*mathArray
		}
	}
	b, err := os.ReadFile("../../testdata/keras/ops/math.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 160 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for i, c := range file.Cases {
		f := mathOps[c.Op]
		if f == nil {
			t.Errorf("case %d: no function for %s", i, c.Op)
			continue
		}
		t.Run(fmt.Sprintf("%d_%s%v", i, c.Op, c.Args), func(t *testing.T) {
			var s ops.Spec
			var in []*tensor.Tensor
			for _, a := range c.In {
				s.In = append(s.In, ops.Input(a.Shape...))
				in = append(in, a.tensor())
			}
			y := f(s.In, c.Args)
			dy := ops.Input(c.Dy.Shape...)
			s.Out = []*ops.Value{y}
			at := map[int]int{}
			for k, g := range ops.Gradients(ops.Mul(y, dy), s.In...) {
				switch want := c.Grads[k]; {
				case g != nil && want != nil:
					at[k] = len(s.Out)
					s.Out = append(s.Out, g)
				case g == nil && want != nil && slices.ContainsFunc(want.Data, func(x mathNumber) bool { return x != 0 }):
					t.Errorf("operand %d has no gradient, TensorFlow's is %v", k, want.Data)
				}
			}
			s.In, in = append(s.In, dy), append(in, c.Dy.tensor())
			p := ops.Compile(s)
			if err := p.Run(ops.State{}, in); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(p.Out(0).Shape(), c.Out.Shape) {
				t.Fatalf("shape %v, want %v", p.Out(0).Shape(), c.Out.Shape)
			}
			mathCompare(t, "result", p.Out(0).Data(), c.Out.Data)
			for k, o := range at {
				mathCompare(t, fmt.Sprintf("gradient of operand %d", k), p.Out(o).Data(), c.Grads[k].Data)
			}
		})
	}
}

func mathCompare(t *testing.T, what string, got []float32, want []mathNumber) {
	t.Helper()
	for i, w := range want {
		g, w := float64(got[i]), float64(w)
		if g == w || g != g && w != w {
			continue
		}
		if !(math.Abs(g-w) <= 4e-7+4e-6*math.Abs(w)) { // 1-y² and the like cancel
			t.Errorf("%s, element %d: got %v, want %v (all: %v)", what, i, g, w, strings.Trim(fmt.Sprint(got), "[]"))
		}
	}
}
