package nn_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

// siamese has a shared model inside, two inputs and two outputs.
func siamese() *nn.Model {
	inner := nn.Name("encoder", nn.NewSequential(nn.Input(4), &layers.Dense{Units: 3, Activation: activations.Tanh}, nn.Freeze(&layers.BatchNormalization{})))
	a, b := nn.NamedInput("left", nn.Shape{nn.Unknown, 4}), nn.Input(4)
	x, y := nn.Apply(inner, a), nn.Apply(inner, b)
	both := nn.Apply(&layers.Concatenate{}, x, y)
	return nn.Name("pair", nn.NewModel([]*nn.Symbol{a, b}, []*nn.Symbol{nn.Apply(nn.Name("out", &layers.Dense{Units: 1}), both), x}))
}

// TestCloneModel: a copy has the same drawing and other weights.
func TestCloneModel(t *testing.T) {
	m := siamese()
	must(t, m.Err())
	d, err := nn.CloneModel(m, nn.CloneConfig{})
	must(t, err)
	first, err := saving.ToJSON(m)
	must(t, err)
	second, err := saving.ToJSON(d)
	must(t, err)
	if string(first) != string(second) {
		t.Errorf("the copy is\n%s\nwant\n%s", second, first)
	}
	x, y := tensor.From([]float32{1, 2, 3, 4, -1, 0, 2, 1}, 2, 4), tensor.From([]float32{0, 1, 0, 1, 2, 2, 2, 2}, 2, 4)
	for _, w := range d.Weights() { // their own memory
		w.Value().Data()[0] = 7
	}
	for i, w := range m.Weights() {
		if w.Value().Data()[0] == 7 {
			t.Errorf("weight %d is shared", i)
		}
	}
	must(t, d.SetWeights(m.GetWeights()))
	if !tensor.ArrayEqual(predictions(t, m, x, y), predictions(t, d, x, y)) {
		t.Error("with the same weights the copy predicts something else")
	}
}

// TestCloneConfig: other layers and other inputs.
func TestCloneConfig(t *testing.T) {
	m := siamese()
	a := nn.Input(4)
	d, err := nn.CloneModel(m, nn.CloneConfig{
		Inputs: []*nn.Symbol{a, nn.Apply(&layers.Activation{Activation: activations.ReLU}, a)},
		Layer: func(l nn.Layer) (nn.Layer, error) {
			if nn.BaseOf(l).Name() == "out" {
				return nn.Name("wider", &layers.Dense{Units: 5}), nil
			}
			return nn.CloneLayer(l)
		},
	})
	must(t, err)
	if s := d.OutputShapes()[0]; s.Last() != 5 {
		t.Errorf("output %v", s)
	}
	if _, err := d.Layer("wider"); err != nil {
		t.Error(err)
	}
	for want, c := range map[string]nn.CloneConfig{
		`nn: CloneModel: layer "encoder" (Sequential): no`:                {Layer: func(nn.Layer) (nn.Layer, error) { return nil, errors.New("no") }},
		`nn: CloneModel: the copy of layer "encoder" (Sequential) is nil`: {Layer: func(nn.Layer) (nn.Layer, error) { return nil, nil }},
		`nn: CloneModel: model "pair" has 2 inputs, Inputs has 1`:         {Inputs: []*nn.Symbol{nn.Input(4)}},
	} {
		if _, err := nn.CloneModel(m, c); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestCloneSequential: also one that does not know its input.
func TestCloneSequential(t *testing.T) {
	for _, m := range []*nn.Model{lateModel(), nn.NewSequential(nil, nn.InputShape(&layers.Dense{Units: 2}, 3), &layers.Dropout{Rate: 0.5})} {
		d, err := nn.CloneModel(m, nn.CloneConfig{})
		must(t, err)
		a, err := saving.ToJSON(m)
		must(t, err)
		b, err := saving.ToJSON(d)
		must(t, err)
		if string(a) != string(b) {
			t.Errorf("the copy is\n%s\nwant\n%s", b, a)
		}
	}
}

// TestCut: a model may begin and end at any symbol of another one.
func TestCut(t *testing.T) {
	a := nn.Input(4)
	h := nn.Apply(&layers.Dense{Units: 3, Activation: activations.Tanh}, a)
	g := nn.Apply(&layers.Dense{Units: 3}, h)
	y := nn.Apply(&layers.Add{}, h, g)
	whole := nn.NewModel([]*nn.Symbol{a}, []*nn.Symbol{y})
	head := nn.NewModel([]*nn.Symbol{a}, []*nn.Symbol{h})
	tail := nn.NewModel([]*nn.Symbol{h}, []*nn.Symbol{y})
	for _, m := range []*nn.Model{whole, head, tail} {
		must(t, m.Err())
	}
	x := tensor.From([]float32{1, 2, 3, 4, -1, 0, 2, 1}, 2, 4)
	if !tensor.ArrayEqual(predictions(t, whole, x), predictions(t, tail, predictions(t, head, x))) {
		t.Error("head and tail do not make the whole")
	}
	js, err := saving.ToJSON(tail) // begins with an input of its own
	must(t, err)
	again, err := saving.FromJSON(js)
	must(t, err)
	must(t, again.SetWeights(tail.GetWeights()))
	middle := predictions(t, head, x)
	if !tensor.ArrayEqual(predictions(t, tail, middle), predictions(t, again, middle)) {
		t.Error("the tail comes back as something else")
	}
	if m := nn.NewModel([]*nn.Symbol{g}, []*nn.Symbol{y}); m.Err() == nil || !strings.Contains(m.Err().Error(), "which is not among the model's inputs") {
		t.Errorf("a cut that leaves a way around: %v", m.Err())
	}
}

// TestEndsTravel: added losses and metrics survive files and copies.
func TestEndsTravel(t *testing.T) {
	a := nn.Input(4)
	h := nn.Apply(&layers.Dense{Units: 3}, a)
	m := nn.NewModel([]*nn.Symbol{a}, []*nn.Symbol{nn.Apply(&layers.Dense{Units: 1}, h)})
	m.AddLoss(nn.Apply(&layers.Activation{Activation: activations.Softplus}, h)).AddMetric("middle", h)
	must(t, m.Err())
	js, err := saving.ToJSON(m)
	must(t, err)
	loaded, err := saving.FromJSON(js)
	must(t, err)
	copied, err := nn.CloneModel(m, nn.CloneConfig{})
	must(t, err)
	for name, other := range map[string]*nn.Model{"loaded": loaded, "cloned": copied} {
		again, err := saving.ToJSON(other)
		must(t, err)
		if string(again) != string(js) {
			t.Errorf("%s:\n%s\nwant\n%s", name, again, js)
		}
	}
	for want, m := range map[string]*nn.Model{
		"AddLoss is for models made by nn.NewModel": nn.NewSequential(nn.Input(1)).AddLoss(a),
		"AddMetric: the symbol is nil":              nn.NewModel([]*nn.Symbol{a}, []*nn.Symbol{h}).AddMetric("x", nil),
		"MetricName is empty":                       nn.NewModel([]*nn.Symbol{a}, []*nn.Symbol{h}).AddMetric("", h),
		"not among the model's inputs":              nn.NewModel([]*nn.Symbol{a}, []*nn.Symbol{h}).AddLoss(nn.Apply(&layers.Dense{Units: 1}, nn.Input(1))),
	} {
		if m.Err() == nil || !strings.Contains(m.Err().Error(), want) {
			t.Errorf("got %v, want %s", m.Err(), want)
		}
	}
}
