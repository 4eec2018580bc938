package callbacks

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

var realDir = flag.String("tensorboard", "", "write a run into this directory, for testdata/tools/tensorboard_check.py")

// TestTensorBoardForReal writes a run with all there is, in two parts as after a
// break, and says in expected.json what must be read from it.
func TestTensorBoardForReal(t *testing.T) {
	dir := *realDir
	if dir == "" {
		dir = t.TempDir()
	}
	in := nn.Input(4)
	v := nn.Apply(nn.Name("words", &layers.Embedding{InputDim: 6, OutputDim: 2}), in)
	a := nn.Apply(nn.Name("left", &layers.LSTM{Units: 3}), v)
	b := nn.Apply(nn.Name("right", &layers.LSTM{Units: 3}), v)
	m := nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{nn.Apply(nn.Name("out", &layers.Dense{Units: 1}), nn.Apply(nn.Name("both", &layers.Concatenate{}), a, b))})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{}, Loss: losses.MeanSquaredError{}, Metrics: []nn.Metric{metrics.MeanAbsoluteError{}}, Seed: 1}))
	x, y := tensor.New(12, 4), tensor.New(12, 1)
	for i := range x.Data() {
		x.Data()[i] = float32(i * 7 % 6)
	}
	for i := range y.Data() {
		y.Data()[i] = float32(i%5) / 5
	}
	data := pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 3})
	must(t, os.MkdirAll(dir, 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "labels.tsv"), []byte("a\nb\nc\nd\ne\nf\n"), 0o644))
	fresh := func() *TensorBoard {
		return &TensorBoard{LogDir: dir, HistogramFreq: 1, WriteImages: true, UpdateFreq: 1, EmbeddingsFreq: 1, EmbeddingsMetadata: map[string]string{"words": "labels.tsv"}}
	}
	first := fresh()
	_, err := m.Fit(context.Background(), data, nn.FitConfig{Epochs: 2, ValidationSplit: 0.25, Callbacks: []nn.Callback{halve(), first}})
	must(t, err)
	st, err := first.State()
	must(t, err)
	second := fresh()
	second.WriteGraph = new(false)
	goOn := &LambdaCallback{TrainBegin: func(*nn.Run) error { return second.SetState(st) }}
	_, err = m.Fit(context.Background(), data, nn.FitConfig{InitialEpoch: 2, Epochs: 4, ValidationSplit: 0.25, Callbacks: []nn.Callback{halve(), second, goOn}})
	must(t, err)

	type series struct {
		Plugin string      `json:"plugin"`
		Steps  []int64     `json:"steps"`
		Values [][]float64 `json:"values,omitempty"`
	}
	runs := map[string]map[string]*series{}
	for _, sub := range []string{"train", "validation"} {
		tags := map[string]*series{}
		for _, e := range eventsIn(t, filepath.Join(dir, sub)) {
			s := tags[e.Tag]
			if s == nil {
				s = &series{Plugin: e.Plugin}
				tags[e.Tag] = s
			}
			s.Steps = append(s.Steps, e.Step)
			if e.Values != nil {
				s.Values = append(s.Values, e.Values)
			}
		}
		runs[sub] = tags
	}
	if got := runs["train"]["batch_loss"].Steps; len(got) != 12 || got[11] != 12 {
		t.Errorf("batches %v", got)
	}
	if got := len(runs["train"]["words/embeddings_0/histogram"].Steps); got != 4 {
		t.Errorf("%d histograms", got)
	}
	text, err := json.Marshal(map[string]any{"runs": runs, "layers": []string{"words", "left", "right", "both", "out"}, "edges": 6, "embedding": "words_embeddings.tsv", "embedding_size": 12})
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "expected.json"), text, 0o644))
}
