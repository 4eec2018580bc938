package saving_test

import (
	"reflect"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
)

// Configurations with the names of Keras 1 mean the same as those of Keras 2
// (keras/legacy/interfaces.py of Keras 2.3).
func TestKeras1Names(t *testing.T) {
	for _, c := range []struct{ class, old, class2, now string }{
		{"Convolution2D", `{"nb_filter": 4, "nb_row": 3, "nb_col": 2, "border_mode": "same", "subsample": [2, 1], "dim_ordering": "th", "init": "he_normal", "bias": false}`,
			"Conv2D", `{"filters": 4, "kernel_size": [3, 2], "padding": "same", "strides": [2, 1], "data_format": "channels_first", "kernel_initializer": "he_normal", "use_bias": false}`},
		{"Convolution1D", `{"nb_filter": 4, "filter_length": 3, "subsample_length": 2, "W_regularizer": "l2", "b_constraint": "non_neg"}`,
			"Conv1D", `{"filters": 4, "kernel_size": 3, "strides": 2, "kernel_regularizer": "l2", "bias_constraint": "non_neg"}`},
		{"Convolution3D", `{"nb_filter": 4, "kernel_dim1": 3, "kernel_dim2": 2, "kernel_dim3": 1, "dim_ordering": "tf"}`, "Conv3D", `{"filters": 4, "kernel_size": [3, 2, 1]}`},
		{"SeparableConvolution2D", `{"nb_filter": 4, "nb_row": 2, "nb_col": 2, "depthwise_init": "zeros"}`, "SeparableConv2D", `{"filters": 4, "kernel_size": 2, "depthwise_initializer": "zeros"}`},
		{"Deconvolution2D", `{"nb_filter": 4, "nb_row": 2, "nb_col": 2}`, "Conv2DTranspose", `{"filters": 4, "kernel_size": 2}`},
		{"Dense", `{"output_dim": 3, "init": "uniform", "W_constraint": "non_neg"}`, "Dense", `{"units": 3, "kernel_initializer": "uniform", "kernel_constraint": "non_neg"}`},
		{"Embedding", `{"input_dim": 5, "output_dim": 3, "init": "zeros", "W_regularizer": "l2"}`, "Embedding", `{"input_dim": 5, "output_dim": 3, "embeddings_initializer": "zeros", "embeddings_regularizer": "l2"}`},
		{"LSTM", `{"output_dim": 3, "inner_init": "zeros", "forget_bias_init": "zero", "inner_activation": "sigmoid", "dropout_W": 0.1, "dropout_U": 0.2, "U_regularizer": "l2", "consume_less": "gpu"}`,
			"LSTM", `{"units": 3, "recurrent_initializer": "zeros", "unit_forget_bias": false, "recurrent_activation": "sigmoid", "dropout": 0.1, "recurrent_dropout": 0.2, "recurrent_regularizer": "l2", "implementation": 2}`},
		{"MaxPooling1D", `{"pool_length": 3, "stride": 2, "border_mode": "same"}`, "MaxPooling1D", `{"pool_size": 3, "strides": 2, "padding": "same"}`},
		{"AveragePooling2D", `{"dim_ordering": "th"}`, "AveragePooling2D", `{"data_format": "channels_first"}`},
		{"UpSampling1D", `{"length": 3}`, "UpSampling1D", `{"size": 3}`},
		{"Dropout", `{"p": 0.25}`, "Dropout", `{"rate": 0.25}`},
		{"GaussianNoise", `{"sigma": 0.25}`, "GaussianNoise", `{"stddev": 0.25}`},
		{"BatchNormalization", `{"beta_init": "ones", "gamma_init": "zeros"}`, "BatchNormalization", `{"beta_initializer": "ones", "gamma_initializer": "zeros"}`},
	} {
		old, err := saving.FromConfig(c.class, []byte(c.old))
		if err != nil {
			t.Errorf("%s: %v", c.class, err)
			continue
		}
		now, err := saving.FromConfig(c.class2, []byte(c.now))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(old, now) {
			t.Errorf("%s %s is %+v, want %+v", c.class, c.old, old, now)
		}
	}
	if _, err := saving.FromConfig("Dense", []byte(`{"units": 3, "output_dim": 3}`)); err == nil {
		t.Error("no error for the old and the new name at once")
	}
	l, err := saving.FromConfig("RepeatVector", []byte(`{"n": 3}`))
	if err != nil || nn.ClassName(l) != "RepeatVector" || l.(*layers.RepeatVector).N != 3 {
		t.Errorf("%v, %v", l, err)
	}
}
