package nntest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// recorder keeps the messages of a check; Fatalf ends it by a panic.
type recorder struct{ messages []string }

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.messages = append(r.messages, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(r)
}

// cube is x³ with habits, good and bad.
type cube struct {
	derivative float32 // 3 is right
	reads      bool    // results before it has written them
	overwrites bool    // says that it works in place, and reads the operand later
	allocates  bool
	noGrad     bool
}

func (c cube) Infer(in [][]int) [][]int { return in[:1] }
func (c cube) InPlace(int) bool         { return c.overwrites }

var sink []float32

func (c cube) Bind(b *ops.Binding) func() {
	x, y := b.In[0], b.Out[0]
	return func() {
		if c.allocates {
			sink = make([]float32, 100)
		}
		for i := range y {
			if c.reads {
				y[i] *= 0
				y[i] += x[i] * x[i] * x[i]
				continue
			}
			y[i] = x[i]
			y[i] = x[i] * x[i] * x[i]
		}
		if c.overwrites {
			for i := range y {
				y[i] = x[i] * x[i] * x[i]
			}
		}
	}
}

func (c cube) Grad(in, _, dout []*ops.Value) []*ops.Value {
	if c.noGrad {
		return []*ops.Value{nil}
	}
	return []*ops.Value{ops.Apply(slope{c.derivative}, in[0], dout[0])[0]}
}

type slope struct{ k float32 }

func (slope) Infer(in [][]int) [][]int               { return in[:1] }
func (slope) Grad(_, _, _ []*ops.Value) []*ops.Value { return nil }
func (s slope) Bind(b *ops.Binding) func() {
	return func() {
		for i, x := range b.In[0] {
			b.Out[0][i] = s.k * x * x * b.In[1][i]
		}
	}
}

func TestOpFindsFaults(t *testing.T) {
	x := tensor.From([]float32{0.3, -0.7, 1.1, -1.3}, 2, 2)
	twice := func(c cube) func(in ...*ops.Value) *ops.Value {
		return func(in ...*ops.Value) *ops.Value { return ops.Apply(c, ops.Apply(cube{derivative: 3}, in[0])[0])[0] }
	}
	for _, c := range []struct {
		op   cube
		want string // part of a message; "" for none
	}{
		{cube{derivative: 3}, ""},
		{cube{derivative: 3.1}, "gradient of input 0"},
		{cube{derivative: 0}, "gradient of input 0"},
		{cube{derivative: 3, reads: true}, "node by node"},
		{cube{derivative: 3, overwrites: true}, "node by node"},
		{cube{derivative: 3, allocates: true}, "allocates 1 times"},
		{cube{noGrad: true}, "the result depends on it"},
	} {
		r := &recorder{}
		func() {
			defer func() {
				if p := recover(); p != nil && p != any(r) {
					panic(p)
				}
			}()
			checkOp(r, twice(c.op), x)
		}()
		all := strings.Join(r.messages, "\n")
		if c.want == "" && all != "" || !strings.Contains(all, c.want) {
			t.Errorf("%+v: messages are %q, want one with %q", c.op, all, c.want)
		}
	}
}
