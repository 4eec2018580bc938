package saving_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

var (
	casesKeras = flag.Int("cases", 1, "how many cases of each class in each form; 0: all. writing to disk takes its time")
	keepKeras  = flag.String("keras", "", "a folder to write every model, what goes in and what Keras gives to; for testdata/tools/saving_keras_check.py")
)

// layerModel makes a model of one layer from its golden case, with what goes in
// and what comes out.
func layerModel(t *testing.T, c golden.Case) (m *nn.Model, class string, in, out []*tensor.Tensor) {
	var f struct {
		ClassName  string         `json:"class_name"`
		Config     map[string]any `json:"config"`
		InputShape []*int         `json:"input_shape"`
		Weights    []struct{ Array string }
		Calls      []struct {
			Training     bool
			Input, Mask  string
			InitialState []string `json:"initial_state"`
			Outputs      []string
		}
	}
	c.Decode(t, &f)
	if len(f.Calls) == 0 || f.Calls[0].Training || f.Calls[0].Mask != "" || f.ClassName == "InputLayer" || strings.Contains(t.Name(), "time_major") {
		t.Skip("no plain inference")
	}
	v, err := config.New(f.ClassName, reflect.TypeFor[nn.Layer]())
	var unknown *config.UnknownError
	if errors.As(err, &unknown) {
		t.Skip("a layer of the tests' own")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := config.Decode(v, f.Config, "name", "trainable", "dtype", "batch_input_shape"); err != nil {
		t.Skip(err) // functions that only the layers' own tests register
	}
	l := nn.Name(f.Config["name"].(string), v.(nn.Layer))
	array := func(name string) *tensor.Tensor {
		a := c.Array(t, name)
		return tensor.From(slices.Clone(a.Data), a.Shape...)
	}
	var symbols []*nn.Symbol
	feed := func(name string, x *tensor.Tensor) {
		s := slices.Clone(x.Shape())
		if f.InputShape[0] == nil {
			s[0] = nn.Unknown
		}
		symbols, in = append(symbols, nn.NamedInput(name, s)), append(in, x)
	}
	x := array(f.Calls[0].Input)
	if len(x.Data()) == 0 {
		t.Skip("an empty batch")
	}
	feed("x", x)
	for i, name := range f.Calls[0].InitialState {
		feed(fmt.Sprintf("state%d", i), array(name))
	}
	m = nn.NewModel(symbols, nn.ApplyMulti(l, symbols...))
	if err := m.Err(); err != nil {
		t.Fatal(err)
	}
	for i, w := range nn.BaseOf(l).Weights() {
		if err := w.Set(array(f.Weights[i].Array)); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range f.Calls[0].Outputs {
		out = append(out, array(o))
	}
	return m, f.ClassName, in, out
}

// TestKerasExportLayers writes models of single layers in both forms and reads
// them again. What Keras computes with the files is compared with its results by
// testdata/tools/saving_keras_check.py.
func TestKerasExportLayers(t *testing.T) {
	kinds, err := filepath.Glob("../../testdata/keras/layers*")
	if err != nil || len(kinds) == 0 {
		t.Fatal(err, kinds)
	}
	seen := map[string]int{}
	for _, k := range kinds {
		if filepath.Base(k) == "layers_adapt" { // cases of another form
			continue
		}
		golden.Walk(t, filepath.Base(k), func(t *testing.T, c golden.Case) {
			m, class, in, out := layerModel(t, c)
			if *casesKeras > 0 && (strings.Contains(c.Name, "channels_first") || strings.Contains(class, "Cell")) {
				return // TensorFlow cannot run the first on CPUs; the others are no layers of models in Keras
			}
			for _, form := range []saving.Format{saving.Keras, saving.TFKeras} {
				key := class + " " + string(form)
				if (*casesKeras == 0 || seen[key] < *casesKeras) && exportKeras(t, m, form, in, out, nil, nil) {
					seen[key]++
				}
			}
		})
	}
}

// exportKeras writes a model, reads it, and keeps it when that is wanted; with those
// for tf-keras come .h5 files of the model and of its weights. False: the form has
// no place for something in the model.
func exportKeras(t *testing.T, m *nn.Model, form saving.Format, in, out, y []*tensor.Tensor, losses []float64) bool {
	t.Helper()
	folder := *keepKeras
	if folder == "" {
		folder = t.TempDir()
	}
	stem := filepath.Join(folder, strings.ReplaceAll(filepath.Base(filepath.Dir(t.Name()))+"_"+filepath.Base(t.Name()), " ", "_"))
	ending := map[saving.Format]string{saving.Keras: ".k3.keras", saving.TFKeras: ".tf.keras"}[form]
	err := saving.SaveWith(m, stem+ending, saving.SaveConfig{Format: form})
	if err != nil && (strings.Contains(err.Error(), "Format: TFKeras") || strings.Contains(err.Error(), "hard_sigmoid of Keras 3")) {
		return false // says what else to do
	}
	if err != nil {
		t.Fatal(err)
	}
	again, err := saving.LoadWith(stem+ending, saving.LoadConfig{})
	if err != nil {
		t.Fatal(err)
	}
	first := predict(t, m, in)
	m.ResetStates()
	for i, o := range predict(t, again.Model, in) {
		if !slices.Equal(o.Data(), first[i].Data()) && distance(o, first[i]) != 0 {
			t.Errorf("output %d is another one after reading", i)
		}
	}
	if *keepKeras == "" {
		return true
	}
	if form == saving.Keras {
		err = saving.SaveWeights(m, stem+".weights.h5")
	} else {
		err = errors.Join(saving.Save(m, stem+".h5"), saving.SaveWeights(m, stem+".plain.h5"))
	}
	if err != nil {
		t.Fatal(err)
	}
	arrays := map[string]*tensor.Tensor{}
	for name, ts := range map[string][]*tensor.Tensor{"in": in, "out": out, "y": y} {
		for i, x := range ts {
			arrays[fmt.Sprintf("%s%d", name, i)] = x
		}
	}
	if losses != nil {
		l := tensor.New(len(losses))
		for i, x := range losses {
			l.Data()[i] = float32(x)
		}
		arrays["losses"] = l
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := tensor.WriteNPZFile(stem+".npz", arrays); err != nil {
		t.Fatal(err)
	}
	classes := nn.ClassName(m.Layers()[len(m.Layers())-1])
	if err := os.WriteFile(stem+".class", []byte(classes), 0o644); err != nil {
		t.Fatal(err)
	}
	return true
}

// TestKerasExportModels writes the models that Keras trained, as they are and after
// two more steps here, with what this package predicts and loses from there on.
func TestKerasExportModels(t *testing.T) {
	files, _ := filepath.Glob(kerasFixtures + "/*.keras")
	for _, f := range files {
		stem := strings.TrimSuffix(f, ".keras")
		t.Run(filepath.Base(stem), func(t *testing.T) {
			c := readKerasCase(t, stem+".npz")
			for _, form := range []saving.Format{saving.Keras, saving.TFKeras} {
				m, err := saving.Load(f)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(f, "nadam") || strings.Contains(f, "video") { // tf-keras forgets a product
					exportKeras(t, m, form, c.batch.X, c.out, nil, nil)
					continue
				}
				exportKeras(t, m, form, c.batch.X, c.out, c.batch.Y, c.losses)
			}
		})
	}
}

// TestKerasBack reads what testdata/tools/saving_keras_check.py saved again, and
// writes the differences to read.tsv: version, format, name, difference.
func TestKerasBack(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(*keepKeras, "*.back.*"))
	if *keepKeras == "" || len(files) == 0 {
		t.Skip("needs -keras and files of saving_keras_check.py")
	}
	var lines strings.Builder
	for _, f := range files {
		stem, kind, _ := strings.Cut(filepath.Base(f), ".back.")
		name, version := strings.TrimSuffix(stem, filepath.Ext(stem)), filepath.Ext(stem)[1:]
		t.Run(filepath.Base(f), func(t *testing.T) {
			c := readKerasCase(t, filepath.Join(*keepKeras, name+".npz"))
			m, err := saving.Load(filepath.Join(*keepKeras, stem+".keras"))
			if err != nil {
				t.Fatal(err)
			}
			if kind == "weights.h5" || kind == "plain.h5" {
				for _, w := range m.Weights() {
					clear(w.Value().Data())
				}
				_, err = saving.LoadWeights(m, f)
				if len(m.Weights()) == 0 {
					err = nil
				}
			} else {
				m, err = saving.Load(f)
			}
			worst := 0.0
			if err == nil {
				for i, o := range predict(t, m, c.batch.X) {
					worst = max(worst, distance(o, c.out[i]))
				}
			}
			if !(worst <= 1e-4) && err == nil {
				err = fmt.Errorf("off by %g", worst)
			}
			if err != nil {
				t.Error(err)
				text := strings.ReplaceAll(err.Error(), *keepKeras+string(filepath.Separator), "")
				fmt.Fprintf(&lines, "%s\t%s\t%s\t%s\n", version, kind, name, text)
				return
			}
			fmt.Fprintf(&lines, "%s\t%s\t%s\t%.2g\n", version, kind, name, worst)
		})
	}
	if err := os.WriteFile(filepath.Join(*keepKeras, "read.tsv"), []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
