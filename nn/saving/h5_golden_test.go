package saving_test

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

var keepH5 = flag.String("h5", "", "a folder to write every file of TestKerasH5 to, as we write it; for testdata/tools/saving_h5_check.py")

const h5Cases = "../../testdata/keras/saving_h5"

// untrainable are files that do not say how training went on, with the reason.
var untrainable = map[string]string{
	"words":            "tf-keras' Nadam keeps a product that it leaves out of its files",
	"words_keras3":     "Nadam of Keras 3 squares the rows of an embedding's gradient before it adds those of one word; when they are made dense first, its losses are ours",
	"opt_legacy_nadam": "the Nadam of old warms its momentum up by another schedule (decay)",
	"nested_keras3":    "Keras 3 leaves the delta of Huber out of its files",
}

// h5Case is what Keras says about one of its files; see testdata/tools/saving_h5.py.
type h5Case struct {
	Case          string
	X, Y, Predict []h5Rows
	Losses        []float64
	Model         json.RawMessage
}

type h5Rows struct {
	Shape []int
	Data  []float32
}

func (r h5Rows) tensor() *tensor.Tensor { return tensor.From(r.Data, r.Shape...) }

func tensors(rs []h5Rows) []*tensor.Tensor {
	var ts []*tensor.Tensor
	for _, r := range rs {
		ts = append(ts, r.tensor())
	}
	return ts
}

func readH5Case(t *testing.T, file string) h5Case {
	t.Helper()
	text, err := os.ReadFile(strings.TrimSuffix(file, ".h5") + ".json")
	must(t, err)
	var c h5Case
	must(t, json.Unmarshal(text, &c))
	return c
}

// TestKerasH5 loads what Keras wrote, predicts as it does, and goes on training
// where it stopped. What we write of it does the same.
func TestKerasH5(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(h5Cases, "*.h5"))
	must(t, err)
	if len(files) < 30 {
		t.Fatalf("found %d files", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".h5"), func(t *testing.T) {
			c := readH5Case(t, file)
			if c.Model != nil {
				return // weights alone: TestKerasH5Weights
			}
			l, err := saving.LoadWith(file, saving.LoadConfig{})
			must(t, err)
			if len(l.Warnings) > 0 {
				t.Errorf("warnings %q", l.Warnings)
			}
			ours := filepath.Join(t.TempDir(), "ours.h5")
			if *keepH5 != "" {
				ours = filepath.Join(*keepH5, filepath.Base(file))
			}
			must(t, saving.SaveWith(l.Model, ours, saving.SaveConfig{Meta: map[string][]byte{"a/b": {0, 1, 2}, "empty": {}}}))
			checkH5(t, l.Model, c)
			again, err := saving.LoadWith(ours, saving.LoadConfig{})
			must(t, err)
			if len(again.Warnings) > 0 {
				t.Errorf("our file: warnings %q", again.Warnings)
			}
			if string(again.Meta["a/b"]) != "\x00\x01\x02" || again.Meta["empty"] == nil || len(again.Meta) != 2 {
				t.Errorf("meta %q", again.Meta)
			}
			if meta, err := saving.ReadMeta(ours); err != nil || !reflect.DeepEqual(meta, again.Meta) {
				t.Errorf("meta alone: %q, %v", meta, err)
			}
			if meta, err := saving.ReadMeta(file); err != nil || meta != nil {
				t.Errorf("meta of a file of Keras: %q, %v", meta, err)
			}
			checkH5(t, again.Model, c)
		})
	}
}

func checkH5(t *testing.T, m *nn.Model, c h5Case) {
	t.Helper()
	got, err := m.PredictOnBatch(tensors(c.X)...)
	must(t, err)
	for i, want := range c.Predict {
		for k, w := range want.Data {
			if g := got[i].Data()[k]; math.Abs(float64(g-w)) > 1e-5*math.Max(1, math.Abs(float64(w))) {
				t.Fatalf("output %d, number %d: %g, Keras has %g", i, k, g, w)
			}
		}
	}
	for step, want := range c.Losses {
		if untrainable[c.Case] != "" {
			break
		}
		logs, err := m.TrainOnBatch(pipeline.Batch{X: tensors(c.X), Y: tensors(c.Y)})
		must(t, err)
		if got := logs.Get("loss"); math.Abs(got-want) > 1e-5*math.Max(0.1, math.Abs(want)) {
			t.Fatalf("step %d: loss %.8g, Keras has %.8g", step, got, want)
		}
	}
}
