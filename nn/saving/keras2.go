package saving

import (
	"slices"
	"strings"
)

// fromKeras2 brings what the layers of Keras 2 take besides their settings into the
// form of today: settings that are gone, the shape of the input in its older words,
// and defaults that were others when the file was written.
// Source: the constructors of Keras 2.0 to 2.3 and of tf-keras.
func fromKeras2(class string, cfg map[string]any, has map[string]bool) {
	if cfg == nil {
		return
	}
	old := cfg["implementation"] != nil || cfg["inner_activation"] != nil
	if class == "GRU" || class == "GRUCell" {
		if _, said := cfg["reset_after"]; !said && old { // before 2.1.5 there was no other way
			cfg["reset_after"] = false
		}
	}
	if cfg["implementation"] == 0.0 && !strings.HasPrefix(class, "LocallyConnected") {
		cfg["implementation"] = 1.0
	}
	for _, k := range []string{"padding", "data_format"} {
		if cfg[k] == nil { // as a setting may be None in Keras
			delete(cfg, k)
		}
		if v, _ := cfg[k].(string); slices.Contains(anyCase, strings.ToLower(v)) {
			cfg[k] = strings.ToLower(v)
		}
	}
	if side, ok := cfg["padding"].(map[string]any); ok && class == "ZeroPadding2D" {
		of := func(name string) any {
			if n, ok := side[name]; ok {
				return n
			}
			return 0.0
		}
		cfg["padding"] = []any{[]any{of("top_pad"), of("bottom_pad")}, []any{of("left_pad"), of("right_pad")}}
	}
	if cfg["mode"] == 0.0 && class == "BatchNormalization" { // other modes are gone
		delete(cfg, "mode")
	}
	inputShape(class, cfg, has)
	gone := []string{"implementation", "input_dtype", "autocast"}
	if class == "Embedding" {
		gone = append(gone, "dropout")
	}
	for _, k := range gone {
		if !has[k] {
			delete(cfg, k)
		}
	}
}

// anyCase are words that Keras takes in capitals too.
var anyCase = strings.Fields("valid same causal channels_last channels_first")

// ofSequences are the layers whose input_dim is that of a step.
var ofSequences = strings.Fields("RNN SimpleRNN LSTM GRU Conv1D Convolution1D LocallyConnected1D")

// inputShape makes batch_input_shape of the other ways to say what a first layer
// takes: input_shape, or input_dim and input_length, with or without batch_size.
func inputShape(class string, cfg map[string]any, has map[string]bool) {
	take := func(k string) any {
		v := cfg[k]
		if has[k] {
			return nil
		}
		delete(cfg, k)
		return v
	}
	shape, sample := take("input_shape"), []any(nil)
	dim, length, batch := take("input_dim"), take("input_length"), take("batch_size")
	switch list, ok := shape.([]any); {
	case ok:
		sample = list
	case dim == nil:
	case length != nil || slices.Contains(ofSequences, class):
		sample = []any{length, dim}
	default:
		sample = []any{dim}
	}
	if sample != nil && cfg["batch_input_shape"] == nil {
		cfg["batch_input_shape"] = append([]any{batch}, sample...)
	}
}
