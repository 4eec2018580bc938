package nn_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// modelCase is how real Keras puts a model together; see testdata/tools/README.md.
type modelCase struct {
	Model  json.RawMessage
	Layers []struct {
		Name             string
		ClassName        string `json:"class_name"`
		Trainable        bool
		Weights          []string
		TrainableWeights int `json:"trainable_weights"`
		Params           int
		Nodes            []struct {
			OutputShape json.RawMessage `json:"output_shape"`
			InputShape  json.RawMessage `json:"input_shape"`
			OutputMask  *bool           `json:"output_mask"`
		}
	}
	InputNames          []string        `json:"input_names"`
	OutputNames         []string        `json:"output_names"`
	InputShapes         json.RawMessage `json:"input_shapes"`
	OutputShapes        json.RawMessage `json:"output_shapes"`
	CountParams         int             `json:"count_params"`
	TrainableWeights    []string        `json:"trainable_weights"`
	NonTrainableWeights []string        `json:"non_trainable_weights"`
	Weights             []struct{ Name, Array string }
	X, Y, Predict       []string
	MetricsNames        []string  `json:"metrics_names"`
	EvaluateBefore      []float64 `json:"evaluate_before"`
	History             map[string][]float64
	Final               []string
}

// TestModelsGolden builds models from Keras' JSON and compares what they say
// about themselves, and what they compute.
func TestModelsGolden(t *testing.T) {
	golden.Walk(t, "models", func(t *testing.T, c golden.Case) {
		var f modelCase
		c.Decode(t, &f)
		m, err := saving.FromJSON(f.Model)
		must(t, err)
		if f.Layers == nil { // not built
			if m.Built() || len(m.Layers()) != 2 {
				t.Errorf("built: %v, %d layers", m.Built(), len(m.Layers()))
			}
			return
		}
		must(t, m.Err())
		for i, l := range f.Layers { // Keras' JSON forgets that a Sequential model was frozen
			if !l.Trainable {
				nn.BaseOf(m.Layers()[i]).Fix()
			}
		}
		compareModel(t, c, f, m)
		if f.EvaluateBefore != nil {
			trainAdded(t, c, f, m)
		}
	})
}

func compareModel(t *testing.T, c golden.Case, f modelCase, m *nn.Model) {
	t.Helper()
	var names []string
	for _, l := range f.Layers {
		names = append(names, l.Name)
	}
	var got []string
	for _, l := range m.Layers() {
		got = append(got, nn.BaseOf(l).Name())
	}
	same(t, "layers", got, names)
	same(t, "inputs", m.InputNames(), f.InputNames)
	same(t, "outputs", m.OutputNames(), f.OutputNames)
	same(t, "input shapes", shapesJSON(m.InputShapes()), compact(t, f.InputShapes))
	same(t, "output shapes", shapesJSON(m.OutputShapes()), compact(t, f.OutputShapes))
	if m.CountParams() != f.CountParams {
		t.Errorf("%d parameters, want %d", m.CountParams(), f.CountParams)
	}
	same(t, "trainable weights", weightNames(m.TrainableWeights()), shortNames(f.TrainableWeights))
	same(t, "other weights", weightNames(m.NonTrainableWeights()), shortNames(f.NonTrainableWeights))
	var order []string
	for _, w := range f.Weights {
		order = append(order, w.Name)
	}
	same(t, "weights", weightNames(m.Weights()), shortNames(order))
	for i, want := range f.Layers {
		l := m.Layers()[i]
		b := nn.BaseOf(l)
		if nn.ClassName(l) != want.ClassName || b.Trainable() != want.Trainable || len(b.GetWeights()) != len(want.Weights) || b.CountParams() != want.Params {
			t.Errorf("layer %s: %s, trainable %v, %d weights, %d parameters; want %s, %v, %d, %d", want.Name,
				nn.ClassName(l), b.Trainable(), len(b.GetWeights()), b.CountParams(), want.ClassName, want.Trainable, len(want.Weights), want.Params)
		}
		if n := len(b.TrainableWeights()); n != want.TrainableWeights {
			t.Errorf("layer %s has %d trainable weights, want %d", want.Name, n, want.TrainableWeights)
		}
		if _, input := l.(*nn.InputLayer); input || len(want.Nodes) != b.Calls() { // Keras counts the calls of other models too
			continue
		}
		for k, node := range want.Nodes {
			if got, w := shapesJSON([]nn.Shape{b.OutputShapeAt(k)}), compact(t, node.OutputShape); got != "["+w+"]" && len(b.OutputsAt(k)) == 1 {
				t.Errorf("output of call %d of layer %s: %s, want %s", k, want.Name, got, w)
			}
			if got, w := shapesJSON([]nn.Shape{b.InputShapeAt(k)}), compact(t, node.InputShape); got != "["+w+"]" && len(b.InputsAt(k)) == 1 {
				t.Errorf("input of call %d of layer %s: %s, want %s", k, want.Name, got, w)
			}
			if node.OutputMask != nil && *node.OutputMask != b.OutputMaskAt(k) {
				t.Errorf("mask of call %d of layer %s: %v, want %v", k, want.Name, b.OutputMaskAt(k), *node.OutputMask)
			}
		}
	}
	var ws []*tensor.Tensor
	for _, w := range f.Weights {
		ws = append(ws, array(t, c, w.Array))
	}
	must(t, m.SetWeights(ws))
	out, err := m.PredictOnBatch(arrays(t, c, f.X)...)
	must(t, err)
	for i, name := range f.Predict {
		c.Close(t, name, out[i].Data())
	}
}

// trainAdded trains a model with added losses and metrics.
func trainAdded(t *testing.T, c golden.Case, f modelCase, m *nn.Model) {
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.1}, Loss: losses.MeanSquaredError{}, Metrics: []nn.Metric{metrics.Of("mae", losses.MeanAbsoluteError{})}}))
	same(t, "metrics names", m.MetricsNames(), f.MetricsNames)
	data := pipeline.ArraysN(arrays(t, c, f.X), arrays(t, c, f.Y), nil, pipeline.ArraysConfig{BatchSize: 4})
	logs, err := m.Evaluate(context.Background(), data, nn.EvaluateConfig{})
	must(t, err)
	var got []float64
	for _, v := range logs.All() {
		got = append(got, v)
	}
	golden.Close(t, "evaluate", to32(got), to32(f.EvaluateBefore), c.RTol, c.ATol)
	h, err := m.Fit(context.Background(), data, nn.FitConfig{Epochs: 2})
	must(t, err)
	for k, want := range f.History {
		golden.Close(t, "history "+k, to32(h.Get(k)), to32(want), c.RTol, c.ATol)
	}
	for i, w := range m.Weights() {
		c.Close(t, f.Final[i], w.Value().Data())
	}
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	g, err := json.Marshal(got)
	must(t, err)
	w, err := json.Marshal(want)
	must(t, err)
	if string(g) != string(w) {
		t.Errorf("%s: %s, want %s", what, g, w)
	}
}

func shapesJSON(shapes []nn.Shape) string {
	var s []string
	for _, x := range shapes {
		var dims []string
		for _, d := range x {
			if d == nn.Unknown {
				dims = append(dims, "null")
			} else {
				b, _ := json.Marshal(d)
				dims = append(dims, string(b))
			}
		}
		s = append(s, "["+strings.Join(dims, ",")+"]")
	}
	return "[" + strings.Join(s, ",") + "]"
}

func compact(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	return strings.ReplaceAll(string(raw), " ", "")
}

// weightNames are the names without the paths of wrappers: dense/kernel.
func weightNames(ws []*nn.Weight) []string {
	var s []string
	for _, w := range ws {
		s = append(s, w.Name())
	}
	return s
}

// shortNames turns "lstm/lstm_cell/kernel:0" into "lstm/kernel".
func shortNames(names []string) []string {
	var s []string
	for _, n := range names {
		parts := strings.Split(strings.TrimSuffix(n, ":0"), "/")
		s = append(s, parts[0]+"/"+parts[len(parts)-1])
	}
	return slices.Clip(s)
}
