package nn_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func lateModel() *nn.Model {
	return nn.NewSequential(nil, &layers.Dense{Units: 3, Activation: activations.ReLU}, &layers.Dense{Units: 1})
}

// TestLateBuild: a Sequential model without an input learns it from Build, or
// from the first batch of whatever comes first.
func TestLateBuild(t *testing.T) {
	ctx := context.Background()
	x, y := tensor.From([]float32{1, 2, 3, 4, 5, 6}, 3, 2), tensor.From([]float32{1, 2, 3}, 3, 1)
	data := pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 2})
	compile := func(m *nn.Model) error {
		return m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}})
	}
	for name, first := range map[string]func(m *nn.Model) error{
		"Build":          func(m *nn.Model) error { return m.Build(nn.Shape{nn.Unknown, 2}) },
		"Fit":            func(m *nn.Model) error { _, err := m.Fit(ctx, data, nn.FitConfig{}); return err },
		"Evaluate":       func(m *nn.Model) error { _, err := m.Evaluate(ctx, data, nn.EvaluateConfig{}); return err },
		"Predict":        func(m *nn.Model) error { _, err := m.Predict(ctx, data, nn.PredictConfig{}); return err },
		"PredictOnBatch": func(m *nn.Model) error { _, err := m.PredictOnBatch(x); return err },
		"TrainOnBatch": func(m *nn.Model) error {
			_, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}})
			return err
		},
		"inside another": func(m *nn.Model) error { return nn.NewSequential(nn.Input(2), m).Err() },
	} {
		t.Run(name, func(t *testing.T) {
			m := lateModel()
			must(t, m.Err())
			if m.Built() || m.CountParams() != 0 || len(m.Layers()) != 2 || m.Name() != "sequential" || nn.BaseOf(m.Layers()[1]).Name() != "dense_1" {
				t.Errorf("before: built %v, %d parameters, layers %v", m.Built(), m.CountParams(), m.Layers())
			}
			must(t, compile(m))
			must(t, first(m))
			if !m.Built() || m.CountParams() != 2*3+3+3+1 || !m.OutputShapes()[0].Equal(nn.Shape{nn.Unknown, 1}) || m.InputNames()[0] != "dense_input" {
				t.Errorf("after: built %v, %d parameters, outputs %v, inputs %q", m.Built(), m.CountParams(), m.OutputShapes(), m.InputNames())
			}
			_, err := m.Evaluate(ctx, data, nn.EvaluateConfig{})
			must(t, err)
		})
	}
}

// TestLateAsBefore: the model has the weights, bit for bit, that it has when the
// input is known from the start.
func TestLateAsBefore(t *testing.T) {
	late, early := lateModel(), nn.NewSequential(nn.Input(2), &layers.Dense{Units: 3, Activation: activations.ReLU}, &layers.Dense{Units: 1})
	must(t, late.Build(nn.Shape{nn.Unknown, 2}))
	for i, w := range early.GetWeights() {
		if !tensor.ArrayEqual(w, late.GetWeights()[i]) {
			t.Errorf("weight %d differs", i)
		}
	}
}

func TestLateMistakes(t *testing.T) {
	x := tensor.New(3, 2)
	file := t.TempDir() + "/late.npz"
	for want, f := range map[string]func() error{
		"does not know its input yet":                                      func() error { return lateModel().Summary(&bytes.Buffer{}) },
		"nn: the Sequential model does not know its input yet: call Build": func() error { return saving.Save(lateModel(), file) },
		"know its input": func() error { return lateModel().SetWeights(nil) },
		`nn: layers[1] of the Sequential model: the layer is nil`: func() error {
			return nn.NewSequential(nil, &layers.Dense{Units: 1}, nil).Err()
		},
		`nn: Build: model "sequential" was built for [(None, 2)] already, got (None, 3)`: func() error {
			m := lateModel()
			must(t, m.Build(nn.Shape{nn.Unknown, 2}))
			must(t, m.Build(nn.Shape{nn.Unknown, 2}))
			return m.Build(nn.Shape{nn.Unknown, 3})
		},
		`the data has 2`: func() error { _, err := lateModel().PredictOnBatch(x, x); return err },
		`nn: layer "dense" (Dense, layers[0]): Units is 0; want 1 or more`: func() error {
			return nn.NewSequential(nil, &layers.Dense{}).Build(nn.Shape{nn.Unknown, 2})
		},
		`no optimizer`: func() error { return lateModel().Compile(nn.CompileConfig{}) },
		`no loss`: func() error {
			m := lateModel()
			must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}}))
			return m.Build(nn.Shape{nn.Unknown, 2})
		},
		`axis 1 has size -5`: func() error { return lateModel().Build(nn.Shape{nn.Unknown, -5}) },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := lateModel().Summary(&bytes.Buffer{}); !errors.Is(err, nn.ErrNotBuilt) {
		t.Errorf("%v is no ErrNotBuilt", err)
	}
}

// TestFirstLayerSays: input_shape on the first layer.
func TestFirstLayerSays(t *testing.T) {
	m := nn.NewSequential(nil, nn.InputShape(&layers.Dense{Units: 3}, 4), &layers.Dense{Units: 2})
	must(t, m.Err())
	if !m.Built() || !m.InputShapes()[0].Equal(nn.Shape{nn.Unknown, 4}) || m.InputNames()[0] != "dense_input" {
		t.Errorf("built %v, inputs %v %q", m.Built(), m.InputShapes(), m.InputNames())
	}
	// The layer is added later, or is a model.
	m = nn.NewSequential(nil)
	if m.Built() {
		t.Error("a model of no layers is built")
	}
	m.Add(nn.BatchInputShape(&layers.LSTM{Units: 3, Stateful: true}, nn.Shape{2, 5, 1})).Add(&layers.Dense{Units: 1})
	must(t, m.Err())
	if !m.OutputShapes()[0].Equal(nn.Shape{2, 1}) {
		t.Errorf("output %v", m.OutputShapes())
	}
	outer := nn.NewSequential(nil, m, &layers.Dense{Units: 7})
	must(t, outer.Err())
	if !outer.InputShapes()[0].Equal(nn.Shape{2, 5, 1}) {
		t.Errorf("input %v", outer.InputShapes())
	}
	// It survives in files.
	m = nn.NewSequential(nil, nn.InputShape(&layers.Dense{Units: 3}, 4))
	js, err := saving.ToJSON(m)
	must(t, err)
	if !strings.Contains(string(js), `"trainable":true,"batch_input_shape":[null,4],"dtype"`) {
		t.Errorf("%s", js)
	}
	m, err = saving.FromJSON(js)
	must(t, err)
	if again, err := saving.ToJSON(m); err != nil || string(again) != string(js) {
		t.Errorf("%s, %v, want %s", again, err, js)
	}
}

// TestAddAndPop: layers come and go at the end, mistakes too.
func TestAddAndPop(t *testing.T) {
	m := nn.NewSequential(nn.Input(4), &layers.Dense{Units: 3})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}))
	m.Add(&layers.Dense{Units: 2})
	must(t, m.Err())
	if s := m.OutputShapes()[0]; s.Last() != 2 {
		t.Errorf("output %v", s)
	}
	if _, err := m.TestOnBatch(pipeline.Batch{X: []*tensor.Tensor{tensor.New(1, 4)}, Y: []*tensor.Tensor{tensor.New(1, 2)}}); !errors.Is(err, nn.ErrNotCompiled) {
		t.Errorf("a model that grew: got %v, want ErrNotCompiled", err)
	}
	m.Add(&layers.Dense{})
	if m.Err() == nil {
		t.Error("a layer without units was added")
	}
	must(t, m.Pop()) // and is gone with its mistake
	must(t, m.Pop())
	if s := m.OutputShapes()[0]; s.Last() != 3 || len(m.Layers()) != 1 {
		t.Errorf("output %v, %d layers", s, len(m.Layers()))
	}
	must(t, m.Pop())
	if err := m.Pop(); err == nil || err.Error() != "nn: Pop: the model has no layers" {
		t.Errorf("got %v", err)
	}
	late := lateModel()
	must(t, late.Pop())
	late.Add(&layers.Dense{Units: 5})
	must(t, late.Build(nn.Shape{nn.Unknown, 2}))
	if s := late.OutputShapes()[0]; s.Last() != 5 || len(late.Layers()) != 2 {
		t.Errorf("output %v, %d layers", s, len(late.Layers()))
	}
}

// TestPlaces: a mistake says which layer of the row it is in.
func TestPlaces(t *testing.T) {
	dense := func() nn.Layer { return &layers.Dense{Units: 2} }
	for want, m := range map[string]*nn.Model{
		`nn: layer Dense (layers[2], "dense_2"): Units is 0; want 1 or more`:                                                           nn.NewSequential(nn.Input(3), dense(), dense(), &layers.Dense{}, dense()),
		`nn: layer "fc" (Dense, layers[1]): Units is -1; want 1 or more`:                                                               nn.NewSequential(nn.Input(3), dense(), nn.Name("fc", &layers.Dense{Units: -1})),
		`nn: layers[1] of the Sequential model: the layer is nil`:                                                                      nn.NewSequential(nn.Input(3), dense(), nil),
		`nn: layer LSTM (layers[0], "lstm"): it has 3 outputs, but a Sequential model hands on one; use nn.ApplyMulti and nn.NewModel`: nn.NewSequential(nn.Input(3, 2), &layers.LSTM{Units: 2, ReturnState: true}),
	} {
		if err := m.Err(); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	x := nn.Apply(&layers.Flatten{}, nn.Input(2, 2))
	want := `nn: layer Dense, applied to (None, 4) of layer Flatten: Units is 0; want 1 or more`
	if err := nn.Apply(&layers.Dense{}, x).Err(); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
