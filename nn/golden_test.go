package nn_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/callbacks"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// trainingCase is a whole training that real Keras ran; see testdata/tools/README.md.
type trainingCase struct {
	Model   json.RawMessage
	Compile struct {
		Optimizer       map[string]any
		Loss            any
		Metrics         any
		WeightedMetrics any `json:"weighted_metrics"`
		LossWeights     any `json:"loss_weights"`
	}
	Outputs      []string
	X, Y         []string
	SampleWeight []*string `json:"sample_weight"`
	Validation   *struct {
		X, Y         []string
		SampleWeight []*string `json:"sample_weight"`
	}
	Fit struct {
		Epochs          int
		BatchSize       int                `json:"batch_size"`
		ClassWeight     map[string]float64 `json:"class_weight"`
		ValidationSplit float64            `json:"validation_split"`
		StepsPerEpoch   int                `json:"steps_per_epoch"`
		InitialEpoch    int                `json:"initial_epoch"`
		ValidationFreq  int                `json:"validation_freq"`
		ValidationBatch int                `json:"validation_batch_size"`
	}
	Callbacks []struct {
		ClassName     string         `json:"class_name"`
		Config        map[string]any `json:"config"`
		HalveAtEpochs []int          `json:"halve_at_epochs"`
	}
	Weights        []struct{ Name, Initial, Final string }
	PredictInitial []string `json:"predict_initial"`
	Predict        []string
	HistoryKeys    []string `json:"history_keys"`
	History        map[string][]float64
	HistoryEpochs  []int    `json:"history_epochs"`
	MetricsNames   []string `json:"metrics_names"`
	Evaluate       any
}

// TestTrainingGolden trains models as real Keras did, from the same weights on
// the same data, and compares history, weights, predictions and evaluation.
func TestTrainingGolden(t *testing.T) {
	ran := 0
	golden.Walk(t, "training", func(t *testing.T, c golden.Case) {
		var f trainingCase
		c.Decode(t, &f)
		train(t, c, f)
		ran++
	})
	if ran < 40 {
		t.Errorf("only %d cases ran", ran)
	}
}

func train(t *testing.T, c golden.Case, f trainingCase) {
	cfg, missing := compileConfig(t, f)
	if missing != "" {
		t.Skipf("%s is not part of this module yet", missing)
	}
	m, err := saving.FromJSON(f.Model)
	must(t, err)
	must(t, m.Compile(cfg))
	ws := m.Weights()
	if len(ws) != len(f.Weights) {
		t.Fatalf("%d weights, want %d", len(ws), len(f.Weights))
	}
	for i, w := range ws {
		must(t, w.Set(array(t, c, f.Weights[i].Initial)))
	}
	ctx := context.Background()
	x, y, w := arrays(t, c, f.X), arrays(t, c, f.Y), weights(t, c, f.SampleWeight)
	batches := pipeline.ArraysConfig{BatchSize: f.Fit.BatchSize}
	predict(t, c, m, x, batches, f.PredictInitial)
	m.ResetStates()

	fit := nn.FitConfig{Epochs: f.Fit.Epochs, InitialEpoch: f.Fit.InitialEpoch, StepsPerEpoch: f.Fit.StepsPerEpoch,
		ValidationSplit: f.Fit.ValidationSplit, ValidationFreq: f.Fit.ValidationFreq}
	for k, v := range f.Fit.ClassWeight {
		if fit.ClassWeight == nil {
			fit.ClassWeight = map[int]float64{}
		}
		n, err := strconv.Atoi(k)
		must(t, err)
		fit.ClassWeight[n] = v
	}
	if v := f.Validation; v != nil {
		vb := batches
		if f.Fit.ValidationBatch > 0 {
			vb.BatchSize = f.Fit.ValidationBatch
		}
		fit.Validation = pipeline.ArraysN(arrays(t, c, v.X), arrays(t, c, v.Y), weights(t, c, v.SampleWeight), vb)
	}
	for _, cb := range f.Callbacks {
		fit.Callbacks = append(fit.Callbacks, callback(t, cb.ClassName, cb.Config, cb.HalveAtEpochs))
	}
	var data pipeline.Source = pipeline.ArraysN(x, y, w, batches)
	h, err := m.Fit(ctx, data, fit)
	must(t, err)
	if !slices.Equal(h.Epoch, f.HistoryEpochs) {
		t.Errorf("epochs %v, want %v", h.Epoch, f.HistoryEpochs)
	}
	names := m.MetricsNames()
	if !slices.Equal(names, f.MetricsNames) {
		t.Errorf("metrics names %q, want %q", names, f.MetricsNames)
	}
	if keys := slices.DeleteFunc(f.HistoryKeys, func(k string) bool { return k == "lr" }); !slices.Equal(h.Names(), keys) {
		t.Errorf("history has %q, want %q", h.Names(), keys)
	}
	for k, want := range f.History {
		if k == "lr" {
			continue
		}
		golden.Close(t, "history "+k, to32(h.Get(k)), to32(want), c.RTol, c.ATol)
	}
	for i, w := range m.Weights() {
		c.Close(t, f.Weights[i].Final, w.Value().Data())
	}
	m.ResetStates()
	ev, err := m.Evaluate(ctx, data, nn.EvaluateConfig{})
	must(t, err)
	var got, want []float64
	for _, v := range ev.All() {
		got = append(got, v)
	}
	switch e := f.Evaluate.(type) {
	case float64:
		want = []float64{e}
	case []any:
		for _, v := range e {
			want = append(want, v.(float64))
		}
	}
	golden.Close(t, "evaluate", to32(got), to32(want), c.RTol, c.ATol)
	m.ResetStates()
	predict(t, c, m, x, batches, f.Predict)
}

func predict(t *testing.T, c golden.Case, m *nn.Model, x []*tensor.Tensor, b pipeline.ArraysConfig, want []string) {
	t.Helper()
	got, err := m.Predict(context.Background(), pipeline.ArraysN(x, nil, nil, b), nn.PredictConfig{})
	must(t, err)
	for i, name := range want {
		c.Close(t, name, got[i].Data())
	}
}

// compileConfig turns Keras' arguments into ours; missing names a class that
// is not registered.
func compileConfig(t *testing.T, f trainingCase) (c nn.CompileConfig, missing string) {
	t.Helper()
	o := f.Compile.Optimizer
	v, err := config.New(o["class_name"].(string), reflect.TypeFor[nn.Optimizer]())
	if err != nil {
		return c, o["class_name"].(string)
	}
	must(t, config.Decode(v, o["config"].(map[string]any), "name", "use_ema", "ema_momentum", "ema_overwrite_frequency", "jit_compile", "is_legacy_optimizer"))
	c.Optimizer = v.(nn.Optimizer)

	loss := func(x any) nn.Loss {
		l, err := config.Get[nn.Loss](x.(string))
		if err != nil {
			missing = x.(string)
		}
		return l
	}
	metric := func(x any) nn.Metric {
		name := x.(string)
		if m, err := config.Get[nn.Metric](name); err == nil {
			return m
		}
		if l, err := config.Get[nn.Loss](name); err == nil {
			return metrics.Of(name, l)
		}
		missing = name
		return nil
	}
	list := func(x any) (ms []nn.Metric) {
		switch x := x.(type) {
		case string:
			ms = append(ms, metric(x))
		case []any:
			for _, e := range x {
				ms = append(ms, metric(e))
			}
		}
		return ms
	}
	if s, ok := f.Compile.Loss.(string); ok && len(f.Outputs) == 1 {
		c.Loss, c.Metrics, c.WeightedMetrics = loss(s), list(f.Compile.Metrics), list(f.Compile.WeightedMetrics)
		return c, missing
	}
	c.Outputs = map[string]nn.OutputConfig{}
	pick := func(x any, i int, name string) any {
		switch x := x.(type) {
		case []any:
			return x[i]
		case map[string]any:
			return x[name]
		}
		return x
	}
	for i, name := range f.Outputs {
		oc := nn.OutputConfig{Metrics: list(pick(f.Compile.Metrics, i, name)), WeightedMetrics: list(pick(f.Compile.WeightedMetrics, i, name))}
		if l := pick(f.Compile.Loss, i, name); l != nil {
			oc.Loss = loss(l)
		}
		if lw, ok := pick(f.Compile.LossWeights, i, name).(float64); ok {
			oc.Weight = &lw
		}
		c.Outputs[name] = oc
	}
	return c, missing
}

func callback(t *testing.T, class string, cfg map[string]any, halve []int) nn.Callback {
	switch class {
	case "LearningRateScheduler":
		return &callbacks.LambdaCallback{EpochBegin: func(r *nn.Run, epoch int) error {
			if slices.Contains(halve, epoch) {
				r.SetLearningRate(r.LearningRate() / 2)
			}
			return nil
		}}
	case "EarlyStopping":
		return &callbacks.EarlyStopping{Patience: int(cfg["patience"].(float64)), RestoreBestWeights: cfg["restore_best_weights"] == true}
	}
	t.Skipf("%s is not part of this module yet", class)
	return nil
}

func arrays(t *testing.T, c golden.Case, names []string) (ts []*tensor.Tensor) {
	for _, n := range names {
		ts = append(ts, array(t, c, n))
	}
	return ts
}

func weights(t *testing.T, c golden.Case, names []*string) (ts []*tensor.Tensor) {
	for _, n := range names {
		if n != nil {
			ts = append(ts, array(t, c, *n))
		}
	}
	return ts
}

func array(t *testing.T, c golden.Case, name string) *tensor.Tensor {
	t.Helper()
	a := c.Array(t, name)
	return tensor.From(slices.Clone(a.Data), a.Shape...)
}

func to32(x []float64) []float32 {
	y := make([]float32, len(x))
	for i := range x {
		y[i] = float32(x[i])
	}
	return y
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
