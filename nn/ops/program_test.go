package ops_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func TestRunChecksItsInputs(t *testing.T) {
	x, y := ops.Input(2), ops.Input(2, 3)
	p := ops.Compile(ops.Spec{In: values{x, y}, Out: values{twice(x)}}) // y is not used
	for _, c := range []struct {
		in   []*tensor.Tensor
		want string
	}{
		{[]*tensor.Tensor{tensor.New(2)}, "ops: input 1 is missing: want shape [2 3]"},
		{[]*tensor.Tensor{nil, tensor.New(2, 3)}, "ops: input 0 is missing: want shape [2]"},
		{[]*tensor.Tensor{tensor.New(2), tensor.New(3, 2)}, "ops: input 1: want shape [2 3], got [3 2]"},
		{[]*tensor.Tensor{tensor.New(), tensor.New(2, 3)}, "ops: input 0: want shape [2], got []"},
		{[]*tensor.Tensor{tensor.New(2), tensor.New(2, 3), tensor.New(1)}, "ops: the program wants 2 inputs, got 3"},
	} {
		if err := p.Run(ops.State{}, c.in); err == nil || err.Error() != c.want {
			t.Errorf("got error %v, want %s", err, c.want)
		}
	}
	var e *ops.InputError
	if err := p.Run(ops.State{}, []*tensor.Tensor{tensor.New(3), tensor.New(2, 3)}); !errors.As(err, &e) || e.Index != 0 || e.Got[0] != 3 {
		t.Errorf("got %v, want an *InputError for input 0", err)
	}
	run(t, p, numbers(2, 1), tensor.New(2, 3))
	wantFloats(t, "result", p.Out(0).Data(), 2, 4)
}

func TestCompileRefuses(t *testing.T) {
	x := ops.Input(2)
	r := wantPanic(t, "an input that is not in In", func() { ops.Compile(ops.Spec{Out: values{twice(x)}}) })
	if s, _ := r.(string); !strings.Contains(s, "program_test.go") {
		t.Errorf("the panic %v does not say where the input was made", r)
	}
	wantPanic(t, "a nil result", func() { ops.Compile(ops.Spec{Out: values{nil}}) })
	wantPanic(t, "an input that is computed", func() { ops.Compile(ops.Spec{In: values{twice(x)}}) })
}

func TestProgramsShareAnArena(t *testing.T) {
	arena := ops.NewArena()
	x := ops.Input(4)
	small := ops.Compile(ops.Spec{In: values{x}, Out: values{twice(x)}, Arena: arena})
	run(t, small, numbers(4, 1))
	big := ops.Input(1000)
	large := ops.Compile(ops.Spec{In: values{big}, Out: values{ops.Apply(turn{}, big)[0]}, Arena: arena})
	run(t, large, numbers(1000, 0))
	run(t, small, numbers(4, 1)) // binds again, the arena has moved
	wantFloats(t, "small", small.Out(0).Data(), 2, 4, 6, 8)
	run(t, large, numbers(1000, 0))
	if x := large.Out(0).Data()[0]; x != 999 {
		t.Errorf("large gives %v, want 999", x)
	}
	if m := large.Memory().Planned; arena.Floats() != m {
		t.Errorf("the arena has %d floats, the largest program needs %d", arena.Floats(), m)
	}
}

func TestStridedInputs(t *testing.T) {
	x := ops.Input(3, 1)
	p := ops.Compile(ops.Spec{In: values{x}, Out: values{twice(x)}})
	column := tensor.From([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	run(t, p, column.Slice(1, 1, 2))
	wantFloats(t, "result", p.Out(0).Data(), 4, 8, 12)
}

// failing reports an error while it runs.
type failing struct{ double }

func (failing) Bind(b *ops.Binding) func() {
	return func() {
		copy(b.Out[0], b.In[0])
		if b.In[0][0] < 0 {
			b.Fail(errors.New("failing: a negative number"))
			b.Fail(errors.New("failing: again"))
		}
	}
}

func TestFailures(t *testing.T) {
	state := numbers(2, 0)
	x, w := ops.Input(2), ops.Variable(state)
	p := ops.Compile(ops.Spec{In: values{x}, Assign: []ops.Assign{{To: w, From: ops.Apply(failing{}, x)[0]}}})
	if err := p.Run(ops.State{}, []*tensor.Tensor{numbers(2, -1)}); err == nil || err.Error() != "ops: failing: a negative number" {
		t.Errorf("got %v", err)
	}
	wantFloats(t, "variable after a failure", state.Data(), 0, 1)
	run(t, p, numbers(2, 5))
	wantFloats(t, "variable after success", state.Data(), 5, 6)
}
