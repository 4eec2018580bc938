package nn_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func classifier(t *testing.T, units int, a activations.Activation, loss nn.Loss) *nn.Model {
	t.Helper()
	m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: units, Activation: a})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.1}, Loss: loss, Metrics: []nn.Metric{metrics.Accuracy{}}, Seed: 5}))
	return m
}

func batch(x, y *tensor.Tensor) pipeline.Batch {
	return pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}}
}

// TestKeepMetrics: the logs of kept calls are those of all their batches together.
func TestKeepMetrics(t *testing.T) {
	m := classifier(t, 1, activations.Sigmoid, losses.BinaryCrossentropy{})
	x := tensor.From([]float32{1, 2, -1, 0, 0.5, 1, -2, 1}, 4, 2)
	y := tensor.From([]float32{1, 0, 0, 1}, 4, 1)
	whole, err := m.Evaluate(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 3}), nn.EvaluateConfig{})
	must(t, err)
	keep := nn.OnBatchConfig{KeepMetrics: true}
	first, second := batch(x.Slice(0, 0, 3), y.Slice(0, 0, 3)), batch(x.Slice(0, 3, 4), y.Slice(0, 3, 4))
	one, err := m.TestOnBatch(first, keep)
	must(t, err)
	both, err := m.TestOnBatch(second, keep)
	must(t, err)
	for k, v := range whole.All() {
		if math.Abs(both.Get(k)-v) > 1e-12 {
			t.Errorf("%s is %v, want %v", k, both.Get(k), v)
		}
	}
	if one.Get("loss") == both.Get("loss") {
		t.Error("the first logs were changed by the second call")
	}
	alone, err := m.TestOnBatch(second)
	must(t, err)
	m.ResetMetrics()
	again, err := m.TestOnBatch(second, keep)
	must(t, err)
	if again.Get("loss") != alone.Get("loss") {
		t.Errorf("after ResetMetrics: loss %v, want that of the batch alone, %v", again.Get("loss"), alone.Get("loss"))
	}
}

// TestTrainOnBatchClassWeight does what Fit does.
func TestTrainOnBatchClassWeight(t *testing.T) {
	x, y := tensor.From([]float32{1, 2, -1, 0}, 2, 2), tensor.From([]float32{1, 0}, 2, 1)
	by := map[int]float64{0: 3, 1: 0.25}
	a, b := classifier(t, 1, activations.Sigmoid, losses.BinaryCrossentropy{}), classifier(t, 1, activations.Sigmoid, losses.BinaryCrossentropy{})
	_, err := a.Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{}), nn.FitConfig{ClassWeight: by})
	must(t, err)
	_, err = b.TrainOnBatch(batch(x, y), nn.OnBatchConfig{ClassWeight: by})
	must(t, err)
	for i, w := range a.GetWeights() {
		if !slices.Equal(w.Data(), b.GetWeights()[i].Data()) {
			t.Errorf("weight %d differs", i)
		}
	}
}

func TestPredictClasses(t *testing.T) {
	ctx := context.Background()
	x := tensor.From([]float32{3, 0, 0, 3, -3, -3}, 3, 2)
	data := pipeline.Arrays(x, nil, pipeline.ArraysConfig{BatchSize: 2})
	m := classifier(t, 3, activations.Softmax, losses.SparseCategoricalCrossentropy{})
	must(t, m.SetWeights([]*tensor.Tensor{tensor.From([]float32{1, 0, -1, 0, 1, -1}, 2, 3), tensor.New(3)}))
	ids, err := m.PredictClasses(ctx, data, nn.PredictConfig{MaxQueueSize: 2})
	must(t, err)
	if !slices.Equal(ids.Data(), []float32{0, 1, 2}) || !slices.Equal(ids.Shape(), []int{3}) {
		t.Errorf("classes %v of shape %v", ids.Data(), ids.Shape())
	}
	p, err := m.PredictProba(ctx, data, nn.PredictConfig{})
	must(t, err)
	if !slices.Equal(p.Shape(), []int{3, 3}) {
		t.Errorf("probabilities of shape %v", p.Shape())
	}
	one := classifier(t, 1, activations.Sigmoid, losses.BinaryCrossentropy{})
	must(t, one.SetWeights([]*tensor.Tensor{tensor.From([]float32{1, -1}, 2, 1), tensor.New(1)}))
	ids, err = one.PredictClasses(ctx, data, nn.PredictConfig{})
	must(t, err)
	if !slices.Equal(ids.Data(), []float32{1, 0, 0}) {
		t.Errorf("classes %v, want [1 0 0]: 0.5 itself is class 0", ids.Data())
	}
	linear := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1})
	must(t, linear.SetWeights([]*tensor.Tensor{tensor.From([]float32{1, -1}, 2, 1), tensor.New(1)}))
	if _, err = linear.PredictProba(ctx, data, nn.PredictConfig{}); err == nil || !strings.Contains(err.Error(), "sample 0, column 0 (value 3), which is no probability") {
		t.Errorf("got %v", err)
	}
	if _, err = twoOutputs(t).PredictClasses(ctx, data, nn.PredictConfig{}); err == nil || !strings.Contains(err.Error(), `this one has ["kind" "size"]`) {
		t.Errorf("got %v", err)
	}
}

func TestByName(t *testing.T) {
	m := twoOutputs(t)
	a, b := tensor.New(3), tensor.New(3, 1)
	ys, err := m.TargetsByName(map[string]*tensor.Tensor{"size": b, "kind": a})
	must(t, err)
	if ys[0] != a || ys[1] != b {
		t.Error("targets are in the wrong order")
	}
	ws, err := m.WeightsByName(map[string]*tensor.Tensor{"size": b})
	must(t, err)
	if !slices.Equal(ws[0].Data(), []float32{1, 1, 1}) || ws[1] != b {
		t.Errorf("weights %v", ws)
	}
	if _, err = m.TargetsByName(map[string]*tensor.Tensor{"size": b, "kinds": a}); err == nil || err.Error() != `nn: there is no target "kinds"; the model has ["kind" "size"]; did you mean "kind"?` {
		t.Errorf("got %v", err)
	}
	if _, err = m.TargetsByName(map[string]*tensor.Tensor{"size": b}); err == nil || err.Error() != `nn: target "kind" is missing; given are ["size"]` {
		t.Errorf("got %v", err)
	}
	name := m.InputNames()[0]
	xs, err := m.InputsByName(map[string]*tensor.Tensor{name: a})
	must(t, err)
	if xs[0] != a {
		t.Error("not the input")
	}
}

// TestValidationEpochs: Keras' validation_freq as a list; history then has as many
// values as there were validations.
func TestValidationEpochs(t *testing.T) {
	x, y := tensor.From([]float32{1, 2, -1, 0}, 2, 2), tensor.From([]float32{1, 0}, 2, 1)
	data := pipeline.Arrays(x, y, pipeline.ArraysConfig{})
	m := classifier(t, 1, activations.Sigmoid, losses.BinaryCrossentropy{})
	h, err := m.Fit(context.Background(), data, nn.FitConfig{Epochs: 5, Validation: data, ValidationEpochs: []int{1, 4}, MaxQueueSize: 3})
	must(t, err)
	if n, v := len(h.Get("loss")), len(h.Get("val_loss")); n != 5 || v != 2 {
		t.Errorf("%d losses and %d of validation, want 5 and 2", n, v)
	}
}

// TestConcurrentPredictAndEvaluate: a model may predict in several goroutines; run with -race.
func TestConcurrentPredictAndEvaluate(t *testing.T) {
	m := nn.NewSequential(nn.Input(6, 2), &layers.LSTM{Units: 5, ReturnSequences: true}, &layers.Conv1D{Filters: 3, KernelSize: 2}, &layers.Flatten{}, &layers.Dense{Units: 3, Activation: activations.Softmax})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{}, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{&metrics.F1Score{}, &metrics.AUC{}}, Seed: 1}))
	x, y := tensor.New(9, 6, 2), tensor.New(9)
	for i := range x.Data() {
		x.Data()[i] = float32(i%7) - 3
	}
	ctx := context.Background()
	source := func(size int) pipeline.Source { return pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: size}) }
	want, err := m.Predict(ctx, source(9), nn.PredictConfig{})
	must(t, err)
	logs, err := m.Evaluate(ctx, source(9), nn.EvaluateConfig{})
	must(t, err)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 5 {
				got, err := m.Predict(ctx, source(9-i%3), nn.PredictConfig{})
				if err != nil || !slices.Equal(got[0].Data(), want[0].Data()) {
					t.Errorf("goroutine %d: %v, or other predictions", i, err)
					return
				}
				l, err := m.Evaluate(ctx, source(9), nn.EvaluateConfig{})
				if err != nil || l.String() != logs.String() {
					t.Errorf("goroutine %d: %v, %v, want %v", i, err, l, logs)
					return
				}
			}
		})
	}
	wg.Wait()
}
