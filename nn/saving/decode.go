package saving

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
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

// ErrUnknownClass is wrapped by errors about layers that are not registered.
var ErrUnknownClass = errors.New("unknown class")

// FromJSON builds a model from what [ToJSON] or Keras' model.to_json() wrote.
// Its weights get their first values, by the seed of Compile, when they are
// needed. All classes that are not registered are named in one error.
func FromJSON(data []byte) (*nn.Model, error) {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("saving: model configuration: %w", err)
	}
	d := decoder{missing: map[string]bool{}}
	m, err := d.model(w, 0)
	if len(d.missing) > 0 {
		names := slices.Sorted(maps.Keys(d.missing))
		return nil, fmt.Errorf("saving: %w: %s; register such layers with nn.Register[T]() from init", ErrUnknownClass, strings.Join(names, ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("saving: %w", err)
	}
	return m, nil
}

const maxDepth = 32 // of nested models

// decoder builds one model; missing are the classes that it did not find.
type decoder struct{ missing map[string]bool }

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
		m, err = sequential(cfg.Layers, layers, inputs)
	} else {
		m, err = connect(cfg.Layers, layers, inputs, cfg.Inputs, cfg.Outputs)
	}
	if err != nil {
		return nil, err
	}
	if cfg.Trainable != nil && !*cfg.Trainable {
		nn.Freeze(m)
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
		switch {
		case w.ClassName == "InputLayer":
			inputs[i], err = input(w)
		case isModel(w.ClassName):
			var m *nn.Model
			if m, err = d.model(w, depth+1); m != nil {
				layers[i] = m
			}
		default:
			layers[i], err = d.layer(w)
		}
		if err != nil && first == nil {
			first = fmt.Errorf("layer %d (%s): %w", i, w.ClassName, err)
		}
	}
	return layers, inputs, first
}

// sequential puts layers in a row. Files of Keras before 2.4 have no
// InputLayer: the first layer says what it takes.
func sequential(ws []wire, layers []nn.Layer, inputs map[int]*nn.Symbol) (*nn.Model, error) {
	if len(inputs) > 1 || len(inputs) == 1 && inputs[0] == nil {
		return nil, errors.New("a Sequential model has one InputLayer, at its beginning")
	}
	if len(inputs) == 1 {
		return nn.NewSequential(inputs[0], layers[1:]...), nil
	}
	if len(ws) == 0 {
		return nil, errors.New("the Sequential model has no layers")
	}
	in, err := input(ws[0])
	if err != nil {
		return nil, fmt.Errorf("the first layer of the Sequential model says no input shape: %w", err)
	}
	return nn.NewSequential(in, layers...), nil
}

// input makes the symbol of an InputLayer, or of a layer with batch_input_shape.
func input(w wire) (*nn.Symbol, error) {
	var cfg struct {
		Shape []*int `json:"batch_input_shape"`
		Name  string `json:"name"`
	}
	if err := json.Unmarshal(w.Config, &cfg); err != nil {
		return nil, err
	}
	if w.ClassName != "InputLayer" {
		cfg.Name = ""
	}
	if cfg.Shape == nil {
		return nil, errors.New("no batch_input_shape")
	}
	s := make(nn.Shape, len(cfg.Shape))
	for i, d := range cfg.Shape {
		switch {
		case d == nil:
			s[i] = nn.Unknown
		case *d < 0:
			return nil, fmt.Errorf("batch_input_shape[%d] is %d; want null or a size", i, *d)
		default:
			s[i] = *d
		}
	}
	in := nn.NamedInput(cfg.Name, s)
	return in, in.Err()
}

func (d *decoder) layer(w wire) (nn.Layer, error) {
	v, err := config.New(w.ClassName, reflect.TypeFor[nn.Layer]())
	if err != nil {
		d.missing[w.ClassName] = true
		return nil, nil
	}
	var cfg map[string]any
	if err := json.Unmarshal(w.Config, &cfg); err != nil {
		return nil, err
	}
	l := v.(nn.Layer)
	if err := config.Decode(l, cfg, "name", "trainable", "dtype", "batch_input_shape"); err != nil {
		return nil, err
	}
	switch name := cfg["name"].(type) {
	case nil:
	case string:
		nn.Name(name, l)
	default:
		return nil, fmt.Errorf("name is %v; want a string", name)
	}
	if t, ok := cfg["trainable"].(bool); ok && !t {
		nn.Freeze(l)
	}
	return l, nil
}
