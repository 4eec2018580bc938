package callbacks

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/internal/tfevents/eventread"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// eventsIn reads the event files of a directory, one after the other.
func eventsIn(t testing.TB, dir string) []eventread.Event {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	must(t, err)
	slices.Sort(names)
	var all []eventread.Event
	for _, name := range names {
		b, err := os.ReadFile(name)
		must(t, err)
		events, err := eventread.Read(b)
		must(t, err)
		if len(events) == 0 || events[0].Version != "brain.Event:2" {
			t.Fatalf("%s does not begin with its version", name)
		}
		all = append(all, events[1:]...)
	}
	return all
}

// small is the model of the fixtures.
func small(t testing.TB) *nn.Model {
	t.Helper()
	m := nn.NewSequential(nn.Input(5, 5, 1), nn.Name("conv", &layers.Conv2D{Filters: 2, KernelSize: [2]int{3, 3}}), &layers.Flatten{}, nn.Name("out", &layers.Dense{Units: 3, Activation: activations.Softmax}))
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.1}, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}}}))
	return m
}

// halve halves the rate at each epoch but the first.
func halve() nn.Callback {
	return &LearningRateScheduler{Schedule: func(epoch int, lr float64) float64 {
		if epoch == 0 {
			return lr
		}
		return lr / 2
	}}
}

// wantEvent is one that tf-keras wrote.
type wantEvent struct {
	Step                 int64
	Tag, Plugin, Content string
	Shape                []int
	Values               []number
	Size                 []int
	Images               [][]int
	Strings              int
}

// TestTensorBoardGolden compares all events of a run with those of tf-keras.
func TestTensorBoardGolden(t *testing.T) {
	for _, name := range []string{"epochs", "batches", "every_second"} {
		t.Run(name, func(t *testing.T) {
			gc := golden.Load(t, "tensorboard", name)
			var f struct {
				Config struct {
					UpdateFreq    any   `json:"update_freq"`
					HistogramFreq int   `json:"histogram_freq"`
					WriteImages   bool  `json:"write_images"`
					WriteGraph    *bool `json:"write_graph"`
				}
				Weights []string
				Events  map[string][]wantEvent
			}
			gc.Decode(t, &f)
			array := func(name string) *tensor.Tensor {
				a := gc.Array(t, name)
				return tensor.From(a.Data, a.Shape...)
			}
			m := small(t)
			var weights []*tensor.Tensor
			for _, w := range f.Weights {
				weights = append(weights, array(w))
			}
			must(t, m.SetWeights(weights))
			c := &TensorBoard{LogDir: t.TempDir(), HistogramFreq: f.Config.HistogramFreq, WriteImages: f.Config.WriteImages, WriteGraph: f.Config.WriteGraph}
			switch v := f.Config.UpdateFreq.(type) {
			case string:
				c.UpdateFreq = 1
			case float64:
				c.UpdateFreq = int(v)
			}
			_, err := m.Fit(context.Background(), arrays(array("x"), array("y")), nn.FitConfig{Epochs: 3, Validation: arrays(array("val_x"), array("val_y")), Callbacks: []nn.Callback{halve(), c}})
			must(t, err)
			for sub, want := range f.Events {
				got := eventsIn(t, filepath.Join(c.LogDir, sub))
				if len(got) != len(want) {
					t.Errorf("%s: %d events, want %d", sub, len(got), len(want))
				}
				for i := range min(len(got), len(want)) {
					sameEvent(t, got[i], want[i])
				}
			}
		})
	}
}

func sameEvent(t *testing.T, got eventread.Event, want wantEvent) {
	t.Helper()
	if got.Tag != want.Tag || got.Step != want.Step || got.Plugin != want.Plugin || string(got.Content) != want.Content {
		t.Fatalf("event %s %d %s %q, want %s %d %s %q", got.Tag, got.Step, got.Plugin, got.Content, want.Tag, want.Step, want.Plugin, want.Content)
	}
	switch {
	case want.Strings > 0:
		if len(got.Strings) != want.Strings || !json.Valid(got.Strings[0]) {
			t.Errorf("%s: %q", got.Tag, got.Strings)
		}
	case want.Images != nil:
		if len(got.Strings) != 2+len(want.Images) || string(got.Strings[0]) != strconv.Itoa(want.Size[0]) || string(got.Strings[1]) != strconv.Itoa(want.Size[1]) {
			t.Fatalf("%s: size %q", got.Tag, got.Strings[:2])
		}
		for i, pixels := range want.Images {
			img, err := png.Decode(bytes.NewReader(got.Strings[2+i]))
			must(t, err)
			for j, p := range img.(*image.Gray).Pix {
				if d := int(p) - pixels[j]; d < -1 || d > 1 {
					t.Errorf("%s: picture %d, pixel %d is %d, want %d", got.Tag, i, j, p, pixels[j])
				}
			}
		}
	default:
		if !slices.Equal(got.Shape, want.Shape) || len(got.Values) != len(want.Values) {
			t.Fatalf("%s: shape %v, %d values; want %v, %d", got.Tag, got.Shape, len(got.Values), want.Shape, len(want.Values))
		}
		moved := 0.0 // a value at the edge of two buckets may be in either
		for i, w := range want.Values {
			if d := math.Abs(got.Values[i] - float64(w)); want.Shape != nil && len(want.Shape) == 2 && i%3 == 2 {
				moved += d
			} else if d > 1e-5*(1+math.Abs(float64(w))) {
				t.Errorf("%s step %d: value %d is %v, want %v", got.Tag, got.Step, i, got.Values[i], w)
			}
		}
		if moved > 2 {
			t.Errorf("%s: the counts are\n%v, want\n%v", got.Tag, got.Values, want.Values)
		}
	}
}

// TestTensorBoardPieces: what the fixtures have not.
func TestTensorBoardPieces(t *testing.T) {
	x, y := printedData(t)
	m := logistic(t)
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{Schedule: &optimizers.ExponentialDecay{InitialLearningRate: 0.5, DecaySteps: 3, DecayRate: 0.5}}, Loss: losses.BinaryCrossentropy{}}))
	c := &TensorBoard{LogDir: t.TempDir(), WriteStepsPerSecond: true, UpdateFreq: 2}
	_, err := m.Fit(context.Background(), arrays(x, y), nn.FitConfig{Epochs: 2, Callbacks: []nn.Callback{c}})
	must(t, err)
	rates, speeds := []float64{}, 0
	for _, e := range eventsIn(t, filepath.Join(c.LogDir, "train")) {
		switch e.Tag {
		case "epoch_learning_rate":
			rates = append(rates, e.Values[0])
		case "epoch_steps_per_second", "batch_steps_per_second":
			speeds++
			if e.Values[0] <= 0 {
				t.Errorf("%s is %v", e.Tag, e.Values)
			}
		}
	}
	if !slices.Equal(rates, []float64{0.25, 0.125}) || speeds != 2+3 {
		t.Errorf("rates %v, %d speeds", rates, speeds)
	}
	if _, err := os.Stat(filepath.Join(c.LogDir, "validation")); err == nil {
		t.Error("there is a directory for validation without validation")
	}
	// Evaluate alone.
	_, err = m.Evaluate(context.Background(), arrays(x, y), nn.EvaluateConfig{Callbacks: []nn.Callback{c}})
	must(t, err)
	if got := eventsIn(t, filepath.Join(c.LogDir, "validation")); len(got) != 1 || got[0].Tag != "evaluation_loss_vs_iterations" || got[0].Step != 6 {
		t.Errorf("got %+v", got)
	}
	// Steps of batches go on where a checkpoint saw them.
	st, err := c.State()
	must(t, err)
	d := &TensorBoard{LogDir: t.TempDir(), UpdateFreq: 1, WriteGraph: new(false)}
	r := &nn.Run{Model: m, Context: context.Background()}
	must(t, d.OnTrainBegin(r))
	must(t, d.SetState(st))
	must(t, d.OnBatchEnd(r, 0, logsOf(map[string]number{"loss": 1})))
	must(t, d.OnTrainEnd(r, nn.Logs{}))
	if got := eventsIn(t, filepath.Join(d.LogDir, "train")); len(got) != 1 || got[0].Step != 7 {
		t.Errorf("got %+v", got)
	}
}

// TestTensorBoardEmbeddings: the projector's files.
func TestTensorBoardEmbeddings(t *testing.T) {
	m := nn.NewSequential(nn.Input(4), nn.Name("words", &layers.Embedding{InputDim: 6, OutputDim: 2}), &layers.Flatten{}, &layers.Dense{Units: 1})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}))
	data := pipeline.Arrays(tensor.New(3, 4), tensor.New(3, 1), pipeline.ArraysConfig{})
	fit := func(c *TensorBoard) error {
		_, err := m.Fit(context.Background(), data, nn.FitConfig{Callbacks: []nn.Callback{c}})
		return err
	}
	c := &TensorBoard{LogDir: t.TempDir(), EmbeddingsFreq: 1, EmbeddingsMetadata: map[string]string{"words": "labels.tsv"}}
	must(t, fit(c))
	text, err := os.ReadFile(filepath.Join(c.LogDir, "projector_config.pbtxt"))
	must(t, err)
	want := "embeddings {\n  tensor_name: \"words\"\n  tensor_path: \"words_embeddings.tsv\"\n  tensor_shape: 6\n  tensor_shape: 2\n  metadata_path: \"labels.tsv\"\n}\n"
	if string(text) != want {
		t.Errorf("the configuration is\n%s, want\n%s", text, want)
	}
	table, err := os.ReadFile(filepath.Join(c.LogDir, "words_embeddings.tsv"))
	must(t, err)
	rows := strings.Split(strings.TrimSpace(string(table)), "\n")
	for i, v := range m.Weights()[0].Value().Data() {
		got, err := strconv.ParseFloat(strings.Split(rows[i/2], "\t")[i%2], 32)
		must(t, err)
		if float32(got) != v {
			t.Errorf("value %d is %v, want %v", i, got, v)
		}
	}
	err = fit(&TensorBoard{LogDir: t.TempDir(), EmbeddingsFreq: 1, EmbeddingsMetadata: map[string]string{"word": "x"}})
	if err == nil || !strings.Contains(err.Error(), `did you mean "words"?`) {
		t.Errorf("got %v", err)
	}
}

// TestTensorBoardFunctional: calls of layers in the form that is drawn.
func TestTensorBoardFunctional(t *testing.T) {
	in := nn.Input(2)
	a := nn.Apply(nn.Name("a", &layers.Dense{Units: 2}), in)
	b := nn.Apply(nn.Name("b", &layers.Dense{Units: 2}), in)
	m := nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{nn.Apply(nn.Name("sum", &layers.Add{}), a, b)})
	text, err := conceptualGraph(m)
	must(t, err)
	if want := `"inbound_nodes":[{"args":[{"config":{"keras_history":["a",0,0]}},{"config":{"keras_history":["b",0,0]}}],"kwargs":{}}]`; !strings.Contains(string(text), want) {
		t.Errorf("%s lacks %s", text, want)
	}
}

// TestTensorBoardBroken: what cannot be written ends no training, once it has
// begun; before, it is an error.
func TestTensorBoardBroken(t *testing.T) {
	x, y := printedData(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, nil, 0o644))
	fit := func(c *TensorBoard) (said []string, err error) {
		_, err = logistic(t).Fit(context.Background(), arrays(x, y), nn.FitConfig{Epochs: 3, ValidationSplit: 0.2, Callbacks: []nn.Callback{c}, Warn: func(err error) { said = append(said, err.Error()) }})
		return said, err
	}
	if _, err := fit(&TensorBoard{LogDir: filepath.Join(file, "logs")}); err == nil || !strings.HasPrefix(err.Error(), "callbacks: TensorBoard: ") {
		t.Errorf("got %v", err)
	}
	logs := filepath.Join(dir, "logs")
	must(t, os.Mkdir(logs, 0o755))
	must(t, os.WriteFile(filepath.Join(logs, "validation"), nil, 0o644)) // in the way
	said, err := fit(&TensorBoard{LogDir: logs})
	if err != nil || len(said) != 1 || !strings.Contains(said[0], "training goes on") {
		t.Errorf("said %q, error %v", said, err)
	}
	for name, c := range map[string]*TensorBoard{"UpdateFreq -1": {UpdateFreq: -1}, "WriteImages needs": {WriteImages: true}, "EmbeddingsMetadata needs": {EmbeddingsMetadata: map[string]string{"": "x"}}} {
		c.LogDir = t.TempDir()
		if _, err := fit(c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestTensorBoardAllocatesNothing: a batch costs no memory.
func TestTensorBoardAllocatesNothing(t *testing.T) {
	c := &TensorBoard{LogDir: t.TempDir(), UpdateFreq: 1, WriteGraph: new(false)}
	m := logistic(t)
	r := &nn.Run{Model: m, Context: context.Background()}
	must(t, c.OnTrainBegin(r))
	logs := logsOf(map[string]number{"loss": 1, "accuracy": 0.5})
	for range 100 {
		must(t, c.OnBatchEnd(r, 0, logs))
	}
	c.flush(r)
	if n := testing.AllocsPerRun(40, func() { _ = c.OnBatchEnd(r, 0, logs) }); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
	must(t, c.OnTrainEnd(r, nn.Logs{}))
}
