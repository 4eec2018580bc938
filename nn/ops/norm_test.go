package ops_test

import (
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func TestBatchNormContract(t *testing.T) {
	vec := func(base float32) *tensor.Tensor {
		return tensor.From([]float32{base, base + 0.5, base + 0.25}, 3)
	}
	for name, c := range map[string]struct {
		f  func(in ...*ops.Value) *ops.Value
		in []*tensor.Tensor
	}{
		"y": {func(in ...*ops.Value) *ops.Value {
			y, _, _ := ops.BatchNorm(in[0], in[1], in[2], 1e-3)
			return y
		}, []*tensor.Tensor{ramp(4, 2, 3), vec(1), vec(-1)}},
		"mean": {func(in ...*ops.Value) *ops.Value {
			_, m, _ := ops.BatchNorm(in[0], nil, nil, 1e-3)
			return m
		}, []*tensor.Tensor{ramp(5, 3)}},
		"variance": {func(in ...*ops.Value) *ops.Value {
			_, _, v := ops.BatchNorm(in[0], in[1], nil, 1e-3)
			return v
		}, []*tensor.Tensor{ramp(5, 3), vec(1)}},
		"all three": {func(in ...*ops.Value) *ops.Value {
			y, m, v := ops.BatchNorm(in[0], nil, in[1], 1e-3)
			return ops.Concat(0, ops.Reshape(y, -1), m, v)
		}, []*tensor.Tensor{ramp(5, 3), vec(1)}},
		"one column": {func(in ...*ops.Value) *ops.Value {
			y, _, _ := ops.BatchNorm(in[0], nil, nil, 1e-3)
			return y
		}, []*tensor.Tensor{ramp(70, 1)}},
		"inference": {func(in ...*ops.Value) *ops.Value {
			return ops.BatchNormInference(in[0], in[1], in[2], in[3], in[4], 1e-3)
		}, []*tensor.Tensor{ramp(4, 3), vec(1), vec(-1), vec(0.5), vec(2)}},
		"inference, plain": {func(in ...*ops.Value) *ops.Value {
			return ops.BatchNormInference(in[0], nil, nil, in[1], in[2], 1e-3)
		}, []*tensor.Tensor{ramp(4, 3), vec(0.5), vec(2)}},
		"gradient": {func(in ...*ops.Value) *ops.Value {
			y, m, v := ops.BatchNorm(in[0], in[1], in[2], 1e-3)
			y = ops.Add(ops.Mul(y, in[3]), ops.Mul(m, v))
			return ops.Concat(0, ops.Gradients(y, in[0])[0], ops.Reshape(ops.Concat(0, ops.Gradients(y, in[1:3]...)...), 2, 3))
		}, []*tensor.Tensor{ramp(5, 3), vec(1), vec(-1), ramp(5, 3)}},
		"gradient without gamma": {func(in ...*ops.Value) *ops.Value {
			y, _, _ := ops.BatchNorm(in[0], nil, nil, 1e-3)
			return ops.Gradients(ops.Square(ops.Mul(y, in[1])), in[0])[0]
		}, []*tensor.Tensor{ramp(2, 3, 3), ramp(2, 3, 3)}},
		"gradient of inference": {func(in ...*ops.Value) *ops.Value {
			y := ops.BatchNormInference(in[0], in[1], in[2], in[3], in[4], 1e-3)
			g := ops.Gradients(ops.Square(y), in...)
			return ops.Concat(0, g[0], ops.Reshape(ops.Concat(0, g[1:]...), 4, 3))
		}, []*tensor.Tensor{ramp(4, 3), vec(1), vec(-1), vec(0.5), vec(2)}},
		"axis 1": {func(in ...*ops.Value) *ops.Value {
			y, m, v := ops.BatchNormAxis(in[0], in[1], in[2], 1, 1e-3)
			return ops.Concat(0, ops.Reshape(y, -1), m, v)
		}, []*tensor.Tensor{ramp(2, 3, 5), vec(1), vec(-1)}},
		"axis 1, inference": {func(in ...*ops.Value) *ops.Value {
			return ops.BatchNormInferenceAxis(in[0], in[1], in[2], in[3], in[4], 1, 1e-3)
		}, []*tensor.Tensor{ramp(2, 3, 2, 2), vec(1), vec(-1), vec(0.5), vec(2)}},
		"axis 1, gradient": {func(in ...*ops.Value) *ops.Value {
			y, m, v := ops.BatchNormAxis(in[0], in[1], in[2], 1, 1e-3)
			y = ops.Add(ops.Mul(y, in[3]), ops.Reshape(ops.Mul(m, v), 3, 1))
			return ops.Concat(0, ops.Reshape(ops.Gradients(y, in[0])[0], -1), ops.Concat(0, ops.Gradients(y, in[1:3]...)...))
		}, []*tensor.Tensor{ramp(2, 3, 4), vec(1), vec(-1), ramp(2, 3, 4)}},
		"axis 2 of 4, gradient of inference": {func(in ...*ops.Value) *ops.Value {
			y := ops.BatchNormInferenceAxis(in[0], in[1], in[2], in[3], in[4], 2, 1e-3)
			g := ops.Gradients(ops.Square(y), in...)
			return ops.Concat(0, ops.Reshape(g[0], -1), ops.Concat(0, g[1:]...))
		}, []*tensor.Tensor{ramp(2, 2, 3, 2), vec(1), vec(-1), vec(0.5), vec(2)}},
	} {
		t.Run(name, func(t *testing.T) { nntest.Op(t, c.f, c.in...) })
	}
}

// Channels in front and behind give the same results but for rounding, for planes that are
// short, longer than a row of the kernels, shorter than a piece, and longer.
func TestBatchNormAxisLikeLast(t *testing.T) {
	for _, shape := range [][]int{{2, 3, 8}, {3, 2, 7, 9}, {1, 5, 64}, {40, 3, 65}, {9, 200, 7, 6}, {5, 3, 300}, {2, 2, 200, 201}, {2, 3, 4, 0}, {0, 3, 9}} {
		back := []int{0}
		for i := 2; i < len(shape); i++ {
			back = append(back, i)
		}
		back = append(back, 1)
		front := []int{0, len(shape) - 1}
		for i := 1; i < len(shape)-1; i++ {
			front = append(front, i)
		}
		fill := func(shift float32) *ops.Value {
			x := tensor.New(shape...)
			for i := range x.Data() {
				x.Data()[i] = shift + float32((i*7919)%101)/50 - 1
			}
			return ops.Variable(x)
		}
		x, side := fill(3), fill(-0.2)
		vec := func(base float32) *ops.Value {
			v := tensor.New(shape[1])
			for i := range v.Data() {
				v.Data()[i] = base + float32(i)/4
			}
			return ops.Variable(v)
		}
		gamma, beta := vec(1), vec(-1)
		all := func(y, m, v *ops.Value) []*ops.Value {
			y = ops.ReLU(ops.Add(y, side))
			loss := ops.Add(ops.Sum(ops.Mul(y, side)), ops.Sum(ops.Mul(m, v)))
			return append([]*ops.Value{y, m, v}, ops.Gradients(loss, x, gamma, beta)...)
		}
		here := all(ops.BatchNormAxis(x, gamma, beta, 1, 1e-3))
		y, m, v := ops.BatchNorm(ops.Transpose(x, back...), gamma, beta, 1e-3)
		there := all(ops.Transpose(y, front...), m, v)
		p := ops.Compile(ops.Spec{Out: append(here, there...)})
		if err := p.Run(ops.State{}, nil); err != nil {
			t.Fatal(err)
		}
		for i := range here {
			a, b := p.Out(i).Data(), p.Out(len(here)+i).Data()
			most := float32(0)
			for j := range b {
				most = max(most, float32(math.Abs(float64(b[j]))))
			}
			for j := range a {
				if d := math.Abs(float64(a[j] - b[j])); !(d <= 2e-5*float64(most)+1e-7) {
					t.Fatalf("%v, result %d[%d]: %g, want %g", shape, i, j, a[j], b[j])
				}
			}
		}
	}
}

// The statistics are compared with a float64 calculation, on data whose mean is
// a thousand times its deviation, for shapes with one and with many chunks.
func TestBatchNormStatistics(t *testing.T) {
	for _, shape := range [][]int{{1, 1}, {3, 5}, {1000, 3}, {500, 64}, {40, 1000}, {33, 7, 130}, {0, 4}, {4, 0}} {
		x := tensor.New(shape...)
		cols := shape[len(shape)-1]
		rows := 1
		for _, d := range shape[:len(shape)-1] {
			rows *= d
		}
		for i := range x.Data() {
			x.Data()[i] = 1000 + float32((i*7919)%101)/50 - 1
		}
		in := ops.Input(shape...)
		y, m, v := ops.BatchNorm(in, nil, nil, 1e-3)
		p := ops.Compile(ops.Spec{In: values{in}, Out: values{y, m, v}})
		if err := p.Run(ops.State{}, []*tensor.Tensor{x}); err != nil {
			t.Fatal(err)
		}
		for c := 0; c < cols && rows > 0; c++ {
			var mean, variance float64
			for r := range rows {
				mean += float64(x.Data()[r*cols+c]) / float64(rows)
			}
			for r := range rows {
				d := float64(x.Data()[r*cols+c]) - mean
				variance += d * d / float64(rows)
			}
			if got := float64(p.Out(1).Data()[c]); math.Abs(got-mean) > 1e-4 {
				t.Errorf("%v: mean of column %d is %v, want %v", shape, c, got, mean)
			}
			if got := float64(p.Out(2).Data()[c]); math.Abs(got-variance) > 1e-5 {
				t.Errorf("%v: variance of column %d is %v, want %v", shape, c, got, variance)
			}
			last := (rows-1)*cols + c
			want := (float64(x.Data()[last]) - mean) / math.Sqrt(variance+1e-3)
			if got := float64(p.Out(0).Data()[last]); math.Abs(got-want) > 2e-3 {
				t.Errorf("%v: y of the last row, column %d is %v, want %v", shape, c, got, want)
			}
		}
		if rows == 0 && slices.ContainsFunc(p.Out(1).Data(), func(x float32) bool { return x != 0 }) {
			t.Errorf("mean of no rows is %v, want 0", p.Out(1).Data())
		}
	}
}

func BenchmarkBatchNorm(b *testing.B) {
	x, g, be := ops.Input(32, 28, 28, 64), ops.Input(64), ops.Input(64)
	in := []*tensor.Tensor{ramp(32, 28, 28, 64), ramp(64), ramp(64)}
	y, _, _ := ops.BatchNorm(x, g, be, 1e-3)
	for name, s := range map[string]ops.Spec{
		"forward": {In: values{x, g, be}, Out: values{y}},
		"both":    {In: values{x, g, be}, Slab: ops.Gradients(y, x, g, be)},
	} {
		b.Run(name, func(b *testing.B) {
			p := ops.Compile(s)
			b.SetBytes(int64(4 * x.Size()))
			b.ReportAllocs()
			for b.Loop() {
				_ = p.Run(ops.State{}, in)
			}
		})
	}
}
