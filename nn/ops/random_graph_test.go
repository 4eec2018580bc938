package ops_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// realGraph draws a graph of the house's own ops on matrices of 6 × 8, with the
// patterns that are fused, and all gradients.
func realGraph(r *rand.Rand) (ops.Spec, []*tensor.Tensor) {
	tr := &training{}
	x, ids := tr.input(6, 8), tr.input(6)
	for i := range tr.in[1].Data() {
		tr.in[1].Data()[i] = float32(r.IntN(5))
	}
	weights := values{weight(8, 8), weight(8), weight(8), weight(5, 8), weight(1)}
	w, b, c, table, scale := weights[0], weights[1], weights[2], weights[3], weights[4]
	pool := values{x, ops.Gather(table, ids)}
	pick := func() *ops.Value { return pool[max(0, len(pool)-1-r.IntN(5))] }
	for range 3 + r.IntN(20) {
		v, u := pick(), pick()
		switch r.IntN(19) {
		case 0:
			v = ops.ReLU(ops.Add(ops.MatMul(v, w), b))
		case 1:
			v = ops.Tanh(ops.Add(b, ops.Reshape(ops.MatMul(ops.Reshape(v, 2, 3, 8), w), 6, 8)))
		case 2:
			v = ops.Sigmoid(ops.MatMulT(v, w, false, true))
		case 3:
			v = ops.Mul(v, u)
		case 4:
			v = ops.Sub(ops.MulScalar(v, 0.5), ops.Mul(u, c))
		case 5:
			v = ops.Softmax(ops.Add(v, u), -1)
		case 6:
			v = ops.Div(v, ops.AddScalar(ops.SumKeep(ops.Square(u), -1), 1))
		case 7:
			v, _, _ = ops.BatchNorm(v, c, b, 1e-3)
		case 8:
			v = ops.Concat(1, ops.Slice(u, 1, 3, 8), ops.Slice(v, 1, 0, 3))
		case 9:
			v = ops.Transpose(ops.Reshape(ops.Transpose(ops.Tanh(v)), 8, 6))
		case 10:
			v = ops.Add(v, ops.Gather(table, ids))
		case 11:
			v = ops.Maximum(v, ops.BroadcastTo(ops.Mean(u, 0), 6, 8))
		case 12:
			v = ops.Where(ops.Greater(v, u), v, scale)
		case 13:
			v = ops.Dropout(ops.StopGradient(v), uint64(r.IntN(3)), 0.3, nil)
		case 14:
			v = ops.Reverse(ops.Exp(ops.Clip(v, -2, 1)), 0)
		case 15:
			p := ops.Split(v, 1, 4)
			v = ops.Concat(-1, p[3], p[0], ops.Neg(p[0]), p[2])
		case 16:
			v = ops.Pad(ops.Slice(v, 0, 1, 5), [][2]int{{2, 0}, {0, 0}}, 0)
		case 18:
			v = ops.Transpose(ops.Mul(ops.ReLU(ops.Transpose(v)), ops.Transpose(u)))
		case 17:
			v = ops.Mul(v, ops.Abs(ops.Mul(scale, ops.Scalar(3))))
		}
		pool = append(pool, v)
	}
	last := pool[len(pool)-1]
	loss := ops.Mean(ops.Square(ops.Sub(last, ops.StopGradient(pick()))))
	loss = ops.Add(loss, ops.MulScalar(ops.Sum(ops.Square(w)), 1e-3))
	tr.spec.Out = values{loss, last, pick()}
	for _, g := range ops.Gradients(loss, append(weights, x)...) {
		if g != nil {
			tr.spec.Slab = append(tr.spec.Slab, g)
		}
	}
	return tr.spec, tr.in
}

// TestFusedIsLiteral compares fused and planned runs with the debug runner, bit
// for bit, on 200 graphs and two numbers of workers.
func TestFusedIsLiteral(t *testing.T) {
	defer par.SetWorkers(0)
	for seed := range uint64(200) {
		s, in := realGraph(rand.New(rand.NewPCG(seed, 2)))
		debug := ops.Debug(s, nil)
		run(t, debug, in...)
		s.Arena = ops.NewArena()
		s.Arena.Poison(true)
		p := ops.Compile(s)
		for _, workers := range []int{1, 2} {
			par.SetWorkers(workers)
			run(t, p, in...)
			for i := range len(s.Out) + len(s.Slab) {
				var got, want []float32
				if i < len(s.Out) {
					got, want = p.Out(i).Data(), debug.Out(i).Data()
				} else {
					got, want = p.SlabPart(i-len(s.Out)), debug.SlabPart(i-len(s.Out))
				}
				for k := range want {
					if math.Float32bits(got[k]) != math.Float32bits(want[k]) && (got[k] == got[k] || want[k] == want[k]) {
						t.Fatalf("seed %d, %d workers: number %d of result or gradient %d is %v, node by node %v\nops: %v",
							seed, workers, k, i, got[k], want[k], ops.OpNames(p))
					}
				}
			}
		}
	}
}
