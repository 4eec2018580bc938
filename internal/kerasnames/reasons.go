package main

import "strings"

// reasons say why a name of Keras has no counterpart: a whole name, or that of a
// member of Layer, Model and Sequential.
var reasons = merged(
	map[string]string{
		"Wrapper":       "a layer with a layer as a field is one: nn.Build.Sub, nn.Call.Sub",
		"InputSpec":     "Build returns an error for an input that does not fit",
		"DenseFeatures": "of TensorFlow's feature columns", "RandomHeight": "sizes of a batch are fixed once it is traced", "RandomWidth": "see RandomHeight",
		"model_from_yaml": "Keras 2.3; tf-keras refuses it",
	},
	because("strings are no tensors: packages text and pipeline do this before the model", "HashedCrossing", "Hashing", "IntegerLookup", "StringLookup", "TextVectorization"),
	because("everything is float32", "compute_dtype", "dtype", "dtype_policy", "variable_dtype"),
	because("there is one machine and one way to run", "autotune_steps_per_execution", "distribute_reduction_method", "distribute_strategy", "dynamic", "jit_compile", "run_eagerly", "steps_per_execution",
		"make_predict_function", "make_test_function", "make_train_function"),
	because("the steps of training are not overridden; write a loss, an optimizer or a callback", "compute_loss", "compute_metrics", "predict_step", "test_step", "train_step", "get_metrics_result"),
	because("inside of Keras' own files", "build_from_config", "compile_from_config", "get_build_config", "get_compile_config", "load_own_variables", "save_own_variables", "save_spec", "finalize_state", "get_weight_paths", "export"),
	because("inside of Keras' graph; nn.Base.InputAt and OutputAt tell what a layer was called on", "inbound_nodes", "outbound_nodes", "input_mask", "output_mask", "input_shape", "input_spec", "compute_output_signature"),
	because("nn.Base.TrainableWeights and NonTrainableWeights", "trainable_variables", "non_trainable_variables"),
	because("parts of a trace: Call.AddLoss, AddMetric and Assign make them", "losses", "metrics", "updates", "state_updates"),
	map[string]string{"stateful": "a setting of the recurrent layers", "reset_metrics": "every epoch begins with metrics at their start", "to_yaml": "Keras 2.3; tf-keras refuses it"},
)

func because(reason string, names ...string) map[string]string {
	m := map[string]string{}
	for _, n := range names {
		m[n] = reason
	}
	return m
}

func merged(all ...map[string]string) map[string]string {
	m := map[string]string{}
	for _, a := range all {
		for n, r := range a {
			m[n] = r
		}
	}
	return m
}

// reason is why a name of a module is not here; "" when nobody said.
func reason(module, name string) string {
	if r := moduleReasons[module][name]; r != "" {
		return r
	}
	if r := reasons[name]; r != "" {
		return r
	}
	if class, member, ok := strings.Cut(name, "."); ok && (class == "Layer" || class == "Model" || class == "Sequential") {
		return reasons[member]
	}
	return ""
}
