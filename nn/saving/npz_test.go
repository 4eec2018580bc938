package saving_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

var softmax = activations.Softmax

func units(n int) *layers.Dense { return &layers.Dense{Units: n, Activation: activations.Tanh} }

// models are one of each build.
var models = map[string]func() *nn.Model{
	"sequential": func() *nn.Model {
		return nn.NewSequential(nn.Input(4, 4, 1), &layers.Conv2D{Filters: 2, KernelSize: [2]int{3, 3}}, &layers.BatchNormalization{},
			&layers.Flatten{}, nn.Freeze(units(5)), &layers.Dropout{Rate: 0.5}, units(2))
	},
	"functional": func() *nn.Model {
		x := nn.Input(3)
		h := nn.Apply(units(4), x)
		return nn.NewModel([]*nn.Symbol{x}, []*nn.Symbol{nn.Apply(&layers.Add{}, h, nn.Apply(units(4), h))})
	},
	"shared": func() *nn.Model {
		a, b := nn.Input(3), nn.Input(3)
		d := nn.Name("shared", units(2))
		return nn.NewModel([]*nn.Symbol{a, b}, []*nn.Symbol{nn.Apply(&layers.Concatenate{}, nn.Apply(d, a), nn.Apply(d, b))})
	},
	"nested": func() *nn.Model { // both have a layer called dense, with weights of one shape
		inner := nn.Name("inner", nn.NewSequential(nn.Input(3), units(3)))
		return nn.NewSequential(nn.Input(3), units(3), inner, nn.Name("again", nn.NewSequential(nn.Input(3), inner, units(3))))
	},
	"two in, two out": func() *nn.Model {
		a, b := nn.NamedInput("left", nn.Shape{nn.Unknown, 3}), nn.NamedInput("right", nn.Shape{nn.Unknown, 2})
		h := nn.Apply(&layers.Concatenate{}, a, b)
		return nn.NewModel([]*nn.Symbol{a, b}, []*nn.Symbol{nn.Apply(units(1), h), h, nn.Apply(units(3), h)})
	},
	"recurrent": func() *nn.Model {
		return nn.NewSequential(nn.Input(nn.Unknown), &layers.Embedding{InputDim: 9, OutputDim: 4, MaskZero: true}, &layers.LSTM{Units: 3, ReturnSequences: true}, &layers.GRU{Units: 2})
	},
	"states": func() *nn.Model {
		x := nn.BatchInput(2, 5, 3)
		out := nn.ApplyMulti(&layers.LSTM{Units: 3, ReturnState: true}, x)
		return nn.NewModel([]*nn.Symbol{x}, out)
	},
	"mask dropped": func() *nn.Model {
		return nn.NewSequential(nn.Input(5), &layers.Embedding{InputDim: 9, OutputDim: 2, MaskZero: true}, &nn.DropMask{}, &layers.Flatten{}, units(1))
	},
	"no weights": func() *nn.Model {
		return nn.NewSequential(nn.Input(3), &layers.Activation{Activation: activations.ReLU})
	},
}

func inputsOf(m *nn.Model) []*tensor.Tensor {
	var xs []*tensor.Tensor
	for _, s := range m.Inputs() {
		shape := []int{2}
		for _, d := range s.Shape()[1:] {
			shape = append(shape, max(d, 4*(d/-1)))
		}
		x := tensor.New(shape...)
		for i := range x.Data() {
			x.Data()[i] = float32(i%7) + 1
		}
		xs = append(xs, x)
	}
	return xs
}

// randomize gives every weight numbers of its own.
func randomize(m *nn.Model) {
	k := float32(1)
	for _, w := range m.Weights() {
		for i := range w.Value().Data() {
			k = float32(math.Mod(float64(k)*1.37+0.11, 1))
			w.Value().Data()[i] = k
		}
	}
}

// TestSaveLoad: all builds come back bit for bit, and saved again give the
// same bytes.
func TestSaveLoad(t *testing.T) {
	for name, build := range models {
		t.Run(name, func(t *testing.T) {
			m := build()
			must(t, m.Err())
			randomize(m)
			dir := t.TempDir()
			must(t, saving.Save(m, filepath.Join(dir, "a.npz")))
			loaded, err := saving.Load(filepath.Join(dir, "a.npz"))
			must(t, err)
			must(t, saving.Save(loaded, filepath.Join(dir, "b.npz")))
			a, err := os.ReadFile(filepath.Join(dir, "a.npz"))
			must(t, err)
			b, err := os.ReadFile(filepath.Join(dir, "b.npz"))
			must(t, err)
			if !bytes.Equal(a, b) {
				t.Error("equal models give different bytes")
			}
			want, err := m.PredictOnBatch(inputsOf(m)...)
			must(t, err)
			got, err := loaded.PredictOnBatch(inputsOf(m)...)
			must(t, err)
			for i := range want {
				if !slices.Equal(got[i].Data(), want[i].Data()) {
					t.Errorf("output %d differs", i)
				}
			}
			if name == "nested" { // what is shared there comes back twice
				return
			}
			for i, w := range loaded.Weights() {
				if o := m.Weights()[i]; o.Name() != w.Name() || o.Trainable() != w.Trainable() {
					t.Errorf("weight %d is %s (trainable %v), want %s (%v)", i, w.Name(), w.Trainable(), o.Name(), o.Trainable())
				}
			}
			fresh := build()
			must(t, saving.SaveWeights(m, filepath.Join(dir, "w.npz")))
			r, err := saving.LoadWeights(fresh, filepath.Join(dir, "w.npz"))
			must(t, err)
			if len(r.Loaded) < len(m.Weights()) || len(r.Missing)+len(r.Unexpected) > 0 {
				t.Errorf("report %+v", r)
			}
			again, err := fresh.PredictOnBatch(inputsOf(m)...)
			must(t, err)
			if !slices.Equal(again[0].Data(), want[0].Data()) {
				t.Error("weights alone give another output")
			}
		})
	}
}

// TestNestedWeightsDiffer: layers of one name in nested models start with
// different numbers.
func TestNestedWeightsDiffer(t *testing.T) {
	paths := map[string][]float32{}
	m := models["nested"]()
	m.Weights()
	for path, w := range m.NamedWeights() {
		paths[path] = w.Value().Data()
	}
	outer, inner := paths["dense/kernel"], paths["inner/dense/kernel"]
	if outer == nil || inner == nil || slices.Equal(outer, inner) {
		t.Errorf("paths %v, outer %v, inner %v", len(paths), outer, inner)
	}
}

func TestWeightsReport(t *testing.T) {
	dir := t.TempDir()
	old := nn.NewSequential(nn.Input(3), nn.Name("a", units(4)), nn.Name("b", units(2)))
	randomize(old)
	file := filepath.Join(dir, "w.npz")
	must(t, saving.SaveWeights(old, file))

	m := nn.NewSequential(nn.Input(3), nn.Name("a", units(4)), nn.Name("c", units(1)))
	before := m.GetWeights()
	r, err := saving.LoadWeights(m, file)
	must(t, err)
	if fmt.Sprint(r.Loaded, r.Missing, r.Unexpected) != "[a/kernel a/bias] [c/kernel c/bias] [b/kernel b/bias]" {
		t.Errorf("report %+v", r)
	}
	if !slices.Equal(m.Weights()[0].Value().Data(), old.Weights()[0].Value().Data()) {
		t.Error("a/kernel was not loaded")
	}
	if !slices.Equal(m.Weights()[2].Value().Data(), before[2].Data()) {
		t.Error("c/kernel changed")
	}
	for name, c := range map[string]struct {
		m    *nn.Model
		want string
	}{
		"another shape": {nn.NewSequential(nn.Input(3), nn.Name("b", units(4)), nn.Name("a", units(5))), "weight b/kernel has shape (4, 2) in the file, but (3, 4) in the model"},
		"nothing fits":  {nn.NewSequential(nn.Input(3), nn.Name("x", units(4))), "no weight of the model is in the file: it has [a/kernel a/bias b/kernel b/bias], the model wants [x/kernel x/bias]"},
	} {
		randomize(c.m)
		before := c.m.GetWeights()
		if _, err := saving.LoadWeights(c.m, file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
		for i, w := range c.m.GetWeights() {
			if !slices.Equal(w.Data(), before[i].Data()) {
				t.Errorf("%s: weight %d changed", name, i)
			}
		}
	}
	if _, err := saving.Load(file); err == nil || !strings.Contains(err.Error(), "weights only") {
		t.Errorf("Load of weights: %v", err)
	}
}

func TestFileErrors(t *testing.T) {
	dir := t.TempDir()
	m := models["functional"]()
	in := func(name string) string { return filepath.Join(dir, name) }
	must(t, saving.Save(m, in("ok.npz")))
	whole, err := os.ReadFile(in("ok.npz"))
	must(t, err)
	must(t, os.WriteFile(in("cut.npz"), whole[:len(whole)/2], 0o666))
	must(t, os.WriteFile(in("text.npz"), []byte("not a zip"), 0o666))
	without(t, in("ok.npz"), in("less.npz"), "dense_1/bias.npy")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"ending":       {saving.Save(m, in("m.txt")), `the ending ".txt" names no known format; use one of .weights.h5, .h5, .hdf5, .keras, .npz`},
		"no ending":    {saving.SaveWeights(m, in("m")), "names no known format"},
		"no directory": {saving.Save(m, in("no/m.npz")), "no such file"},
		"broken model": {saving.Save(nn.NewSequential(nn.Input(3), &layers.Dense{}), in("m.npz")), "Units is 0"},
		"broken too":   {saving.SaveWeights(nn.NewSequential(nn.Input(3), &layers.Dense{}), in("m.npz")), "Units is 0"},
		"not there":    {second(saving.Load(in("nothing.npz"))), "no such file"},
		"cut":          {second(saving.Load(in("cut.npz"))), "cut.npz"},
		"text":         {second(saving.Load(in("text.npz"))), "text.npz"},
		"one less":     {second(saving.Load(in("less.npz"))), `the weights do not fit the model in the file: ["dense_1/bias"] are missing`},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) || !strings.HasPrefix(c.err.Error(), "saving: ") && name != "broken model" && name != "broken too" {
			t.Errorf("%s: got %v, want %q", name, c.err, c.want)
		}
	}
	if _, err := os.Stat(in("m.npz")); err == nil {
		t.Error("a failed Save leaves a file")
	}
}

func second(_ *nn.Model, err error) error { return err }

// without copies a zip file but for one member.
func without(t *testing.T, from, to, member string) {
	t.Helper()
	r, err := zip.OpenReader(from)
	must(t, err)
	defer r.Close()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		if f.Name != member {
			must(t, w.Copy(f))
		}
	}
	must(t, w.Close())
	must(t, os.WriteFile(to, b.Bytes(), 0o666))
}

// TestFrozenSurvives: what was frozen is so after loading; training leaves it.
func TestFrozenSurvives(t *testing.T) {
	m, err := saving.FromJSON(mustJSON(t, models["sequential"]()))
	must(t, err)
	l, err := m.Layer("dense")
	must(t, err)
	if nn.BaseOf(l).Trainable() {
		t.Error("the frozen layer is trainable")
	}
	_, err = m.Predict(context.Background(), pipeline.ArraysN(inputsOf(m), nil, nil, pipeline.ArraysConfig{}), nn.PredictConfig{})
	must(t, err)
}

func mustJSON(t *testing.T, m *nn.Model) []byte {
	t.Helper()
	text, err := saving.ToJSON(m)
	must(t, err)
	return text
}
