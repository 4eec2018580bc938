package ops_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

var mathReductions = map[string]func(v *ops.Value, axes ...int) *ops.Value{
	"Sum": ops.Sum, "SumKeep": ops.SumKeep, "Mean": ops.Mean, "MeanKeep": ops.MeanKeep, "Max": ops.Max, "MaxKeep": ops.MaxKeep,
	"Min": ops.Min, "MinKeep": ops.MinKeep, "Prod": ops.Prod, "ProdKeep": ops.ProdKeep,
}

// mathDistinct has numbers at least 0.05 apart, so that no maximum is a tie.
func mathDistinct(shape ...int) *tensor.Tensor {
	x := tensor.New(shape...)
	n := x.Len()
	for i := range x.Data() {
		x.Data()[i] = 0.5 + 0.05*float32(i*7%max(1, n))
		if n%7 == 0 {
			x.Data()[i] = 0.5 + 0.05*float32(i*11%n)
		}
	}
	return x
}

func TestReductionGradients(t *testing.T) {
	for name, f := range mathReductions {
		for _, axes := range [][]int{nil, {0}, {1}, {2}, {-1}, {0, 1}, {1, 2}, {0, 2}, {0, 1, 2}} {
			t.Run(fmt.Sprint(name, axes), func(t *testing.T) {
				nntest.Op(t, func(in ...*ops.Value) *ops.Value { return f(in[0], axes...) }, mathDistinct(2, 3, 5))
			})
		}
		t.Run(name+" of one", func(t *testing.T) {
			nntest.Op(t, func(in ...*ops.Value) *ops.Value { return f(in[0]) }, mathDistinct())
			nntest.Op(t, func(in ...*ops.Value) *ops.Value { return f(in[0], 1) }, mathDistinct(3, 1, 2))
		})
	}
	for _, axis := range []int{0, 1, 2} {
		nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.CumSum(in[0], axis) }, mathDistinct(2, 3, 5))
		nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.LogSumExp(in[0], axis, true) }, mathDistinct(2, 3, 5))
		nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.L2Normalize(in[0], axis) }, mathDistinct(2, 3, 5))
		nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.ArgMax(in[0], axis) }, tensor.From(make([]float32, 30), 2, 3, 5))
	}
}

// TestReductionsOfManyShapes compares with a sum in float64 over all ways to
// walk memory: long and short rows, wide and narrow columns, several stages.
func TestReductionsOfManyShapes(t *testing.T) {
	for _, c := range []struct {
		shape, axes []int
	}{
		{[]int{70001}, nil}, {[]int{3, 40000}, []int{1}}, {[]int{5000, 10}, []int{0}}, {[]int{20000, 3}, []int{0}}, {[]int{7, 5000}, []int{0}},
		{[]int{300, 4100}, []int{0}}, {[]int{4, 300, 70}, []int{1}}, {[]int{20, 9, 30, 40}, []int{0, 2}}, {[]int{6, 5, 4, 3, 2}, []int{0, 2, 4}},
		{[]int{6, 5, 4, 3, 2}, []int{1, 3}}, {[]int{1, 100, 1, 100, 1}, []int{1, 4}}, {[]int{40000, 2}, []int{1}},
		{[]int{8, 4096}, []int{1}}, {[]int{0, 3}, []int{0}}, {[]int{3, 0}, []int{0}},
	} {
		x := mathInput(5, 0.5, 1.5, true, c.shape...)
		sum, size, top := mathReduce(x, c.axes)
		in := ops.Input(c.shape...)
		p := ops.Compile(ops.Spec{In: []*ops.Value{in}, Out: []*ops.Value{ops.Sum(in, c.axes...), ops.Max(in, c.axes...), ops.Min(ops.Neg(in), c.axes...)}})
		if err := p.Run(ops.State{}, []*tensor.Tensor{x}); err != nil {
			t.Fatal(err)
		}
		for i, want := range sum {
			if got := float64(p.Out(0).Data()[i]); math.Abs(got-want) > 1e-6*(1+size[i]) {
				t.Errorf("Sum%v over %v: element %d is %v, want %v", c.shape, c.axes, i, got, want)
				break
			}
			if got := float64(p.Out(1).Data()[i]); got != top[i] {
				t.Errorf("Max%v over %v: element %d is %v, want %v", c.shape, c.axes, i, got, top[i])
				break
			}
			if got := float64(p.Out(2).Data()[i]); got != -top[i] {
				t.Errorf("Min%v over %v: element %d is %v, want %v", c.shape, c.axes, i, got, -top[i])
				break
			}
		}
	}
}

func mathReduce(x *tensor.Tensor, axes []int) (sum, size, top []float64) {
	shape := x.Shape()
	reduced := make([]bool, len(shape))
	for _, a := range axes {
		reduced[a] = true
	}
	n, stride := 1, make([]int, len(shape))
	for i := len(shape) - 1; i >= 0; i-- {
		if len(axes) > 0 && !reduced[i] {
			stride[i] = n
			n *= shape[i]
		}
	}
	sum, size, top = make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range top {
		top[i] = math.Inf(-1)
	}
	for i, v := range x.Data() {
		o := 0
		for k := len(shape) - 1; k >= 0; k-- {
			o += i % shape[k] * stride[k]
			i /= shape[k]
		}
		sum[o] += float64(v)
		size[o] += math.Abs(float64(v))
		top[o] = math.Max(top[o], float64(v))
	}
	return sum, size, top
}

// The bits of large reductions do not depend on the number of workers.
func TestReductionsOnWorkers(t *testing.T) {
	defer par.SetWorkers(0)
	for _, s := range []struct{ shape, axes []int }{
		{[]int{100000}, nil}, {[]int{3, 50000}, []int{1}}, {[]int{5000, 30}, []int{0}}, {[]int{40, 4500}, []int{0}}, {[]int{30, 80, 50}, []int{0, 2}},
	} {
		x, in := mathInput(6, 0.99, 1.01, true, s.shape...), ops.Input(s.shape...)
		spec := ops.Spec{In: []*ops.Value{in}}
		for _, name := range slices.Sorted(maps.Keys(mathReductions)) {
			spec.Out = append(spec.Out, mathReductions[name](in, s.axes...))
		}
		p := ops.Compile(spec)
		var want [][]float32
		for _, workers := range []int{1, 2, 5} {
			par.SetWorkers(workers)
			if err := p.Run(ops.State{}, []*tensor.Tensor{x}); err != nil {
				t.Fatal(err)
			}
			for i := range spec.Out {
				if workers == 1 {
					want = append(want, slices.Clone(p.Out(i).Data()))
				} else if !slices.Equal(p.Out(i).Data(), want[i]) {
					t.Errorf("%v over %v: result %d differs with %d workers", s.shape, s.axes, i, workers)
				}
			}
		}
	}
}

func TestArgMax(t *testing.T) {
	x := tensor.From([]float32{1, 5, 5, 7, 0, 7}, 2, 3)
	in := ops.Input(2, 3)
	p := ops.Compile(ops.Spec{In: []*ops.Value{in}, Out: []*ops.Value{ops.ArgMax(in, 1), ops.ArgMin(in, 1), ops.ArgMax(in, 0), ops.ArgMin(in, 0)}})
	if err := p.Run(ops.State{}, []*tensor.Tensor{x}); err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float32{{1, 0}, {0, 1}, {1, 0, 1}, {0, 1, 0}} {
		if fmt.Sprint(p.Out(i).Data()) != fmt.Sprint(want) {
			t.Errorf("result %d: got %v, want %v", i, p.Out(i).Data(), want)
		}
	}
}
