package saving

import "strings"

// The names of arguments in Keras 1, and what Keras 2 calls them; interfaces of
// Keras 2 still take them, so configurations written by hand may have them.
var keras1Arguments = map[string]string{
	"nb_filter": "filters", "subsample": "strides", "subsample_length": "strides", "border_mode": "padding", "dim_ordering": "data_format",
	"filter_length": "kernel_size", "atrous_rate": "dilation_rate",
	"init": "kernel_initializer", "inner_init": "recurrent_initializer", "inner_activation": "recurrent_activation",
	"W_regularizer": "kernel_regularizer", "U_regularizer": "recurrent_regularizer", "b_regularizer": "bias_regularizer",
	"W_constraint": "kernel_constraint", "U_constraint": "recurrent_constraint", "b_constraint": "bias_constraint", "bias": "use_bias",
	"dropout_W": "dropout", "dropout_U": "recurrent_dropout", "p": "rate", "sigma": "stddev", "pool_length": "pool_size", "stride": "strides",
	"beta_init": "beta_initializer", "gamma_init": "gamma_initializer", "length": "size",
	"depthwise_init": "depthwise_initializer", "pointwise_init": "pointwise_initializer",
}

// keras1Of are those of single classes, whose weights have other names.
var keras1Of = map[string]map[string]string{
	"Embedding": {"init": "embeddings_initializer", "W_regularizer": "embeddings_regularizer", "W_constraint": "embeddings_constraint"},
	"PReLU":     {"init": "alpha_initializer"},
}

// fromCuDNNClass is the layer that does everywhere what CuDNNLSTM and CuDNNGRU of
// Keras 2.0 to 2.3 did on graphics cards, and had no settings for.
func fromCuDNNClass(class string, cfg map[string]any) string {
	if class != "CuDNNLSTM" && class != "CuDNNGRU" || cfg == nil {
		return class
	}
	cfg["activation"], cfg["recurrent_activation"] = "tanh", "sigmoid"
	if class == "CuDNNGRU" {
		cfg["reset_after"] = true
	}
	return strings.TrimPrefix(class, "CuDNN")
}

// merges are the layers of Keras 2 for the modes of Keras 1's Merge.
var merges = map[string]string{"sum": "Add", "mul": "Multiply", "concat": "Concatenate", "ave": "Average", "max": "Maximum", "dot": "Dot"}

// fromMerge is the layer that does what a Merge of Keras 1 did. A Merge that holds
// layers, as Sequential models had it, or a mode that is gone, stays what it is.
func fromMerge(class string, cfg map[string]any) string {
	mode, _ := cfg["mode"].(string)
	if _, holds := cfg["layers"]; class != "Merge" || merges[mode] == "" || holds {
		return class
	}
	class = merges[mode]
	switch class {
	case "Concatenate":
		cfg["axis"] = cfg["concat_axis"]
	case "Dot":
		cfg["axes"] = cfg["dot_axes"]
	}
	for _, k := range strings.Fields("mode concat_axis dot_axes mode_type output_shape output_shape_type output_mask output_mask_type arguments") {
		delete(cfg, k)
	}
	return class
}

// fromOlderKeras brings what older versions wrote of a layer, whose settings are keys
// today, into today's form.
func fromOlderKeras(class string, cfg map[string]any, keys []string) {
	has := map[string]bool{}
	for _, k := range keys {
		has[k] = true
	}
	fromKeras1(class, cfg, has)
	kernelOfSides(cfg, has)
	fromKeras2(class, cfg, has)
}

// fromKeras1 gives the arguments of Keras 1 their names in Keras 2, where the
// layer has not got a setting of the old name.
func fromKeras1(class string, cfg map[string]any, has map[string]bool) {
	move := func(old, now string, value any) {
		if _, given := cfg[now]; has[now] && !has[old] && !given {
			delete(cfg, old)
			cfg[now] = value
		}
	}
	for old, value := range cfg {
		now, known := keras1Arguments[old]
		if own := keras1Of[class][old]; own != "" {
			now = own
		}
		switch {
		case old == "output_dim" && class != "Embedding":
			move(old, "units", value)
		case old == "nb_row" || old == "nb_col" || old == "nb_depth":
		case old == "dim_ordering":
			move(old, now, map[any]any{"tf": "channels_last", "th": "channels_first"}[value])
		case old == "init" && has["depthwise_initializer"]: // and the kernel has none
			move(old, "depthwise_initializer", value)
			cfg["pointwise_initializer"] = value
		case old == "forget_bias_init":
			move(old, "unit_forget_bias", value == "one" || value == "ones")
		case old == "consume_less":
			move(old, "implementation", map[any]any{"cpu": 0.0, "mem": 1.0, "gpu": 2.0}[value])
		case known:
			move(old, now, value)
		}
	}
}

// kernelOfSides makes kernel_size of the sides of a kernel.
func kernelOfSides(cfg map[string]any, has map[string]bool) {
	var sides []any
	for _, side := range strings.Fields("kernel_dim1 kernel_dim2 kernel_dim3") {
		if v, ok := cfg[side]; ok {
			sides = append(sides, v)
		}
	}
	if r, ok := cfg["nb_row"]; ok && sides == nil {
		sides = []any{r, cfg["nb_col"]}
	}
	if _, given := cfg["kernel_size"]; sides == nil || given || !has["kernel_size"] {
		return
	}
	for _, old := range strings.Fields("kernel_dim1 kernel_dim2 kernel_dim3 nb_row nb_col") {
		delete(cfg, old)
	}
	cfg["kernel_size"] = sides
}
