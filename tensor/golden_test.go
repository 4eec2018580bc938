package tensor_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	. "github.com/antler-ml/antler/tensor"
)

const numpyDir = "../testdata/numpy"

// A golden is one case of testdata/numpy/make.py.
type golden struct {
	F   string
	In  []operand
	Out []place

	Args struct {
		Axes, IDs, Shape []int
		Axis, To, N      int
		Pads             [][2]int
		Ord              string
		Lo, Hi           float32
	}
	RTol, ATol float64
	Panics     bool
}

// A place is where an array begins among all numbers, and its shape.
type place struct {
	at    int
	shape []int
}

type operand struct {
	place
	view string
}

func (p *place) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &[]any{&p.at, &p.shape}) }

func (o *operand) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&o.at, &o.shape, &o.view})
}

func (p place) tensor(all []float32) *Tensor {
	n := 1
	for _, d := range p.shape {
		n *= d
	}
	return From(slices.Clone(all[p.at:p.at+n]), p.shape...)
}

// tensor makes the views of make.py's view.
func (o operand) tensor(all []float32) *Tensor {
	t := o.place.tensor(all)
	switch o.view {
	case "T":
		return Transpose(t)
	case "R":
		return Reverse(t)
	case "S":
		return t.Slice(-1, 1, End).Step(-1, 2)
	case "C":
		return t.Slice(0, 1, -1)
	}
	return t
}

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(numpyDir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func allNumbers(t *testing.T) []float32 {
	t.Helper()
	m, err := ReadNPZFile(filepath.Join(numpyDir, "cases.npz"))
	if err != nil {
		t.Fatal(err)
	}
	return m["data"].Data()
}

func TestNumpy(t *testing.T) {
	var cases []golden
	readJSON(t, "cases.json", &cases)
	all := allNumbers(t)
	ran := map[string]int{}
	for i, c := range cases {
		ran[c.F]++
		f := functions[c.F]
		if f == nil {
			t.Fatalf("no function %q", c.F)
		}
		in := make([]*Tensor, len(c.In))
		before := make([]*Tensor, len(c.In))
		for k := range in {
			in[k] = c.In[k].tensor(all)
			before[k] = in[k].Clone()
		}
		name := fmt.Sprintf("case %d: %s %v args %+v", i, c.F, c.In, c.Args)
		var got []*Tensor
		err := Try(func() { got = f(&c, in) })
		if c.Panics {
			if err == nil {
				t.Errorf("%s: want a panic, got %v", name, got)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got) != len(c.Out) {
			t.Fatalf("%s: got %d results, want %d", name, len(got), len(c.Out))
		}
		for k, g := range got {
			if why := differ(g, c.Out[k].tensor(all), c.RTol, c.ATol); why != "" {
				t.Errorf("%s: result %d: %s", name, k, why)
			}
		}
		for k := range in {
			if differ(in[k], before[k], 0, 0) != "" {
				t.Errorf("%s: operand %d was changed", name, k)
			}
		}
	}
	for f := range functions {
		if ran[f] == 0 {
			t.Errorf("no case for %s", f)
		}
	}
}

// differ says how got is not want; NaN equals NaN.
func differ(got, want *Tensor, rtol, atol float64) string {
	if !slices.Equal(got.Shape(), want.Shape()) {
		return fmt.Sprintf("shape %v, want %v", got.Shape(), want.Shape())
	}
	g, w := got.Data(), want.Data()
	for i := range w {
		a, b := float64(g[i]), float64(w[i])
		if a == b || a != a && b != b {
			continue
		}
		if d := math.Abs(a - b); !(d <= atol+rtol*math.Abs(b)) || math.IsInf(b, 0) {
			return fmt.Sprintf("element %d is %v, want %v", i, a, b)
		}
	}
	return ""
}

type function func(c *golden, in []*Tensor) []*Tensor

func one(t *Tensor) []*Tensor { return []*Tensor{t} }

func onAxes(f func(*Tensor, ...int) *Tensor) function {
	return func(c *golden, in []*Tensor) []*Tensor { return one(f(in[0], c.Args.Axes...)) }
}

func onShape(f func(*Tensor, ...int) *Tensor) function {
	return func(c *golden, in []*Tensor) []*Tensor { return one(f(in[0], c.Args.Shape...)) }
}

func onAxis(f func(*Tensor, int) *Tensor) function {
	return func(c *golden, in []*Tensor) []*Tensor { return one(f(in[0], c.Args.Axis)) }
}

func axisTo(f func(*Tensor, int, int) *Tensor) function {
	return func(c *golden, in []*Tensor) []*Tensor { return one(f(in[0], c.Args.Axis, c.Args.To)) }
}

func norms(f func(*Tensor, float64, ...int) *Tensor) function {
	return func(c *golden, in []*Tensor) []*Tensor { return one(f(in[0], c.ord(), c.Args.Axes...)) }
}

func (c *golden) ord() float64 {
	ord, err := strconv.ParseFloat(c.Args.Ord, 64)
	if err != nil {
		panic(err)
	}
	return ord
}

func unary(f func(*Tensor) *Tensor) function {
	return func(_ *golden, in []*Tensor) []*Tensor { return one(f(in[0])) }
}

func position(f func(*Tensor) int) function {
	return func(_ *golden, in []*Tensor) []*Tensor { return one(Scalar(float32(f(in[0])))) }
}

func binary(f func(_, _ *Tensor) *Tensor) function {
	return func(_ *golden, in []*Tensor) []*Tensor { return one(f(in[0], in[1])) }
}

func joined(f func(int, ...*Tensor) *Tensor) function {
	return func(c *golden, in []*Tensor) []*Tensor { return one(f(c.Args.Axis, in...)) }
}

var functions = map[string]function{
	"Sum": onAxes(Sum), "SumKeep": onAxes(SumKeep), "Prod": onAxes(Prod), "ProdKeep": onAxes(ProdKeep),
	"Mean": onAxes(Mean), "MeanKeep": onAxes(MeanKeep), "Var": onAxes(Var), "VarKeep": onAxes(VarKeep),
	"Std": onAxes(Std), "StdKeep": onAxes(StdKeep), "Max": onAxes(Max), "MaxKeep": onAxes(MaxKeep),
	"Min": onAxes(Min), "MinKeep": onAxes(MinKeep), "Any": onAxes(Any), "AnyKeep": onAxes(AnyKeep),
	"All": onAxes(All), "AllKeep": onAxes(AllKeep), "Norm": norms(Norm), "NormKeep": norms(NormKeep),

	"ArgMax": onAxis(ArgMax), "ArgMin": onAxis(ArgMin), "Sort": onAxis(Sort), "ArgSort": onAxis(ArgSort),
	"CumSum": onAxis(CumSum), "CumProd": onAxis(CumProd), "ArgMaxFlat": position(ArgMaxFlat), "ArgMinFlat": position(ArgMinFlat),
	"SortFlat": unary(SortFlat), "CumSumFlat": unary(CumSumFlat), "CumProdFlat": unary(CumProdFlat),
	"ArgSortFlat": unary(func(t *Tensor) *Tensor { return FromInts(ArgSortFlat(t), t.Len()) }),

	"Reshape": onShape(Reshape), "BroadcastTo": onShape(BroadcastTo), "Transpose": onAxes(Transpose),
	"SwapAxes": axisTo(SwapAxes), "MoveAxis": axisTo(MoveAxis), "Reverse": onAxes(Reverse), "Squeeze": onAxes(Squeeze),
	"ExpandDims": onAxis(ExpandDims), "Tile": onAxes(Tile), "Concatenate": joined(Concatenate), "Stack": joined(Stack),
	"Roll":      func(c *golden, in []*Tensor) []*Tensor { return one(Roll(in[0], c.Args.N, c.Args.Axis)) },
	"RollFlat":  func(c *golden, in []*Tensor) []*Tensor { return one(RollFlat(in[0], c.Args.N)) },
	"Repeat":    func(c *golden, in []*Tensor) []*Tensor { return one(Repeat(in[0], c.Args.N, c.Args.Axis)) },
	"Take":      func(c *golden, in []*Tensor) []*Tensor { return one(Take(in[0], c.Args.Axis, c.Args.IDs...)) },
	"Gather":    func(c *golden, in []*Tensor) []*Tensor { return one(Gather(in[0], in[1], c.Args.Axis)) },
	"TakeAlong": func(c *golden, in []*Tensor) []*Tensor { return one(TakeAlong(in[0], in[1], c.Args.Axis)) },
	"Split":     func(c *golden, in []*Tensor) []*Tensor { return Split(in[0], c.Args.Axis, c.Args.N) },
	"SplitAt":   func(c *golden, in []*Tensor) []*Tensor { return SplitAt(in[0], c.Args.Axis, c.Args.IDs...) },
	"Pad":       func(c *golden, in []*Tensor) []*Tensor { return one(Pad(in[0], c.Args.Pads, 7)) },

	"Neg": unary(Neg), "Abs": unary(Abs), "Square": unary(Square), "Sqrt": unary(Sqrt), "Sign": unary(Sign),
	"Floor": unary(Floor), "Ceil": unary(Ceil), "Round": unary(Round), "IsNaN": unary(IsNaN), "IsFinite": unary(IsFinite),
	"Not": unary(Not), "Exp": unary(Exp), "Log": unary(Log), "Tanh": unary(Tanh), "Sigmoid": unary(Sigmoid),
	"Log1p": unary(Log1p), "Expm1": unary(Expm1),
	"Clip": func(c *golden, in []*Tensor) []*Tensor { return one(Clip(in[0], c.Args.Lo, c.Args.Hi)) },

	"Add": binary(Add), "Sub": binary(Sub), "Mul": binary(Mul), "Div": binary(Div), "Pow": binary(Pow),
	"Maximum": binary(Maximum), "Minimum": binary(Minimum), "Equal": binary(Equal), "NotEqual": binary(NotEqual),
	"Less": binary(Less), "LessEqual": binary(LessEqual), "Greater": binary(Greater), "GreaterEqual": binary(GreaterEqual),
	"And": binary(And), "Or": binary(Or),
	"Where": func(_ *golden, in []*Tensor) []*Tensor { return one(Where(in[0], in[1], in[2])) },

	"MatMul": binary(MatMul), "Dot": binary(Dot),
	"BatchDot":  func(c *golden, in []*Tensor) []*Tensor { return one(BatchDot(in[0], in[1], c.Args.Axes...)) },
	"Normalize": func(c *golden, in []*Tensor) []*Tensor { return one(Normalize(in[0], c.Args.Axis, c.ord())) },
	"ToCategorical": func(c *golden, in []*Tensor) []*Tensor {
		t, err := ToCategorical(in[0], c.Args.N)
		if err != nil {
			panic(&Error{Reason: err.Error()})
		}
		return one(t)
	},
}

func TestPrint(t *testing.T) {
	var cases []struct {
		In               operand
		Text             string
		Precision, Width *int
	}
	readJSON(t, "print.json", &cases)
	all := allNumbers(t)
	for _, c := range cases {
		x := c.In.tensor(all)
		precision, width := 8, 75
		if c.Precision != nil {
			precision = *c.Precision
		}
		if c.Width != nil {
			width = *c.Width
		}
		if got := fmt.Sprintf("%*.*v", width, precision, x); got != c.Text {
			t.Errorf("shape %v precision %d width %d: got\n%s\nwant\n%s", x.Shape(), precision, width, got, c.Text)
		}
		if precision == 8 && width == 75 && x.String() != c.Text {
			t.Errorf("String differs from %%v: %s", x.String())
		}
	}
}
