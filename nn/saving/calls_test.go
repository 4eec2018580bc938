package saving_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

type attentionModel struct {
	Model   json.RawMessage
	Weights []struct{ Name, Array string }
	X       []string
	Predict []string
}

// TestCallArguments: a model of Keras whose layers are called with named inputs
// and arguments computes the same here, and is written as Keras writes it.
func TestCallArguments(t *testing.T) {
	golden.Walk(t, "attention_model", func(t *testing.T, c golden.Case) {
		var f attentionModel
		c.Decode(t, &f)
		m, err := saving.FromJSON(f.Model)
		if err != nil {
			t.Fatal(err)
		}
		load := func(name string) *tensor.Tensor {
			a := c.Array(t, name)
			return tensor.From(slices.Clone(a.Data), a.Shape...)
		}
		var ws, xs []*tensor.Tensor
		for _, w := range f.Weights {
			ws = append(ws, load(w.Array))
		}
		for _, x := range f.X {
			xs = append(xs, load(x))
		}
		if err := m.SetWeights(ws); err != nil {
			t.Fatal(err)
		}
		ys, err := m.PredictOnBatch(xs...)
		if err != nil {
			t.Fatal(err)
		}
		for i, y := range ys {
			c.Close(t, f.Predict[i], y.Data())
		}
		text, err := saving.ToJSON(m)
		if err != nil {
			t.Fatal(err)
		}
		if want, got := calls(t, f.Model), calls(t, text); !reflect.DeepEqual(want, got) {
			t.Errorf("calls are written as\n%v\nwant\n%v", got, want)
		}
	})
}

// calls are the inbound_nodes of a model by the names of its layers.
func calls(t *testing.T, model []byte) map[string]any {
	t.Helper()
	var m struct {
		Config struct {
			Layers []struct {
				Name    string
				Inbound any `json:"inbound_nodes"`
			}
		}
	}
	if err := json.Unmarshal(model, &m); err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	for _, l := range m.Config.Layers {
		all[l.Name] = l.Inbound
	}
	return all
}

// TestCallMistakes: arguments that nobody understands.
func TestCallMistakes(t *testing.T) {
	c := golden.Load(t, "attention_model", "attend")
	var f attentionModel
	c.Decode(t, &f)
	for _, r := range []struct{ old, new, want string }{
		{`"use_causal_mask": true`, `"use_causal_masks": true`, `layer "mha": call argument use_causal_masks=true is not understood`},
		{`"use_causal_mask": true`, `"use_causal_mask": 3`, `call argument use_causal_mask=3 is not understood`},
		{`"value": ["v", 0, 0], "attention_mask"`, `"attention_mask"`, `want 3 or 4 inputs, namely query, value, perhaps key, and the attention mask`},
		{`"value": ["v", 0, 0]`, `"value": ["v", 0]`, `value: want [layer, node, tensor], got 2 items`},
	} {
		text := strings.Replace(string(f.Model), r.old, r.new, 1)
		if text == string(f.Model) {
			t.Fatalf("the model does not hold %s", r.old)
		}
		if _, err := saving.FromJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), r.want) {
			t.Errorf("got %v, want %q", err, r.want)
		}
	}
}
