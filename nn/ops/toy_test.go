package ops_test

import (
	"testing"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// Toy ops: small, exact in float32 for the numbers of these tests, and with
// every habit that the planner knows.

type values = []*ops.Value

// mix is x + 2y, in place of either operand.
type mix struct{}

func (mix) Infer(in [][]int) [][]int { return in[:1] }
func (mix) InPlace(int) bool         { return true }
func (mix) Bind(b *ops.Binding) func() {
	return func() {
		for i := range b.Out[0] {
			b.Out[0][i] = b.In[0][i] + 2*b.In[1][i]
		}
	}
}
func (mix) Grad(_, _, dout values) values { return values{dout[0], twice(dout[0])} }

// double is 2x, in place.
type double struct{}

func (double) Infer(in [][]int) [][]int { return in[:1] }
func (double) InPlace(int) bool         { return true }
func (double) Bind(b *ops.Binding) func() {
	return func() {
		for i, x := range b.In[0] {
			b.Out[0][i] = 2 * x
		}
	}
}
func (double) Grad(_, _, dout values) values { return values{twice(dout[0])} }

func twice(v *ops.Value) *ops.Value    { return ops.Apply(double{}, v)[0] }
func mixed(a, b *ops.Value) *ops.Value { return ops.Apply(mix{}, a, b)[0] }

// turn reads its operand backwards through a workspace that it fills first: not in place.
type turn struct{}

func (turn) Infer(in [][]int) [][]int { return in[:1] }
func (turn) Scratch(in [][]int) int   { return tensor.New(in[0]...).Len() }
func (turn) Bind(b *ops.Binding) func() {
	return func() {
		n := len(b.Scratch)
		for i, x := range b.In[0] {
			b.Scratch[n-1-i] = x
		}
		copy(b.Out[0], b.Scratch)
	}
}
func (turn) Grad(_, _, dout values) values { return values{ops.Apply(turn{}, dout[0])[0]} }

// shear is x[i] + y[n-1-i], in place of x only: it reads y elsewhere later.
type shear struct{}

func (shear) Infer(in [][]int) [][]int { return in[:1] }
func (shear) InPlace(input int) bool   { return input == 0 }
func (shear) Bind(b *ops.Binding) func() {
	return func() {
		n := len(b.Out[0])
		for i := range n {
			b.Out[0][i] = b.In[0][i] + b.In[1][n-1-i]
		}
	}
}
func (shear) Grad(_, _, dout values) values { return values{dout[0], ops.Apply(turn{}, dout[0])[0]} }

// fork has two results, x+1 in place and x-1.
type fork struct{}

func (fork) Infer(in [][]int) [][]int { return [][]int{in[0], in[0]} }
func (fork) InPlace(int) bool         { return true }
func (fork) Bind(b *ops.Binding) func() {
	return func() {
		for i, x := range b.In[0] {
			b.Out[0][i], b.Out[1][i] = x+1, x-1
		}
	}
}
func (fork) Grad(_, _, dout values) values {
	switch {
	case dout[0] == nil:
		return values{dout[1]}
	case dout[1] == nil:
		return values{dout[0]}
	}
	return values{mixed(dout[0], dout[1])} // deliberately not the derivative: only the planner sees it
}

func numbers(n int, from float32) *tensor.Tensor {
	t := tensor.New(n)
	for i := range t.Data() {
		t.Data()[i] = from + float32(i)
	}
	return t
}

func run(t testing.TB, p *ops.Program, in ...*tensor.Tensor) {
	t.Helper()
	if err := p.Run(ops.State{}, in); err != nil {
		t.Fatal(err)
	}
}

func wantFloats(t testing.TB, what string, got []float32, want ...float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d numbers, want %d", what, len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s is %v, want %v", what, got, want)
		}
	}
}

func wantPanic(t testing.TB, what string, f func()) any {
	t.Helper()
	var r any
	func() {
		defer func() { r = recover() }()
		f()
	}()
	if r == nil {
		t.Errorf("%s does not panic", what)
	}
	return r
}
