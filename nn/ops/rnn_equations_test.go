package ops_test

import (
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// A larger case against float64 loops that follow the equations, with every
// option at once.
func TestRNNAgainstEquations(t *testing.T) {
	for _, kind := range []string{"SimpleRNN", "GRU", "LSTM"} {
		for _, after := range []bool{false, true} {
			v := rnnVariant{kind: kind, batch: 21, time: 12, in: 19, units: 37, h0: true, c0: kind == "LSTM", mask: true, dropXGate: true, dropG: true}
			v.config.ResetAfter = after && kind == "GRU"
			in, f := v.operands(3)
			var vals []*ops.Value
			for _, x := range in {
				vals = append(vals, ops.Input(x.Shape()...))
			}
			p := ops.Compile(ops.Spec{In: vals, Out: []*ops.Value{f(vals...)}})
			if err := p.Run(ops.State{}, in); err != nil {
				t.Fatal(err)
			}
			golden.Close(t, v.String(), p.Out(0).Data(), v.equations(in), 2e-5, 2e-5)
		}
	}
}

func (v rnnVariant) equations(in []*tensor.Tensor) []float32 {
	next := 0
	take := func() func(i ...int) float64 {
		x := in[next]
		next++
		return func(i ...int) float64 {
			at := 0
			for k, d := range x.Shape() {
				at = at*d + i[k]
			}
			return float64(x.Data()[at])
		}
	}
	x, w, u, b, h0 := take(), take(), take(), take(), take()
	c0 := func(...int) float64 { return 0 }
	if v.c0 {
		c0 = take()
	}
	mask, dx, dh := take(), take(), take()
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	n := v.units
	var sequence, last, cell []float32
	for k := range v.batch {
		h, c, out := make([]float64, n), make([]float64, n), make([]float64, n)
		for j := range n {
			h[j], c[j] = h0(k, j), c0(k, j)
		}
		for s := range v.time {
			// input and recurrent part of unit j of gate g, for the state st
			input := func(g, j int) (a float64) {
				for i := range v.in {
					a += x(k, s, i) * dx(k, g*v.in+i) * w(i, g*n+j)
				}
				return a
			}
			recurrent := func(st []float64, g, j int) (a float64) {
				for i := range n {
					a += st[i] * dh(k, g*n+i) * u(i, g*n+j)
				}
				return a
			}
			nh, nc := make([]float64, n), make([]float64, n)
			r := make([]float64, n)
			rh := make([]float64, n)
			for j := range n {
				if v.kind == "GRU" {
					bias := 0.0
					if v.config.ResetAfter {
						bias = b(0, n+j) + b(1, n+j)
					} else {
						bias = b(n + j)
					}
					r[j] = sigmoid(input(1, j) + recurrent(h, 1, j) + bias)
					rh[j] = r[j] * h[j]
				}
			}
			for j := range n {
				switch {
				case v.kind == "SimpleRNN":
					nh[j] = math.Tanh(input(0, j) + recurrent(h, 0, j) + b(j))
				case v.kind == "LSTM":
					z := func(g int) float64 { return input(g, j) + recurrent(h, g, j) + b(g*n+j) }
					nc[j] = sigmoid(z(1))*c[j] + sigmoid(z(0))*math.Tanh(z(2))
					nh[j] = sigmoid(z(3)) * math.Tanh(nc[j])
				case v.config.ResetAfter:
					z := sigmoid(input(0, j) + recurrent(h, 0, j) + b(0, j) + b(1, j))
					nh[j] = z*h[j] + (1-z)*math.Tanh(input(2, j)+b(0, 2*n+j)+r[j]*(recurrent(h, 2, j)+b(1, 2*n+j)))
				default:
					z := sigmoid(input(0, j) + recurrent(h, 0, j) + b(j))
					nh[j] = z*h[j] + (1-z)*math.Tanh(input(2, j)+b(2*n+j)+recurrent(rh, 2, j))
				}
			}
			if mask(k, s) != 0 {
				h, c, out = nh, nc, nh
			}
			for j := range n {
				sequence = append(sequence, float32(out[j]))
			}
		}
		for j := range n {
			last, cell = append(last, float32(h[j])), append(cell, float32(c[j]))
		}
	}
	if v.kind != "LSTM" {
		cell = nil
	}
	return slices.Concat(sequence, last, cell)
}
