package ops_test

import (
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func TestPool3D(t *testing.T) {
	for _, c := range []struct {
		name string
		x    []int
		c    ops.Pool3DConfig
	}{
		{"2x2x2", []int{2, 2, 4, 4, 3}, ops.Pool3DConfig{Size: [3]int{2, 2, 2}}},
		{"left over", []int{1, 3, 5, 4, 2}, ops.Pool3DConfig{Size: [3]int{2, 2, 3}}},
		{"overlapping", []int{1, 3, 3, 4, 2}, ops.Pool3DConfig{Size: [3]int{2, 3, 2}, Strides: [3]int{1, 1, 1}}},
		{"same", []int{1, 3, 4, 3, 2}, ops.Pool3DConfig{Size: [3]int{3, 3, 3}, Strides: [3]int{2, 2, 1}, PadLow: [3]int{1, 0, 1}, PadHigh: [3]int{1, 1, 1}}},
		{"gaps", []int{1, 5, 4, 3, 2}, ops.Pool3DConfig{Size: [3]int{2, 1, 1}, Strides: [3]int{3, 2, 2}}},
		{"global", []int{2, 2, 3, 2, 3}, ops.Pool3DConfig{Size: [3]int{2, 3, 2}}},
	} {
		x := spaced(1, c.x...)
		maxPool := func(in ...*ops.Value) *ops.Value { return ops.MaxPool3D(in[0], c.c) }
		avgPool := func(in ...*ops.Value) *ops.Value { return ops.AvgPool3D(in[0], c.c) }
		t.Run("max "+c.name, func(t *testing.T) { nntest.Op(t, maxPool, x) })
		t.Run("average "+c.name, func(t *testing.T) { nntest.Op(t, avgPool, uniform(1, c.x...)) })
		for name, f := range map[string]func(...*ops.Value) *ops.Value{"max": maxPool, "average": avgPool} {
			t.Run("gradient of "+name+" "+c.name, func(t *testing.T) {
				y := f(ops.Input(c.x...)).Shape()
				nntest.Op(t, func(in ...*ops.Value) *ops.Value { // as a function of what it multiplies
					x := ops.Constant(x)
					return ops.Gradients(ops.Mul(f(x), in[0]), x)[0]
				}, uniform(2, y...))
			})
		}
	}
}

// Pooling a volume of depth 1 is pooling an image.
func TestPool3DOfImages(t *testing.T) {
	x := uniform(3, 2, 7, 6, 5)
	in := ops.Input(2, 7, 6, 5)
	flat := ops.PoolConfig{Size: [2]int{3, 2}, Strides: [2]int{2, 1}, PadLow: [2]int{1, 0}, PadHigh: [2]int{1, 1}}
	deep := ops.Pool3DConfig{Size: [3]int{1, 3, 2}, Strides: [3]int{1, 2, 1}, PadLow: [3]int{0, 1, 0}, PadHigh: [3]int{0, 1, 1}}
	out := []*ops.Value{ops.MaxPool2D(in, flat), ops.AvgPool2D(in, flat)}
	wide := ops.ExpandDims(in, 1)
	out = append(out, ops.Squeeze(ops.MaxPool3D(wide, deep), 1), ops.Squeeze(ops.AvgPool3D(wide, deep), 1))
	p := ops.Compile(ops.Spec{In: []*ops.Value{in}, Out: out})
	if err := p.Run(ops.State{}, []*tensor.Tensor{x}); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if !tensor.AllClose(p.Out(i), p.Out(2+i), 0, 0) {
			t.Errorf("result %d: image %v, volume %v", i, p.Out(i), p.Out(2+i))
		}
	}
}

func TestPool3DShapeErrors(t *testing.T) {
	x := ops.Input(1, 3, 4, 5, 2)
	for _, c := range []struct {
		c    ops.Pool3DConfig
		want string
	}{
		{ops.Pool3DConfig{}, "depth: window 0 and stride 0 must be positive"},
		{ops.Pool3DConfig{Size: [3]int{1, 5, 2}}, "height (axis 2): a window of 5 does not fit into 4 cells"},
		{ops.Pool3DConfig{Size: [3]int{2, 2, 2}, PadHigh: [3]int{0, 0, 2}}, "width: padding 0 and 2 must be less than the window, 2"},
	} {
		wantShapeError(t, c.want, func() { ops.MaxPool3D(x, c.c) })
		wantShapeError(t, c.want, func() { ops.AvgPool3D(x, c.c) })
	}
	wantShapeError(t, "rank 5, got rank 4", func() { ops.MaxPool3D(ops.Input(1, 3, 4, 2), ops.Pool3DConfig{Size: [3]int{1, 1, 1}}) })
}

func BenchmarkPool3D(b *testing.B) {
	for _, c := range []struct {
		name string
		pool func(*ops.Value, ops.Pool3DConfig) *ops.Value
	}{{"max", ops.MaxPool3D}, {"average", ops.AvgPool3D}} {
		b.Run(c.name, func(b *testing.B) {
			x := ops.Input(4, 16, 56, 56, 32)
			y := c.pool(x, ops.Pool3DConfig{Size: [3]int{2, 2, 2}})
			p := ops.Compile(ops.Spec{In: []*ops.Value{x}, Slab: ops.Gradients(ops.Sum(ops.Square(y)), x)})
			in := []*tensor.Tensor{uniform(1, x.Shape()...)}
			b.SetBytes(int64(4 * (3*x.Size() + 3*y.Size()))) // x twice, dx, y twice, dy
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Run(ops.State{}, in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
