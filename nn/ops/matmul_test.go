package ops_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func normals(seed uint64, shape ...int) *tensor.Tensor {
	r := rand.New(rand.NewPCG(seed, 1))
	t := tensor.New(shape...)
	for i := range t.Data() {
		t.Data()[i] = float32(r.NormFloat64())
	}
	return t
}

func runOne(t *testing.T, f func(in ...*ops.Value) *ops.Value, in ...*tensor.Tensor) *tensor.Tensor {
	t.Helper()
	var vs []*ops.Value
	for _, x := range in {
		vs = append(vs, ops.Input(x.Shape()...))
	}
	p := ops.Compile(ops.Spec{In: vs, Out: []*ops.Value{f(vs...)}})
	if err := p.Run(ops.State{}, in); err != nil {
		t.Fatal(err)
	}
	return p.Out(0)
}

// matmulWant is numpy's rule written with indices: result, batches first.
func matmulWant(a, b *tensor.Tensor, transA, transB bool) ([]int, []float64) {
	sa, sb := a.Shape(), b.Shape()
	row, column := len(sa) == 1, len(sb) == 1
	if row {
		sa = []int{1, sa[0]}
	}
	if column {
		sb = []int{sb[0], 1}
	}
	last := func(s []int, trans bool) (int, int, int, int) { // rows, cols, and their strides
		r, c := s[len(s)-2], s[len(s)-1]
		if trans {
			return c, r, 1, c
		}
		return r, c, c, 1
	}
	m, k, am, ak := last(sa, transA)
	_, n, bk, bn := last(sb, transB)
	ba, bb := sa[:len(sa)-2], sb[:len(sb)-2]
	batch := make([]int, max(len(ba), len(bb)))
	at := func(s []int, i int) int {
		if i += len(s) - len(batch); i >= 0 {
			return s[i]
		}
		return 1
	}
	total := 1
	for i := range batch {
		batch[i] = max(at(ba, i), at(bb, i))
		if at(ba, i) == 0 || at(bb, i) == 0 {
			batch[i] = 0
		}
		total *= batch[i]
	}
	var out []float64
	for q := range total {
		offset := func(s []int) int {
			o, rest, step := 0, q, 1
			for i := len(batch) - 1; i >= 0; i-- {
				d := at(s, i)
				if d != 1 {
					o += rest % batch[i] * step
				}
				step *= d
				rest /= batch[i]
			}
			return o
		}
		da, db := a.Data()[offset(ba)*m*k:], b.Data()[offset(bb)*k*n:]
		for i := range m {
			for j := range n {
				s := 0.0
				for p := range k {
					s += float64(da[i*am+p*ak]) * float64(db[p*bk+j*bn])
				}
				out = append(out, s)
			}
		}
	}
	shape := slices.Clone(batch)
	if !row {
		shape = append(shape, m)
	}
	if !column {
		shape = append(shape, n)
	}
	return shape, out
}

func compare(t *testing.T, got *tensor.Tensor, shape []int, want []float64) {
	t.Helper()
	if !slices.Equal(got.Shape(), shape) {
		t.Fatalf("shape is %v, want %v", got.Shape(), shape)
	}
	for i, v := range got.Data() {
		if d := math.Abs(float64(v) - want[i]); !(d <= 1e-5*(1+math.Abs(want[i]))) {
			t.Fatalf("element %d is %v, want %v", i, v, want[i])
		}
	}
}

func TestMatMul(t *testing.T) {
	for _, c := range [][2][]int{
		{{3, 4}, {4, 5}}, {{1, 1}, {1, 1}}, {{4}, {4}}, {{4}, {4, 3}}, {{3, 4}, {4}}, {{2, 3, 4}, {4}}, {{4}, {2, 4, 3}},
		{{2, 3, 4}, {4, 5}}, {{3, 4}, {2, 4, 5}}, {{2, 3, 4}, {2, 4, 5}}, {{2, 1, 3, 4}, {5, 4, 2}}, {{1, 3, 4}, {6, 4, 2}},
		{{2, 3, 3, 4}, {2, 1, 4, 2}}, {{2, 3, 1, 4}, {3, 4, 1}}, {{2, 1, 2, 3, 4}, {3, 2, 4, 5}}, {{1, 1, 3, 4}, {2, 4, 5}},
		{{0, 4}, {4, 5}}, {{3, 0}, {0, 5}}, {{3, 4}, {4, 0}}, {{0, 3, 4}, {4, 5}}, {{0, 3, 4}, {1, 4, 5}}, {{2, 3, 0}, {0, 5}},
		{{70, 33}, {33, 65}},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			a, b := normals(1, c[0]...), normals(2, c[1]...)
			shape, want := matmulWant(a, b, false, false)
			compare(t, runOne(t, func(in ...*ops.Value) *ops.Value { return ops.MatMul(in[0], in[1]) }, a, b), shape, want)
			if a.Len() > 0 && b.Len() > 0 {
				nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.MatMul(in[0], in[1]) }, a, b)
			}
		})
	}
}

func TestMatMulT(t *testing.T) {
	for _, batch := range [][2][]int{{{}, {}}, {{2}, {}}, {{}, {2}}, {{2}, {2}}, {{3, 1}, {2}}} {
		for tr := range 4 {
			transA, transB := tr&1 != 0, tr&2 != 0
			sa, sb := []int{3, 4}, []int{4, 5}
			if transA {
				slices.Reverse(sa)
			}
			if transB {
				slices.Reverse(sb)
			}
			a, b := normals(3, append(slices.Clone(batch[0]), sa...)...), normals(4, append(slices.Clone(batch[1]), sb...)...)
			t.Run(fmt.Sprint(a.Shape(), b.Shape(), transA, transB), func(t *testing.T) {
				f := func(in ...*ops.Value) *ops.Value { return ops.MatMulT(in[0], in[1], transA, transB) }
				shape, want := matmulWant(a, b, transA, transB)
				compare(t, runOne(t, f, a, b), shape, want)
				nntest.Op(t, f, a, b)
			})
		}
	}
}

func TestMatMulLarge(t *testing.T) { // parallel, blocked and batched code
	for _, c := range [][2][]int{{{150, 300}, {300, 140}}, {{20, 40, 50}, {20, 50, 30}}, {{8, 16, 32}, {32, 64}}} {
		a, b := normals(5, c[0]...), normals(6, c[1]...)
		shape, want := matmulWant(a, b, false, false)
		f := func(in ...*ops.Value) *ops.Value { return ops.MatMul(in[0], in[1]) }
		got := runOne(t, f, a, b)
		for i, v := range got.Data() {
			if !(math.Abs(float64(v)-want[i]) <= 1e-4) {
				t.Fatalf("%v: element %d is %v, want %v", c, i, v, want[i])
			}
		}
		if !slices.Equal(got.Shape(), shape) {
			t.Fatalf("shape is %v, want %v", got.Shape(), shape)
		}
	}
}

func TestDense(t *testing.T) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	acts := map[ops.Activation]func(float64) float64{
		ops.ActNone: func(x float64) float64 { return x },
		ops.ActReLU: func(x float64) float64 { return max(x, 0) },
		ops.ActTanh: math.Tanh, ops.ActSigmoid: sigmoid,
	}
	for _, s := range [][]int{{4}, {1, 4}, {3, 4}, {2, 3, 4}, {33, 4}} {
		for act, f := range acts {
			for _, withBias := range []bool{false, true} {
				t.Run(fmt.Sprint(s, act, withBias), func(t *testing.T) {
					in := []*tensor.Tensor{normals(7, s...), normals(8, 4, 5)}
					if withBias {
						in = append(in, normals(9, 5))
					}
					op := func(v ...*ops.Value) *ops.Value {
						if !withBias {
							return ops.Dense(v[0], v[1], nil, act)
						}
						return ops.Dense(v[0], v[1], v[2], act)
					}
					shape, want := matmulWant(in[0], in[1], false, false)
					for i := range want {
						if withBias {
							want[i] += float64(in[2].Data()[i%5])
						}
						want[i] = f(want[i])
					}
					compare(t, runOne(t, op, in...), shape, want)
					if act != ops.ActReLU || len(want) < 100 { // many numbers: some lie at the kink
						nntest.Op(t, op, in...)
					}
				})
			}
		}
	}
}

func TestDenseGradientOfGradient(t *testing.T) {
	for _, act := range []ops.Activation{ops.ActNone, ops.ActTanh, ops.ActSigmoid} {
		f := func(v ...*ops.Value) *ops.Value {
			y := ops.Dense(v[0], v[1], v[2], act)
			g := ops.Gradients(ops.Mul(y, v[3]), v[0], v[1])
			return ops.Add(ops.Sum(ops.Square(g[0])), ops.Sum(ops.Square(g[1])))
		}
		nntest.Op(t, f, normals(14, 3, 4), normals(15, 4, 2), normals(16, 2), normals(17, 3, 2))
	}
}

func TestDenseEqualsItsParts(t *testing.T) {
	in := []*tensor.Tensor{normals(10, 37, 300), normals(11, 300, 45)}
	plain := runOne(t, func(v ...*ops.Value) *ops.Value { return ops.MatMul(v[0], v[1]) }, in...)
	dense := runOne(t, func(v ...*ops.Value) *ops.Value { return ops.Dense(v[0], v[1], nil, ops.ActReLU) }, in...)
	for i, v := range plain.Data() {
		if got := dense.Data()[i]; got != max(v, 0) {
			t.Fatalf("element %d is %v, the product %v", i, got, v)
		}
	}
}

func TestColumnSum(t *testing.T) {
	x := tensor.From([]float32{1, 2, 3, 10, 20, 30}, 2, 3)
	f := func(v ...*ops.Value) *ops.Value { return ops.ColumnSum(v[0]) }
	compare(t, runOne(t, f, x), []int{3}, []float64{11, 22, 33})
	compare(t, runOne(t, f, tensor.New(0, 2)), []int{2}, []float64{0, 0})
	nntest.Op(t, f, normals(12, 5, 7))
	nntest.Op(t, f, normals(13, 300, 140))
}

func TestMatMulShapeErrors(t *testing.T) {
	v := func(s ...int) *ops.Value { return ops.Input(s...) }
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"axis 1 of the first has size 2, axis 0 of the second 3", func() { ops.MatMul(v(3, 2), v(3, 2)) }},
		{"axis 0 of the first has size 3, axis 1 of the second 2", func() { ops.MatMulT(v(3, 4), v(5, 2), true, true) }},
		{"axis 0 of the first has size 2, axis 0 of the second 3", func() { ops.MatMul(v(2), v(3)) }},
		{"axis 1 of the first has size 2, axis 0 of the second 3", func() { ops.MatMul(v(5, 2), v(3)) }},
		{"axis 3 of the first has size 4, axis 1 of the second 3", func() { ops.MatMul(v(3, 2, 5, 4), v(2, 3, 2)) }},
		{"axis 1 of the first has size 2, axis 0 of the second 4", func() { ops.MatMul(v(3, 2, 5, 4), v(4, 4, 2)) }},
		{"operand 1 is a scalar", func() { ops.MatMul(v(2), v()) }},
		{"operand 0 has 1 axes", func() { ops.MatMulT(v(2), v(2, 3), true, false) }},
		{"axis 1 of x has size 4, axis 0 of w 3", func() { ops.Dense(v(2, 4), v(3, 5), nil, ops.ActNone) }},
		{"bias has shape [4], want [5]", func() { ops.Dense(v(2, 3), v(3, 5), v(4), ops.ActNone) }},
		{"w has 3 axes", func() { ops.Dense(v(2, 3), v(3, 5, 1), nil, ops.ActNone) }},
		{"has 1 axes, want 2", func() { ops.ColumnSum(v(2)) }},
	} {
		func() {
			defer func() {
				err, _ := recover().(error)
				var shape *ops.ShapeError
				if !errors.As(err, &shape) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want a ShapeError with %q", err, c.want)
				}
			}()
			c.f()
		}()
	}
}
