package saving

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// kerasVersion is the version whose configuration format is written.
const kerasVersion = "2.15.0"

// Layers inside others (wrappers, cells, layers of one's own) are written and
// read as those of models are.
func init() {
	config.RegisterKind[nn.Layer](config.Kind{
		Encode: func(v any) (any, error) { return encodeLayer(v.(nn.Layer)) },
		Decode: decodeInner,
	})
}

// ToJSON returns the model's architecture as Keras' model.to_json() does.
// Keras: Model.to_json, Sequential.to_json.
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

// Config returns the configuration of a layer or a model as JSON: its name and
// settings, or layers and connections.
// Keras: Model.get_config, Sequential.get_config, Layer.get_config.
func Config(l nn.Layer) ([]byte, error) {
	if m, ok := l.(*nn.Model); ok && m.Err() != nil {
		return nil, m.Err()
	}
	o, err := encodeLayer(l)
	if err != nil {
		return nil, fmt.Errorf("saving: %w", err)
	}
	cfg, _ := o.Get("config")
	return json.Marshal(cfg)
}

func encodeModel(m *nn.Model) (config.Object, error) {
	cfg := config.Object{{Key: "name", Value: m.Name()}}
	if m.ClassName() != "Sequential" || !m.Trainable() { // Keras forgets that a Sequential model was frozen
		cfg = append(cfg, config.Member{Key: "trainable", Value: m.Trainable()})
	}
	layers := []any{}
	for i, l := range m.AllLayers() {
		o, err := encodeLayer(l)
		if err != nil {
			return nil, fmt.Errorf("layer %q (%s, layers[%d]): %w", nn.BaseOf(l).Name(), nn.ClassName(l), i, err)
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
	b, class := nn.BaseOf(l), nn.ClassName(l)
	if in, ok := l.(*nn.InputLayer); ok {
		cfg := config.Object{{Key: "batch_input_shape", Value: encodeShape(in.ConfigBatchShape())},
			{Key: "dtype", Value: "float32"}, {Key: "sparse", Value: false}, {Key: "ragged", Value: false},
			{Key: "name", Value: b.Name()}}
		return config.Object{{Key: "class_name", Value: class}, {Key: "config", Value: cfg}}, nil
	}
	cfg := config.Object{}
	if b.Name() != "" {
		cfg = append(cfg, config.Member{Key: "name", Value: b.Name()})
	}
	cfg = append(cfg, config.Member{Key: "trainable", Value: b.Trainable()})
	if s := b.ConfigInputShape(); s != nil {
		cfg = append(cfg, config.Member{Key: "batch_input_shape", Value: encodeShape(s)})
	}
	cfg = append(cfg, config.Member{Key: "dtype", Value: "float32"})
	if err := nn.Complete(l); err != nil { // of a model without input nobody asked yet
		return nil, err
	}
	own, err := config.Encode(l)
	if err != nil {
		return nil, err
	}
	var unknown *config.UnknownError
	if v, err := config.New(class, reflect.TypeFor[nn.Layer]()); errors.As(err, &unknown) || reflect.TypeOf(v) != reflect.TypeOf(l) {
		return nil, fmt.Errorf("the class is not registered, so no file could bring it back; add nn.Register[%s]() to an init function", class)
	}
	return config.Object{{Key: "class_name", Value: class}, {Key: "config", Value: append(cfg, own...)}}, nil
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

// encodeCalls lists the calls of a layer that belong to the model. Nodes are
// counted within the model.
func encodeCalls(m *nn.Model, l nn.Layer) []any {
	calls := []any{}
	for i, refs := range nn.BaseOf(l).Inbound() {
		if len(refs) == 0 || nodeIndex(m, l, i) < 0 {
			continue
		}
		calls = append(calls, encodeCall(m, l, refs, nn.BaseOf(l).TrainingAt(i)))
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
