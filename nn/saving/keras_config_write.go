package saving

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// kerasConfig is a model's config.json.
func kerasConfig(m *nn.Model, d dialect, compile bool) ([]byte, error) {
	w := configWriter{d}
	o, err := w.model(m)
	if err != nil {
		return nil, err
	}
	if compile {
		c, compiled, err := encodeCompile(m, keras3)
		if err != nil {
			return nil, err
		}
		if compiled {
			o = append(o, config.Member{Key: "compile_config", Value: w.compile(c)})
		}
	}
	return json.Marshal(o)
}

// configWriter writes the configuration of .keras files, where every class says
// where it comes from.
type configWriter struct{ dialect dialect }

// class is an object with a class.
func (w configWriter) class(module any, class string, cfg any, registered any) config.Object {
	return config.Object{{Key: "module", Value: module}, {Key: "class_name", Value: class}, {Key: "config", Value: cfg}, {Key: "registered_name", Value: registered}}
}

func (w configWriter) model(m *nn.Model) (config.Object, error) {
	sequential := m.ClassName() == "Sequential"
	cfg := config.Object{{Key: "name", Value: w.name(m.Name())}}
	if !sequential || !m.Trainable() {
		cfg = append(cfg, config.Member{Key: "trainable", Value: m.Trainable()})
	}
	layers, names := []any{}, map[string]string{}
	for i, l := range m.AllLayers() {
		name := nn.BaseOf(l).Name()
		if other, ok := names[w.name(name)]; ok && other != name {
			return nil, fmt.Errorf("layers %q and %q would have one name in Keras 3, which allows no slash; rename one, or write a .keras file for tf-keras (Format: TFKeras)", other, name)
		}
		names[w.name(name)] = name
		o, err := w.layer(l)
		if err == nil && !sequential {
			var calls []any
			if calls, err = w.calls(m, l); err == nil {
				o = append(o, config.Member{Key: "name", Value: w.name(name)}, config.Member{Key: "inbound_nodes", Value: calls})
			}
		}
		if err != nil {
			return nil, fmt.Errorf("layer %q (%s, layers[%d]): %w", nn.BaseOf(l).Name(), nn.ClassName(l), i, err)
		}
		layers = append(layers, o)
	}
	cfg = append(cfg, config.Member{Key: "layers", Value: layers})
	if sequential {
		return w.class("keras", "Sequential", cfg, nil), nil
	}
	cfg = append(cfg, config.Member{Key: "input_layers", Value: w.ends(m, m.Inputs())}, config.Member{Key: "output_layers", Value: w.ends(m, m.Outputs())})
	if w.dialect == dialectTF {
		return w.class("keras.src.engine.functional", "Functional", cfg, "Functional"), nil
	}
	return w.class("keras.src.models.functional", "Functional", cfg, "Functional"), nil
}

// name is a layer's name in the file: Keras 3 refuses those with a slash, which
// older models have, such as conv1/conv in DenseNet121 of tf-keras.
func (w configWriter) name(s string) string {
	if w.dialect == dialect3 {
		return strings.ReplaceAll(s, "/", "_")
	}
	return s
}

// node is the number of a layer's call in the model. In tf-keras the making of a
// nested model counts, in Keras 3 it does not.
func (w configWriter) node(m *nn.Model, l nn.Layer, call int) int {
	if w.dialect == dialect3 {
		return slices.Index(m.CallsOf(l), call)
	}
	return nodeIndex(m, l, call)
}

func (w configWriter) ends(m *nn.Model, ss []*nn.Symbol) []any {
	out := []any{}
	for _, s := range ss {
		r := s.Ref()
		out = append(out, []any{w.name(nn.BaseOf(r.Layer).Name()), w.node(m, r.Layer, r.Node), r.Tensor})
	}
	return out
}

// layer writes a layer or a model.
func (w configWriter) layer(l nn.Layer) (config.Object, error) {
	if m, ok := l.(*nn.Model); ok {
		return w.model(m)
	}
	o, err := encodeLayer(l)
	if err != nil {
		return nil, err
	}
	cfg, _ := o.Get("config")
	settings := slices.Clone(cfg.(config.Object))
	for i, s := range settings {
		if name, ok := s.Value.(string); ok && s.Key == "name" {
			settings[i].Value = w.name(name)
		}
	}
	for name, inner := range nn.BaseOf(l).Inner() {
		x, err := w.layer(inner)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		put(settings, strings.Split(name, "/"), x)
	}
	return w.thing(nn.ClassName(l), settings, true)
}

// put places a layer that was written among the settings of the one that holds it:
// at layer, or at cells/0.
func put(settings config.Object, path []string, x config.Object) {
	for i := range settings {
		if settings[i].Key != path[0] {
			continue
		}
		if len(path) == 1 && settings[i].Value != nil {
			settings[i].Value = x
		}
		list, ok := settings[i].Value.([]any)
		if n, err := strconv.Atoi(path[len(path)-1]); ok && len(path) == 2 && err == nil && n < len(list) {
			list = slices.Clone(list)
			list[n] = x
			settings[i].Value = list
		}
	}
}

// thing writes anything with settings.
func (w configWriter) thing(class string, settings config.Object, layer bool) (config.Object, error) {
	if w.dialect == dialect3 && slices.Contains(onlyTF, class) {
		return nil, fmt.Errorf("Keras 3 has no %s; write an .h5 file, or a .keras file for tf-keras (Format: TFKeras)", class)
	}
	where := module(class, layer)
	cfg := config.Object{}
	for _, m := range settings {
		if w.dialect == dialect3 && where != "" {
			if same(m.Value, "hard_sigmoid") && strings.HasSuffix(m.Key, "activation") {
				return nil, fmt.Errorf("%s is hard_sigmoid, which is another function in Keras 3; write an .h5 file, or a .keras file for tf-keras (Format: TFKeras)", m.Key)
			}
			if class == "SeparableConv1D" && m.Key == "padding" && same(m.Value, "causal") {
				return nil, fmt.Errorf("Keras 3 has no padding causal for SeparableConv1D; write an .h5 file, or a .keras file for tf-keras (Format: TFKeras)")
			}
			table := not3
			if t := not3Of[class]; t != nil && (t[m.Key] != nil || has(t, m.Key)) {
				table = t
			}
			to := renamed3[class][m.Key]
			if to == "" && has(table, m.Key) {
				if !neutral(table, m.Key, m.Value) {
					return nil, fmt.Errorf("Keras 3 has no %s for %s, and it is %v; write an .h5 file, or a .keras file for tf-keras (Format: TFKeras)", m.Key, class, m.Value)
				}
				continue
			}
			if list, ok := m.Value.([]any); ok && class == "BatchNormalization" && m.Key == "axis" && len(list) == 1 {
				m.Value = list[0] // Keras 3 wants a number
			}
			if to != "" {
				m.Key = to
			}
		}
		if same(m.Value, "hard_sigmoid_sixth") {
			if w.dialect == dialectTF {
				return nil, fmt.Errorf("%s is the hard_sigmoid of Keras 3, which tf-keras does not have; write a .keras file for Keras 3", m.Key)
			}
			m.Value = "hard_sigmoid"
		}
		v, err := w.value(m.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Key, err)
		}
		cfg = append(cfg, config.Member{Key: m.Key, Value: v})
	}
	if where == "" {
		return w.class(nil, class, cfg, class), nil
	}
	return w.class(where, class, cfg, nil), nil
}

func has(table map[string][]any, key string) bool {
	_, ok := table[key]
	return ok
}

// value writes what stands among settings.
func (w configWriter) value(x any) (any, error) {
	switch x := x.(type) {
	case []any:
		out := make([]any, len(x))
		for i, v := range x {
			var err error
			if out[i], err = w.value(v); err != nil {
				return nil, err
			}
		}
		return out, nil
	case config.Object:
		if _, written := x.Get("module"); written {
			return x, nil
		}
		class, _ := x.Get("class_name")
		cfg, _ := x.Get("config")
		if name, ok := class.(string); ok {
			if settings, ok := cfg.(config.Object); ok {
				return w.thing(name, settings, false)
			}
		}
	}
	return x, nil
}

// calls lists the calls of a layer that belong to the model.
func (w configWriter) calls(m *nn.Model, l nn.Layer) ([]any, error) {
	if w.dialect == dialectTF {
		return encodeCalls(m, l), nil
	}
	calls := []any{}
	for i, refs := range nn.BaseOf(l).Inbound() {
		if len(refs) == 0 || w.node(m, l, i) < 0 {
			continue
		}
		if t := nn.BaseOf(l).TrainingAt(i); t != nil && *t {
			return nil, fmt.Errorf("it is called with training=true, which Keras 3 forgets in files; write an .h5 file, or a .keras file for tf-keras (Format: TFKeras)")
		}
		calls = append(calls, w.call(m, l, refs))
	}
	return calls, nil
}

// call is {"args", "kwargs"}: inputs one by one where Keras' call takes them so,
// states by name, else one input or a list of them.
func (w configWriter) call(m *nn.Model, l nn.Layer, refs []nn.Ref) config.Object {
	named := map[string]any{}
	if c, ok := l.(caller); ok {
		for k, v := range c.CallArguments() {
			named[k] = v
		}
	}
	var ts []any
	for _, r := range refs {
		ts = append(ts, w.tensor(m, r))
	}
	var args []any
	_, recurrent := l.(interface{ ResetStates() })
	switch n, ok := l.(inputNamer); {
	case ok:
		for i, name := range n.InputNames(len(ts)) {
			named[name] = ts[i]
		}
		args = []any{named["query"], named["value"]}
		delete(named, "query")
		delete(named, "value")
	case len(ts) == 1:
		args = ts
	case recurrent && !isModel(nn.ClassName(l)):
		args = ts[:1]
		named["initial_state"] = ts[1:]
	default:
		args = []any{ts}
	}
	return config.Object{{Key: "args", Value: args}, {Key: "kwargs", Value: sorted(named)}}
}

func (w configWriter) tensor(m *nn.Model, r nn.Ref) config.Object {
	var shape []any
	if outs := nn.BaseOf(r.Layer).OutputsAt(r.Node); r.Tensor < len(outs) {
		shape = encodeShape(outs[r.Tensor].Shape())
	}
	history := []any{w.name(nn.BaseOf(r.Layer).Name()), w.node(m, r.Layer, r.Node), r.Tensor}
	return config.Object{{Key: "class_name", Value: "__keras_tensor__"}, {Key: "config", Value: config.Object{
		{Key: "shape", Value: shape}, {Key: "dtype", Value: "float32"}, {Key: "keras_history", Value: history}}}}
}

// compile leaves out settings of optimizers that the dialect does not have.
func (w configWriter) compile(c config.Object) config.Object {
	out := config.Object{}
	for _, m := range c {
		if o, ok := m.Value.(config.Object); ok && m.Key == "optimizer" {
			m.Value = w.optimizer(o)
		}
		out = append(out, m)
	}
	return out
}

func (w configWriter) optimizer(o config.Object) config.Object {
	o = slices.Clone(o)
	for i, m := range o {
		if cfg, ok := m.Value.(config.Object); ok && m.Key == "config" {
			o[i].Value = slices.DeleteFunc(slices.Clone(cfg), func(s config.Member) bool {
				if w.dialect == dialectTF {
					return s.Key == "gradient_accumulation_steps" || s.Key == "loss_scale_factor"
				}
				return s.Key == "jit_compile" || s.Key == "is_legacy_optimizer"
			})
		}
	}
	return o
}
