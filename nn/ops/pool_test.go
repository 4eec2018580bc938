package ops_test

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// spaced has no two elements closer than 1/4, so that no small step changes a maximum.
func spaced(seed uint64, shape ...int) *tensor.Tensor {
	t := uniform(seed, shape...)
	x := t.Data()
	for i := range x {
		rank := 0
		for j := range x {
			if x[j] < x[i] {
				rank++
			}
		}
		defer func() { x[i] = float32(rank)/4 - float32(len(x))/8 }()
	}
	return t
}

func TestPool2D(t *testing.T) {
	for _, c := range []struct {
		name string
		x    []int
		c    ops.PoolConfig
	}{
		{"2x2", []int{2, 4, 4, 3}, ops.PoolConfig{Size: [2]int{2, 2}}},
		{"left over", []int{1, 5, 7, 2}, ops.PoolConfig{Size: [2]int{2, 3}}},
		{"overlapping", []int{1, 5, 6, 2}, ops.PoolConfig{Size: [2]int{3, 2}, Strides: [2]int{1, 1}}},
		{"same", []int{1, 5, 6, 2}, ops.PoolConfig{Size: [2]int{3, 3}, Strides: [2]int{2, 2}, PadLow: [2]int{1, 0}, PadHigh: [2]int{1, 1}}},
		{"gaps", []int{1, 7, 6, 2}, ops.PoolConfig{Size: [2]int{2, 1}, Strides: [2]int{3, 2}}},
		{"global", []int{2, 3, 4, 5}, ops.PoolConfig{Size: [2]int{3, 4}}},
	} {
		x := spaced(1, c.x...)
		maxPool := func(in ...*ops.Value) *ops.Value { return ops.MaxPool2D(in[0], c.c) }
		avgPool := func(in ...*ops.Value) *ops.Value { return ops.AvgPool2D(in[0], c.c) }
		t.Run("max "+c.name, func(t *testing.T) { nntest.Op(t, maxPool, x) })
		t.Run("average "+c.name, func(t *testing.T) { nntest.Op(t, avgPool, uniform(1, c.x...)) })
		for name, f := range map[string]func(...*ops.Value) *ops.Value{"max": maxPool, "average": avgPool} {
			t.Run("gradient of "+name+" "+c.name, func(t *testing.T) {
				y := f(ops.Input(c.x...)).Shape()
				// The gradient as a function of what it multiplies.
				nntest.Op(t, func(in ...*ops.Value) *ops.Value {
					x := ops.Constant(x)
					return ops.Gradients(ops.Mul(f(x), in[0]), x)[0]
				}, uniform(2, y...))
			})
		}
	}
}

// A tie goes to the first maximum, and NaN wins over everything.
func TestMaxPool2DTies(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		x     [4]float32
		y     float32
		first int
	}{
		{[4]float32{1, 2, 2, 1}, 2, 1},
		{[4]float32{3, 3, 3, 3}, 3, 0},
		{[4]float32{-1, -2, -3, -1}, -1, 0},
		{[4]float32{1, nan, 2, nan}, nan, 1},
		{[4]float32{nan, 5, 2, nan}, nan, 0},
		{[4]float32{1, 7, 2, nan}, nan, 3},
	} {
		x := ops.Input(1, 2, 2, 1)
		y := ops.MaxPool2D(x, ops.PoolConfig{Size: [2]int{2, 2}})
		p := ops.Compile(ops.Spec{In: []*ops.Value{x}, Out: []*ops.Value{y}, Slab: ops.Gradients(y, x)})
		if err := p.Run(ops.State{}, []*tensor.Tensor{tensor.From(c.x[:], 1, 2, 2, 1)}); err != nil {
			t.Fatal(err)
		}
		if got := p.Out(0).Data()[0]; got != c.y && (got == got || c.y == c.y) {
			t.Errorf("maximum of %v is %g", c.x, got)
		}
		for i, g := range p.Slab() {
			if (g == 1) != (i == c.first) {
				t.Errorf("gradient of the maximum of %v is %v", c.x, p.Slab())
				break
			}
		}
	}
}

func TestPool2DShapeErrors(t *testing.T) {
	x := ops.Input(1, 3, 4, 2)
	for _, c := range []struct {
		c    ops.PoolConfig
		want string
	}{
		{ops.PoolConfig{}, "height: window 0 and stride 0 must be positive"},
		{ops.PoolConfig{Size: [2]int{4, 2}}, "height (axis 1): a window of 4 does not fit into 3 cells"},
		{ops.PoolConfig{Size: [2]int{2, 2}, PadHigh: [2]int{0, 2}}, "width: padding 0 and 2 must be less than the window, 2"},
	} {
		wantShapeError(t, c.want, func() { ops.MaxPool2D(x, c.c) })
		wantShapeError(t, c.want, func() { ops.AvgPool2D(x, c.c) })
	}
	wantShapeError(t, "rank 4, got rank 2", func() { ops.MaxPool2D(ops.Input(3, 4), ops.PoolConfig{Size: [2]int{1, 1}}) })
}
