package saving_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

var modelsDir = flag.String("models", "", "a folder with the files of testdata/tools/applications.py make")

// TestApplications reads the architectures of keras.applications as both Keras wrote
// them, compares predictions, and writes those of tf-keras' .h5 and of Keras 3's
// .keras again in every form, for applications.py check. The differences, as part of
// the range of the outputs, come into read.tsv: version, format, name, difference.
func TestApplications(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(*modelsDir, "*.npz"))
	if *modelsDir == "" || len(files) == 0 {
		t.Skip("needs -models and files of testdata/tools/applications.py")
	}
	var lines strings.Builder
	for _, npz := range files {
		stem := strings.TrimSuffix(npz, ".npz") // ResNet50.tf
		name, version, _ := strings.Cut(filepath.Base(stem), ".")
		c := readKerasCase(t, npz)
		for _, form := range []string{"keras", "h5"} {
			t.Run(name+" "+version+" "+form, func(t *testing.T) {
				d, err := application(stem, form, c.batch.X[0], c.out[0], (version == "tf") == (form == "h5"))
				if err == nil && !(d <= 1e-5) {
					err = fmt.Errorf("off by %.2g of the range", d)
				}
				if err != nil {
					t.Error(err)
					fmt.Fprintf(&lines, "%s\t%s\t%s\t%v\n", version, form, name, err)
					return
				}
				fmt.Fprintf(&lines, "%s\t%s\t%s\t%.2g\n", version, form, name, d)
			})
		}
	}
	if err := os.WriteFile(filepath.Join(*modelsDir, "read.tsv"), []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// application reads a model, and returns by how much its predictions are off, as part
// of their range.
func application(stem, form string, x, want *tensor.Tensor, again bool) (float64, error) {
	m, err := saving.Load(stem + "." + form)
	if err != nil {
		return 0, err
	}
	got, err := m.PredictOnBatch(x)
	if err != nil {
		return 0, err
	}
	w, g := want.Data(), got[0].Data()
	if len(w) != len(g) {
		return 0, fmt.Errorf("%d numbers, want %d", len(g), len(w))
	}
	lo, hi, worst := w[0], w[0], float32(0)
	for i := range w {
		lo, hi, worst = min(lo, w[i]), max(hi, w[i]), max(worst, w[i]-g[i], g[i]-w[i])
	}
	if !again {
		return float64(worst / (hi - lo)), nil
	}
	for ending, f := range map[string]saving.Format{".ours.h5": saving.HDF5, ".ours.k3.keras": saving.Keras, ".ours.tf.keras": saving.TFKeras} {
		if err := saving.SaveWith(m, stem+ending, saving.SaveConfig{Format: f}); err != nil {
			return 0, err
		}
	}
	return float64(worst / (hi - lo)), nil
}
