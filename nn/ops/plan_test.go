package ops_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// randomGraph draws a graph of toy ops, views and rearrangements over two
// inputs and a variable, with results, gradients and assignments.
func randomGraph(r *rand.Rand) (ops.Spec, *tensor.Tensor) {
	const n = 24
	state := numbers(n, 3)
	x, y, w := ops.Input(n), ops.Input(n), ops.Variable(state)
	pool := values{x, y, w, ops.Constant(numbers(n, 1))}
	pick := func() *ops.Value { return pool[max(0, len(pool)-1-r.IntN(6))] }
	for range 2 + r.IntN(30) {
		v := pick()
		switch r.IntN(9) {
		case 0, 1:
			v = mixed(v, pick())
		case 2:
			v = twice(v)
		case 3:
			v = ops.Apply(turn{}, v)[0]
		case 4:
			f := ops.Apply(fork{}, v)
			pool = append(pool, f[r.IntN(2)])
			v = f[r.IntN(2)]
		case 5:
			v = ops.Reshape(ops.Transpose(ops.Reshape(v, 4, 6)), n)
		case 6:
			parts := ops.Split(v, 0, 2)
			v = ops.Concat(0, parts[1], parts[r.IntN(2)])
		case 8:
			v = ops.Apply(shear{}, v, pick())[0]
		case 7:
			v = ops.Reshape(twice(ops.Reshape(v, 2, 12)), n)
		}
		pool = append(pool, v)
	}
	s := ops.Spec{In: values{x, y}}
	for range 1 + r.IntN(3) {
		s.Out = append(s.Out, pick())
	}
	if r.IntN(4) == 0 {
		s.Out = append(s.Out, ops.Reshape(pick(), 6, 4), w)
	}
	for _, g := range ops.Gradients(pool[len(pool)-1], x, w, y, pick()) {
		if g != nil {
			s.Slab = append(s.Slab, g)
		}
	}
	if r.IntN(3) == 0 {
		s.Slab = append(s.Slab, pick(), s.Out[0], ops.Reshape(s.Out[0], n))
	}
	if r.IntN(2) == 0 {
		s.Assign = append(s.Assign, ops.Assign{To: w, From: pick()})
	}
	return s, state
}

// TestPlannedIsDebug compares planned runs, in memory full of NaN, with runs
// node by node in fresh memory, on 300 graphs.
func TestPlannedIsDebug(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		s, state := randomGraph(r)
		in := []*tensor.Tensor{numbers(24, 1), numbers(24, -7)}
		var want [][]float32
		for kind, compile := range []func(ops.Spec) *ops.Program{
			func(s ops.Spec) *ops.Program { return ops.Debug(s, nil) },
			func(s ops.Spec) *ops.Program { s.Literal = true; return ops.Compile(s) },
			ops.Compile,
		} {
			copy(state.Data(), numbers(24, 3).Data())
			s.Arena = ops.NewArena()
			s.Arena.Poison(kind > 0)
			p := compile(s)
			for turn := range 2 { // the second sees the assignment of the first
				run(t, p, in...)
				got := []float32{}
				for i := range s.Out {
					got = append(got, p.Out(i).Data()...)
				}
				got = slices.Concat(got, p.Slab(), state.Data(), in[0].Data(), in[1].Data())
				if kind == 0 {
					want = append(want, got)
				} else if !slices.Equal(got, want[turn]) {
					t.Fatalf("seed %d, kind %d, run %d: got %v\nwant %v", seed, kind, turn, got, want[turn])
				}
			}
			if m := p.Memory(); kind > 0 && m.Planned > m.Unplanned+16*(m.Steps+8) {
				t.Fatalf("seed %d: planned %d floats, unplanned %d", seed, m.Planned, m.Unplanned)
			}
		}
	}
}

func TestInPlaceChainNeedsOneBuffer(t *testing.T) {
	x := ops.Input(64)
	v := x
	for range 10 {
		v = twice(v)
	}
	p := ops.Compile(ops.Spec{In: values{x}, Out: values{v}, Literal: true})
	if m := p.Memory(); m.Planned != 64 || m.Unplanned != 11*64 {
		t.Errorf("memory is %+v, want 64 of %d", m, 11*64)
	}
}

func TestKeptMemoryIsNeverOverwritten(t *testing.T) {
	x, w := ops.Input(4), numbers(4, 5)
	c := numbers(4, 2)
	a := twice(x)
	d := twice(ops.Variable(w))
	e := twice(ops.Constant(c))
	p := ops.Compile(ops.Spec{In: values{x}, Out: values{twice(a), a, d, e}, Slab: values{twice(twice(a)), a}, Literal: true})
	run(t, p, numbers(4, 0))
	wantFloats(t, "2a", p.Out(0).Data(), 0, 4, 8, 12)
	wantFloats(t, "a", p.Out(1).Data(), 0, 2, 4, 6)
	wantFloats(t, "slab", p.Slab(), 0, 8, 16, 24, 0, 2, 4, 6)
	wantFloats(t, "variable", w.Data(), 5, 6, 7, 8)
	wantFloats(t, "constant", c.Data(), 2, 3, 4, 5)
}

func TestSlabIsContiguous(t *testing.T) {
	x := ops.Input(3)
	w := ops.Variable(numbers(3, 7))
	a := twice(x)
	// A result, the same again, a view of it, a variable, an input, nothing.
	p := ops.Compile(ops.Spec{In: values{x}, Slab: values{a, a, ops.Reshape(a, 3, 1), w, x, ops.Slice(a, 0, 0, 0)}})
	run(t, p, numbers(3, 1))
	wantFloats(t, "slab", p.Slab(), 2, 4, 6, 2, 4, 6, 2, 4, 6, 7, 8, 9, 1, 2, 3)
	wantFloats(t, "part 3", p.SlabPart(3), 7, 8, 9)
	wantFloats(t, "part 5", p.SlabPart(5))
	w.In()
	p.SlabPart(3)[0] = 99 // the optimizer may scale gradients
	run(t, p, numbers(3, 1))
	wantFloats(t, "part 3 again", p.SlabPart(3), 7, 8, 9)
}

func TestAssignReadsBeforeItWrites(t *testing.T) {
	ta, tb, tc := numbers(2, 1), numbers(2, 10), numbers(2, 100)
	a, b, c := ops.Variable(ta), ops.Variable(tb), ops.Variable(tc)
	x := ops.Input(2)
	p := ops.Compile(ops.Spec{In: values{x}, Out: values{a, ops.Reshape(b, 2, 1)}, Assign: []ops.Assign{
		{To: a, From: b}, // swap
		{To: b, From: ops.Reshape(ops.Reshape(a, 2, 1), 2)},
		{To: c, From: c},
		{To: c, From: x},
		{To: c, From: mixed(c, x)},
	}})
	run(t, p, numbers(2, 0))
	wantFloats(t, "a", ta.Data(), 10, 11)
	wantFloats(t, "b", tb.Data(), 1, 2)
	wantFloats(t, "c", tc.Data(), 100, 103)
	wantFloats(t, "a as a result", p.Out(0).Data(), 1, 2)
	wantFloats(t, "b as a result", p.Out(1).Data(), 10, 11)
	wantPanic(t, "assigning to an input", func() { ops.Compile(ops.Spec{Assign: []ops.Assign{{To: x, From: a}}}) })
	wantPanic(t, "assigning another shape", func() {
		ops.Compile(ops.Spec{Assign: []ops.Assign{{To: a, From: ops.Variable(numbers(3, 0))}}})
	})
}
