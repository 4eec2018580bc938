package saving

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// wire is a class and its configuration as they stand in a file.
type wire struct {
	ClassName string          `json:"class_name"`
	Config    json.RawMessage `json:"config"`
	Name      string          `json:"name"`
	Inbound   [][]wireRef     `json:"inbound_nodes"`
}

// FromJSON builds a model from what [ToJSON] or model.to_json() of any Keras wrote.
// Its weights get their first values, by the seed of Compile, when they are
// needed. All classes and names that are not registered are named in one error.
// Keras: model_from_json.
func FromJSON(data []byte) (*nn.Model, error) {
	m, err := fromJSON(data)
	if err != nil {
		return nil, fmt.Errorf("saving: %w", err)
	}
	return m, nil
}

func fromJSON(data []byte) (*nn.Model, error) {
	var w wire
	if err := unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("model configuration: %w", err)
	}
	d := decoder{}
	m, err := d.model(w, 0)
	if err := d.missing.or(err); err != nil {
		return nil, err
	}
	return m, nil
}

// FromConfig builds a layer or a model from its class name and what [Config]
// wrote.
// Keras: Model.from_config, Sequential.from_config, Layer.from_config, model_from_config.
func FromConfig(class string, cfg []byte) (nn.Layer, error) {
	if d := jsonDepth(cfg); d > maxJSONDepth {
		return nil, fmt.Errorf("saving: the configuration of %s is nested %d deep", class, d)
	}
	w := wire{ClassName: class, Config: cfg}
	if whole, err := json.Marshal(map[string]any{"class_name": class, "config": json.RawMessage(cfg)}); err == nil {
		if err := unmarshal(whole, &w); err != nil {
			return nil, fmt.Errorf("saving: the configuration of %s: %w", class, err)
		}
	}
	d := decoder{}
	l, err := d.any(w, 0)
	if err := d.missing.or(err); err != nil {
		return nil, fmt.Errorf("saving: %w", err)
	}
	return l, nil
}

const (
	maxDepth     = 32  // of nested models
	maxJSONDepth = 400 // of brackets
)

// unmarshal refuses text that is nested without end, that is no UTF-8, or that
// has a key twice, before it is looked into: readers differ in what they make of
// those.
func unmarshal(data []byte, w *wire) error {
	if d := jsonDepth(data); d > maxJSONDepth {
		return fmt.Errorf("it is nested %d deep; models are nested more than %d deep", d, maxDepth)
	}
	if err := strictJSON(data); err != nil {
		return err
	}
	data, err := normalise(data)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, w)
}

// jsonDepth counts brackets inside each other.
func jsonDepth(data []byte) int {
	depth, most, quoted := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			most = max(most, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return most
}

// decoder builds one model.
type decoder struct{ missing missing }

func isModel(class string) bool {
	return class == "Sequential" || class == "Functional" || class == "Model"
}

// model returns nil without an error when a class is missing: the search for
// others goes on.
func (d *decoder) model(w wire, depth int) (*nn.Model, error) {
	if !isModel(w.ClassName) {
		return nil, fmt.Errorf("want a Sequential or Functional model, got class %q", w.ClassName)
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("models are nested more than %d deep", maxDepth)
	}
	var cfg struct {
		Name      string    `json:"name"`
		Trainable *bool     `json:"trainable"`
		Layers    []wire    `json:"layers"`
		Inputs    []wireRef `json:"input_layers"`
		Outputs   []wireRef `json:"output_layers"`
		Built     []*int    `json:"build_input_shape"`
	}
	err := json.Unmarshal(w.Config, &cfg)
	if w.ClassName == "Sequential" && strings.HasPrefix(strings.TrimSpace(string(w.Config)), "[") { // before Keras 2.2.3
		err = json.Unmarshal(w.Config, &cfg.Layers)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: config: %w", w.ClassName, err)
	}
	layers, inputs, err := d.layers(cfg.Layers, depth)
	if err != nil || len(d.missing) > 0 {
		return nil, err
	}
	var m *nn.Model
	if w.ClassName == "Sequential" {
		m, err = sequential(cfg.Layers, layers, inputs, cfg.Built)
	} else {
		m, err = connect(cfg.Layers, layers, inputs, cfg.Inputs, cfg.Outputs)
	}
	if err != nil {
		return nil, err
	}
	if cfg.Trainable != nil && !*cfg.Trainable {
		nn.BaseOf(m).Fix()
	}
	if cfg.Name != "" {
		nn.Name(cfg.Name, m)
	}
	return m, m.Err()
}

// layers makes what a model lists: layers[i], or inputs[i] for an InputLayer.
// It goes on after an error, to find all missing classes.
func (d *decoder) layers(ws []wire, depth int) (layers []nn.Layer, inputs map[int]*nn.Symbol, first error) {
	layers, inputs = make([]nn.Layer, len(ws)), map[int]*nn.Symbol{}
	for i, w := range ws {
		var err error
		if w.ClassName == "InputLayer" {
			inputs[i], err = input(w)
		} else {
			layers[i], err = d.any(w, depth+1)
		}
		if err != nil && first == nil {
			first = fmt.Errorf("layer %d (%s): %w", i, w.ClassName, err)
		}
	}
	return layers, inputs, first
}

// any makes a layer or a model.
func (d *decoder) any(w wire, depth int) (nn.Layer, error) {
	if !isModel(w.ClassName) {
		return d.layer(w)
	}
	m, err := d.model(w, depth)
	if m == nil { // not a nil model in an interface
		return nil, err
	}
	return m, err
}

// decodeInner makes the layer inside another one. What it does not find is in
// its error, where the outer decoder sees it.
func decodeInner(x any) (any, error) {
	text, err := json.Marshal(x)
	if err != nil {
		return nil, err
	}
	var w wire
	if err := unmarshal(text, &w); err != nil || w.ClassName == "" {
		return nil, fmt.Errorf("want a layer as {\"class_name\", \"config\"}, got %.60s", text)
	}
	d := decoder{}
	l, err := d.any(w, 1)
	return l, d.missing.or(err)
}

// sequential puts layers in a row. Files of Keras before 2.4 have no
// InputLayer: the first layer says what it takes, or nobody knows yet.
func sequential(ws []wire, layers []nn.Layer, inputs map[int]*nn.Symbol, built []*int) (*nn.Model, error) {
	if len(inputs) > 1 || len(inputs) == 1 && inputs[0] == nil {
		return nil, errors.New("a Sequential model has one InputLayer, at its beginning")
	}
	if len(inputs) == 1 {
		return nn.NewSequential(inputs[0], layers[1:]...), nil
	}
	if len(ws) == 0 {
		return nil, errors.New("the Sequential model has no layers")
	}
	if built == nil {
		return nn.NewSequential(nil, layers...), nil
	}
	s, err := shape("build_input_shape", built)
	if err != nil {
		return nil, err
	}
	if _, starts := layers[0].(nn.Starter); starts && nn.BaseOf(layers[0]).ConfigInputShape() == nil {
		nn.BatchInputShape(layers[0], s) // it would take any length
	}
	m := nn.NewSequential(nil, layers...)
	if !m.Built() && m.Err() == nil {
		return m, m.Build(s)
	}
	return m, nil
}

// input makes the symbol of an InputLayer.
func input(w wire) (*nn.Symbol, error) {
	var cfg struct {
		Shape []*int `json:"batch_input_shape"`
		Name  string `json:"name"`
	}
	if err := json.Unmarshal(w.Config, &cfg); err != nil {
		return nil, err
	}
	if cfg.Shape == nil {
		return nil, errors.New("no batch_input_shape")
	}
	s, err := shape("batch_input_shape", cfg.Shape)
	if err != nil {
		return nil, err
	}
	in := nn.NamedInput(cfg.Name, s)
	return in, in.Err()
}

// shape reads a list of sizes, null for an unknown one.
func shape(key string, sizes []*int) (nn.Shape, error) {
	s := make(nn.Shape, len(sizes))
	for i, d := range sizes {
		switch {
		case d == nil:
			s[i] = nn.Unknown
		case *d < 0:
			return nil, fmt.Errorf("%s[%d] is %d; want null or a size", key, i, *d)
		default:
			s[i] = *d
		}
	}
	return s, nil
}

// anyShape is [shape] of a decoded list.
func anyShape(key string, x any) (nn.Shape, error) {
	text, err := json.Marshal(x)
	if err != nil {
		return nil, err
	}
	var sizes []*int
	if err := json.Unmarshal(text, &sizes); err != nil {
		return nil, fmt.Errorf("%s is %s; want a list of sizes", key, text)
	}
	return shape(key, sizes)
}

// base is what the configuration of every layer says, and which of TensorFlow's
// generators a layer that moves images draws from.
var base = []string{"name", "trainable", "dtype", "batch_input_shape", "rng_type"}

func (d *decoder) layer(w wire) (nn.Layer, error) {
	var cfg map[string]any
	if len(w.Config) > 0 {
		if err := json.Unmarshal(w.Config, &cfg); err != nil {
			return nil, err
		}
	}
	w.ClassName = fromMerge(fromCuDNNClass(w.ClassName, cfg), cfg)
	v, err := config.New(w.ClassName, reflect.TypeFor[nn.Layer]())
	if err != nil {
		d.missing.add(err, "")
		return nil, nil
	}
	l := v.(nn.Layer)
	fromOlderKeras(w.ClassName, cfg, config.Keys(l))
	if err := config.Decode(l, cfg, base...); err != nil {
		return nil, d.missing.add(err, w.ClassName)
	}
	nn.BaseOf(l).SettingsRead()
	switch name := cfg["name"].(type) {
	case nil:
	case string:
		nn.Name(name, l)
	default:
		return nil, fmt.Errorf("name is %v; want a string", name)
	}
	if t, ok := cfg["trainable"].(bool); ok && !t {
		nn.BaseOf(l).Fix()
	}
	if x := cfg["batch_input_shape"]; x != nil {
		s, err := anyShape("batch_input_shape", x)
		if err != nil {
			return nil, err
		}
		nn.BatchInputShape(l, s)
	}
	return l, nil
}
