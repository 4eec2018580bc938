package nn_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

var randomModels = flag.String("models", "", "directory of models by testdata/tools/random_models.py, for TestRandomModels")

// randomCase is a whole model drawn at random and run by real Keras.
type randomCase struct {
	Model   json.RawMessage
	Summary string
	Layers  []string
	Frozen  [][]string
	Weights []struct {
		Name, Array string
		Trainable   bool
	}
	Inputs, Predict, Targets, Final []string
	Losses                          []float64
}

// TestRandomModels compares whole models with real Keras: order of layers, names of
// weights, the summary, predictions, the losses of three steps of SGD and the weights
// after them; so does what ToJSON and FromJSON, and what CloneModel make of each. A
// few models are kept; for many:
//
//	python testdata/tools/random_models.py DIR 300
//	go test ./nn -run RandomModels -models DIR/models_random
func TestRandomModels(t *testing.T) {
	if *randomModels == "" {
		golden.Walk(t, "models_random", compareRandom)
		return
	}
	files, err := filepath.Glob(filepath.Join(*randomModels, "*.json"))
	must(t, err)
	if len(files) == 0 {
		t.Fatalf("no models in %s", *randomModels)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) { compareRandom(t, golden.LoadDir(t, *randomModels, name)) })
	}
}

func compareRandom(t *testing.T, c golden.Case) {
	var f randomCase
	c.Decode(t, &f)
	m, err := saving.FromJSON(f.Model)
	must(t, err)
	must(t, m.Err())
	for _, path := range f.Frozen { // Keras' JSON forgets that models inside were frozen
		var l nn.Layer = m
		for _, name := range path {
			l, err = l.(*nn.Model).Layer(name)
			must(t, err)
		}
		nn.BaseOf(l).Fix()
	}
	var layers, keras []string
	for _, l := range m.Layers() {
		layers = append(layers, nn.BaseOf(l).Name())
	}
	same(t, "layers", layers, f.Layers)
	for _, w := range f.Weights {
		keras = append(keras, w.Name)
	}
	same(t, "weights", lastNames(weightNames(m.Weights())), lastNames(shortNames(keras)))
	for i, w := range m.Weights() {
		if i < len(f.Weights) && w.Trainable() != f.Weights[i].Trainable {
			t.Errorf("weight %s: trainable %v, want %v", w.Name(), w.Trainable(), f.Weights[i].Trainable)
		}
	}
	var text bytes.Buffer
	must(t, m.SummaryWith(&text, nn.SummaryConfig{ExpandNested: true, ShowTrainable: true}))
	if got, want := strings.TrimRight(text.String(), "\n"), strings.TrimRight(f.Summary, "\n"); got != want {
		differsAt(t, "summary", got, want)
	}
	var ws []*tensor.Tensor
	for _, w := range f.Weights {
		ws = append(ws, array(t, c, w.Array))
	}
	must(t, m.SetWeights(ws))
	x := arrays(t, c, f.Inputs)
	out, err := m.PredictOnBatch(x...)
	must(t, err)
	for i, name := range f.Predict {
		near(t, name, out[i].Data(), c.Array(t, name).Data)
	}
	for how, again := range map[string]func() (*nn.Model, error){
		"ToJSON and FromJSON": func() (*nn.Model, error) {
			text, err := saving.ToJSON(m)
			must(t, err)
			return saving.FromJSON(text)
		},
		"CloneModel": func() (*nn.Model, error) { return nn.CloneModel(m, nn.CloneConfig{}) },
	} {
		n, err := again()
		must(t, err)
		must(t, n.SetWeights(m.GetWeights()))
		copied, err := n.PredictOnBatch(x...)
		must(t, err)
		for i := range out {
			golden.Close(t, how, copied[i].Data(), out[i].Data(), 0, 0)
		}
	}
	if f.Losses == nil {
		return
	}
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.01}, Loss: losses.MeanSquaredError{}, AnyPair: true}))
	var got []float32
	for range f.Losses {
		logs, err := m.TrainOnBatch(pipeline.Batch{X: x, Y: arrays(t, c, f.Targets)})
		must(t, err)
		got = append(got, float32(logs.Get("loss")))
	}
	near(t, "losses", got, to32(f.Losses))
	for i, w := range m.Weights() {
		near(t, f.Weights[i].Name+" after training", w.Value().Data(), c.Array(t, f.Final[i]).Data)
	}
}

// near compares within 1e-5 of the largest number, at least of one: sums of float32
// in another order cannot promise more for their small terms.
func near(t *testing.T, name string, got, want []float32) {
	t.Helper()
	most := 1.0
	for _, v := range want {
		most = max(most, math.Abs(float64(v)))
	}
	golden.Close(t, name, got, want, 0, 1e-5*most)
}

// lastNames keeps what stands after the last slash: paths through nested models differ in form.
func lastNames(names []string) []string {
	var s []string
	for _, n := range names {
		s = append(s, n[strings.LastIndex(n, "/")+1:])
	}
	return s
}

// differsAt shows the first line that differs.
func differsAt(t *testing.T, what, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Errorf("%s: line %d of %d:\n%s\nwant, of %d:\n%s", what, i+1, len(g), at(g, i), len(w), at(w, i))
			return
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(none)"
}
