package saving

import (
	"reflect"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// dialect is a form of .keras files.
type dialect int

const (
	dialect3  dialect = iota // of Keras 3
	dialectTF                // of tf-keras and TensorFlow 2.13 and later
)

// version is what files claim as their writer.
func (d dialect) version() string { return [...]string{"3.0.0", "2.15.0"}[d] }

// modules are where Keras has things of a kind. A class of layers may also stand
// where an activation is expected.
var modules = []struct {
	name string
	want reflect.Type
}{
	{"keras.initializers", reflect.TypeFor[nn.Initializer]()},
	{"keras.regularizers", reflect.TypeFor[nn.Regularizer]()},
	{"keras.constraints", reflect.TypeFor[nn.Constraint]()},
	{"keras.layers", reflect.TypeFor[nn.Layer]()},
}

// onlyTF are classes of tf-keras that Keras 3 has not got.
var onlyTF = []string{
	"ThresholdedReLU", "LocallyConnected1D", "LocallyConnected2D", "RadialConstraint", "AddLoss", "AddMetric",
}

// module says where Keras has a class; "" for classes of one's own. A layer may have
// the name of an initializer: Identity.
func module(class string, layer bool) string {
	if class == "InputLayer" { // which files make in another way than others
		return "keras.layers"
	}
	for _, m := range modules {
		v, err := config.New(class, m.want)
		if err != nil || layer && m.name != "keras.layers" {
			continue
		}
		if strings.HasPrefix(reflect.TypeOf(v).Elem().PkgPath(), reflect.TypeFor[nn.Base]().PkgPath()) {
			return m.name
		}
		return ""
	}
	return ""
}

// Settings that Keras 3 has other names for than tf-keras, by class.
var renamed3 = map[string]map[string]string{
	"LeakyReLU":  {"alpha": "negative_slope"},
	"InputLayer": {"batch_input_shape": "batch_shape"},
}

// not3 are settings that Keras 3 does not have, with the values that say nothing;
// no values: nothing depends on them. Others cannot be written.
var not3 = map[string][]any{
	"time_major": {false}, "implementation": nil, "input_length": nil, "batch_input_shape": nil,
	"query_shape": nil, "key_shape": nil, "value_shape": nil, "softmax_robust_masking": nil,
	"num_constants": {nil, 0},
}

// not3Of are those of single classes.
var not3Of = map[string]map[string][]any{
	"Conv1DTranspose": {"groups": {1}}, "Conv2DTranspose": {"groups": {1}}, "Conv3DTranspose": {"groups": {1}},
	"DepthwiseConv1D": {"groups": {1}}, "DepthwiseConv2D": {"groups": {1}},
	"SeparableConv1D":  {"groups": {1}, "kernel_initializer": nil, "kernel_regularizer": nil, "kernel_constraint": nil},
	"SeparableConv2D":  {"groups": {1}, "kernel_initializer": nil, "kernel_regularizer": nil, "kernel_constraint": nil},
	"SpatialDropout1D": {"trainable": nil, "noise_shape": {nil}}, "SpatialDropout2D": {"trainable": nil, "noise_shape": {nil}}, "SpatialDropout3D": {"trainable": nil, "noise_shape": {nil}},
	"Discretization": {"trainable": nil}, "Softmax": {"robust_masking": {nil, false}},
	"ConvLSTM1D": {"unroll": nil}, "ConvLSTM2D": {"unroll": nil}, "ConvLSTM3D": {"unroll": nil},
}

// only3 are settings of Keras 3 that layers here do not have, with the values that
// change no result; no values: none does.
var only3 = map[string][]any{
	"seed": nil, "use_cudnn": nil, "autocast": nil, "synchronized": nil, "flash_attention": nil, "optional": nil,
	"lora_alpha": nil, "renorm_clipping": nil, "renorm_momentum": nil, "build_input_shape": nil, "gptq_unpacked_column_size": nil,
	"quantization_config": {nil}, "quantization_mode": {nil}, "lora_rank": {nil}, "lora_enabled": {nil, false},
	"zero_output_for_mask": {nil, false}, "renorm": {nil, false}, "sliding_window": {nil}, "use_gate": {nil, false},
	"rms_scaling": {nil, false}, "input_axes": {nil}, "output_axes": {nil}, "data_format": {nil, "channels_last"}, "noise_shape": {nil},
	"antialias": {nil, false}, "pad_to_aspect_ratio": {nil, false}, "fill_mode": nil, "fill_value": nil, // of Resizing; the last two fill what is padded
	"sparse": {nil, false}, "ragged": {nil, false}, "activity_regularizer": {nil}, "weights": {nil},
}

// says reports whether a value of a setting is one of those that change nothing.
func neutral(table map[string][]any, key string, value any) bool {
	values, known := table[key]
	return known && (values == nil || slices.ContainsFunc(values, func(v any) bool { return same(v, value) }))
}

// same compares values of configurations, where numbers have several types.
func same(a, b any) bool {
	number := func(v any) (float64, bool) {
		switch r := reflect.ValueOf(v); {
		case r.CanInt():
			return float64(r.Int()), true
		case r.CanFloat():
			return r.Float(), true
		}
		return 0, false
	}
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	if v := reflect.ValueOf(b); a == nil && v.IsValid() && (v.Kind() == reflect.Slice || v.Kind() == reflect.Pointer || v.Kind() == reflect.Map) {
		return v.IsNil()
	}
	return reflect.DeepEqual(a, b)
}
