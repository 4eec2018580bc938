package saving_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/onnx"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

var applications = flag.String("applications", "", "a folder with models that testdata/tools/applications.py made; ours are written beside them")

// TestApplications loads architectures of keras.applications as both Keras wrote
// them, whose outputs are not flat, and compares predictions with theirs. Each is
// written in every form that Keras reads, and as ONNX, for applications.py to
// check. The files are too large to be part of the tests.
func TestApplications(t *testing.T) {
	if *applications == "" {
		t.Skip("needs -applications DIR; see testdata/tools/applications.py")
	}
	files, err := filepath.Glob(filepath.Join(*applications, "*.npz"))
	must(t, err)
	if len(files) == 0 {
		t.Fatalf("no models in %s; make them with testdata/tools/applications.py make", *applications)
	}
	log, err := os.OpenFile(filepath.Join(*applications, "results.tsv"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	must(t, err)
	defer log.Close()
	for _, f := range files {
		stem := strings.TrimSuffix(f, ".npz")
		name, library, _ := strings.Cut(filepath.Base(stem), ".")
		arrays, err := tensor.ReadNPZFile(f)
		must(t, err)
		x, want := arrays["in0"], arrays["out0"]
		var m *nn.Model
		for _, form := range []string{"keras", "h5"} { // the last one is written
			m, err = saving.Load(stem + "." + form)
			if err != nil {
				t.Errorf("%s.%s: %v", filepath.Base(stem), form, err)
				continue
			}
			out, err := m.PredictOnBatch(x)
			must(t, err)
			worst, largest := 0., 0.
			for i, v := range out[0].Data() {
				worst, largest = max(worst, math.Abs(float64(v-want.Data()[i]))), max(largest, float64(v))
			}
			fmt.Fprintf(log, "%s\t%s\tfrom %s .%s\t%.3g\t%.3g\n", name, library, library, form, worst, largest)
			t.Logf("%s by %s, .%s: largest difference %.3g, largest output %.3g", name, library, form, worst, largest)
			if !(worst <= 1e-5) || !(largest > 0.05) {
				t.Errorf("%s.%s: largest difference %.3g, want at most 1e-5; largest output %.3g, want above 0.05", filepath.Base(stem), form, worst, largest)
			}
		}
		if m == nil {
			continue
		}
		must(t, saving.Save(m, stem+".go.h5"))
		must(t, saving.Save(m, stem+".go.keras"))
		must(t, saving.SaveWith(m, stem+".go.tf.keras", saving.SaveConfig{Format: saving.TFKeras}))
		must(t, onnx.Save(m, stem+".onnx", onnx.Config{}))
	}
}
