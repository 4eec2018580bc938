package saving_test

import (
	"context"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

const kerasFixtures = "../../testdata/keras/saving_keras"

// kerasCase is what goes with a .keras fixture.
type kerasCase struct {
	batch  pipeline.Batch
	out    []*tensor.Tensor
	losses []float64
}

func readKerasCase(t *testing.T, path string) (c kerasCase) {
	t.Helper()
	arrays, err := tensor.ReadNPZFile(path)
	if err != nil {
		t.Fatal(err)
	}
	list := func(name string) (ts []*tensor.Tensor) {
		for i := 0; arrays[fmt.Sprintf("%s%d", name, i)] != nil; i++ {
			ts = append(ts, arrays[fmt.Sprintf("%s%d", name, i)])
		}
		return ts
	}
	c.batch.X, c.batch.Y, c.out = list("in"), list("y"), list("out")
	if losses := arrays["losses"]; losses != nil {
		for _, l := range losses.Data() {
			c.losses = append(c.losses, float64(l))
		}
	}
	return c
}

// compare predicts and trains on, as Keras did.
func (c kerasCase) compare(t *testing.T, m *nn.Model) {
	t.Helper()
	for i, o := range predict(t, m, c.batch.X) {
		if d := distance(o, c.out[i]); !(d <= 1e-5) {
			t.Errorf("output %d is off by %g", i, d)
		}
	}
	if len(c.losses) == 0 {
		return
	}
	for i, l := range c.trainOn(t, m) {
		if d := math.Abs(l-c.losses[i]) / math.Max(0.1, math.Abs(c.losses[i])); !(d <= 1e-5) {
			t.Errorf("loss of step %d is %g, want %g: off by %.2g of it", i, l, c.losses[i], d)
		}
	}
}

func (c kerasCase) trainOn(t *testing.T, m *nn.Model) (losses []float64) {
	t.Helper()
	for range 5 { // at the end of Fit, averages of weights take their places
		h, err := m.Fit(context.Background(), oneBatch(c.batch), nn.FitConfig{})
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, h.Last("loss"))
	}
	return losses
}

// oneBatch is the whole of an epoch.
type oneBatch pipeline.Batch

func (oneBatch) Len() int { return 1 }

func (b oneBatch) Batches(context.Context, int) iter.Seq2[pipeline.Batch, error] {
	return func(yield func(pipeline.Batch, error) bool) { yield(pipeline.Batch(b), nil) }
}

func predict(t *testing.T, m *nn.Model, x []*tensor.Tensor) []*tensor.Tensor {
	t.Helper()
	outs, err := m.PredictOnBatch(x...)
	if err != nil {
		t.Fatal(err)
	}
	return outs
}

// distance is the largest difference, relative to numbers above 1.
func distance(a, b *tensor.Tensor) (d float64) {
	for i, x := range a.Data() {
		y := float64(b.Data()[i])
		d = math.Max(d, math.Abs(float64(x)-y)/math.Max(1, math.Abs(y)))
	}
	return d
}

// TestLoadKeras reads what Keras 3 and tf-keras wrote, in the middle of training.
func TestLoadKeras(t *testing.T) {
	files, err := filepath.Glob(kerasFixtures + "/*.keras")
	if err != nil || len(files) < 30 {
		t.Fatal(err, len(files))
	}
	for _, f := range files {
		stem := strings.TrimSuffix(f, ".keras")
		t.Run(filepath.Base(stem), func(t *testing.T) {
			l, err := saving.LoadWith(f, saving.LoadConfig{})
			if err != nil {
				t.Fatal(err)
			}
			if len(l.Warnings) > 0 {
				t.Error(l.Warnings)
			}
			readKerasCase(t, stem+".npz").compare(t, l.Model)
		})
	}
}

// TestKerasRoundTrip writes what was read in both forms, reads it, and compares
// with Keras again.
func TestKerasRoundTrip(t *testing.T) {
	files, _ := filepath.Glob(kerasFixtures + "/*.keras")
	for _, f := range files {
		for _, form := range []saving.Format{saving.Keras, saving.TFKeras} {
			stem := strings.TrimSuffix(f, ".keras")
			t.Run(filepath.Base(stem)+" as "+string(form), func(t *testing.T) {
				m, err := saving.Load(f)
				if err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(t.TempDir(), "again.keras")
				err = saving.SaveWith(m, path, saving.SaveConfig{Format: form})
				if strings.HasSuffix(stem, "video_tf") && form == saving.Keras && err != nil && strings.Contains(err.Error(), "recurrent_activation is hard_sigmoid, which is another function in Keras 3") {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				again, err := saving.LoadWith(path, saving.LoadConfig{})
				if err != nil {
					t.Fatal(err)
				}
				if len(again.Warnings) > 0 {
					t.Error(again.Warnings)
				}
				readKerasCase(t, stem+".npz").compare(t, again.Model)
			})
		}
	}
}

// TestFromKeras3JSON reads to_json of both.
func TestFromKeras3JSON(t *testing.T) {
	files, _ := filepath.Glob(kerasFixtures + "/*.json")
	if len(files) < 12 {
		t.Fatal(len(files))
	}
	for _, f := range files {
		js, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m, err := saving.FromJSON(js)
		if err != nil {
			t.Fatal(f, err)
		}
		r, err := saving.LoadWeights(m, strings.TrimSuffix(f, ".json")+".keras")
		if err != nil || len(r.Missing)+len(r.Unexpected)+len(r.Skipped) > 0 {
			t.Fatal(f, r, err)
		}
		c := readKerasCase(t, strings.TrimSuffix(f, ".json")+".npz")
		c.losses = nil
		c.compare(t, m)
	}
}
