package saving_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

// TestKerasRecurrentModels loads models of Keras with cells, wrappers and models
// inside layers, gives them its weights in its order, gets what it predicts, and
// writes them again: the same but for what says nothing.
func TestKerasRecurrentModels(t *testing.T) {
	golden.Walk(t, "models_recurrent", func(t *testing.T, c golden.Case) {
		var f struct {
			Model           json.RawMessage
			Inputs, Outputs []string
			Weights         []struct{ Name, Array string }
		}
		c.Decode(t, &f)
		m, err := saving.FromJSON(f.Model)
		must(t, err)
		load := func(name string) *tensor.Tensor {
			a := c.Array(t, name)
			return tensor.From(slices.Clone(a.Data), a.Shape...)
		}
		var ws, x []*tensor.Tensor
		for _, w := range f.Weights {
			ws = append(ws, load(w.Array))
		}
		must(t, m.SetWeights(ws))
		for _, name := range f.Inputs {
			x = append(x, load(name))
		}
		y, err := m.PredictOnBatch(x...)
		must(t, err)
		if len(y) != len(f.Outputs) {
			t.Fatalf("%d outputs, want %d", len(y), len(f.Outputs))
		}
		for i, name := range f.Outputs {
			c.Close(t, name, y[i].Data())
		}
		text, err := saving.ToJSON(m)
		must(t, err)
		var got, want any
		must(t, json.Unmarshal(text, &got))
		must(t, json.Unmarshal(f.Model, &want))
		differences(t, "config", noConstants(plain(got)).(map[string]any)["config"], plain(want).(map[string]any)["config"])
	})
}

// noConstants leaves out num_constants, which Keras writes only when there are any.
func noConstants(x any) any {
	switch x := x.(type) {
	case map[string]any:
		if x["num_constants"] == 0.0 {
			delete(x, "num_constants")
		}
		for k := range x {
			x[k] = noConstants(x[k])
		}
	case []any:
		for i := range x {
			x[i] = noConstants(x[i])
		}
	}
	return x
}
