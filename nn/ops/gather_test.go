package ops_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func ids(shape []int, x ...float32) *tensor.Tensor { return tensor.From(x, shape...) }

func TestGatherContract(t *testing.T) {
	gather := func(in ...*ops.Value) *ops.Value { return ops.Gather(in[0], in[1]) }
	nntest.Op(t, gather, ramp(5, 3), ids([]int{2, 2}, 4, 0, 4, 1))
	nntest.Op(t, gather, ramp(4), ids([]int{3}, 3, 3, 0))
	nntest.Op(t, gather, ramp(3, 2, 2), ids(nil, 2))
	nntest.Op(t, gather, ramp(3, 40), ids([]int{0}))
	// Twice from one table.
	nntest.Op(t, func(in ...*ops.Value) *ops.Value {
		return ops.Concat(0, ops.Gather(in[0], in[1]), ops.Gather(in[0], in[2]))
	}, ramp(5, 3), ids([]int{3}, 1, 1, 0), ids([]int{2}, 4, 1))
	take := func(in ...*ops.Value) *ops.Value { return ops.TakeAlongLast(in[0], in[1]) }
	nntest.Op(t, take, ramp(2, 3, 4), ids([]int{2, 3}, 0, 3, 1, 2, 2, 0))
	nntest.Op(t, take, ramp(2, 4), ids([]int{2, 3}, 0, 3, 3, 2, 2, 1))
	nntest.Op(t, take, ramp(4), ids(nil, 2))
	nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.OneHot(in[0], 3) }, ids([]int{2, 2}, 0, 2, -1, 3))
}

func TestGatherValues(t *testing.T) {
	table := tensor.From([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	got := eval(t, func(in ...*ops.Value) *ops.Value { return ops.Gather(in[0], in[1]) }, table, ids([]int{1, 3}, 2, 0, 2))
	if !slices.Equal(got.Shape(), []int{1, 3, 2}) {
		t.Fatalf("shape is %v", got.Shape())
	}
	wantFloats(t, "rows", got.Data(), 5, 6, 1, 2, 5, 6)
	got = eval(t, func(in ...*ops.Value) *ops.Value { return ops.OneHot(in[0], 3) }, ids([]int{3}, 1, 5, 2))
	wantFloats(t, "one-hot", got.Data(), 0, 1, 0, 0, 0, 0, 0, 0, 1)
	got = eval(t, func(in ...*ops.Value) *ops.Value { return ops.TakeAlongLast(in[0], in[1]) }, table, ids([]int{3}, 1, 0, 1))
	wantFloats(t, "taken", got.Data(), 2, 3, 6)
}

func TestGatherRefusesIdsOutsideTheTable(t *testing.T) {
	table, id := ops.Input(3, 2), ops.Input(2)
	p := ops.Compile(ops.Spec{In: values{table, id}, Out: values{ops.Gather(table, id)}})
	for _, c := range []struct {
		id   float32
		want string
	}{
		{3, "ops: Gather: id 3 (position 1) is outside a table of 3 rows"},
		{-1, "ops: Gather: id -1 (position 1) is outside a table of 3 rows"},
	} {
		err := p.Run(ops.State{}, []*tensor.Tensor{ramp(3, 2), ids([]int{2}, 0, c.id)})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("id %v: got %v", c.id, err)
		}
		wantFloats(t, "its row", p.Out(0).Data()[2:], 0, 0)
	}
	r := wantPanic(t, "a scalar table", func() { ops.Gather(ops.Input(), id) })
	if _, ok := r.(*ops.ShapeError); !ok {
		t.Errorf("the panic is %v, not a *ShapeError", r)
	}
}

// embedding is a program whose gradient is the row-sparse table.
func embedding(arena *ops.Arena, n, rows, width int, penalty bool) *ops.Program {
	table := ops.Variable(ramp(rows, width))
	id, dy := ops.Input(n), ops.Input(n, width)
	loss := times(ops.Gather(table, id), dy)
	g := ops.Gradients(loss, table)[0]
	if penalty {
		g = ops.Add(g, ops.Gradients(times(table, table), table)[0])
	}
	other := twice(ops.Reshape(dy, n*width))
	return ops.Compile(ops.Spec{In: values{id, dy}, Slab: values{other, g}, Arena: arena})
}

func TestRowSparseGradients(t *testing.T) {
	arena := ops.NewArena()
	p, q := embedding(arena, 3, 200, 2, false), embedding(arena, 1, 200, 2, false)
	ones := tensor.From([]float32{1, 1, 1, 1, 1, 1}, 3, 2)
	check := func(what string, p *ops.Program, rows ...int32) {
		t.Helper()
		if got := p.Rows(1); !slices.Equal(got, rows) {
			t.Fatalf("%s: rows are %v, want %v", what, got, rows)
		}
		for r := range 200 {
			touched := slices.Contains(rows, int32(r))
			if x := p.SlabPart(1)[2*r]; (x != 0) != touched {
				t.Fatalf("%s: row %d holds %v", what, r, x)
			}
		}
	}
	run(t, p, ids([]int{3}, 130, 7, 130), ones)
	check("first run", p, 7, 130)
	wantFloats(t, "row 130", p.SlabPart(1)[260:262], 2, 2)
	run(t, p, ids([]int{3}, 0, 1, 199), ones)
	check("second run", p, 0, 1, 199)
	run(t, q, ids([]int{1}, 64), tensor.From([]float32{1, 1}, 1, 2))
	check("the other program", q, 64)
	run(t, p, ids([]int{3}, 5, 5, 5), ones)
	check("after the other program", p, 5)
	p.SlabPart(1)[20] = 3 // somebody else adds row 10
	run(t, p, ids([]int{3}, 6, 5, 5), ones)
	if p.SlabPart(1)[20] != 3 {
		t.Error("a run clears rows that no run has touched")
	}
	p.ForgetRows()
	run(t, p, ids([]int{3}, 6, 5, 5), ones)
	check("after ForgetRows", p, 5, 6)
	if p.Rows(0) != nil {
		t.Error("a dense entry has rows")
	}
	arena.Poison(true)
	run(t, p, ids([]int{3}, 6, 5, 5), ones)
	check("poisoned", p, 5, 6)
	if n := testing.AllocsPerRun(3, func() { _ = p.Run(ops.State{}, []*tensor.Tensor{ids([]int{3}, 1, 2, 3), ones}) }); n > 12 {
		t.Errorf("%v allocations", n)
	}
}

func TestPenaltyMakesGradientsDense(t *testing.T) {
	p := embedding(nil, 3, 20, 2, true)
	run(t, p, ids([]int{3}, 1, 2, 3), tensor.From([]float32{1, 1, 1, 1, 1, 1}, 3, 2))
	if p.Rows(1) != nil {
		t.Errorf("rows are %v, want nil", p.Rows(1))
	}
}

// Shared embeddings: the rows of both gathers, and their sum, for any number of workers.
func TestSharedEmbeddingsStayRowSparse(t *testing.T) {
	table, a, b := ops.Variable(ramp(50, 96)), ops.Input(4), ops.Input(2)
	loss := ops.Concat(0, ops.Gather(table, a), ops.Gather(table, b), ops.Gather(table, a))
	spec := ops.Spec{In: values{a, b}, Slab: ops.Gradients(loss, table)}
	if n := ops.Fired(spec)["merge gather gradients"]; n != 2 {
		t.Errorf("merged %d times, want 2", n)
	}
	p := ops.Compile(spec)
	defer par.SetWorkers(0)
	for _, workers := range []int{1, 3} {
		par.SetWorkers(workers)
		run(t, p, ids([]int{4}, 40, 3, 3, 8), ids([]int{2}, 49, 3))
		if want := []int32{3, 8, 40, 49}; !slices.Equal(p.Rows(0), want) {
			t.Errorf("rows are %v, want %v", p.Rows(0), want)
		}
		if x := p.SlabPart(0)[3*96+95]; x != 5 {
			t.Errorf("row 3 holds %v, want 5", x)
		}
	}
}

func BenchmarkGatherGrad(b *testing.B) {
	const n, rows, width = 4096, 20000, 128
	p := embedding(nil, n, rows, width, false)
	in := []*tensor.Tensor{tensor.New(n), ramp(n, width)}
	for i := range in[0].Data() {
		in[0].Data()[i] = float32(i * 7919 % rows)
	}
	b.SetBytes(3 * 4 * n * width) // gather, times, add
	for b.Loop() {
		_ = p.Run(ops.State{}, in)
	}
}
