package saving_test

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
)

// TestKerasH5Weights: Keras' weights alone, in a list of layers that is split over
// two attributes, in order and by name.
func TestKerasH5Weights(t *testing.T) {
	file := filepath.Join(h5Cases, "weights_alone.h5")
	c := readH5Case(t, file)
	for _, byName := range []bool{false, true} {
		m, err := saving.FromJSON(c.Model)
		must(t, err)
		r, err := saving.LoadWeightsWith(m, file, saving.WeightsConfig{ByName: byName})
		must(t, err)
		if len(r.Loaded) != len(m.Weights()) || len(r.Missing)+len(r.Unexpected)+len(r.Skipped) > 0 {
			t.Errorf("by name %v: %v", byName, r)
		}
		checkH5(t, m, c)
	}
	if _, err := saving.Load(file); err == nil || !strings.Contains(err.Error(), "weights only") {
		t.Errorf("Load: %v", err)
	}
}

// TestH5WeightsMistakes: what does not fit is named, and changes nothing.
func TestH5WeightsMistakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "w.h5")
	old := nn.NewSequential(nn.Input(3), nn.Name("first", units(4)), nn.Name("second", units(2)))
	randomize(old)
	must(t, saving.SaveWeights(old, file))
	for name, c := range map[string]struct {
		m    *nn.Model
		cfg  saving.WeightsConfig
		want string // error, or report
	}{
		"another shape": {nn.NewSequential(nn.Input(3), nn.Name("first", units(5)), nn.Name("second", units(2))), saving.WeightsConfig{},
			`layer "first" (Dense): weight first/kernel has shape (3, 4) in the file, but (3, 5) in the model`},
		"one layer less": {nn.NewSequential(nn.Input(3), nn.Name("frist", units(4))), saving.WeightsConfig{},
			`the file has 2 layers with weights, the model 1; only in the file: ["first" "second"]; only in the model: ["frist"] ("frist" looks like "first"); WeightsConfig{ByName: true} loads those of one name`},
		"no name fits": {nn.NewSequential(nn.Input(3), nn.Name("x", units(4))), saving.WeightsConfig{ByName: true},
			"no weight of the model is in the file"},
		"skipped": {nn.NewSequential(nn.Input(3), nn.Name("first", units(4)), nn.Name("second", units(3))), saving.WeightsConfig{SkipMismatch: true},
			"2 loaded; skipped second/kernel: weight second/kernel has shape (4, 2) in the file, but (4, 3) in the model; skipped second/bias"},
		"by name": {nn.NewSequential(nn.Input(3), nn.Name("first", units(4)), nn.Name("third", units(2))), saving.WeightsConfig{ByName: true},
			`2 loaded; missing in the file: ["third/kernel" "third/bias"]; not in the model: ["second/kernel" "second/bias"]`},
	} {
		randomize(c.m)
		before := c.m.GetWeights()
		r, err := saving.LoadWeightsWith(c.m, file, c.cfg)
		if err == nil {
			if !strings.HasPrefix(r.String(), c.want) {
				t.Errorf("%s: got %v, want %s", name, r, c.want)
			}
			if !slices.Equal(c.m.Weights()[0].Value().Data(), old.Weights()[0].Value().Data()) {
				t.Errorf("%s: first/kernel was not loaded", name)
			}
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
		for i, w := range c.m.GetWeights() {
			if !slices.EqualFunc(w.Data(), before[i].Data(), func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
				t.Errorf("%s: weight %d changed", name, i)
			}
		}
	}
}
