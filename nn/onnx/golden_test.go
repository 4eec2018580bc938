package onnx

import (
	"bytes"
	"encoding/json"
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
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

var keep = flag.String("onnx", "", "a folder to write every model, what goes in and what Keras gives to; for testdata/tools/onnx_check.py")

// layerCase is what counts here of a fixture of one layer.
type layerCase struct {
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

// masker hands its second input on as the mask of its first.
type masker struct{ nn.Base }

func (*masker) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[0] }

func (*masker) OutputShape(in ...nn.Shape) (nn.Shape, error) { return in[0], nil }

func (*masker) ComputeMask(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[1] }

// TestExportGolden exports a model of every layer case and checks the file's
// form. What onnxruntime computes with the files is compared with Keras' results
// by testdata/tools/onnx_check.py.
func TestExportGolden(t *testing.T) {
	kinds, err := filepath.Glob("../../testdata/keras/layers*")
	if err != nil || len(kinds) == 0 {
		t.Fatal(err, kinds)
	}
	for _, k := range kinds {
		if filepath.Base(k) == "layers_adapt" { // cases of another form, about what layers learn
			continue
		}
		golden.Walk(t, filepath.Base(k), exportLayer)
	}
}

func exportLayer(t *testing.T, c golden.Case) {
	var f layerCase
	c.Decode(t, &f)
	call := -1
	for i, x := range f.Calls {
		if !x.Training && (call < 0 || f.Calls[call].Mask == "" && x.Mask != "") && i == 0 {
			call = i
		}
	}
	if call < 0 || f.ClassName == "InputLayer" {
		t.Skip("no inference")
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
	x := c.Array(t, f.Calls[call].Input)
	shape := slices.Clone(x.Shape)
	if f.InputShape[0] == nil && !strings.Contains(t.Name(), "time_major") { // there the batch is another axis
		shape[0] = nn.Unknown
	}
	in := []*nn.Symbol{nn.NamedInput("x", shape)}
	feeds := []golden.Array{x}
	head := in[0]
	if m := f.Calls[call].Mask; m != "" {
		a := c.Array(t, m)
		s := slices.Clone(a.Shape)
		s[0] = shape[0]
		in, feeds = append(in, nn.NamedInput("mask", s)), append(feeds, a)
		head = nn.Apply(&masker{}, in...)
	}
	given := []*nn.Symbol{head}
	for i, name := range f.Calls[call].InitialState {
		a := c.Array(t, name)
		s := slices.Clone(a.Shape)
		s[0] = shape[0]
		state := nn.NamedInput(fmt.Sprintf("state%d", i), s)
		in, given, feeds = append(in, state), append(given, state), append(feeds, a)
	}
	out := nn.ApplyMulti(l, given...)
	m := nn.NewModel(in, out)
	if err := m.Err(); err != nil && strings.Contains(err.Error(), "the mask is for") {
		t.Skip("Keras takes a mask of another axis here, from a call alone")
	} else if err != nil {
		t.Fatal(err)
	}
	for i, w := range nn.BaseOf(l).Weights() {
		a := c.Array(t, f.Weights[i].Array)
		if err := w.Set(tensor.From(slices.Clone(a.Data), a.Shape...)); err != nil {
			t.Fatal(err)
		}
	}
	var want []golden.Array
	for _, o := range f.Calls[call].Outputs {
		want = append(want, c.Array(t, o))
	}
	write(t, m, feeds, want)
}

// TestExportModels does the same for whole models.
func TestExportModels(t *testing.T) {
	for _, kind := range []string{"models", "models_recurrent"} {
		golden.Walk(t, kind, func(t *testing.T, c golden.Case) {
			var f struct {
				Model   json.RawMessage
				Weights []struct{ Array string }
				X       []string
				Inputs  []string
				Predict []string
				Outputs []string
			}
			c.Decode(t, &f)
			m, err := saving.FromJSON(f.Model)
			if err != nil {
				t.Skip(err)
			}
			if !m.Built() {
				t.Skip("has no input yet")
			}
			var ws []*tensor.Tensor
			for _, n := range f.Weights {
				a := c.Array(t, n.Array)
				ws = append(ws, tensor.From(slices.Clone(a.Data), a.Shape...))
			}
			if err := m.SetWeights(ws); err != nil {
				t.Fatal(err)
			}
			arrays := func(names []string) (as []golden.Array) {
				for _, n := range names {
					as = append(as, c.Array(t, n))
				}
				return as
			}
			write(t, m, arrays(append(f.X, f.Inputs...)), arrays(append(f.Predict, f.Outputs...)))
		})
	}
}

// write exports a model, checks the form, and keeps it when that is wanted.
func write(t *testing.T, m *nn.Model, in, out []golden.Array) {
	t.Helper()
	cfg := Config{InputShapes: map[string][]int{}}
	for i, n := range m.InputNames() {
		cfg.InputShapes[n] = in[i].Shape[1:]
	}
	var b bytes.Buffer
	if err := Export(m, &b, cfg); err != nil {
		t.Fatal(err)
	}
	checkForm(t, b.Bytes())
	if *keep == "" {
		return
	}
	name := filepath.Join(*keep, filepath.Base(filepath.Dir(t.Name()))+"_"+filepath.Base(t.Name()))
	if err := os.WriteFile(name+".onnx", b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	arrays := map[string]*tensor.Tensor{}
	for i, a := range in {
		arrays[fmt.Sprintf("in%d", i)] = tensor.From(a.Data, a.Shape...)
	}
	for i, a := range out {
		arrays[fmt.Sprintf("out%d", i)] = tensor.From(a.Data, a.Shape...)
	}
	if err := tensor.WriteNPZFile(name+".npz", arrays); err != nil {
		t.Fatal(err)
	}
}
