package saving_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/saving"
)

// forms that tf_keras adds to what Keras 2 writes, and that say nothing.
var unsaid = []string{"module", "registered_name", "build_config", "optional"}

// plain removes them, and what stands in two places.
func plain(x any) any {
	switch x := x.(type) {
	case map[string]any:
		y := map[string]any{}
		for k, v := range x {
			if !slices.Contains(unsaid, k) {
				y[k] = plain(v)
			}
		}
		if y["units"] != nil || y["input_dim"] != nil || y["filters"] != nil {
			delete(y, "batch_input_shape") // the InputLayer has it
		}
		return y
	case []any:
		y := make([]any, len(x))
		for i, v := range x {
			y[i] = plain(v)
		}
		return y
	}
	return x
}

// TestKerasJSON loads models that Keras wrote, and writes them again: the same
// but for what says nothing.
func TestKerasJSON(t *testing.T) {
	for _, kind := range []string{"training", "summary", "models"} {
		golden.Walk(t, kind, func(t *testing.T, c golden.Case) {
			var f struct{ Model json.RawMessage }
			c.Decode(t, &f)
			m, err := saving.FromJSON(f.Model)
			must(t, err)
			text, err := saving.ToJSON(m)
			must(t, err)
			var got, want any
			must(t, json.Unmarshal(text, &got))
			must(t, json.Unmarshal(f.Model, &want))
			g, w := plain(got).(map[string]any), plain(want).(map[string]any)
			for _, key := range []string{"class_name", "config", "backend"} {
				differences(t, key, g[key], w[key])
			}
			again, err := saving.FromJSON(text)
			must(t, err)
			second, err := saving.ToJSON(again)
			must(t, err)
			if !bytes.Equal(text, second) {
				t.Errorf("our own JSON changes on the way:\n%s\n%s", text, second)
			}
		})
	}
}

// differences reports where two JSON values part.
func differences(t *testing.T, at string, got, want any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s is %v, want %v", at, got, want)
			return
		}
		for k := range w {
			differences(t, at+"."+k, g[k], w[k])
		}
		for k, v := range g {
			if _, ok := w[k]; !ok && v != nil && v != false {
				t.Errorf("%s.%s is %v, but Keras does not write it", at, k, v)
			}
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			t.Errorf("%s is %v, want %v", at, got, want)
			return
		}
		for i := range w {
			differences(t, fmt.Sprintf("%s[%d]", at, i), g[i], w[i])
		}
	case float64:
		if list, ok := got.([]any); ok && len(list) > 0 && !slices.ContainsFunc(list, func(x any) bool { return x != list[0] }) { // Keras takes 0 for [0, 0]
			got = list[0]
		}
		if g, ok := got.(float64); !ok || math.Abs(g-w) > 1e-6*math.Abs(w) {
			t.Errorf("%s is %v, want %v", at, got, want)
		}
	default:
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", at, got, want)
		}
	}
}

const denseConfig = `{"name": "d", "units": 2}`

// TestOldForms: what Keras 2.2 and 2.3 write.
func TestOldForms(t *testing.T) {
	first := `{"class_name": "Dense", "config": {"name": "a", "batch_input_shape": [null, 3], "units": 4, "activation": "relu"}}`
	for name, text := range map[string]string{
		"without InputLayer": `{"class_name": "Sequential", "config": {"name": "s", "layers": [` + first + `, {"class_name": "Dense", "config": ` + denseConfig + `}]}}`,
		"a list":             `{"class_name": "Sequential", "config": [` + first + `, {"class_name": "Dense", "config": ` + denseConfig + `}], "keras_version": "2.2.2"}`,
		"class Model": `{"class_name": "Model", "config": {"name": "m", "layers": [
			{"name": "in", "class_name": "InputLayer", "config": {"batch_input_shape": [null, 3], "name": "in"}, "inbound_nodes": []},
			{"name": "d", "class_name": "Dense", "config": ` + denseConfig + `, "inbound_nodes": [[["in", 0, 0, {}]]]}],
			"input_layers": [["in", 0, 0]], "output_layers": [["d", 0, 0]]}}`,
	} {
		m, err := saving.FromJSON([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s := m.Outputs()[0].Shape(); !s.Equal(nn.Shape{nn.Unknown, 2}) {
			t.Errorf("%s: output %v", name, s)
		}
	}
}

// functional is a model of the given layers, in and out.
func functional(layers string) string {
	return `{"class_name": "Functional", "config": {"name": "m", "layers": [
		{"name": "in", "class_name": "InputLayer", "config": {"batch_input_shape": [null, 3], "name": "in"}, "inbound_nodes": []}, ` + layers + `],
		"input_layers": [["in", 0, 0]], "output_layers": [["out", 0, 0]]}}`
}

func dense(name, inbound string) string {
	return `{"name": "` + name + `", "class_name": "Dense", "config": {"name": "` + name + `", "units": 3}, "inbound_nodes": ` + inbound + `}`
}

func row(layers string) string {
	return `{"class_name": "Sequential", "config": {"layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 3]}}, ` + layers + `]}}`
}

// doubling nests a model in a model in a model, each called twice by the next:
// the calls double with every level.
func doubling(depth int) string {
	inner := dense("out", `[[["in", 0, 0, {}]]]`)
	for range depth {
		model := functional(inner)
		inner = `{"name": "twice", ` + model[1:len(model)-1] + `, "inbound_nodes": [[["in", 0, 0, {}]], [["twice", 1, 0, {}]]]}, ` + dense("out", `[[["twice", 2, 0, {}]]]`)
	}
	return functional(inner)
}

// TestHostileJSON: an error that says what is wrong, and no memory to speak of.
func TestHostileJSON(t *testing.T) {
	deep := row(`{"class_name": "Dense", "config": ` + denseConfig + `}`)
	for range 40 {
		deep = row(deep)
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":            {``, "model configuration"},
		"no object":        {`[]`, "model configuration"},
		"null":             {`null`, `got class ""`},
		"other class":      {`{"class_name": "Dense", "config": {}}`, `got class "Dense"`},
		"no config":        {`{"class_name": "Sequential"}`, "Sequential: config"},
		"empty config":     {`{"class_name": "Sequential", "config": {}}`, "has no layers"},
		"layers no list":   {`{"class_name": "Sequential", "config": {"layers": 3}}`, "Sequential: config"},
		"no input shape":   {`{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"unit": 1}}]}}`, "has no setting \"unit\""},
		"two inputs":       {row(`{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 3]}}`), "has one InputLayer"},
		"negative shape":   {strings.Replace(row(``), "3]", "-3]", 1), ""},
		"negative input":   {`{"class_name": "Sequential", "config": {"layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": [null, -3]}}]}}`, "batch_input_shape[1] is -3"},
		"fraction":         {`{"class_name": "Sequential", "config": {"layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 1.5]}}]}}`, "1.5"},
		"huge input":       {`{"class_name": "Sequential", "config": {"layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 4000000000, 4000000000]}}]}}`, "more numbers than fit into memory"},
		"empty shape":      {`{"class_name": "Sequential", "config": {"layers": [{"class_name": "InputLayer", "config": {"batch_input_shape": []}}]}}`, "at least the batch axis"},
		"huge layer":       {row(`{"class_name": "Dense", "config": {"units": 4000000000000}}`), "more numbers than fit into memory"},
		"two huge layers":  {row(`{"class_name": "Dense", "config": {"units": 100000000000}}, {"class_name": "Dense", "config": {"units": 100000000000}}`), "more numbers than fit into memory"},
		"huge kernel":      {row(`{"class_name": "Reshape", "config": {"target_shape": [1, 3, 1]}}, {"class_name": "Conv2D", "config": {"filters": 9, "kernel_size": [2000000000, 2000000000], "padding": "same"}}`), "memory"},
		"negative units":   {row(`{"class_name": "Dense", "config": {"units": -1}}`), "Units is -1"},
		"string units":     {row(`{"class_name": "Dense", "config": {"units": "many"}}`), "units: want int"},
		"units missing":    {row(`{"class_name": "Dense", "config": null}`), "Units is 0"},
		"unknown setting":  {row(`{"class_name": "Dense", "config": {"unit": 1}}`), `has no setting "unit"; did you mean "units"?`},
		"unknown things":   {row(`{"class_name": "Zap", "config": {}}, {"class_name": "Dense", "config": {"units": "x"}}, {"class_name": "Sequential", "config": {"layers": [{"class_name": "Arp", "config": {}}]}}`), `unknown class: layer "Arp", layer "Zap"; register before loading, in an init function: nn.Register[Arp](), nn.Register[Zap]()`},
		"unknown init":     {row(`{"class_name": "Dense", "config": {"units": 1, "kernel_initializer": "magic"}}`), `unknown class: initializer "magic" of Dense; register before loading, in an init function: nn.Alias(value, "magic")`},
		"bad init":         {row(`{"class_name": "Dense", "config": {"units": 1, "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": -1}}}}`), "scale is -1"},
		"wrong kind":       {row(`{"class_name": "Dense", "config": {"units": 1, "kernel_initializer": "l2"}}`), `initializer "l2" of Dense`},
		"deep":             {deep, "nested more than 32 deep"},
		"cycle":            {functional(dense("a", `[[["b", 0, 0, {}]]]`) + "," + dense("b", `[[["a", 0, 0, {}]]]`) + "," + dense("out", `[[["b", 0, 0, {}]]]`)), "depends on itself"},
		"self":             {functional(dense("out", `[[["out", 0, 0, {}]]]`)), `layer "out" depends on itself`},
		"missing operand":  {functional(dense("out", `[[["ghost", 0, 0, {}]]]`)), "a layer that is not there"},
		"negative node":    {functional(dense("out", `[[["in", -1, 0, {}]]]`)), "not there"},
		"tensor 7":         {functional(dense("out", `[[["in", 0, 7, {}]]]`)), "not there"},
		"no operands":      {functional(dense("out", `[[]]`)), "Apply without an input"},
		"two operands":     {functional(dense("out", `[[["in", 0, 0, {}], ["in", 0, 0, {}]]]`)), "Dense"},
		"not called":       {functional(dense("out", `[]`)), `no output 0 of call 0 of layer "out"`},
		"short ref":        {functional(dense("out", `[[["in", 0]]]`)), "got 2 items"},
		"odd ref":          {functional(dense("out", `[[{"args": []}]]`)), "want [layer, node, tensor], got {"},
		"call arguments":   {functional(dense("out", `[[["in", 0, 0, {"mask": true}]]]`)), "call argument mask=true is not understood"},
		"two of a name":    {functional(dense("out", `[[["in", 0, 0, {}]]]`) + "," + dense("out", `[[["in", 0, 0, {}]]]`)), `two layers are named "out"`},
		"no name":          {functional(dense("", `[[["in", 0, 0, {}]]]`)), "has no name"},
		"no outputs":       {strings.Replace(functional(dense("out", `[[["in", 0, 0, {}]]]`)), `[["out", 0, 0]]`, `[]`, 1), "at least one input and one output"},
		"exponential":      {doubling(30), "calls of layers"},
		"name is a number": {row(`{"class_name": "Dense", "config": {"units": 1, "name": 5}}`), "name is 5; want a string"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := saving.FromJSON([]byte(c.text))
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20 {
				t.Errorf("%d MB were allocated", n>>20)
			}
			if name == "unknown things" && !errors.Is(err, saving.ErrUnknownClass) {
				t.Errorf("%v is no ErrUnknownClass", err)
			}
		})
	}
}

// TestDescribingIsFree: a model of many gigabytes can be described, counted and
// printed; only use costs memory.
func TestDescribingIsFree(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m, err := saving.FromJSON([]byte(row(`{"class_name": "Dense", "config": {"units": 3000000}}, {"class_name": "Dense", "config": {"units": 3000}}`)))
	must(t, err)
	if n := m.CountParams(); n != 4*3000000+3000001*3000 {
		t.Errorf("%d parameters", n)
	}
	must(t, m.Summary(&bytes.Buffer{}))
	_, err = saving.ToJSON(m)
	must(t, err)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
		t.Errorf("%d MB were allocated", n>>20)
	}
}

// lambda holds a function, which has no saved form.
type lambda struct {
	nn.Base
	F func()
}

func (*lambda) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return in[0] }

func TestToJSONErrors(t *testing.T) {
	if _, err := saving.ToJSON(nn.NewSequential(nn.Input(3), &layers.Dense{})); err == nil || !strings.Contains(err.Error(), "Units is 0") {
		t.Errorf("a broken model: %v", err)
	}
	m := nn.NewSequential(nn.Input(3), nn.Name("f", &lambda{F: func() {}}))
	if _, err := saving.ToJSON(m); err == nil || !strings.Contains(err.Error(), `layer "f" (lambda, layers[1]): config: lambda.F: a bare function has no saved form`) {
		t.Errorf("a function: %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
