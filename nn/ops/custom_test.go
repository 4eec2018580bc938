package ops_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// huber is 1/2 d² near 0 and |d| - 1/2 elsewhere, summed over the last axis: an
// op with two operands and another shape.
func huber(a, b *ops.Value) *ops.Value {
	n := a.Dim(-1)
	return ops.Custom(ops.CustomOp{
		Name: "Huber",
		Shape: func(in [][]int) ([]int, error) {
			if len(in[0]) != len(in[1]) {
				return nil, errors.New("want operands of one rank")
			}
			return in[0][:len(in[0])-1], nil
		},
		Forward: func(out []float32, in [][]float32) {
			for i := range in[0] {
				d := max(in[0][i]-in[1][i], in[1][i]-in[0][i])
				if d < 1 {
					out[i/n] += d * d / 2
				} else {
					out[i/n] += d - 0.5
				}
			}
		},
		Backward: func(din, in [][]float32, _, dout []float32) {
			for i := range in[0] {
				g := min(max(in[0][i]-in[1][i], -1), 1) * dout[i/n]
				din[0][i], din[1][i] = g, -g
			}
		},
	}, a, b)
}

func TestCustom(t *testing.T) {
	x := tensor.From([]float32{0.5, 2, -3, 0.25, 1, -0.5}, 2, 3)
	y := tensor.From([]float32{0, 0.5, 1, 0.5, 0.5, 3}, 2, 3)
	nntest.Op(t, func(in ...*ops.Value) *ops.Value { return huber(in[0], in[1]) }, x, y)
	a, b := ops.Input(2, 3), ops.Input(2, 3)
	p := ops.Compile(ops.Spec{In: []*ops.Value{a, b}, Out: []*ops.Value{huber(a, b)}})
	if err := p.Run(ops.State{}, []*tensor.Tensor{x, y}); err != nil {
		t.Fatal(err)
	}
	// 0.125 + 1 + 3.5; 0.03125 + 0.125 + 3
	if got := p.Out(0).Data(); got[0] != 4.625 || got[1] != 3.15625 {
		t.Errorf("got %v, want [4.625 3.15625]", got)
	}
}

func TestCustomMistakes(t *testing.T) {
	forward := func([]float32, [][]float32) {}
	x := ops.Input(2, 3)
	for want, f := range map[string]func(){
		"Cube[[2 3]]: Forward is nil":            func() { ops.Custom(ops.CustomOp{Name: "Cube"}, x) },
		"Custom[]: want an operand":              func() { ops.Custom(ops.CustomOp{Forward: forward}) },
		"Huber[[2 3] [2]]: want operands of one": func() { huber(x, ops.Input(2)) },
		"Custom[[2 3]]: Shape returned [2 -1]: axis 1 is negative": func() {
			ops.Custom(ops.CustomOp{Forward: forward, Shape: func([][]int) ([]int, error) { return []int{2, -1}, nil }}, x)
		},
		"gradient of Huber[[2 3] [2 3] [2] [2]]: a second derivative is needed": func() {
			y := ops.Input(2, 3)
			g := ops.Gradients(huber(x, y), x)[0]
			ops.Gradients(ops.Mul(g, g), x)
		},
	} {
		func() {
			defer func() {
				e, ok := recover().(*ops.ShapeError)
				if !ok || !strings.Contains(e.Error(), want) {
					t.Errorf("got %v, want %q", e, want)
				}
			}()
			f()
		}()
	}
	// Without Backward no gradient flows.
	y := ops.Custom(ops.CustomOp{Forward: forward}, x)
	if g := ops.Gradients(y, x)[0]; g != nil {
		t.Error("a gradient flows through an op that has none")
	}
}
