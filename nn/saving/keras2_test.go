package saving_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
)

// Configurations of Keras 2.0 to 2.3, and arguments that every layer of tf-keras
// takes besides its settings.
func TestKeras2Configurations(t *testing.T) {
	for _, c := range []struct{ class, old, now string }{
		// implementation=0 is 1 in tf-keras (with a warning), and nothing to SimpleRNN.
		{"LSTM", `{"units": 3, "implementation": 0}`, `{"units": 3, "implementation": 1}`},
		{"SimpleRNN", `{"units": 3, "implementation": 0}`, `{"units": 3}`},
		{"ConvLSTM2D", `{"filters": 3, "kernel_size": 2, "implementation": 0}`, `{"filters": 3, "kernel_size": 2}`},
		// reset_after came with Keras 2.1.5, false, and became true in tf-keras; every
		// version that has it writes it.
		{"GRU", `{"units": 3, "implementation": 1}`, `{"units": 3, "implementation": 1, "reset_after": false}`},
		{"GRU", `{"output_dim": 3, "inner_activation": "hard_sigmoid", "consume_less": "cpu"}`, `{"units": 3, "recurrent_activation": "hard_sigmoid", "implementation": 1, "reset_after": false}`},
		{"GRU", `{"units": 3}`, `{"units": 3, "reset_after": true}`},
		{"GRUCell", `{"units": 3, "implementation": 2, "reset_after": true}`, `{"units": 3}`},
		{"Conv2D", `{"filters": 3, "kernel_size": 2, "padding": "SAME", "data_format": "Channels_First"}`, `{"filters": 3, "kernel_size": 2, "padding": "same", "data_format": "channels_first"}`},
		{"BatchNormalization", `{"mode": 0, "input_dtype": "float32", "autocast": true}`, `{}`},
		{"Embedding", `{"input_dim": 5, "output_dim": 3, "dropout": 0.1, "input_dtype": "int32"}`, `{"input_dim": 5, "output_dim": 3}`},
		{"PReLU", `{"init": "ones"}`, `{"alpha_initializer": "ones"}`},
		{"SeparableConv2D", `{"filters": 3, "kernel_size": 2, "init": "ones"}`, `{"filters": 3, "kernel_size": 2, "depthwise_initializer": "ones", "pointwise_initializer": "ones"}`},
		{"ZeroPadding2D", `{"padding": {"top_pad": 1, "left_pad": 2}, "dim_ordering": "default"}`, `{"padding": [[1, 0], [2, 0]]}`},
		{"Conv2D", `{"nb_filter": 3, "nb_row": 2, "nb_col": 2, "dim_ordering": "default"}`, `{"filters": 3, "kernel_size": 2}`},
		{"Dense", `{"units": 3, "input_dim": null, "input_length": null}`, `{"units": 3}`},
		{"Dense", `{"units": 3, "input_dim": 4, "batch_input_shape": [null, 5]}`, `{"units": 3, "batch_input_shape": [null, 5]}`},
	} {
		old, err := saving.FromConfig(c.class, []byte(c.old))
		if err != nil {
			t.Errorf("%s %s: %v", c.class, c.old, err)
			continue
		}
		now, err := saving.FromConfig(c.class, []byte(c.now))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(old, now) {
			t.Errorf("%s %s is %+v, want %+v", c.class, c.old, old, now)
		}
	}
	for _, c := range []struct{ class, cfg, want string }{
		{"BatchNormalization", `{"mode": 2}`, `has no setting "mode"`},
		{"Dense", `{"units": 3, "input_shape": ["a"]}`, "batch_input_shape is [null,\"a\"]; want a list of sizes"},
	} {
		if _, err := saving.FromConfig(c.class, []byte(c.cfg)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got %v, want %q", c.class, c.cfg, err, c.want)
		}
	}
}

// What a first layer takes, in all the words that tf-keras knows; the shapes are what
// it says of Sequential.from_config.
func TestKeras2InputShape(t *testing.T) {
	for _, c := range []struct {
		class, cfg string
		want       nn.Shape
	}{
		{"Dense", `"units": 3, "input_dim": 4`, nn.Shape{-1, 4}},
		{"Dense", `"units": 3, "input_shape": [4]`, nn.Shape{-1, 4}},
		{"LSTM", `"units": 3, "input_dim": 4, "input_length": 5`, nn.Shape{-1, 5, 4}},
		{"LSTM", `"units": 3, "input_dim": 4`, nn.Shape{-1, -1, 4}},
		{"Conv1D", `"filters": 3, "kernel_size": 2, "input_shape": [5, 4], "batch_size": 7`, nn.Shape{7, 5, 4}},
		{"Embedding", `"input_dim": 3, "output_dim": 2, "input_length": 5`, nn.Shape{-1, 5}},
		{"Embedding", `"input_dim": 3, "output_dim": 2`, nn.Shape{-1, -1}},
	} {
		m, err := saving.FromJSON(fmt.Appendf(nil, `{"class_name": "Sequential", "config": [{"class_name": %q, "config": {%s}}]}`, c.class, c.cfg))
		if err != nil {
			t.Errorf("%s %s: %v", c.class, c.cfg, err)
			continue
		}
		if got := m.InputShapes(); !m.Built() || !got[0].Equal(c.want) {
			t.Errorf("%s %s takes %v, want %v", c.class, c.cfg, got, c.want)
		}
	}
}

// A GRU of Keras 2.0 as its JSON said: the weights are those of reset_after=False.
func TestKeras20GRU(t *testing.T) {
	m, err := saving.FromJSON([]byte(`{"class_name": "Sequential", "keras_version": "2.0.8", "backend": "tensorflow", "config": [{"class_name": "GRU", "config": {
		"name": "gru_1", "trainable": true, "batch_input_shape": [null, 5, 3], "dtype": "float32", "return_sequences": false, "return_state": false,
		"go_backwards": false, "stateful": false, "unroll": false, "implementation": 0, "units": 4, "activation": "tanh", "recurrent_activation": "hard_sigmoid",
		"use_bias": true, "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": null}},
		"recurrent_initializer": {"class_name": "Orthogonal", "config": {"gain": 1.0, "seed": null}}, "bias_initializer": {"class_name": "Zeros", "config": {}},
		"kernel_regularizer": null, "recurrent_regularizer": null, "bias_regularizer": null, "activity_regularizer": null, "kernel_constraint": null,
		"recurrent_constraint": null, "bias_constraint": null, "dropout": 0.0, "recurrent_dropout": 0.0}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Weights()[2].Shape(); !s.Equal(nn.Shape{12}) || *m.Layers()[0].(*layers.GRU).ResetAfter {
		t.Errorf("bias %v, want (12,): without ResetAfter", s)
	}
}

// A model of Keras 1 as its to_json wrote it, with a shortcut around a convolution.
func TestKeras1Functional(t *testing.T) {
	merge := func(name, mode, rest string, from ...string) string {
		return fmt.Sprintf(`{"class_name": "Merge", "name": %[1]q, "config": {"name": %[1]q, "trainable": true, "mode": %[2]q, "mode_type": "raw", "concat_axis": -1, "dot_axes": -1,
			"output_shape": null, "output_shape_type": "raw", "output_mask": null, "output_mask_type": "raw", "arguments": {}%[3]s}, "inbound_nodes": [[["%[4]s", 0, 0]]]}`,
			name, mode, rest, strings.Join(from, `", 0, 0], ["`))
	}
	text := `{"class_name": "Model", "keras_version": "1.2.2", "config": {"name": "model_1", "layers": [
		{"class_name": "InputLayer", "name": "input_1", "config": {"batch_input_shape": [null, 4, 4, 2], "input_dtype": "float32", "sparse": false, "name": "input_1"}, "inbound_nodes": []},
		{"class_name": "Convolution2D", "name": "conv", "config": {"name": "conv", "trainable": true, "nb_filter": 2, "nb_row": 3, "nb_col": 3, "init": "glorot_uniform", "activation": "linear",
			"border_mode": "same", "subsample": [1, 1], "dim_ordering": "tf", "W_regularizer": null, "b_regularizer": null, "activity_regularizer": null, "W_constraint": null,
			"b_constraint": null, "bias": true}, "inbound_nodes": [[["input_1", 0, 0]]]},
		{"class_name": "BatchNormalization", "name": "norm", "config": {"name": "norm", "trainable": true, "epsilon": 1e-06, "mode": 0, "axis": -1, "momentum": 0.9, "gamma_regularizer": null,
			"beta_regularizer": null}, "inbound_nodes": [[["conv", 0, 0]]]},
		` + merge("sum", "sum", "", "norm", "input_1") + ", " + merge("joined", "concat", "", "sum", "input_1") + ", " + merge("most", "max", "", "sum", "norm") + ", " + merge("times", "dot", "", "flat", "flat") + `,
		{"class_name": "Flatten", "name": "flat", "config": {"name": "flat", "trainable": true}, "inbound_nodes": [[["most", 0, 0]]]}],
		"input_layers": [["input_1", 0, 0]], "output_layers": [["joined", 0, 0], ["times", 0, 0]]}}`
	m, err := saving.FromJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(m.OutputShapes()); got != "[(None, 4, 4, 4) (None, 1)]" {
		t.Errorf("outputs %s", got)
	}
	for name, want := range map[string]string{"sum": "Add", "joined": "Concatenate", "most": "Maximum", "times": "Dot", "conv": "Conv2D"} {
		if l, err := m.Layer(name); err != nil || nn.ClassName(l) != want {
			t.Errorf("%s: %v, %v, want %s", name, l, err, want)
		}
	}
	if _, err := saving.FromConfig("Merge", []byte(`{"mode": "cos"}`)); err == nil || !strings.Contains(err.Error(), `"Merge"`) {
		t.Errorf("got %v", err)
	}
}
