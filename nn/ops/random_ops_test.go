package ops_test

import (
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func mathRun(t *testing.T, st ops.State, v *ops.Value) []float32 {
	t.Helper()
	p := ops.Compile(ops.Spec{Out: []*ops.Value{v}})
	if err := p.Run(st, nil); err != nil {
		t.Fatal(err)
	}
	return slices.Clone(p.Out(0).Data())
}

// Bits depend on seed, stream, step and element, and on nothing else.
func TestRandomOpsAreReproducible(t *testing.T) {
	for name, f := range map[string]func(stream uint64, n int) *ops.Value{
		"uniform": func(s uint64, n int) *ops.Value { return ops.RandomUniform(s, -1, 1, n) },
		"normal":  func(s uint64, n int) *ops.Value { return ops.RandomNormal(s, 0, 1, n) },
		"dropout": func(s uint64, n int) *ops.Value {
			one := tensor.New(n)
			for i := range one.Data() {
				one.Data()[i] = 1
			}
			return ops.Dropout(ops.Constant(one), s, 0.5, nil)
		},
	} {
		st := ops.State{Seed: 3, Step: 4}
		a := mathRun(t, st, f(1, 10001))
		if !slices.Equal(a, mathRun(t, st, f(1, 10001))) {
			t.Errorf("%s: two runs differ", name)
		}
		if !slices.Equal(a[:777], mathRun(t, st, f(1, 777))) {
			t.Errorf("%s: the size changes the numbers", name)
		}
		par.SetWorkers(3)
		if !slices.Equal(a, mathRun(t, st, f(1, 10001))) {
			t.Errorf("%s: workers change the numbers", name)
		}
		par.SetWorkers(0)
		for what, b := range map[string][]float32{
			"seed": mathRun(t, ops.State{Seed: 4, Step: 4}, f(1, 10001)), "step": mathRun(t, ops.State{Seed: 3, Step: 5}, f(1, 10001)),
			"stream": mathRun(t, st, f(2, 10001)),
		} {
			same := 0
			for i := range a {
				if a[i] == b[i] {
					same++
				}
			}
			if name != "dropout" && same > 20 || same > 5300 {
				t.Errorf("%s: another %s leaves %d of %d numbers", name, what, same, len(a))
			}
		}
	}
}

func TestDropoutGradient(t *testing.T) {
	x := mathInput(1, 0.5, 1, true, 6, 5)
	nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Dropout(in[0], 9, 0.4, nil) }, x)
	nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Dropout(in[0], 9, 0.4, []int{6, 1}) }, x)
	nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Dropout(in[0], 9, 0, nil) }, x)
	nntest.Op(t, func(in ...*ops.Value) *ops.Value {
		return ops.Add(in[0], ops.RandomNormal(1, 0, 1, 6, 5))
	}, x)
}

func TestDropoutNoiseShape(t *testing.T) {
	one := tensor.New(50, 4)
	for i := range one.Data() {
		one.Data()[i] = 1
	}
	y := mathRun(t, ops.State{}, ops.Dropout(ops.Constant(one), 1, 0.25, []int{50, 1}))
	rows := 0
	for i := 0; i < 200; i += 4 {
		for _, v := range y[i : i+4] {
			if v != y[i] || v != 0 && math.Abs(float64(v)-4./3) > 1e-6 {
				t.Fatalf("row %d: %v", i/4, y[i:i+4])
			}
		}
		if y[i] == 0 {
			rows++
		}
	}
	if rows < 3 || rows > 25 { // 12.5 ± 4σ
		t.Errorf("%d of 50 rows were dropped", rows)
	}
}
