package nn_test

import (
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
)

// TestPairs: Compile refuses a loss or metric that does not go with the last
// activation, and names what does; "" is a right pair.
func TestPairs(t *testing.T) {
	bce, cce, sce := losses.BinaryCrossentropy{}, losses.CategoricalCrossentropy{}, losses.SparseCategoricalCrossentropy{}
	bceLogits, sceLogits := losses.BinaryCrossentropy{FromLogits: true}, losses.SparseCategoricalCrossentropy{FromLogits: true}
	for _, c := range []struct {
		name       string
		units      int
		activation activations.Activation
		loss       nn.Loss
		metric     nn.Metric
		want       string
	}{
		{"binary", 1, activations.Sigmoid, bce, metrics.Accuracy{}, ""},
		{"labels", 4, activations.Sigmoid, bce, metrics.AUC{MultiLabel: true}, ""},
		{"binary logits", 1, nil, bceLogits, metrics.BinaryAccuracy{Threshold: new(0.0)}, ""},
		{"classes", 3, activations.Softmax, cce, metrics.Precision{}, ""},
		{"class ids", 3, activations.Softmax, sce, metrics.SparseCategoricalAccuracy{}, ""},
		{"class logits", 3, nil, sceLogits, metrics.Accuracy{}, ""},
		{"regression", 2, nil, losses.MeanSquaredError{}, metrics.MeanAbsoluteError{}, ""},
		{"any", 2, activations.Swish, losses.MeanSquaredError{}, metrics.BinaryAccuracy{}, ""},

		{"softmax, binary", 3, activations.Softmax, bce, nil, "loss binary_crossentropy judges each of the 3 numbers by itself, but those of a softmax belong together; for one class of several use losses.CategoricalCrossentropy (one-hot targets) or losses.SparseCategoricalCrossentropy (class ids), for several labels at once a sigmoid"},
		{"softmax of one", 1, activations.Softmax, losses.MeanSquaredError{}, nil, "a softmax over one number is always 1; use a sigmoid, or one unit for each class"},
		{"sigmoid, classes", 3, activations.Sigmoid, cce, nil, "the numbers of a sigmoid do not add up to 1; use a softmax, or for several labels at once losses.BinaryCrossentropy"},
		{"linear, binary", 1, nil, bce, nil, "loss binary_crossentropy takes probabilities, but the model's last activation is linear; end the model in a sigmoid, or set FromLogits: true (on a layer without activation)"},
		{"relu, classes", 3, activations.ReLU, sce, nil, "loss sparse_categorical_crossentropy takes probabilities, but the model's last activation is relu; end the model in a softmax"},
		{"softmax logits", 3, activations.Softmax, sceLogits, nil, "loss sparse_categorical_crossentropy has FromLogits, but the model ends in a softmax, whose numbers are no logits; drop FromLogits or the activation"},
		{"sigmoid logits", 1, activations.Sigmoid, bceLogits, nil, "has FromLogits, but the model ends in a sigmoid"},
		{"one unit, classes", 1, activations.Sigmoid, sce, nil, "loss sparse_categorical_crossentropy needs one output per class, but the output has shape (None, 1)"},
		{"logits, accuracy", 1, nil, bceLogits, metrics.Accuracy{}, "metric accuracy compares predictions with thresholds of probabilities, but the loss has FromLogits; use metrics.BinaryAccuracy{Threshold: new(0.0)}"},
		{"logits, auc", 1, nil, bceLogits, metrics.AUC{}, "metric auc compares predictions with thresholds of probabilities, but the loss has FromLogits; set FromLogits: true of the metric"},
		{"linear, auc", 1, nil, losses.MeanSquaredError{}, metrics.AUC{}, "metric auc takes probabilities, but the model's last activation is linear"},
		{"logits, named auc", 1, nil, bceLogits, metrics.Named("area", metrics.AUC{}), "set FromLogits: true of the metric"},
		{"ids, one-hot accuracy", 3, activations.Softmax, sce, metrics.CategoricalAccuracy{}, "the loss wants targets of shape (None,): metric categorical_accuracy: targets have shape (None,), predictions (None, 3)"},
		{"one-hot, f1 of one", 1, activations.Sigmoid, bce, metrics.F1Score{}, "set Threshold: new(0.5)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: c.units, Activation: c.activation})
			cfg := nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: c.loss}
			if c.metric != nil {
				cfg.Metrics = []nn.Metric{c.metric}
			}
			err := m.Compile(cfg)
			if c.want == "" {
				must(t, err)
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 3, Activation: activations.Softmax})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: bce, AnyPair: true}))
}

// TestPairsInside: the last activation is found in models, wrappers and behind
// layers that change nothing.
func TestPairsInside(t *testing.T) {
	dense := func() nn.Layer { return &layers.Dense{Units: 3, Activation: activations.Sigmoid} }
	for name, ls := range map[string][]nn.Layer{
		"nested":           {nn.NewSequential(nn.Input(4, 2), dense())},
		"time distributed": {&layers.TimeDistributed{Layer: dense()}},
		"dropout":          {dense(), &layers.Dropout{Rate: 0.5}},
		"activation":       {&layers.Dense{Units: 3}, &layers.Activation{Activation: activations.Sigmoid}},
		"convolution":      {&layers.Conv1D{Filters: 3, KernelSize: 1, Activation: activations.Sigmoid}},
	} {
		m := nn.NewSequential(nn.Input(4, 2))
		for _, l := range ls {
			m.Add(l)
		}
		err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.CategoricalCrossentropy{}})
		if err == nil || !strings.Contains(err.Error(), "the numbers of a sigmoid do not add up to 1") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	lambda := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 3}, &layers.Lambda{Function: layers.LambdaFunc("squash", func(_ *layers.LambdaCall, in ...*ops.Value) *ops.Value { return ops.Softmax(in[0], -1) })})
	must(t, lambda.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.CategoricalCrossentropy{}}))
}
