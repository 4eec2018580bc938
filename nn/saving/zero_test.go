package saving_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

// TestZeroInFiles: 0 in a file is 0, also where a Go literal leaves the default by it.
// With epsilon=0 and a variance of 1e-4 batch normalization multiplies by 100, with
// Keras' default, 0.001, by 30.15. The initializer has a deviation of 0 around 2, and
// the constraint of norm 0 leaves nothing.
func TestZeroInFiles(t *testing.T) {
	m, err := saving.FromJSON([]byte(`{"class_name": "Sequential", "config": [
		{"class_name": "BatchNormalization", "config": {"name": "norm", "batch_input_shape": [null, 2], "epsilon": 0.0}},
		{"class_name": "Dense", "config": {"name": "dense", "units": 1, "use_bias": false,
			"kernel_initializer": {"class_name": "RandomNormal", "config": {"mean": 2.0, "stddev": 0.0, "seed": null}},
			"kernel_constraint": {"class_name": "MaxNorm", "config": {"max_value": 0.0, "axis": 0}}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	one := func(v float32) *tensor.Tensor { return tensor.From([]float32{v, v}, 2) }
	if err := nn.BaseOf(m.Layers()[0]).SetWeights([]*tensor.Tensor{one(1), one(0), one(0), one(1e-4)}); err != nil {
		t.Fatal(err)
	}
	check := func(what string, m *nn.Model) {
		t.Helper()
		p, err := m.PredictOnBatch(tensor.From([]float32{1, 2}, 1, 2))
		if err != nil {
			t.Fatal(err)
		}
		if got := p[0].Data()[0]; math.Abs(float64(got)-600) > 1e-2 { // 2·(100 + 200)
			t.Errorf("%s: %v, want 600", what, got)
		}
	}
	check("read", m)
	copied, err := nn.CloneModel(m, nn.CloneConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if err := copied.SetWeights(m.GetWeights()); err != nil {
		t.Fatal(err)
	}
	check("copied", copied)
	for _, name := range []string{"m.h5", "m.keras", "m.npz"} {
		path := filepath.Join(t.TempDir(), name)
		if err := saving.Save(m, path); err != nil {
			t.Fatal(err)
		}
		back, err := saving.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		check(name, back)
	}
	w := m.Layers()[1].(*layers.Dense).Weights()[0]
	w.Constrain()
	if got := w.Value().Data(); got[0] != 0 || got[1] != 0 {
		t.Errorf("MaxNorm of 0 leaves %v", got)
	}
}
