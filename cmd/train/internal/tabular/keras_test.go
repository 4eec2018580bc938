package tabular

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

const fixtures = "../../../../testdata/keras/tabular/"

// Rows are encoded as by Normalization and StringLookup of tf-keras, and the
// model's loss and errors are those of the same model there.
func TestKeras(t *testing.T) {
	var want struct {
		Held      float64
		Train     []int // lines
		Mean, Std float64
		Rows      [][]float64
		Predicted []float64
		Loss      float64
		MAE       float64 `json:"mean_absolute_error"`
		R2        float64 `json:"r2_score"`
	}
	b, err := os.ReadFile(fixtures + "expected.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	d := encoded(t, fixtures+"table.csv", Config{Target: "price", Validation: want.Held, OneHot: 16, Memory: 1 << 20})
	if got := d.Enc.Target; !near(got.Mean, want.Mean, 1e-12) || !near(got.Std, want.Std, 1e-12) {
		t.Errorf("the target has mean %v and deviation %v; want %v and %v", got.Mean, got.Std, want.Mean, want.Std)
	}
	if d.Train.Len() != len(want.Train) || d.Enc.Width() != len(want.Rows[0]) {
		t.Fatalf("%d rows of %d; want %d of %d", d.Train.Len(), d.Enc.Width(), len(want.Train), len(want.Rows[0]))
	}
	x, _, _, err := Arrays(d.Train)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range want.Train {
		for k, w := range want.Rows[line-2] {
			if got := float64(x.At(i, k)); math.Abs(got-w) > 2e-6 {
				t.Errorf("line %d, input %d: %v, want %v", line, k, got, w)
			}
		}
	}

	s := settings.Default()
	s.ModelSize, s.LearningRate = "small", 0.01
	shape := trainer.TableShape{Features: d.Enc.Features(), Mean: d.Enc.Target.Mean, Std: d.Enc.Target.Std}
	m := trainer.TableModel(s, shape)
	if err := m.Compile(trainer.TableConfig(s, shape, m)); err != nil {
		t.Fatal(err)
	}
	for i, w := range m.Weights() {
		v := tensor.New(w.Shape()...)
		for k := range v.Data() {
			v.Data()[k] = float32(0.2 * math.Sin(1.7*float64(k)+float64(i)))
		}
		if err := w.Set(v); err != nil {
			t.Fatal(err)
		}
	}
	src := d.Enc.Source(d.Train, SourceConfig{BatchSize: d.Train.Len()})
	logs, err := m.Evaluate(t.Context(), src, nn.EvaluateConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for name, w := range map[string]float64{"loss": want.Loss, "mean_absolute_error": want.MAE, "r2_score": want.R2} {
		// R² is one less a number near one.
		if got := logs.Get(name); !near(got, w, 2e-5) && (name != "r2_score" || math.Abs(got-w) > 2e-6) {
			t.Errorf("%s is %v, want %v", name, got, w)
		}
	}
	out, err := m.Predict(t.Context(), src, nn.PredictConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range want.Train {
		if got := float64(out[0].Data()[i]); !near(got, want.Predicted[line-2], 2e-5) {
			t.Errorf("line %d: predicted %v, want %v", line, got, want.Predicted[line-2])
		}
	}
}

func near(a, b, tol float64) bool { return math.Abs(a-b) <= tol*math.Max(math.Abs(a), math.Abs(b)) }

// encoded reads a table that is good.
func encoded(t *testing.T, path string, c Config) *Data {
	t.Helper()
	f, err := Look(t.Context(), path, &c)
	if err != nil {
		t.Fatal(err)
	}
	d, err := f.Encode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}
