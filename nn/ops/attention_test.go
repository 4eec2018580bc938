package ops_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// attentionWant is the definition in float64. mask broadcasts to (b, h, t, s).
func attentionWant(q, k, v, mask *tensor.Tensor, scale float64, causal bool) (out, weights []float64) {
	b, t, h, d := q.Shape()[0], q.Shape()[1], q.Shape()[2], q.Shape()[3]
	s, e := k.Shape()[1], v.Shape()[3]
	at := func(x *tensor.Tensor, i ...int) float64 {
		n := 0
		for a, size := range x.Shape() {
			n = n*size + min(i[a], size-1)
		}
		return float64(x.Data()[n])
	}
	out, weights = make([]float64, b*t*h*e), make([]float64, b*h*t*s)
	for ib := range b {
		for ih := range h {
			for it := range t {
				row := weights[((ib*h+ih)*t+it)*s:][:s]
				sum := 0.0
				for is := range s {
					for id := range d {
						row[is] += scale * at(q, ib, it, ih, id) * at(k, ib, is, ih, id)
					}
					if mask != nil && at(mask, ib, ih, it, is) == 0 || causal && is > it {
						row[is] = math.Inf(-1)
					}
					row[is] = math.Exp(row[is])
					sum += row[is]
				}
				for is := range s {
					row[is] /= sum
					for ie := range e {
						out[((ib*t+it)*h+ih)*e+ie] += row[is] * at(v, ib, is, ih, ie)
					}
				}
			}
		}
	}
	return out, weights
}

// bits is a mask of 0 and 1 with 1 at the beginning of each row.
func bits(shape ...int) *tensor.Tensor {
	m := tensor.New(shape...)
	n := shape[len(shape)-1]
	for i := range m.Data() {
		if i%n == 0 || (i*i+i/n)%3 != 0 {
			m.Data()[i] = 1
		}
	}
	return m
}

func TestAttention(t *testing.T) {
	for _, c := range []struct {
		b, t, s, h, d, e int
		mask             []int
		causal           bool
	}{
		{1, 1, 1, 1, 1, 1, nil, false}, {2, 3, 5, 2, 4, 3, nil, false}, {2, 3, 5, 2, 4, 3, nil, true}, {1, 5, 3, 2, 4, 4, nil, true},
		{2, 3, 5, 2, 4, 3, []int{2, 1, 1, 5}, false}, {2, 3, 5, 2, 4, 3, []int{1, 2, 3, 5}, false}, {2, 3, 5, 2, 4, 3, []int{3, 5}, true},
		{2, 4, 4, 3, 2, 2, []int{2, 1, 4, 4}, true}, {2, 3, 1, 1, 4, 4, []int{2, 1, 3, 1}, false},
		{1, 70, 90, 1, 17, 9, nil, true}, {2, 300, 130, 5, 16, 8, nil, true}, {2, 300, 130, 5, 16, 8, []int{2, 1, 1, 130}, true},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			in := []*tensor.Tensor{normals(1, c.b, c.t, c.h, c.d), normals(2, c.b, c.s, c.h, c.d), normals(3, c.b, c.s, c.h, c.e)}
			var mask *tensor.Tensor
			if c.mask != nil {
				mask = bits(c.mask...)
				in = append(in, mask)
				for len(mask.Shape()) < 4 {
					mask = tensor.From(mask.Data(), append([]int{1}, mask.Shape()...)...)
				}
			}
			const scale = 0.3
			f := func(which int) func(v ...*ops.Value) *ops.Value {
				return func(v ...*ops.Value) *ops.Value {
					var m *ops.Value
					if len(v) > 3 {
						m = v[3]
					}
					out, weights := ops.Attention(v[0], v[1], v[2], m, ops.AttentionConfig{Scale: scale, Causal: c.causal})
					return []*ops.Value{out, weights, ops.Add(ops.Sum(ops.Square(out)), ops.Sum(ops.Square(weights)))}[which]
				}
			}
			out, weights := attentionWant(in[0], in[1], in[2], mask, scale, c.causal)
			compare(t, runOne(t, f(0), in...), []int{c.b, c.t, c.h, c.e}, out)
			compare(t, runOne(t, f(1), in...), []int{c.b, c.h, c.t, c.s}, weights)
			if len(out) < 1000 {
				nntest.Op(t, f(0), in...)
				nntest.Op(t, f(1), in...)
			}
			nntest.Op(t, f(2), in...)
		})
	}
}

// With dropout the gradient drops the same weights, in every tile.
func TestAttentionDropout(t *testing.T) {
	for _, s := range [][]int{{2, 3, 5}, {1, 70, 33}} {
		in := []*tensor.Tensor{normals(1, s[0], s[1], 2, 3), normals(2, s[0], s[2], 2, 3), normals(3, s[0], s[2], 2, 3)}
		for _, causal := range []bool{false, true} {
			nntest.Op(t, func(v ...*ops.Value) *ops.Value {
				out, _ := ops.Attention(v[0], v[1], v[2], nil, ops.AttentionConfig{Rate: 0.4, Stream: 9, Causal: causal})
				return out
			}, in...)
		}
	}
	// Values of 1: each result is the sum of the weights that are left.
	in := []*tensor.Tensor{normals(1, 4, 200, 2, 3), normals(2, 4, 150, 2, 3), tensor.Ones(4, 150, 2, 1)}
	y := runOne(t, func(v ...*ops.Value) *ops.Value {
		out, _ := ops.Attention(v[0], v[1], v[2], nil, ops.AttentionConfig{Rate: 0.25, Stream: 3})
		return out
	}, in...)
	mean := 0.0
	for _, x := range y.Data() {
		mean += float64(x) / float64(y.Len())
	}
	if math.Abs(mean-1) > 0.02 {
		t.Errorf("the weights that are left add up to %v on average, want 1", mean)
	}
}

func TestAttentionGradientOfGradient(t *testing.T) {
	nntest.Op(t, func(v ...*ops.Value) *ops.Value {
		out, w := ops.Attention(v[0], v[1], v[2], nil, ops.AttentionConfig{Scale: 0.5})
		g := ops.Gradients(ops.Add(ops.Sum(ops.Mul(out, v[3])), ops.Sum(ops.Square(w))), v[:3]...)
		sum := ops.Scalar(0)
		for _, x := range g {
			sum = ops.Add(sum, ops.Sum(ops.Square(x)))
		}
		return sum
	}, normals(1, 1, 2, 2, 3), normals(2, 1, 3, 2, 3), normals(3, 1, 3, 2, 2), normals(4, 1, 2, 2, 2))
}

func TestAttentionShapeErrors(t *testing.T) {
	v := func(s ...int) *ops.Value { return ops.Input(s...) }
	for _, c := range []struct {
		want       string
		q, k, v, m *ops.Value
	}{
		{"operand 1 has 3 axes, want 4", v(1, 2, 3, 4), v(1, 2, 3), v(1, 2, 3, 4), nil},
		{"batch (axis 0) of queries and keys: 2 and 1", v(2, 2, 3, 4), v(1, 2, 3, 4), v(1, 2, 3, 4), nil},
		{"number of heads (axis 2) of keys and values: 3 and 2", v(1, 2, 3, 4), v(1, 2, 3, 4), v(1, 2, 2, 4), nil},
		{"size (axis 3) of queries and keys: 4 and 5", v(1, 2, 3, 4), v(1, 2, 3, 5), v(1, 2, 3, 4), nil},
		{"steps (axis 1) of keys and values: 2 and 6", v(1, 2, 3, 4), v(1, 2, 3, 4), v(1, 6, 3, 4), nil},
		{"sizes 2 and 7", v(1, 2, 3, 4), v(1, 2, 3, 4), v(1, 2, 3, 4), v(1, 1, 1, 7)},
		{"the mask does not broadcast", v(1, 2, 3, 4), v(1, 2, 3, 4), v(1, 2, 3, 4), v(5, 1, 1, 2)},
	} {
		func() {
			defer func() {
				err, _ := recover().(error)
				var shape *ops.ShapeError
				if !errors.As(err, &shape) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want a ShapeError with %q", err, c.want)
				}
			}()
			ops.Attention(c.q, c.k, c.v, c.m, ops.AttentionConfig{})
		}()
	}
}

func BenchmarkAttention(b *testing.B) {
	const batch, steps, heads, size = 32, 128, 8, 64
	for name, causal := range map[string]bool{"plain": false, "causal": true} {
		var in values
		var feed []*tensor.Tensor
		for i := range 4 {
			in, feed = append(in, ops.Input(batch, steps, heads, size)), append(feed, normals(uint64(i), batch, steps, heads, size))
		}
		y, _ := ops.Attention(in[0], in[1], in[2], nil, ops.AttentionConfig{Scale: 0.125, Causal: causal})
		loss := ops.Sum(ops.Mul(y, in[3]))
		products := map[string]float64{"forward": 2, "both": 6}
		for which, s := range map[string]ops.Spec{
			"forward": {In: in[:3], Out: values{y}},
			"both":    {In: in, Out: values{y}, Slab: ops.Gradients(loss, in[:3]...)},
		} {
			b.Run(name+"/"+which, func(b *testing.B) {
				p := ops.Compile(s)
				b.ReportAllocs()
				for b.Loop() {
					_ = p.Run(ops.State{}, feed[:len(s.In)])
				}
				flops := products[which] * 2 * batch * heads * steps * steps * size
				b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
