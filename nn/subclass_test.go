package nn_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func init() {
	nn.Register[residual]()
	nn.Register[tower]()
}

// residual has layers as fields and nothing but Call.
type residual struct {
	nn.Base
	Units   int
	Dropout float64
	inner   *layers.Dense
	outer   *layers.Dense
	drop    *layers.Dropout
}

func (r *residual) Build(*nn.Build, ...nn.Shape) error {
	r.inner = &layers.Dense{Units: r.Units, Activation: activations.Tanh}
	r.outer = &layers.Dense{Units: r.Units}
	r.drop = &layers.Dropout{Rate: r.Dropout}
	return nil
}

func (r *residual) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	y := c.Sub(r.outer, c.Sub(r.inner, in[0]))
	if c.Training {
		y = c.Sub(r.drop, y)
	}
	c.AddLoss(ops.MulScalar(ops.Mean(ops.Square(y)), 0.01))
	c.AddMetric("size", ops.Abs(y))
	return ops.Add(in[0], y)
}

// tower has settings that are layers: what is inside is saved.
type tower struct {
	nn.Base
	Floors []nn.Layer
	Roof   *layers.Dense
}

func (m *tower) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	for _, f := range m.Floors {
		x = c.Sub(f, x)
	}
	return c.Sub(m.Roof, x)
}

func paths(m *nn.Model) []string {
	var s []string
	for p := range m.NamedWeights() {
		s = append(s, p)
	}
	return s
}

// TestSubclass: a struct with layers as fields is a layer, is trained, cloned
// and saved.
func TestSubclass(t *testing.T) {
	ctx := context.Background()
	m := nn.NewSequential(nn.Input(4), &residual{Units: 4, Dropout: 0.2},
		&tower{Floors: []nn.Layer{&residual{Units: 4}, &layers.Dense{Units: 5}}, Roof: &layers.Dense{Units: 1, Activation: activations.Sigmoid}})
	must(t, m.Err())
	want := []string{"residual/inner/kernel", "residual/inner/bias", "residual/outer/kernel", "residual/outer/bias",
		"tower/floors_0/inner/kernel", "tower/floors_0/inner/bias", "tower/floors_0/outer/kernel", "tower/floors_0/outer/bias",
		"tower/floors_1/kernel", "tower/floors_1/bias", "tower/roof/kernel", "tower/roof/bias"}
	if got := paths(m); !slices.Equal(got, want) {
		t.Errorf("weights %q, want %q", got, want)
	}
	for i, w := range m.Weights() {
		if w.Name() != want[i] {
			t.Errorf("weight %d is called %s, want %s", i, w.Name(), want[i])
		}
	}
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{}, Loss: losses.BinaryCrossentropy{}}))
	x, y := tensor.New(16, 4), tensor.New(16, 1)
	for i := range x.Data() {
		x.Data()[i] = float32(i*7%11)/5 - 1
	}
	for i := range y.Data() {
		y.Data()[i] = float32(i % 2)
	}
	before := m.GetWeights()
	data := pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 8})
	h, err := m.Fit(ctx, data, nn.FitConfig{Epochs: 3})
	must(t, err)
	if !slices.Equal(h.Names(), []string{"loss", "size", "size_1"}) || h.Last("size") <= 0 {
		t.Errorf("logs %v, size %v", h.Names(), h.Last("size"))
	}
	for i, w := range m.GetWeights() {
		if tensor.ArrayEqual(w, before[i]) {
			t.Errorf("weight %s was not trained", want[i])
		}
	}
	file := t.TempDir() + "/m.npz"
	must(t, saving.Save(m, file))
	loaded, err := saving.Load(file)
	must(t, err)
	copied, err := nn.CloneModel(m, nn.CloneConfig{})
	must(t, err)
	must(t, copied.SetWeights(m.GetWeights()))
	p := predictions(t, m, x)
	for name, other := range map[string]*nn.Model{"loaded": loaded, "cloned": copied} {
		if !tensor.ArrayEqual(p, predictions(t, other, x)) {
			t.Errorf("the %s model predicts something else", name)
		}
	}
}

func predictions(t *testing.T, m *nn.Model, x ...*tensor.Tensor) *tensor.Tensor {
	t.Helper()
	out, err := m.PredictOnBatch(x...)
	must(t, err)
	return out[0]
}

// TestSubclassOfUnknownLength: layers inside see unknown axes as unknown.
func TestSubclassOfUnknownLength(t *testing.T) {
	m := nn.NewSequential(nn.Input(nn.Unknown, 4), &tower{Floors: []nn.Layer{&layers.LSTM{Units: 3, ReturnSequences: true}, &layers.LSTM{Units: 2}}, Roof: &layers.Dense{Units: 1}})
	must(t, m.Err())
	if s := m.OutputShapes()[0]; !s.Equal(nn.Shape{nn.Unknown, 1}) {
		t.Errorf("output %v", s)
	}
	for _, length := range []int{1, 7} {
		predictions(t, m, tensor.New(2, length, 4))
	}
}

// TestSubclassMistakes name the layer inside.
func TestSubclassMistakes(t *testing.T) {
	m := nn.NewSequential(nn.Input(4), &tower{Floors: []nn.Layer{&layers.Dense{}}, Roof: &layers.Dense{Units: 1}})
	if err := m.Err(); err == nil || !strings.Contains(err.Error(), `layer tower (layers[0], "tower")`) || !strings.Contains(err.Error(), "Dense") || !strings.Contains(err.Error(), "Units is 0") {
		t.Errorf("got %v", err)
	}
	m = nn.NewSequential(nn.Input(4), &tower{Floors: []nn.Layer{&layers.Dense{Units: 3}}})
	if err := m.Err(); err == nil || !strings.Contains(err.Error(), "nil") {
		t.Errorf("got %v", err)
	}
}

// freed has a layer that another model holds too: its weights are trained here.
type freed struct {
	nn.Base
	inner nn.Layer
}

func (f *freed) Call(c *nn.Call, in ...*ops.Value) *ops.Value { return c.Sub(f.inner, in[0]) }

// TestSharedInside: a layer that was built elsewhere is part of the wrapper.
func TestSharedInside(t *testing.T) {
	d := &layers.Dense{Units: 2}
	a := nn.NewSequential(nn.Input(3), d)
	b := nn.NewSequential(nn.Input(3), &freed{inner: d})
	must(t, a.Err())
	must(t, b.Err())
	if n := len(b.Weights()); n != 2 {
		t.Fatalf("%d weights, want 2", n)
	}
	x := tensor.From([]float32{1, 2, 3}, 1, 3)
	if !tensor.ArrayEqual(predictions(t, a, x), predictions(t, b, x)) {
		t.Error("a shared layer gives different results")
	}
}
