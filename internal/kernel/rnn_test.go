package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// rnnCells are the cells beside the same work done by one kernel after another.
// Slices are in the order of the cell's operands.
var rnnCells = []struct {
	name         string
	operands     int
	fused, chain func(v [][]float32)
}{
	{"LSTM", 7, func(v [][]float32) { LSTM(v[0], v[1], v[2], v[3], v[4], v[5], v[6]) }, func(v [][]float32) {
		h, c, i, f, g, o, before := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
		Sigmoid(i, i)
		Sigmoid(f, f)
		Tanh(g, g)
		Sigmoid(o, o)
		Mul(c, f, before)
		MulAdd(c, i, g, c)
		Tanh(h, c)
		Mul(h, h, o)
	}},
	{"LSTMBack", 8, func(v [][]float32) { LSTMBack(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]) }, func(v [][]float32) {
		dh, dc, i, f, g, o, h, before := v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]
		t, u, di, dg := make([]float32, len(dh)), make([]float32, len(dh)), make([]float32, len(dh)), make([]float32, len(dh))
		Maximum(u, o, []float32{tiny})
		Div(t, h, u)
		Mul(u, dh, o)
		TanhGrad(u, u, t)
		Add(dc, dc, u)
		Mul(u, dh, t)
		SigmoidGrad(o, u, o)
		Mul(di, dc, g)
		Mul(dg, dc, i)
		SigmoidGrad(i, di, i)
		TanhGrad(g, dg, g)
		Mul(u, dc, before)
		Mul(dc, dc, f)
		SigmoidGrad(f, u, f)
		clear(dh)
	}},
	{"GRU", 4, func(v [][]float32) { GRU(v[0], v[1], v[2], v[3]) }, func(v [][]float32) {
		h, z, candidate, before := v[0], v[1], v[2], v[3]
		Tanh(candidate, candidate)
		Sub(h, before, candidate)
		MulAdd(h, z, h, candidate)
	}},
	{"GRUReset", 6, func(v [][]float32) { GRUReset(v[0], v[1], v[2], v[3], v[4], v[5]) }, func(v [][]float32) {
		h, z, r, candidate, inner, before := v[0], v[1], v[2], v[3], v[4], v[5]
		Sigmoid(z, z)
		Sigmoid(r, r)
		MulAdd(candidate, r, inner, candidate)
		Tanh(candidate, candidate)
		Sub(h, before, candidate)
		MulAdd(h, z, h, candidate)
	}},
	{"GRUBack", 4, func(v [][]float32) { GRUBack(v[0], v[1], v[2], v[3]) }, func(v [][]float32) {
		unblend(v[0], v[1], v[2], v[3])
	}},
	{"GRUResetBack", 6, func(v [][]float32) { GRUResetBack(v[0], v[1], v[2], v[3], v[4], v[5]) }, func(v [][]float32) {
		dh, z, r, candidate, inner, before := v[0], v[1], v[2], v[3], v[4], v[5]
		unblend(dh, z, candidate, before)
		t := make([]float32, len(dh))
		Mul(t, candidate, inner)
		Mul(inner, candidate, r)
		SigmoidGrad(r, t, r)
	}},
}

func unblend(dh, z, candidate, before []float32) {
	dz, t := make([]float32, len(dh)), make([]float32, len(dh))
	Sub(dz, before, candidate)
	Mul(dz, dz, dh)
	Mul(t, dh, z)
	Sub(dh, dh, t)
	TanhGrad(candidate, dh, candidate)
	copy(dh, t)
	SigmoidGrad(z, dz, z)
}

func TestRNNCellsAreChains(t *testing.T) {
	impltest.All(t, "rnn", func(t *testing.T) {
		r := rand.New(rand.NewPCG(5, 6))
		for _, c := range rnnCells {
			for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 33, 100, 128} {
				got, want := make([][]float32, c.operands), make([][]float32, c.operands)
				for i := range got {
					row := make([]float32, n+3) // what follows must stay
					for j := range row {
						row[j] = float32(r.NormFloat64() * 3)
						if r.IntN(40) == 0 {
							row[j] = []float32{nan32, inf32, -inf32, 0, 200}[r.IntN(5)]
						}
					}
					got[i] = row[:n]
					want[i] = slices.Clone(row)[:n]
				}
				c.fused(got)
				c.chain(want)
				for i := range got {
					for j, x := range got[i][:n+3] {
						if w := want[i][:n+3][j]; math.Float32bits(x) != math.Float32bits(w) && (x == x || w == w) {
							t.Fatalf("%s, %d units: operand %d[%d] is %v, the chain says %v", c.name, n, i, j, x, w)
						}
					}
				}
			}
		}
	})
}

func BenchmarkRNNCells(b *testing.B) {
	for _, c := range rnnCells {
		for _, way := range []struct {
			name string
			f    func(v [][]float32)
		}{{"fused", c.fused}, {"chain", c.chain}} {
			b.Run(c.name+"/"+way.name, func(b *testing.B) {
				v := make([][]float32, c.operands)
				for i := range v {
					v[i] = make([]float32, 128)
				}
				b.SetBytes(int64(4 * 128 * c.operands))
				for b.Loop() {
					way.f(v)
				}
			})
		}
	}
}
