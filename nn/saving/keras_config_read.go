package saving

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// normalise turns a configuration of a .keras file, or of to_json of Keras 3,
// into the form of tf-keras' .h5 files. Other configurations stay as they are.
func normalise(data []byte) ([]byte, error) {
	three := bytes.Contains(data, []byte(`"DTypePolicy"`)) || bytes.Contains(data, []byte(`"batch_shape"`)) || bytes.Contains(data, []byte(`"__keras_tensor__"`))
	if !three && !bytes.Contains(data, []byte(`"registered_name"`)) {
		return data, nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // seeds are large
	var x any
	if err := d.Decode(&x); err != nil {
		return nil, err
	}
	x, err := normaliser{three}.value(x)
	if err != nil {
		return nil, err
	}
	return json.Marshal(x)
}

// normaliser knows whether the file is of Keras 3, where some names mean other
// things than in Keras 2.
type normaliser struct{ three bool }

func (n normaliser) value(x any) (any, error) {
	switch x := x.(type) {
	case []any:
		return n.list(x)
	case map[string]any:
		return n.object(x)
	}
	return x, nil
}

func (n normaliser) list(x []any) (any, error) {
	out := make([]any, len(x))
	for i, v := range x {
		var err error
		if out[i], err = n.value(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (n normaliser) members(x map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(x))
	for k, v := range x {
		var err error
		if out[k], err = n.value(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// object is a thing with a class, or plain settings.
func (n normaliser) object(x map[string]any) (any, error) {
	class, _ := x["class_name"].(string)
	cfg, settings := x["config"].(map[string]any)
	switch {
	case class == "__tuple__":
		return n.value(x["items"])
	case class == "__keras_tensor__" && settings:
		return cfg["keras_history"], nil
	case (class == "__numpy__" || class == "__tensor__") && settings:
		return n.value(cfg["value"])
	case class == "function":
		return n.function(x)
	case strings.HasSuffix(class, "DTypePolicy") && settings:
		if strings.HasPrefix(class, "Quantized") {
			return nil, fmt.Errorf("the type of numbers %v is that of a quantized model; save the model in Keras before it is quantized", cfg["name"])
		}
		return cfg["name"], nil
	case class == "" || !settings:
		return n.members(x)
	}
	cfg, err := n.members(cfg)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", class, err)
	}
	out := map[string]any{"class_name": n.settings(class, cfg), "config": cfg}
	if isModel(class) {
		n.ends(cfg)
	}
	for _, k := range []string{"name", "keras_version", "backend"} {
		if v, ok := x[k]; ok {
			out[k] = v
		}
	}
	if calls, ok := x["inbound_nodes"].([]any); ok {
		if out["inbound_nodes"], err = n.calls(class, calls); err != nil {
			return nil, fmt.Errorf("layer %q: %w", x["name"], err)
		}
	}
	return out, nil
}

// function is the name of a function that is written as an object.
func (n normaliser) function(x map[string]any) (any, error) {
	if name, ok := x["config"].(string); ok {
		return n.activation(name), nil
	}
	return n.members(x)
}

// activation is what the function with a name of Keras 3 is called here.
func (n normaliser) activation(name string) string {
	if n.three && name == "hard_sigmoid" {
		return "hard_sigmoid_sixth" // ReLU6(x+3)/6; in Keras 2 it was clip(0.2x+0.5)
	}
	return name
}

// settings gives settings the names that they have here, drops what says nothing,
// and returns the name of the class.
func (n normaliser) settings(class string, cfg map[string]any) string {
	if _, err := config.New(class, reflect.TypeFor[nn.Initializer]()); err != nil { // not of somebody's own
		class = strings.TrimSuffix(class, "Initializer")
	}
	for ours, theirs := range renamed3[class] {
		if v, ok := cfg[theirs]; ok {
			delete(cfg, theirs)
			cfg[ours] = v
		}
	}
	for k, v := range cfg {
		if s, ok := v.(string); ok && strings.HasSuffix(k, "activation") {
			cfg[k] = n.activation(s)
		}
	}
	for _, m := range modules {
		v, err := config.New(class, m.want)
		if err != nil {
			continue
		}
		known := append(config.Keys(v), base...)
		for k, v := range cfg {
			if !slices.Contains(known, k) && neutral(only3, k, v) {
				delete(cfg, k)
			}
		}
		break
	}
	return class
}

// ends makes lists of [layer, node, tensor] of a model's inputs and outputs, which
// may be single, in lists, or by name.
func (n normaliser) ends(cfg map[string]any) {
	for _, k := range []string{"input_layers", "output_layers"} {
		if x, ok := cfg[k]; ok {
			cfg[k] = wires(x)
		}
	}
}

// wires finds every [layer, node, tensor] in a structure, in Keras' order: keys are
// sorted.
func wires(x any) []any {
	out := []any{}
	switch x := x.(type) {
	case []any:
		if isWire(x) {
			return []any{x}
		}
		for _, v := range x {
			out = append(out, wires(v)...)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			out = append(out, wires(x[k])...)
		}
	}
	return out
}

func isWire(x any) bool {
	l, ok := x.([]any)
	if !ok || len(l) < 3 || len(l) > 4 {
		return false
	}
	_, name := l[0].(string)
	_, node := l[1].(json.Number)
	_, tensor := l[2].(json.Number)
	return name && node && tensor
}

// calls turns {"args", "kwargs"} into lists of [layer, node, tensor, arguments].
func (n normaliser) calls(class string, calls []any) (any, error) {
	out := make([]any, len(calls))
	for i, c := range calls {
		m, ok := c.(map[string]any)
		if !ok { // as tf-keras writes them
			out[i] = c
			continue
		}
		args, err := n.value(m["args"])
		if err != nil {
			return nil, err
		}
		kwargs, err := n.value(m["kwargs"])
		if err != nil {
			return nil, err
		}
		if out[i], err = n.call(class, args, kwargs); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// call puts the inputs of one call in a row. Those that a layer takes by name go to
// the arguments, where decodeCall looks for them.
func (n normaliser) call(class string, args, kwargs any) (any, error) {
	list, _ := args.([]any)
	named, _ := kwargs.(map[string]any)
	if named == nil {
		named = map[string]any{}
	}
	if n.three {
		delete(named, "training") // Fit and Predict decide, there too
	}
	var rest []any
	v, err := config.New(class, reflect.TypeFor[nn.Layer]())
	if in, ok := v.(inputNamer); err == nil && ok {
		names := append(in.InputNames(3), "query_mask", "value_mask", "key_mask", "attention_mask")
		for i, a := range list {
			if i < len(names) {
				named[names[i]] = a
			}
		}
		rest = wires(named[names[0]])
		delete(named, names[0])
		for k, x := range named {
			switch w := wires(x); len(w) {
			case 0:
			case 1:
				named[k] = w[0]
			default:
				return nil, fmt.Errorf("the argument %s has %d inputs, want one", k, len(w))
			}
		}
	} else {
		rest = wires(list)
		for _, k := range []string{"inputs", "x", "sequences", "sequence", "data", "initial_state", "constants"} {
			if w := wires(named[k]); len(w) > 0 {
				rest = append(rest, w...)
				delete(named, k)
			}
		}
	}
	if len(rest) == 0 {
		return nil, fmt.Errorf("a call of it has no input")
	}
	for k, x := range named {
		if l, ok := x.([]any); ok && !isWire(x) && !slices.ContainsFunc(l, func(v any) bool { return v != nil }) { // no masks
			delete(named, k)
		}
	}
	var call []any
	for i, w := range rest {
		w := slices.Clone(w.([]any))
		if i == 0 && len(named) > 0 {
			w = append(w[:3], named)
		}
		call = append(call, w)
	}
	return call, nil
}
