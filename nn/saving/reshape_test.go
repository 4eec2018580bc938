package saving_test

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

// TestReshape: the weights of a Dense layer after Flatten become those of a convolution
// over the whole image, which predicts the same numbers.
func TestReshape(t *testing.T) {
	x := tensor.New(2, 3, 2, 2)
	for i := range x.Data() {
		x.Data()[i] = float32(math.Sin(float64(i)))
	}
	dense := nn.NewSequential(nn.Input(3, 2, 2), &layers.Flatten{}, nn.Name("head", &layers.Dense{Units: 4}))
	dense.Seed(3)
	want, err := dense.PredictOnBatch(x)
	if err != nil {
		t.Fatal(err)
	}
	conv := func() *nn.Model {
		return nn.NewSequential(nn.Input(3, 2, 2), nn.Name("head", &layers.Conv2D{Filters: 4, KernelSize: [2]int{3, 2}}), &layers.Flatten{})
	}
	for _, name := range []string{"w.h5", "w.npz", "w.safetensors"} {
		path := filepath.Join(t.TempDir(), name)
		if err := saving.SaveWeights(dense, path); err != nil {
			t.Fatal(err)
		}
		if _, err := saving.LoadWeights(conv(), path); err == nil || !strings.Contains(err.Error(), "has shape (12, 4)") || !strings.Contains(err.Error(), "(3, 2, 2, 4) in the model") {
			t.Errorf("%s without Reshape: got %v", name, err)
		}
		m := conv()
		r, err := saving.LoadWeightsWith(m, path, saving.WeightsConfig{Reshape: true})
		if err != nil || len(r.Loaded) != 2 {
			t.Errorf("%s: %v, %v", name, r, err)
			continue
		}
		got, err := m.PredictOnBatch(x)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range want[0].Data() {
			if math.Abs(float64(got[0].Data()[i]-v)) > 1e-6 {
				t.Fatalf("%s: predicts %v, want %v", name, got[0].Data(), want[0].Data())
			}
		}
		other := nn.NewSequential(nn.Input(3, 2, 2), nn.Name("head", &layers.Conv2D{Filters: 4, KernelSize: [2]int{2, 2}}))
		if _, err := saving.LoadWeightsWith(other, path, saving.WeightsConfig{Reshape: true}); err == nil || !strings.Contains(err.Error(), "has shape (12, 4)") {
			t.Errorf("%s: another number of elements: got %v", name, err)
		}
	}
}
