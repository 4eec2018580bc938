package ops_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// mathGraph makes a random graph of elementwise ops over operands of several
// shapes that broadcast to [rows, n], with some results of the middle kept.
func mathGraph(r *rand.Rand, rows, n int) (in, out []*ops.Value) {
	for _, s := range [][]int{{rows, n}, {n}, {rows, 1}, {}, {1, n}, {rows, n}} {
		in = append(in, ops.Input(s...))
	}
	pool := slices.Clone(in)
	for range 25 {
		pick := func() *ops.Value { return pool[r.IntN(len(pool))] }
		var v *ops.Value
		switch r.IntN(9) {
		case 0:
			v = ops.Add(pick(), pick())
		case 1:
			v = ops.Mul(pick(), pick())
		case 2:
			v = ops.Tanh(pick())
		case 3:
			v = ops.Sub(pick(), pick())
		case 4:
			v = ops.Sigmoid(pick())
		case 5:
			v = ops.Where(ops.Greater(pick(), pick()), pick(), pick())
		case 6:
			v = ops.Maximum(pick(), pick())
		case 7:
			v = ops.MulScalar(pick(), 0.7)
		case 8:
			v = ops.Clip(pick(), -2, 2)
		}
		pool = append(pool, v)
		if r.IntN(6) == 0 {
			out = append(out, v)
		}
		if v.Rank() > 0 && r.IntN(12) == 0 { // something that is not elementwise, in between
			pool = append(pool, ops.MeanKeep(v, -1))
		}
	}
	return in, append(out, pool[len(pool)-1])
}

// Fused and unfused graphs give the same bits, for any number of workers.
func TestChainsHaveTheBitsOfTheirOps(t *testing.T) {
	defer par.SetWorkers(0)
	chains := 0
	for seed := range 60 {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		rows, n := 1+r.IntN(40), []int{1, 2, 3, 7, 16, 100, 1024, 2500}[r.IntN(8)]
		in, out := mathGraph(r, rows, n)
		var feed []*tensor.Tensor
		for i, v := range in {
			feed = append(feed, mathInput(uint64(100*seed+i), 0, 2, true, v.Shape()...))
		}
		spec := ops.Spec{In: in, Out: out, Literal: true}
		plain := ops.Compile(spec)
		spec.Literal = false
		fused := ops.Compile(spec)
		chains += strings.Count(fmt.Sprint(ops.OpNames(fused)), "Chain(")
		if err := plain.Run(ops.State{}, feed); err != nil {
			t.Fatal(err)
		}
		for _, workers := range []int{1, 2, 3} {
			par.SetWorkers(workers)
			if err := fused.Run(ops.State{}, feed); err != nil {
				t.Fatal(err)
			}
			for k := range out {
				a, b := plain.Out(k).Data(), fused.Out(k).Data()
				for i := range a {
					if math.Float32bits(a[i]) != math.Float32bits(b[i]) && a[i] == a[i] {
						t.Fatalf("seed %d, %d workers, result %d, element %d: fused %v, plain %v", seed, workers, k, i, b[i], a[i])
					}
				}
			}
		}
	}
	if chains < 60 {
		t.Errorf("only %d chains were made", chains)
	}
}

func TestOneChainForOneExpression(t *testing.T) {
	// swish with a bias and its gradient's pieces
	x, b := ops.Input(64, 100), ops.Input(100)
	z := ops.Add(x, b)
	y := ops.MulScalar(ops.Mul(z, ops.Sigmoid(z)), 2)
	p := ops.Compile(ops.Spec{In: []*ops.Value{x, b}, Out: []*ops.Value{y}})
	if got := ops.OpNames(p); len(got) != 1 || got[0] != "Chain(Add Sigmoid Mul MulScalar)" {
		t.Errorf("compiled to %q", got)
	}
}

// A result that somebody reads between two elementwise ops cuts the chain there.
func TestChainStopsWhereOthersRead(t *testing.T) {
	x := ops.Input(8, 16)
	a := ops.Exp(ops.Neg(x))
	m := ops.SumKeep(a, -1)
	y := ops.Sqrt(ops.Div(a, m))
	p := ops.Compile(ops.Spec{In: []*ops.Value{x}, Out: []*ops.Value{y}})
	want := []string{"Chain(Neg Exp)", "Sum", "Chain(Div Sqrt)"}
	if got := ops.OpNames(p); !slices.Equal(got, want) {
		t.Errorf("compiled to %q, want %q", got, want)
	}
}

func BenchmarkChain(b *testing.B) {
	x, bias := ops.Input(2048, 1024), ops.Input(1024)
	z := ops.Add(x, bias)
	y := ops.MulScalar(ops.Mul(z, ops.Sigmoid(z)), 2)
	feed := []*tensor.Tensor{mathInput(1, 0, 2, true, 2048, 1024), mathInput(2, 0, 2, true, 1024)}
	for _, literal := range []bool{false, true} {
		b.Run(fmt.Sprintf("literal=%v", literal), func(b *testing.B) {
			p := ops.Compile(ops.Spec{In: []*ops.Value{x, bias}, Out: []*ops.Value{y}, Literal: literal})
			b.SetBytes(2048 * 1024 * 4)
			for b.Loop() {
				if err := p.Run(ops.State{}, feed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
