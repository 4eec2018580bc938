package optimizers_test

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// optimizerCase is a fixture of ten steps; see testdata/tools/README.md.
type optimizerCase struct {
	Case        string
	ClassName   string `json:"class_name"`
	Legacy      bool
	Config      map[string]any `json:"config"`
	Weights     []string
	Constraints []map[string]any
	Grads       []*string
	Sparse      *struct{ Rows, Values string }
	After       []string
	Variables   []struct{ Name, Array string }
}

// table is a layer whose loss has any gradient that is fed: loss = Σ w·g, with
// the rows of the matrix looked up when the gradient is sparse.
type table struct {
	nn.Base
	m, v       *nn.Weight
	rows       bool
	constraint [2]nn.Constraint
}

func (l *table) Build(b *nn.Build, _ ...nn.Shape) error {
	l.m = b.Weight(nn.WeightSpec{Name: "m", Shape: nn.Shape{6, 3}, Constraint: l.constraint[0]})
	l.v = b.Weight(nn.WeightSpec{Name: "v", Shape: nn.Shape{5}, Constraint: l.constraint[1]})
	return nil
}

// Call takes the gradients (batch 1) and returns the loss.
func (l *table) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	m := c.Read(l.m)
	if l.rows {
		m = ops.Gather(m, in[2])
	} else {
		m = ops.ExpandDims(m, 0)
	}
	sum := ops.Add(ops.Sum(ops.Mul(m, in[0])), ops.Sum(ops.Mul(c.Read(l.v), in[1])))
	return ops.BroadcastTo(ops.Div(sum, ops.Scalar(float32(in[0].Dim(0)))), in[0].Dim(0), 1)
}

// TestGolden feeds the gradients of each step through a model and compares the
// weights after every step with real Keras.
func TestGolden(t *testing.T) {
	ran := map[string]int{}
	golden.Walk(t, "optimizers", func(t *testing.T, c golden.Case) {
		var f optimizerCase
		c.Decode(t, &f)
		v, err := config.New(f.ClassName, reflect.TypeFor[nn.Optimizer]())
		if err != nil {
			t.Skipf("%s is not part of this module yet", f.ClassName)
		}
		if f.Legacy && f.Sparse != nil && f.ClassName == "SGD" && f.Config["momentum"] != 0.0 {
			t.Skip("lazy momentum of the legacy optimizer; see docs/adr/0007")
		}
		ignore := []string{"name", "jit_compile", "is_legacy_optimizer"}
		if err := config.Decode(v, f.Config, ignore...); err != nil {
			t.Fatal(err)
		}
		if why := differs[f.Case]; why != "" {
			t.Skip(why)
		}
		ran[f.ClassName]++
		steps(t, c, f, v.(nn.Optimizer))
	})
	for class, want := range map[string]int{"SGD": 5, "RMSprop": 5, "Adam": 5, "AdamW": 4, "Adagrad": 5, "Adadelta": 4, "Adamax": 4, "Nadam": 4, "Ftrl": 2, "Lion": 4, "Adafactor": 2} {
		if ran[class] < want {
			t.Errorf("only %d cases of %s ran", ran[class], class)
		}
	}
}

// differs names the cases in which we differ knowingly; see docs/adr.
var differs = map[string]string{
	"legacy_nadam":                       "the legacy optimizer writes its momentum schedule, schedule_decay, as decay",
	"legacy_nadam_schedule_decay":        "see legacy_nadam",
	"legacy_rmsprop_epsilon":             "the legacy optimizer has epsilon outside the root",
	"sparse_repeats_sgd_clipnorm":        "Keras clips the parts of a row's gradient before it adds them up; we clip the gradient",
	"sparse_repeats_sgd_clipvalue":       "see sparse_repeats_sgd_clipnorm",
	"sparse_repeats_sgd_global_clipnorm": "see sparse_repeats_sgd_clipnorm",
}

func steps(t *testing.T, c golden.Case, f optimizerCase, opt nn.Optimizer) {
	l := &table{rows: f.Sparse != nil}
	for i, cfg := range f.Constraints {
		if cfg == nil {
			continue
		}
		v, err := config.DecodeThing(cfg, reflect.TypeFor[nn.Constraint]())
		must(t, err)
		l.constraint[i] = v.(nn.Constraint)
	}
	in := []*nn.Symbol{nn.Input(6, 3), nn.Input(5)}
	if f.Sparse != nil {
		rows := c.Array(t, f.Sparse.Rows).Shape[1]
		in = []*nn.Symbol{nn.Input(rows, 3), nn.Input(5), nn.Input(rows)}
	}
	m := nn.NewModel(in, []*nn.Symbol{nn.Apply(l, in...)})
	identity := nn.LossFunc("identity", func(_, p *ops.Value) *ops.Value { return ops.Squeeze(p, -1) })
	must(t, m.Compile(nn.CompileConfig{Optimizer: opt, Loss: identity}))
	for i, w := range m.Weights() {
		must(t, w.Set(array(t, c, f.Weights[i])))
	}
	n := c.Array(t, f.After[0]).Shape[0]
	for s := range n {
		x := []*tensor.Tensor{nil, at(c.Array(t, *f.Grads[1]), s)}
		if f.Sparse != nil {
			x[0] = at(c.Array(t, f.Sparse.Values), s)
			x = append(x, at(c.Array(t, f.Sparse.Rows), s))
		} else {
			x[0] = at(c.Array(t, *f.Grads[0]), s)
		}
		_, err := m.TrainOnBatch(pipeline.Batch{X: x, Y: []*tensor.Tensor{tensor.New(1, 1)}})
		must(t, err)
		for i, w := range m.Weights() {
			golden.Close(t, f.After[i], w.Value().Data(), at(c.Array(t, f.After[i]), s).Data(), math.Max(c.RTol, 1e-6), c.ATol)
		}
		if t.Failed() {
			t.Fatalf("step %d", s)
		}
	}
	if !f.Legacy {
		compareState(t, c, f, m)
	}
}

// compareState compares the optimizer's variables, their names and their order.
func compareState(t *testing.T, c golden.Case, f optimizerCase, m *nn.Model) {
	st, err := m.OptimizerState()
	must(t, err)
	if want := c.Array(t, f.Variables[0].Array).Data[0]; float32(st.Iterations) != want {
		t.Errorf("%d iterations, want %v", st.Iterations, want)
	}
	vars := f.Variables[1:]
	if len(st.Variables) != len(vars) {
		t.Fatalf("%d variables, Keras has %v", len(st.Variables), vars)
	}
	for i, v := range st.Variables {
		name := v.Slot + map[string]string{"table/m": "/w0:0", "table/v": "/w1:0"}[v.Weight]
		if name != vars[i].Name {
			t.Errorf("variable %d is %s of %s, want %s", i, v.Slot, v.Weight, vars[i].Name)
		}
		if f.ClassName == "SGD" && f.Config["momentum"] == 0.0 {
			continue // Keras keeps the last step there, which it never reads
		}
		golden.Close(t, vars[i].Name, v.Value.Data(), c.Array(t, vars[i].Array).Data, math.Max(10*c.RTol, 1e-5), c.ATol)
	}
	must(t, m.SetOptimizerState(st))
}

// at is step s of an array, as a batch of one.
func at(a golden.Array, s int) *tensor.Tensor {
	n := len(a.Data) / a.Shape[0]
	return tensor.From(slices.Clone(a.Data[s*n:(s+1)*n]), append([]int{1}, a.Shape[1:]...)...)
}

func array(t *testing.T, c golden.Case, name string) *tensor.Tensor {
	t.Helper()
	a := c.Array(t, name)
	return tensor.From(slices.Clone(a.Data), a.Shape...)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
