package nn_test

import (
	"testing"

	"github.com/antler-ml/antler/nn"
)

// TestAutoName: the stems that Keras makes of its classes' names, odd ones included.
func TestAutoName(t *testing.T) {
	for class, want := range map[string]string{
		"Dense": "dense", "Conv2D": "conv2d", "LSTM": "lstm", "MaxPooling2D": "max_pooling2d", "BatchNormalization": "batch_normalization",
		"TimeDistributed": "time_distributed", "SeparableConv2D": "separable_conv2d", "PReLU": "p_re_lu", "LeakyReLU": "leaky_re_lu", "ELU": "elu",
		"ThresholdedReLU": "thresholded_re_lu", "GRU": "gru", "RepeatVector": "repeat_vector", "ConvLSTM2D": "conv_lst_m2d", "CuDNNLSTM": "cu_dnnlstm",
	} {
		if got := nn.AutoName(class); got != want {
			t.Errorf("%s is called %q, want %q", class, got, want)
		}
	}
}
