package ops_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func TestDebugTracesEveryStep(t *testing.T) {
	x, w := ops.Input(2), ops.Variable(numbers(2, 1))
	h := mixed(x, w)
	ops.Label("mixer", h)
	f := ops.Apply(fork{}, h)
	var seen []string
	p := ops.Debug(ops.Spec{In: values{x}, Out: values{ops.Reshape(f[1], 2, 1)}}, func(s ops.Step) {
		seen = append(seen, s.Op)
		if s.Op == "ops_test.mix" {
			wantFloats(t, "result of mix", s.Result, 2, 5)
			wantFloats(t, "MaxIn", []float32{s.MaxIn()}, 2)
			if s.Label != "mixer" || !strings.Contains(s.Site, "toy_test.go") || len(s.Shape) != 1 {
				t.Errorf("step is %v", s)
			}
		}
	})
	run(t, p, numbers(2, 0))
	want := []string{"Input", "Variable", "ops_test.mix", "ops_test.fork", "ops_test.fork", "Reshape"}
	if !slices.Equal(seen, want) {
		t.Errorf("steps are %v, want %v", seen, want)
	}
	wantFloats(t, "result", p.Out(0).Data(), 1, 4)
}

// reciprocal is 1/x.
type reciprocal struct{ double }

func (reciprocal) Bind(b *ops.Binding) func() {
	return func() {
		for i, x := range b.In[0] {
			b.Out[0][i] = 1 / x
		}
	}
}

func TestFirstNonFinite(t *testing.T) {
	state := numbers(3, 0)
	x, w := ops.Input(3), ops.Variable(state)
	h := times(x, w)
	r := ops.Apply(reciprocal{}, h)[0]
	ops.Label("inverse", r)
	y := twice(r)
	spec := ops.Spec{In: values{x}, Out: values{y}, Assign: []ops.Assign{{To: w, From: y}}}
	step, found := ops.FirstNonFinite(spec, ops.State{}, []*tensor.Tensor{numbers(3, -3)})
	if !found || step.Op != "ops_test.reciprocal" || step.Label != "inverse" || step.MaxIn() != 2 {
		t.Errorf("found %v: %v, largest operand %v; want the reciprocal, 2", found, step, step.MaxIn())
	}
	wantFloats(t, "variable, which nothing may assign", state.Data(), 0, 1, 2)

	in := numbers(3, 1)
	state.Data()[0] = 1
	if step, found := ops.FirstNonFinite(spec, ops.State{}, []*tensor.Tensor{in}); found {
		t.Errorf("found %v in a healthy run", step)
	}
	state.Data()[1] = float32(math.Inf(-1))
	if step, _ := ops.FirstNonFinite(spec, ops.State{}, []*tensor.Tensor{in}); step.Op != "Variable" {
		t.Errorf("found %v, want the variable", step)
	}
	in.Data()[2] = float32(math.NaN())
	if step, _ := ops.FirstNonFinite(spec, ops.State{}, []*tensor.Tensor{in}); step.Op != "Input" {
		t.Errorf("found %v, want the input", step)
	}
}
