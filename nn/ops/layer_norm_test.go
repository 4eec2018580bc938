package ops_test

import (
	"math"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func TestLayerNormContract(t *testing.T) {
	for name, c := range map[string]struct {
		f  func(in ...*ops.Value) *ops.Value
		in []*tensor.Tensor
	}{
		"both": {func(in ...*ops.Value) *ops.Value { return ops.LayerNorm(in[0], in[1], in[2], 1e-3) },
			[]*tensor.Tensor{normals(1, 2, 3, 5), normals(2, 5), normals(3, 5)}},
		"gamma": {func(in ...*ops.Value) *ops.Value { return ops.LayerNorm(in[0], in[1], nil, 1e-3) },
			[]*tensor.Tensor{normals(1, 4, 17), normals(2, 17)}},
		"beta": {func(in ...*ops.Value) *ops.Value { return ops.LayerNorm(in[0], nil, in[1], 1e-3) },
			[]*tensor.Tensor{normals(1, 4, 3), normals(2, 3)}},
		"plain":   {func(in ...*ops.Value) *ops.Value { return ops.LayerNorm(in[0], nil, nil, 0.1) }, []*tensor.Tensor{normals(1, 3, 70)}},
		"vector":  {func(in ...*ops.Value) *ops.Value { return ops.LayerNorm(in[0], nil, nil, 0.1) }, []*tensor.Tensor{normals(1, 9)}},
		"one":     {func(in ...*ops.Value) *ops.Value { return ops.LayerNorm(in[0], in[1], in[2], 1e-3) }, []*tensor.Tensor{normals(1, 3, 1), normals(2, 1), normals(3, 1)}},
		"chunks":  {func(in ...*ops.Value) *ops.Value { return ops.LayerNorm(in[0], in[1], in[2], 1e-3) }, []*tensor.Tensor{normals(1, 700, 64), normals(2, 64), normals(3, 64)}},
		"nothing": {func(in ...*ops.Value) *ops.Value { return ops.LayerNorm(in[0], in[1], in[2], 1e-3) }, []*tensor.Tensor{tensor.New(0, 3), normals(2, 3), normals(3, 3)}},
		"gradient": {func(in ...*ops.Value) *ops.Value {
			y := ops.Mul(ops.LayerNorm(in[0], in[1], in[2], 0.1), in[3])
			g := ops.Gradients(y, in[0], in[1], in[2])
			return ops.Concat(0, g[0], ops.Reshape(ops.Concat(0, g[1:]...), 2, 4))
		}, []*tensor.Tensor{normals(1, 3, 4), normals(2, 4), normals(3, 4), normals(4, 3, 4)}},
	} {
		t.Run(name, func(t *testing.T) { nntest.Op(t, c.f, c.in...) })
	}
}

// The result is compared with a float64 calculation, on data whose mean is a
// hundred times its deviation.
func TestLayerNorm(t *testing.T) {
	for _, n := range []int{2, 3, 8, 63, 64, 65, 500, 4097} {
		x := normals(5, 3, n)
		for i := range x.Data() {
			x.Data()[i] += 100
		}
		y := runOne(t, func(in ...*ops.Value) *ops.Value { return ops.LayerNorm(in[0], nil, nil, 1e-3) }, x)
		for r := range 3 {
			row := x.Data()[r*n:][:n]
			var mean, variance float64
			for _, v := range row {
				mean += float64(v) / float64(n)
			}
			for _, v := range row {
				variance += (float64(v) - mean) * (float64(v) - mean) / float64(n)
			}
			for i, v := range row {
				want := (float64(v) - mean) / math.Sqrt(variance+1e-3)
				if got := float64(y.Data()[r*n+i]); math.Abs(got-want) > 1e-4 {
					t.Fatalf("n = %d, row %d: element %d is %v, want %v", n, r, i, got, want)
				}
			}
		}
	}
}

func BenchmarkLayerNorm(b *testing.B) {
	const rows, n = 32 * 128, 512
	x, g, be := ops.Input(rows, n), ops.Input(n), ops.Input(n)
	in := []*tensor.Tensor{normals(1, rows, n), normals(2, n), normals(3, n)}
	y := ops.LayerNorm(x, g, be, 1e-3)
	dy := ops.Input(rows, n)
	loss := ops.Sum(ops.Mul(y, dy))
	for name, s := range map[string]ops.Spec{
		"forward": {In: values{x, g, be}, Out: values{y}},
		"both":    {In: values{x, g, be, dy}, Out: values{y}, Slab: ops.Gradients(loss, x, g, be)},
	} {
		b.Run(name, func(b *testing.B) {
			p := ops.Compile(s)
			feed := in
			if len(s.In) > 3 {
				feed = append(feed[:3:3], normals(4, rows, n))
			}
			b.SetBytes(int64(4 * x.Size()))
			b.ReportAllocs()
			for b.Loop() {
				_ = p.Run(ops.State{}, feed)
			}
		})
	}
}
