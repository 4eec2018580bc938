package saving

import (
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/config"
)

// forBoth makes the configuration in a .h5 file one that Keras 3 reads too: it leaves
// out settings that Keras 3 does not know, if they say what tf-keras takes anyway, and
// says where layers inside others come from, which tf-keras does not look at.
func forBoth(o config.Object) config.Object {
	name, _ := o.Get("class_name")
	class, _ := name.(string)
	out := slices.Clone(o)
	for i, m := range out {
		if cfg, ok := m.Value.(config.Object); ok && m.Key == "config" {
			out[i].Value = settingsForBoth(class, cfg)
		}
	}
	return out
}

func settingsForBoth(class string, settings config.Object) config.Object {
	ours := isModel(class) || module(class, true) != ""
	out := config.Object{}
	for _, m := range settings {
		if ours && saysNothing(class, m) {
			continue
		}
		switch v := m.Value.(type) {
		case config.Object:
			if m.Key == "layer" || m.Key == "backward_layer" || m.Key == "cell" {
				m.Value = inside(v)
			}
		case []any:
			list := slices.Clone(v)
			for i, x := range list {
				if o, ok := x.(config.Object); !ok {
					continue
				} else if m.Key == "cells" || m.Key == "cell" {
					list[i] = inside(o)
				} else if m.Key == "layers" {
					list[i] = called(located(forBoth(o)))
				}
			}
			m.Value = list
		}
		out = append(out, m)
	}
	return out
}

// inside is a layer in another one, with its place in Keras.
func inside(o config.Object) config.Object { return placed(forBoth(o)) }

// placed says where in Keras a layer comes from. Both then read it as they do in
// .keras files.
func placed(o config.Object) config.Object {
	name, _ := o.Get("class_name")
	class, _ := name.(string)
	where := module(class, true)
	if where == "" {
		return o
	}
	return append(slices.Clone(o), config.Member{Key: "module", Value: where}, config.Member{Key: "registered_name", Value: nil})
}

// located places layers with several axes or none: of a layer without a place
// Keras 3 reads one axis, and takes the last one for all others, with no error.
func located(o config.Object) config.Object {
	cfg, _ := o.Get("config")
	settings, _ := cfg.(config.Object)
	axis, said := settings.Get("axis")
	if list, several := axis.([]any); !said || axis != nil && (!several || len(list) == 1) {
		return o
	}
	out := placed(o)
	for i, m := range out {
		if m.Key == "config" { // the model has an input of that shape anyway
			out[i].Value = slices.DeleteFunc(slices.Clone(settings), func(m config.Member) bool { return m.Key == "batch_input_shape" })
		}
	}
	return out
}

// called lets a model in a model be called twice in the file if it is called
// once: tf-keras counts its making as call 0, so that layers behind it take call 1,
// and Keras 3, which does not, finds the second of two equal calls there. The call
// that nothing depends on is no part of the model that either makes.
func called(o config.Object) config.Object {
	name, _ := o.Get("class_name")
	nodes, _ := o.Get("inbound_nodes")
	class, _ := name.(string)
	calls, _ := nodes.([]any)
	if !isModel(class) || len(calls) != 1 {
		return o
	}
	out := slices.Clone(o)
	for i, m := range out {
		if m.Key == "inbound_nodes" {
			out[i].Value = []any{calls[0], calls[0]}
		}
	}
	return out
}

// saysNothing reports whether Keras 3 has no such setting and the value is the default
// of tf-keras, or one that it does not look at.
func saysNothing(class string, m config.Member) bool {
	if strings.HasPrefix(class, "SeparableConv") && m.Key != "kernel_size" && strings.HasPrefix(m.Key, "kernel_") {
		return true
	}
	if table := not3Of[class]; has(table, m.Key) {
		return table[m.Key] != nil && neutral(table, m.Key, m.Value) || m.Key == "trainable" && same(m.Value, true) || m.Key == "unroll" && same(m.Value, false)
	}
	return not3[m.Key] != nil && neutral(not3, m.Key, m.Value)
}
