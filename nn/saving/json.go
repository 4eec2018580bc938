package saving

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"

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

// wire is a class and its configuration as they stand in a file.
type wire struct {
	ClassName string          `json:"class_name"`
	Config    json.RawMessage `json:"config"`
	Name      string          `json:"name"`
	Inbound   [][]wireRef     `json:"inbound_nodes"`
}

// wireRef is [layer, node, tensor] or [layer, node, tensor, {}].
type wireRef struct {
	layer        string
	node, tensor int
}

func (r *wireRef) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	if len(list) < 3 || len(list) > 4 {
		return fmt.Errorf("want [layer, node, tensor], got %d items", len(list))
	}
	return errors.Join(json.Unmarshal(list[0], &r.layer), json.Unmarshal(list[1], &r.node), json.Unmarshal(list[2], &r.tensor))
}

// ErrUnknownClass is wrapped by errors about layers that are not registered.
var ErrUnknownClass = errors.New("unknown class")

// FromJSON builds a model from [ToJSON]'s output. Weights are new.
// All classes that are not registered are named in one error.
func FromJSON(data []byte) (*nn.Model, error) {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("saving: model configuration: %w", err)
	}
	missing := map[string]bool{}
	m, err := decodeModel(w, missing, 0)
	if len(missing) > 0 {
		names := []string{}
		for n := range missing {
			names = append(names, n)
		}
		sort.Strings(names)
		return nil, fmt.Errorf("saving: %w: %s; register such layers with nn.Register[T]() from init", ErrUnknownClass, strings.Join(names, ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("saving: %w", err)
	}
	return m, nil
}

const maxDepth = 32 // of nested models

func decodeModel(w wire, missing map[string]bool, depth int) (*nn.Model, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("models are nested more than %d deep", maxDepth)
	}
	var cfg struct {
		Name    string    `json:"name"`
		Layers  []wire    `json:"layers"`
		Inputs  []wireRef `json:"input_layers"`
		Outputs []wireRef `json:"output_layers"`
	}
	if err := json.Unmarshal(w.Config, &cfg); err != nil {
		return nil, fmt.Errorf("%s: config: %w", w.ClassName, err)
	}
	layers := make([]nn.Layer, len(cfg.Layers))
	inputs := map[int]*nn.Symbol{}
	for i, lw := range cfg.Layers {
		var err error
		if lw.ClassName == "InputLayer" {
			inputs[i], err = decodeInput(lw)
		} else {
			layers[i], err = decodeLayer(lw, missing, depth)
		}
		if err != nil {
			return nil, fmt.Errorf("layer %d (%s): %w", i, lw.ClassName, err)
		}
	}
	if len(missing) > 0 {
		return nil, nil
	}
	var m *nn.Model
	switch w.ClassName {
	case "Sequential":
		if len(layers) == 0 || inputs[0] == nil || len(inputs) != 1 {
			return nil, errors.New("a Sequential model must begin with one InputLayer")
		}
		m = nn.NewSequential(inputs[0], layers[1:]...)
	case "Functional", "Model":
		var err error
		if m, err = connect(cfg.Layers, layers, inputs, cfg.Inputs, cfg.Outputs); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("want a Sequential or Functional model, got %q", w.ClassName)
	}
	return nn.Name(cfg.Name, m), m.Err()
}

func decodeInput(w wire) (*nn.Symbol, error) {
	var cfg struct {
		Shape []*int `json:"batch_input_shape"`
		Name  string `json:"name"`
	}
	if err := json.Unmarshal(w.Config, &cfg); err != nil {
		return nil, err
	}
	s := make(nn.Shape, len(cfg.Shape))
	for i, d := range cfg.Shape {
		s[i] = nn.Unknown
		if d != nil {
			s[i] = *d
		}
	}
	in := nn.NamedInput(cfg.Name, s)
	return in, in.Err()
}

func decodeLayer(w wire, missing map[string]bool, depth int) (nn.Layer, error) {
	if w.ClassName == "Sequential" || w.ClassName == "Functional" || w.ClassName == "Model" {
		return decodeModel(w, missing, depth+1)
	}
	v, err := config.New(w.ClassName, reflect.TypeFor[nn.Layer]())
	if err != nil {
		missing[w.ClassName] = true
		return nil, nil
	}
	var cfg map[string]any
	if err := json.NewDecoder(bytes.NewReader(w.Config)).Decode(&cfg); err != nil {
		return nil, err
	}
	l := v.(nn.Layer)
	if err := config.Decode(l, cfg, "name", "trainable", "dtype", "batch_input_shape"); err != nil {
		return nil, err
	}
	if name, ok := cfg["name"].(string); ok {
		nn.Name(name, l)
	}
	if t, ok := cfg["trainable"].(bool); ok && !t {
		nn.Freeze(l)
	}
	return l, nil
}

// firstCalls says at which number the calls of a layer start: 1 for nested
// models, unless the file refers to their call 0.
func firstCalls(ws []wire, layers []nn.Layer, out []wireRef) map[string]int {
	first := map[string]int{}
	for i, w := range ws {
		if _, nested := layers[i].(*nn.Model); nested {
			first[w.Name] = 1
		}
	}
	refs := slices.Clone(out)
	for _, w := range ws {
		for _, call := range w.Inbound {
			refs = append(refs, call...)
		}
	}
	for _, r := range refs {
		if r.node == 0 {
			delete(first, r.layer)
		}
	}
	return first
}

// connect replays the calls of a functional model in an order in which every
// operand exists; what remains when nothing can be called is a cycle.
func connect(ws []wire, layers []nn.Layer, inputs map[int]*nn.Symbol, in, out []wireRef) (*nn.Model, error) {
	type call struct{ layer, node int }
	made := map[string][][]*nn.Symbol{} // layer name, node -> outputs
	var open []call
	for i, w := range ws {
		if s := inputs[i]; s != nil {
			made[w.Name] = [][]*nn.Symbol{{s}}
			continue
		}
		for n := range w.Inbound {
			open = append(open, call{i, n})
		}
	}
	first := firstCalls(ws, layers, out)
	find := func(r wireRef) *nn.Symbol {
		nodes := made[r.layer]
		r.node -= first[r.layer]
		if r.node < 0 || r.node >= len(nodes) || r.tensor < 0 || r.tensor >= len(nodes[r.node]) {
			return nil
		}
		return nodes[r.node][r.tensor]
	}
	for len(open) > 0 {
		var rest []call
		for _, c := range open {
			w := ws[c.layer]
			var args []*nn.Symbol
			for _, r := range w.Inbound[c.node] {
				if s := find(r); s != nil {
					args = append(args, s)
				}
			}
			if len(args) < len(w.Inbound[c.node]) || len(made[w.Name]) != c.node {
				rest = append(rest, c)
				continue
			}
			outs := nn.ApplyMulti(layers[c.layer], args...)
			if err := outs[0].Err(); err != nil {
				return nil, err
			}
			made[w.Name] = append(made[w.Name], outs)
		}
		if len(rest) == len(open) {
			w := ws[rest[0].layer]
			return nil, fmt.Errorf("layer %q depends on itself or on a layer that is not there: %v", w.Name, w.Inbound[rest[0].node])
		}
		open = rest
	}
	resolve := func(refs []wireRef) ([]*nn.Symbol, error) {
		var ss []*nn.Symbol
		for _, r := range refs {
			s := find(r)
			if s == nil {
				return nil, fmt.Errorf("no output %d of call %d of layer %q", r.tensor, r.node, r.layer)
			}
			ss = append(ss, s)
		}
		return ss, nil
	}
	ins, err := resolve(in)
	if err != nil {
		return nil, err
	}
	outs, err := resolve(out)
	if err != nil {
		return nil, err
	}
	return nn.NewModel(ins, outs), nil
}
