package nn_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	_ "github.com/antler-ml/antler/nn/all"
)

// kerasClass is the constructor of a class as real Keras has it.
type kerasClass struct {
	Required []string
	Defaults map[string]any
	Given    map[string]any
	Config   map[string]any
}

// TestDefaults compares every registered type with the constructor of the class
// of the same name: each of Keras' parameters must be a setting of the same
// name with the same default, or be in one of the lists below.
func TestDefaults(t *testing.T) {
	data, err := os.ReadFile(golden.Path(t, "keras", "defaults.json"))
	must(t, err)
	var all map[string]json.RawMessage
	must(t, json.Unmarshal(data, &all))
	for kind, want := range map[string]reflect.Type{
		"layers": reflect.TypeFor[nn.Layer](), "initializers": reflect.TypeFor[nn.Initializer](), "regularizers": reflect.TypeFor[nn.Regularizer](),
		"constraints": reflect.TypeFor[nn.Constraint](), "losses": reflect.TypeFor[nn.Loss](), "metrics": reflect.TypeFor[nn.Metric](),
		"optimizers": reflect.TypeFor[nn.Optimizer](), "callbacks": reflect.TypeFor[nn.Callback](),
	} {
		var classes map[string]kerasClass
		must(t, json.Unmarshal(all[kind], &classes))
		compared := 0
		for _, class := range config.Classes(want) {
			keras, ok := classes[class]
			v, err := config.New(class, want)
			must(t, err)
			switch {
			case config.ClassName(v) != class: // an old name of a class
			case strings.HasSuffix(reflect.TypeOf(v).Elem().PkgPath(), "_test"): // of an example
			case ok:
				compared++
				t.Run(kind+"/"+class, func(t *testing.T) { compareDefaults(t, class, keras, want) })
			case oursAlone[class] == "":
				t.Errorf("%s: Keras has no class %s; say in oursAlone why we have", kind, class)
			}
		}
		if compared == 0 {
			t.Errorf("%s: no class was compared", kind)
		}
	}
}

// TestLookups: a name stands for what Keras takes it for, wherever we have the
// class; what Keras does not know we do not know either.
func TestLookups(t *testing.T) {
	data, err := os.ReadFile(golden.Path(t, "keras", "defaults.json"))
	must(t, err)
	var all struct {
		Lookups map[string]map[string]*string
	}
	must(t, json.Unmarshal(data, &all))
	found := 0
	for kind, want := range map[string]reflect.Type{
		"initializers": reflect.TypeFor[nn.Initializer](), "regularizers": reflect.TypeFor[nn.Regularizer](), "constraints": reflect.TypeFor[nn.Constraint](),
		"losses": reflect.TypeFor[nn.Loss](), "metrics": reflect.TypeFor[nn.Metric](), "optimizers": reflect.TypeFor[nn.Optimizer](),
	} {
		classes := config.Classes(want)
		for name, class := range all.Lookups[kind] {
			v, err := config.Lookup(name, want)
			switch {
			case class == nil && err == nil && ourNames[name] == "":
				t.Errorf("%s: Keras does not know %q, we take it for %s", kind, name, config.ClassName(v))
			case class == nil || !slices.ContainsFunc(classes, func(c string) bool { return thing(c) == thing(*class) }):
			case err != nil:
				t.Errorf("%s: %v; Keras takes it for %s", kind, err, *class)
			case thing(config.ClassName(v)) != thing(*class):
				t.Errorf("%s: %q is %s, want %s", kind, name, config.ClassName(v), *class)
			default:
				found++
			}
		}
	}
	if found < 45 {
		t.Errorf("only %d names were found", found)
	}
}

// ourNames are names that tf-keras does not know and we do.
var ourNames = map[string]string{
	"lion": "Keras has the class, but no name for it", "adafactor": "see lion",
	"crossentropy": "compile resolves it, as accuracy", "ce": "see crossentropy",
	"kld": "a metric in Keras 2.3, only a loss in tf-keras", "bce": "see kld",
}

// oursAlone are classes that real Keras has not.
var oursAlone = map[string]string{
	"DropMask":         "tf-keras drops masks silently",
	"AutoAccuracy":     `what the string "accuracy" stands for`,
	"AutoCrossentropy": `see AutoAccuracy`,
	"ConfusionMatrix":  "tf-keras has a function",
	"AddLoss":          "tf-keras has it, but shows it in saved models only",
	"AddMetric":        "tf-keras has it, but shows it in saved models only",
}

// leftOut are parameters that we have nowhere, by name.
var leftOut = map[string]string{
	"name":                    "nn.Name gives names; losses, metrics and optimizers have none of their own",
	"dtype":                   "everything is float32",
	"trainable":               "nn.Freeze",
	"dynamic":                 "every model is traced",
	"jit_compile":             "there is one way to run",
	"weights":                 "nn.WithWeights",
	"use_ema":                 "moving averages of weights come later",
	"ema_momentum":            "see use_ema",
	"ema_overwrite_frequency": "see use_ema",
	"verbose":                 "Output says whether and where to print",
	"options":                 "TensorFlow's file options",
}

// differently are single parameters that differ, with the reason.
var differently = map[string]string{
	"Embedding.sparse":                        "gradients are sparse by themselves",
	"Adam.adaptive_epsilon":                   "an option of tf-keras 2.18 and later for other platforms, not in Keras 2",
	"SpatialDropout2D.data_format":            "None is backend.image_data_format(), channels_last",
	"SpatialDropout3D.data_format":            "None is backend.image_data_format(), channels_last",
	"ModelCheckpoint.save_freq":               `0 stands for "epoch"`,
	"BackupAndRestore.save_freq":              `0 stands for "epoch"`,
	"BackupAndRestore.save_before_preemption": "FitConfig stops well at a signal by itself; see nn/checkpoint",
	"ProgbarLogger.count_mode":                "steps are counted, as in Fit",
	"ProgbarLogger.stateful_metrics":          "all logs are those of the epoch so far",
	"BatchNormalization.synchronized":         "one machine",
	"RemoteMonitor.headers":                   "not saved: they may hold secrets",
	"TensorBoard.update_freq":                 `0 stands for "epoch"`,
	"TensorBoard.embeddings_metadata":         "not saved: names of files",
	"TensorBoard.profile_batch":               "Go has its own profiler",
}

func compareDefaults(t *testing.T, class string, keras kerasClass, want reflect.Type) {
	v, err := config.New(class, want)
	must(t, err)
	must(t, config.Defaults(v))
	if x, ok := v.(nn.Validator); ok && len(keras.Required)+len(keras.Given) == 0 { // may fill in what depends on other settings
		must(t, x.Validate())
	}
	object, err := config.Encode(v)
	must(t, err)
	text, err := json.Marshal(object)
	must(t, err)
	var ours map[string]any
	must(t, json.Unmarshal(text, &ours))
	excused := func(param string) bool { return leftOut[param] != "" || differently[class+"."+param] != "" }
	for _, p := range keras.Required {
		if _, ok := ours[p]; !ok && !excused(p) {
			t.Errorf("required parameter %s is missing", p)
		}
	}
	for p, def := range keras.Defaults {
		if shown, ok := keras.Config[p]; ok && keras.Given[p] == nil {
			def = shown // as get_config completes it
		}
		got, ok := ours[p]
		switch {
		case excused(p):
		case !ok:
			t.Errorf("parameter %s is missing; its default is %v", p, def)
		case !sameDefault(got, def):
			t.Errorf("default of %s is %v, want %v", p, got, def)
		}
	}
	for p := range ours {
		_, has := keras.Defaults[p]
		if !has && !slices.Contains(keras.Required, p) && extra[class+"."+p] == "" && extra[p] == "" {
			t.Errorf("Keras has no parameter %s; say in extra why we have", p)
		}
	}
}

// extra are settings that Keras' constructor does not show.
var extra = map[string]string{
	"clipnorm": "**kwargs", "clipvalue": "**kwargs", "global_clipnorm": "**kwargs", "decay": "Keras 2.3", "gradient_accumulation_steps": "Keras 3",
	"ModelCheckpoint.period": "**kwargs", "implementation": "**kwargs",
	"zero_output_for_mask": "**kwargs", "SimpleRNN.time_major": "**kwargs",
	"ConvLSTM1D.unroll": "**kwargs", "ConvLSTM2D.unroll": "**kwargs", "ConvLSTM3D.unroll": "**kwargs",
	"ConvLSTM1D.time_major": "**kwargs", "ConvLSTM2D.time_major": "**kwargs", "ConvLSTM3D.time_major": "**kwargs",
	"GlobalAveragePooling1D.keepdims": "**kwargs", "keepdims": "**kwargs", "num_constants": "get_config shows it",
	"SpatialDropout1D.seed": "**kwargs", "SpatialDropout2D.seed": "**kwargs", "SpatialDropout3D.seed": "**kwargs",
	"SpatialDropout1D.noise_shape": "get_config shows it", "SpatialDropout2D.noise_shape": "get_config shows it", "SpatialDropout3D.noise_shape": "get_config shows it",
	"Lambda.module": "get_config shows it", "Lambda.function_type": "get_config shows it", "Lambda.mask_module": "get_config shows it", "Lambda.mask_type": "get_config shows it",
	"Lambda.output_shape_type": "get_config shows it", "Lambda.output_shape_module": "get_config shows it",
	"groups":                             "**kwargs",
	"SeparableConv1D.kernel_initializer": "**kwargs", "SeparableConv1D.kernel_regularizer": "**kwargs", "SeparableConv1D.kernel_constraint": "**kwargs",
	"SeparableConv2D.kernel_initializer": "**kwargs", "SeparableConv2D.kernel_regularizer": "**kwargs", "SeparableConv2D.kernel_constraint": "**kwargs",
}

// sameDefault compares a default of ours with one of Keras. Things are
// compared by the class that a name stands for; zero stands for None where the
// code treats them alike, which the golden cases show.
func sameDefault(got, want any) bool {
	if want == nil && got == nil {
		return true
	}
	if a, b := thing(got), thing(want); a != "" && a == b {
		return true
	}
	if want == "linear" && got == nil { // no activation
		return true
	}
	if want == "auto" && got == "sum_over_batch_size" { // what it means in Fit
		return true
	}
	if want == nil {
		return got == 0.0 || got == false || got == "linear" || fmt.Sprint(got) == "[]"
	}
	if w, ok := want.([]any); ok && len(w) == 1 { // Keras keeps the sizes of sequences as lists
		if _, list := got.([]any); !list {
			return sameDefault(got, w[0])
		}
	}
	if list, ok := got.([]any); ok {
		if w, ok := want.([]any); ok {
			return slices.EqualFunc(list, w, sameDefault)
		}
		return !slices.ContainsFunc(list, func(x any) bool { return !sameDefault(x, want) }) // one number for all
	}
	if f, ok := want.(float64); ok {
		if g, ok := got.(float64); ok {
			return float32(f) == float32(g)
		}
	}
	return got == want
}

// thing is the comparable form of a default that is a class or a name.
func thing(x any) string {
	switch x := x.(type) {
	case string:
		return strings.ToLower(strings.ReplaceAll(x, "_", ""))
	case map[string]any:
		class, _ := x["class_name"].(string)
		return thing(class)
	}
	return ""
}
