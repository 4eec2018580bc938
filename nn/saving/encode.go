package saving

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// kerasVersion is the version whose configuration format is written.
const kerasVersion = "2.15.0"

// ToJSON returns the model's architecture as Keras' model.to_json() does.
func ToJSON(m *nn.Model) ([]byte, error) {
	if err := m.Err(); err != nil {
		return nil, err
	}
	o, err := encodeModel(m)
	if err != nil {
		return nil, fmt.Errorf("saving: %w", err)
	}
	o = append(o, config.Member{Key: "keras_version", Value: kerasVersion}, config.Member{Key: "backend", Value: "tensorflow"})
	return json.Marshal(o)
}

func encodeModel(m *nn.Model) (config.Object, error) {
	for i, s := range m.Inputs() {
		if _, ok := s.Layer().(*nn.InputLayer); !ok {
			return nil, fmt.Errorf("input %d of model %q is the output of layer %q; only models that begin with nn.Input have a saved form", i, m.Name(), nn.BaseOf(s.Layer()).Name())
		}
	}
	cfg := config.Object{{Key: "name", Value: m.Name()}}
	if m.ClassName() != "Sequential" {
		cfg = append(cfg, config.Member{Key: "trainable", Value: m.Trainable()})
	}
	layers := []any{}
	for _, l := range m.AllLayers() {
		o, err := encodeLayer(l)
		if err != nil {
			return nil, fmt.Errorf("layer %q: %w", nn.BaseOf(l).Name(), err)
		}
		if m.ClassName() != "Sequential" {
			o = append(o, config.Member{Key: "name", Value: nn.BaseOf(l).Name()},
				config.Member{Key: "inbound_nodes", Value: encodeCalls(m, l)})
		}
		layers = append(layers, o)
	}
	cfg = append(cfg, config.Member{Key: "layers", Value: layers})
	if m.ClassName() != "Sequential" {
		cfg = append(cfg, config.Member{Key: "input_layers", Value: encodeRefs(m, m.Inputs())},
			config.Member{Key: "output_layers", Value: encodeRefs(m, m.Outputs())})
	}
	return config.Object{{Key: "class_name", Value: m.ClassName()}, {Key: "config", Value: cfg}}, nil
}

func encodeLayer(l nn.Layer) (config.Object, error) {
	if m, ok := l.(*nn.Model); ok {
		return encodeModel(m)
	}
	b := nn.BaseOf(l)
	cfg := config.Object{{Key: "name", Value: b.Name()}}
	if in, ok := l.(*nn.InputLayer); ok {
		cfg = config.Object{{Key: "batch_input_shape", Value: encodeShape(in.ConfigBatchShape())},
			{Key: "dtype", Value: "float32"}, {Key: "sparse", Value: false}, {Key: "ragged", Value: false},
			{Key: "name", Value: b.Name()}}
	} else {
		own, err := config.Encode(l)
		if err != nil {
			return nil, err
		}
		cfg = append(cfg, config.Member{Key: "trainable", Value: b.Trainable()}, config.Member{Key: "dtype", Value: "float32"})
		cfg = append(cfg, own...)
	}
	return config.Object{{Key: "class_name", Value: nn.ClassName(l)}, {Key: "config", Value: cfg}}, nil
}

func encodeShape(s nn.Shape) []any {
	out := make([]any, len(s))
	for i, d := range s {
		if d != nn.Unknown {
			out[i] = d
		}
	}
	return out
}

// encodeCalls lists the calls of a layer that belong to the model, each a list
// of [layer, node, tensor, {}]. Nodes are counted within the model.
func encodeCalls(m *nn.Model, l nn.Layer) []any {
	calls := []any{}
	for i, refs := range nn.BaseOf(l).Inbound() {
		if len(refs) == 0 || nodeIndex(m, l, i) < 0 {
			continue
		}
		call := []any{}
		for _, r := range refs {
			call = append(call, []any{nn.BaseOf(r.Layer).Name(), nodeIndex(m, r.Layer, r.Node), r.Tensor, map[string]any{}})
		}
		calls = append(calls, call)
	}
	return calls
}

// nodeIndex is the place of a layer's call among its calls in the model, -1
// when the call is not part of it. Keras counts the making of a nested model
// as its call 0.
func nodeIndex(m *nn.Model, l nn.Layer, call int) int {
	i := slices.Index(m.CallsOf(l), call)
	if _, nested := l.(*nn.Model); nested && i >= 0 {
		i++
	}
	return i
}

func encodeRefs(m *nn.Model, ss []*nn.Symbol) []any {
	out := []any{}
	for _, s := range ss {
		r := s.Ref()
		out = append(out, []any{nn.BaseOf(r.Layer).Name(), nodeIndex(m, r.Layer, r.Node), r.Tensor})
	}
	return out
}
