package ops_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func TestUpsample(t *testing.T) {
	for _, c := range []struct{ x, size []int }{
		{[]int{2, 3, 2}, []int{2}},
		{[]int{1, 4, 9}, []int{3}},
		{[]int{2, 2, 3, 1}, []int{2, 3}},
		{[]int{1, 3, 2, 9}, []int{1, 2}},
		{[]int{1, 3, 2, 2}, []int{3, 1}},
		{[]int{1, 2, 2, 3, 2}, []int{2, 1, 3}},
		{[]int{2, 2, 1, 2, 3}, []int{2, 2, 2}},
	} {
		t.Run(fmt.Sprint(c.x, c.size), func(t *testing.T) {
			up := func(in ...*ops.Value) *ops.Value { return ops.Upsample(in[0], c.size...) }
			nntest.Op(t, up, uniform(1, c.x...))
			// Its gradient, a sum over windows, as a function of what it multiplies.
			nntest.Op(t, func(in ...*ops.Value) *ops.Value {
				x := ops.Constant(tensor.New(c.x...))
				return ops.Gradients(ops.Mul(up(x), in[0]), x)[0]
			}, uniform(2, up(ops.Input(c.x...)).Shape()...))
			// Repeating axis after axis is the plain way.
			in := ops.Input(c.x...)
			slow := in
			for i, n := range c.size {
				slow = ops.Repeat(slow, n, 1+i)
			}
			p := ops.Compile(ops.Spec{In: []*ops.Value{in}, Out: []*ops.Value{up(in), slow}})
			if err := p.Run(ops.State{}, []*tensor.Tensor{uniform(3, c.x...)}); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(p.Out(0).Data(), p.Out(1).Data()) {
				t.Errorf("got %v, want %v", p.Out(0), p.Out(1))
			}
		})
	}
	x := ops.Input(1, 2, 3)
	if ops.Upsample(x, 1) != x {
		t.Error("nothing to repeat, but the value changed")
	}
	wantShapeError(t, "2 factors for rank 3", func() { ops.Upsample(x, 1, 2) })
	wantShapeError(t, "0 factors for rank 2", func() { ops.Upsample(ops.Input(1, 2)) })
	wantShapeError(t, "factor 0 is 0, want 1 or more", func() { ops.Upsample(x, 0) })
}

func TestResample(t *testing.T) {
	// Rows 0, (1·row 0 + 3·row 1)/4, row 2 - row 0, nothing.
	r := ops.Resampling{First: []int{0, 0, 0, 2}, Weights: [][]float32{{1}, {0.25, 0.75}, {-1, 0, 1}, {}}}
	x := ops.Input(1, 3, 2)
	p := ops.Compile(ops.Spec{In: []*ops.Value{x}, Out: []*ops.Value{ops.Resample(x, 1, r)}})
	if err := p.Run(ops.State{}, []*tensor.Tensor{tensor.From([]float32{4, 8, 0, 16, 5, 7}, 1, 3, 2)}); err != nil {
		t.Fatal(err)
	}
	if want := []float32{4, 8, 1, 14, 1, -1, 0, 0}; !slices.Equal(p.Out(0).Data(), want) {
		t.Errorf("got %v, want %v", p.Out(0).Data(), want)
	}
	for _, shape := range [][]int{{2, 3, 2}, {3, 9}, {2, 3, 3, 3}} {
		axis := slices.Index(shape, 3)
		again := ops.Resampling{First: []int{1, 0}, Weights: [][]float32{{0.5, 2}, {1, 1, 1, 1}}} // of the four
		if axis < 0 {
			continue
		}
		nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Resample(in[0], axis, r) }, uniform(1, shape...))
		nntest.Op(t, func(in ...*ops.Value) *ops.Value {
			return ops.Resample(ops.Resample(in[0], axis, r), axis, again)
		}, uniform(2, shape...))
	}
	// Runs that are longer than a register.
	nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Resample(in[0], 0, r) }, uniform(3, 3, 21))
	wantShapeError(t, "cell 1 wants the cells [0, 2) of axis 0, which has 1", func() { ops.Resample(ops.Input(1, 2), 0, r) })
	wantShapeError(t, "1 first cells and 0 lists", func() { ops.Resample(x, 1, ops.Resampling{First: []int{0}}) })
}

func BenchmarkUpsample(b *testing.B) {
	for _, c := range [][]int{{16, 64, 64, 64}, {16, 112, 112, 3}} {
		b.Run(fmt.Sprintf("2x2 of %v", c), func(b *testing.B) {
			x := ops.Input(c...)
			y := ops.Upsample(x, 2, 2)
			p := ops.Compile(ops.Spec{In: []*ops.Value{x}, Out: []*ops.Value{y}, Slab: ops.Gradients(ops.Sum(y), x)})
			in := []*tensor.Tensor{uniform(1, c...)}
			b.SetBytes(int64(4 * (2*x.Size() + 2*y.Size())))
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Run(ops.State{}, in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
