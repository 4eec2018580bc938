package saving_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
)

// classifier ends in a softmax; twoHeads has the outputs a (2 classes) and b.
func classifier() *nn.Model {
	return nn.NewSequential(nn.Input(3), units(4), nn.Name("last", &layers.Dense{Units: 2, Activation: softmax}))
}

func twoHeads() *nn.Model {
	in := nn.Input(3)
	h := nn.Apply(nn.Name("d", units(4)), in)
	a := nn.Apply(nn.Name("a", &layers.Dense{Units: 2, Activation: softmax}), h)
	b := nn.Apply(nn.Name("b", &layers.Dense{Units: 1}), h)
	return nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{a, b})
}

// TestApplyCompile reads what the versions of Keras write.
func TestApplyCompile(t *testing.T) {
	for name, c := range map[string]struct {
		model  func() *nn.Model
		config string
		names  string // of the logs
		rate   float64
	}{
		"Keras 1.2": {classifier, `{"optimizer_config": {"class_name": "Adam", "config": {"beta_1": 0.8, "beta_2": 0.999, "lr": 0.002, "decay": 0.01, "epsilon": 1e-08}},
			"loss": "categorical_crossentropy", "metrics": ["accuracy"], "sample_weight_mode": null, "loss_weights": null}`, "[loss accuracy]", 0.002},
		"Keras 2.2": {classifier, `{"optimizer_config": {"class_name": "RMSprop", "config": {"lr": 0.01, "rho": 0.9, "decay": 0.0, "epsilon": null}},
			"loss": "mse", "metrics": ["mae", "acc"], "sample_weight_mode": null, "loss_weights": null}`, "[loss mae accuracy]", 0.01},
		"tf-keras": {classifier, `{"loss": {"class_name": "CategoricalCrossentropy", "config": {"reduction": "auto", "name": "categorical_crossentropy", "from_logits": false, "label_smoothing": 0.1, "axis": -1, "fn": "categorical_crossentropy"}},
			"metrics": [[{"class_name": "MeanMetricWrapper", "config": {"name": "accuracy", "dtype": "float32", "fn": "categorical_accuracy"}}, {"class_name": "MeanMetricWrapper", "config": {"name": "mse", "dtype": "float32", "fn": "mean_squared_error"}}, {"class_name": "AUC", "config": {"name": "pr", "dtype": "float32", "num_thresholds": 10, "curve": "PR", "summation_method": "interpolation", "multi_label": false, "num_labels": null, "label_weights": null, "from_logits": false}}]],
			"weighted_metrics": [[{"class_name": "MeanMetricWrapper", "config": {"name": "accuracy", "dtype": "float32", "fn": "categorical_accuracy"}}]], "loss_weights": null,
			"optimizer_config": {"class_name": "Custom>SGD", "config": {"name": "SGD", "weight_decay": null, "clipnorm": 1.0, "global_clipnorm": null, "clipvalue": null, "use_ema": false, "ema_momentum": 0.99, "ema_overwrite_frequency": null, "jit_compile": false, "is_legacy_optimizer": false, "learning_rate": 0.25, "momentum": 0.9, "nesterov": true}}}`,
			"[loss accuracy mse pr weighted_accuracy]", 0.25},
		"tf-keras, two outputs": {twoHeads, `{"loss": {"a": "categorical_crossentropy", "b": "mse"}, "metrics": [[{"class_name": "MeanMetricWrapper", "config": {"name": "a_accuracy", "dtype": "float32", "fn": "categorical_accuracy"}}], [{"class_name": "MeanMetricWrapper", "config": {"name": "b_mae", "dtype": "float32", "fn": "mean_absolute_error"}}]],
			"weighted_metrics": null, "loss_weights": {"a": 1.0, "b": 0.5}, "optimizer_config": {"class_name": "Custom>Adam", "config": {"name": "Adam", "jit_compile": false, "is_legacy_optimizer": false, "learning_rate": 0.001}}}`,
			"[loss a_loss b_loss a_accuracy b_mae]", 0.001},
		"tf-keras .keras, metrics of all outputs": {twoHeads, `{"optimizer": "adam", "loss": "mse", "metrics": ["mae", "mse"], "loss_weights": null, "weighted_metrics": null, "run_eagerly": null}`,
			"[loss a_loss b_loss a_mae a_mse b_mae b_mse]", 0.001},
		"Keras 3, one metric each": {twoHeads, `{"optimizer": {"module": "keras.optimizers", "class_name": "Adam", "config": {"name": "adam", "learning_rate": 0.5, "loss_scale_factor": null, "gradient_accumulation_steps": null}, "registered_name": null},
			"loss": ["categorical_crossentropy", {"module": "builtins", "class_name": "function", "config": "mean_squared_error", "registered_name": "function"}], "metrics": ["accuracy", "mae"], "loss_weights": [1.0, 0.5], "run_eagerly": false}`,
			"[loss a_loss b_loss a_accuracy b_mae]", 0.5},
		"crossentropy that fits": {classifier, `{"optimizer": "adam", "loss": "mse", "metrics": ["crossentropy", {"class_name": "MeanMetricWrapper", "config": {"name": "ce", "dtype": "float32", "fn": "categorical_crossentropy"}}]}`,
			"[loss crossentropy ce]", 0.001},
		"schedule": {classifier, `{"optimizer": {"class_name": "RMSprop", "config": {"learning_rate": {"module": "keras.optimizers.schedules", "class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 100, "decay_rate": 0.5, "staircase": false, "name": null}, "registered_name": null}}}, "loss": "mse"}`,
			"[loss]", 0.001},
	} {
		t.Run(name, func(t *testing.T) {
			m := c.model()
			if w := saving.ApplyCompile(m, []byte(c.config)); len(w) > 0 {
				t.Fatalf("warnings %q", w)
			}
			if got := fmt.Sprint(m.MetricsNames()); got != c.names {
				t.Errorf("logs %s, want %s", got, c.names)
			}
			if name != "schedule" && math.Abs(m.LearningRate()-c.rate) > 1e-12 {
				t.Errorf("learning rate %g, want %g", m.LearningRate(), c.rate)
			}
			for style := range 2 { // what is written means the same
				text, err := saving.EncodeCompile(m, style)
				must(t, err)
				again := c.model()
				if w := saving.ApplyCompile(again, text); len(w) > 0 {
					t.Fatalf("style %d: warnings %q\n%s", style, w, text)
				}
				if got := fmt.Sprint(again.MetricsNames()); got != c.names {
					t.Errorf("style %d: logs %s, want %s\n%s", style, got, c.names, text)
				}
				twice, err := saving.EncodeCompile(again, style)
				must(t, err)
				if string(twice) != string(text) {
					t.Errorf("style %d: first\n%s\nthen\n%s", style, text, twice)
				}
			}
		})
	}
}

// TestApplyCompileWarnings: what is not known leaves a model that predicts.
func TestApplyCompileWarnings(t *testing.T) {
	for name, c := range map[string]struct{ config, want string }{
		"custom things": {`{"optimizer_config": {"class_name": "Lookahead", "config": {}}, "loss": "my_loss", "metrics": ["my_metric"]}`,
			`the model is not compiled (it predicts all the same): unknown class: loss "my_loss", metric "my_metric", optimizer "Lookahead"; register before loading, in an init function: nn.Alias(value, "my_loss"), nn.Alias(value, "my_metric"), nn.Register[Lookahead]()`},
		"no text":          {`{"loss"`, "how the model was trained cannot be read"},
		"wrong outputs":    {`{"optimizer_config": {"class_name": "Adam", "config": {}}, "loss": ["mse", "mse"]}`, "loss lists 2, the model has 1 outputs"},
		"wrong name":       {`{"optimizer_config": {"class_name": "Adam", "config": {}}, "loss": {"x": "mse"}}`, `loss names "x", but the model's outputs are ["last"]`},
		"no optimizer":     {`{"loss": "mse"}`, "optimizer: the file names none"},
		"TFOptimizer":      {`{"optimizer_config": {"class_name": "TFOptimizer", "config": {}}, "loss": "mse"}`, "TFOptimizer wraps an optimizer of TensorFlow"},
		"unknown setting":  {`{"optimizer_config": {"class_name": "Adam", "config": {"warmup": 3}}, "loss": "mse"}`, "Adam: the setting warmup = 3 is not known here and was left out"},
		"impossible value": {`{"optimizer_config": {"class_name": "Adam", "config": {"beta_1": 3.0}}, "loss": "mse"}`, "beta_1 is 3; want 0 or more, below 1"},
	} {
		m := classifier()
		w := saving.ApplyCompile(m, []byte(c.config))
		if len(w) != 1 || !strings.Contains(w[0], c.want) {
			t.Errorf("%s: warnings %q, want %q", name, w, c.want)
		}
		if _, compiled := m.CompileConfig(); compiled != (name == "unknown setting") {
			t.Errorf("%s: compiled: %v", name, compiled)
		}
	}
	if w := saving.ApplyCompile(classifier(), []byte("null")); w != nil {
		t.Errorf("null: %q", w)
	}
}

// TestEncodeCompile: words where Keras has them, null where a setting is off.
func TestEncodeCompile(t *testing.T) {
	m := classifier()
	half := nn.LossFunc("half", func(y, p *ops.Value) *ops.Value { return losses.MeanSquaredError{}.Loss(y, p) })
	for _, c := range []struct {
		cfg  nn.CompileConfig
		want string
	}{
		{nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.5}, Loss: losses.CategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}, metrics.Named("pr", &metrics.AUC{Curve: "PR", NumThresholds: 5})}},
			`{"loss":"categorical_crossentropy","loss_weights":null,"metrics":["accuracy",{"class_name":"AUC","config":{"name":"pr","num_thresholds":5,"curve":"PR","summation_method":"interpolation","thresholds":null,"multi_label":false,"num_labels":null,"label_weights":null,"from_logits":false}}],"weighted_metrics":null,"sample_weight_mode":null,` +
				`"optimizer_config":{"class_name":"SGD","config":{"name":"SGD","learning_rate":0.5,"momentum":0.0,"nesterov":false,"weight_decay":null,"clipnorm":null,"clipvalue":null,"global_clipnorm":null,"use_ema":false,"ema_momentum":0.99,"ema_overwrite_frequency":null,"is_legacy_optimizer":false}}}`},
		{nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.5, Momentum: 0.9, Decay: 0.1, Clipnorm: 1}, Loss: half},
			`{"loss":"half","loss_weights":null,"metrics":null,"weighted_metrics":null,"sample_weight_mode":null,` +
				`"optimizer_config":{"class_name":"SGD","config":{"name":"SGD","learning_rate":0.5,"momentum":0.9,"nesterov":false,"decay":0.1,"clipnorm":1.0,"clipvalue":null}}}`},
	} {
		must(t, m.Compile(c.cfg))
		text, err := saving.EncodeCompile(m, 0)
		must(t, err)
		if string(text) != c.want {
			t.Errorf("got\n%s\nwant\n%s", text, c.want)
		}
		if !json.Valid(text) {
			t.Error("not JSON")
		}
	}
}
