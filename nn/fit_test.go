package nn_test

import (
	"context"
	"errors"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// line is y = w·x with w = 1 and MSE, trained by SGD: everything can be
// calculated by hand.
func line(t *testing.T, lr float64) *nn.Model {
	t.Helper()
	m := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1, UseBias: new(false), KernelInitializer: initializers.Ones{}})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: lr}, Loss: losses.MeanSquaredError{}}))
	return m
}

func column(x ...float32) *tensor.Tensor { return tensor.From(x, len(x), 1) }

// stream is a source of unknown length: batch i of epoch e is x = 10e + i, y = 0.
type stream struct{ batches int }

func (stream) Len() int { return -1 }

func (s stream) Batches(_ context.Context, epoch int) iter.Seq2[pipeline.Batch, error] {
	return func(yield func(pipeline.Batch, error) bool) {
		for i := range s.batches {
			b := pipeline.Batch{X: []*tensor.Tensor{column(float32(10*epoch + i))}, Y: []*tensor.Tensor{column(0)}}
			if !yield(b, nil) {
				return
			}
		}
	}
}

// seen notes the number of batches of each epoch and what Steps said before.
type seen struct {
	nn.NopCallback
	steps, known []int
	n            int
}

func (s *seen) OnEpochBegin(r *nn.Run, _ int) error {
	s.n, s.known = 0, append(s.known, r.Steps)
	return nil
}

func (s *seen) OnBatchEnd(*nn.Run, int, nn.Logs) error {
	s.n++
	return nil
}

func (s *seen) OnEpochEnd(*nn.Run, int, *nn.Logs) error {
	s.steps = append(s.steps, s.n)
	return nil
}

func TestFitUnknownLength(t *testing.T) {
	ctx := context.Background()
	c := &seen{}
	h, err := line(t, 1e-30).Fit(ctx, stream{3}, nn.FitConfig{Epochs: 3, Callbacks: []nn.Callback{c}})
	must(t, err)
	if !slices.Equal(c.steps, []int{3, 3, 3}) || !slices.Equal(c.known, []int{-1, 3, 3}) {
		t.Errorf("steps %v, known before %v", c.steps, c.known)
	}
	// w = 1: mean of x² over the batches of each epoch.
	want := []float64{(0 + 1 + 4) / 3., (100 + 121 + 144) / 3., (400 + 441 + 484) / 3.}
	for i, l := range h.Get("loss") {
		if math.Abs(l-want[i]) > 1e-4 {
			t.Errorf("epoch %d: loss %v, want %v", i, l, want[i])
		}
	}
	// An endless source ends by StepsPerEpoch.
	c = &seen{}
	_, err = line(t, 1e-30).Fit(ctx, stream{math.MaxInt}, nn.FitConfig{Epochs: 2, StepsPerEpoch: 4, Callbacks: []nn.Callback{c}})
	must(t, err)
	if !slices.Equal(c.steps, []int{4, 4}) || !slices.Equal(c.known, []int{4, 4}) {
		t.Errorf("steps %v, known before %v", c.steps, c.known)
	}
	if _, err = line(t, 1e-30).Fit(ctx, stream{0}, nn.FitConfig{}); err == nil || !strings.Contains(err.Error(), "no batches") {
		t.Errorf("got %v", err)
	}
}

func TestValidationSteps(t *testing.T) {
	ctx := context.Background()
	h, err := line(t, 1e-30).Fit(ctx, stream{1}, nn.FitConfig{Epochs: 4, InitialEpoch: 1, Validation: stream{math.MaxInt}, ValidationSteps: 3, ValidationFreq: 2})
	must(t, err)
	// Validation reads epoch 0 of its source: x = 0, 1, 2.
	got := h.Get("val_loss")
	if len(got) != 2 || math.Abs(got[0]-5./3) > 1e-6 || !slices.Equal(h.Epoch, []int{1, 2, 3}) {
		t.Errorf("val_loss %v over epochs %v, want 5/3 after epochs 2 and 4", got, h.Epoch)
	}
	if !slices.Equal(h.Names(), []string{"loss", "val_loss"}) {
		t.Errorf("names %q", h.Names())
	}
}

// TestOnBatch: values are those before the update.
func TestOnBatch(t *testing.T) {
	m := line(t, 0.1)
	b := pipeline.Batch{X: []*tensor.Tensor{column(1, 2)}, Y: []*tensor.Tensor{column(0, 0)}}
	logs, err := m.TrainOnBatch(b)
	must(t, err)
	// loss (1 + 4)/2; gradient 2·(1·1 + 2·2)/2 = 5; w = 1 - 0.5
	if logs.Get("loss") != 2.5 || m.Weights()[0].Value().Data()[0] != 0.5 || m.Updates() != 1 {
		t.Errorf("loss %v, w %v, %d updates", logs.Get("loss"), m.Weights()[0].Value().Data(), m.Updates())
	}
	logs, err = m.TestOnBatch(b)
	must(t, err)
	if logs.Get("loss") != 0.625 || m.Updates() != 1 {
		t.Errorf("loss %v after it, %d updates", logs.Get("loss"), m.Updates())
	}
	b.W = []*tensor.Tensor{tensor.From([]float32{2, 0}, 2)}
	logs, err = m.TestOnBatch(b)
	must(t, err)
	if logs.Get("loss") != 0.25 { // 2·0.25 / 2 samples
		t.Errorf("weighted loss %v, want 0.25", logs.Get("loss"))
	}
}

// TestEvaluateWeights: batches of different sizes, weights, and a metric that
// does not look at them.
func TestEvaluateWeights(t *testing.T) {
	m := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1, UseBias: new(false), KernelInitializer: initializers.Ones{}})
	mae := metrics.Of("mae", losses.MeanAbsoluteError{})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}, Metrics: []nn.Metric{mae}, WeightedMetrics: []nn.Metric{mae}}))
	data := pipeline.ArraysN([]*tensor.Tensor{column(1, 2, 3)}, []*tensor.Tensor{column(0, 0, 0)}, []*tensor.Tensor{tensor.From([]float32{1, 0, 3}, 3)}, pipeline.ArraysConfig{BatchSize: 2})
	logs, err := m.Evaluate(context.Background(), data, nn.EvaluateConfig{})
	must(t, err)
	for name, want := range map[string]float64{
		"loss":         (1*1 + 0*4 + 3*9) / 3.,
		"mae":          2,
		"weighted_mae": (1*1 + 0*2 + 3*3) / 4.,
	} {
		if math.Abs(logs.Get(name)-want) > 1e-6 {
			t.Errorf("%s is %v, want %v", name, logs.Get(name), want)
		}
	}
	logs, err = m.Evaluate(context.Background(), data, nn.EvaluateConfig{Steps: 1})
	must(t, err)
	if math.Abs(logs.Get("loss")-0.5) > 1e-6 {
		t.Errorf("the loss of one batch is %v, want 0.5", logs.Get("loss"))
	}
}

// TestSeveralOutputs: losses, weights and metrics by output name; an output
// without a loss is not trained.
func TestSeveralOutputs(t *testing.T) {
	x := nn.Input(1)
	one := func(name string) *nn.Symbol {
		return nn.Apply(nn.Name(name, &layers.Dense{Units: 1, UseBias: new(false), KernelInitializer: initializers.Ones{}}), x)
	}
	m := nn.NewModel([]*nn.Symbol{x}, []*nn.Symbol{one("a"), one("b"), one("c")})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.1}, Outputs: map[string]nn.OutputConfig{
		"a": {Loss: losses.MeanSquaredError{}, Weight: new(0.5)},
		"c": {Loss: losses.MeanAbsoluteError{}, Metrics: []nn.Metric{metrics.Of("mse", losses.MeanSquaredError{})}},
	}}))
	want := []string{"loss", "a_loss", "c_loss", "c_mse"}
	if got := m.MetricsNames(); !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
	logs, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{column(2)}, Y: []*tensor.Tensor{column(0), column(5)}})
	must(t, err)
	for i, v := range []float64{0.5*4 + 3, 4, 3, 9} {
		if logs.Get(want[i]) != v {
			t.Errorf("%s is %v, want %v", want[i], logs.Get(want[i]), v)
		}
	}
	// a: 1 - 0.1·0.5·2·2·2; b stays; c: 1 + 0.1·2
	for i, w := range []float32{0.6, 1, 1.2} {
		if got := m.Weights()[i].Value().Data()[0]; math.Abs(float64(got-w)) > 1e-6 {
			t.Errorf("weight %d is %v, want %v", i, got, w)
		}
	}
	err = m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Outputs: map[string]nn.OutputConfig{"aa": {Loss: losses.MeanSquaredError{}}}})
	if err == nil || !strings.Contains(err.Error(), `did you mean "a"?`) {
		t.Errorf("got %v", err)
	}
}

// TestFitMistakes: what makes no sense is refused before anything runs.
func TestFitMistakes(t *testing.T) {
	ctx := context.Background()
	for want, c := range map[string]nn.FitConfig{
		"StepsPerEpoch is -1; want 0 (all the data)": {StepsPerEpoch: -1},
		"callback 0 is nil":                          {Callbacks: []nn.Callback{nil}},
		"not a count":                                {Epochs: 2, InitialEpoch: 5},
		"both Validation and":                        {Validation: stream{1}, ValidationSplit: 0.5},
		"needs a source over arrays":                 {ValidationSplit: 0.5},
	} {
		if _, err := line(t, 1e-30).Fit(ctx, stream{1}, c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := line(t, 1e-30).Fit(ctx, nil, nn.FitConfig{}); err == nil || !strings.Contains(err.Error(), "no data") {
		t.Errorf("got %v", err)
	}
	if _, err := line(t, 1e-30).Predict(ctx, stream{0}, nn.PredictConfig{}); err == nil || !strings.Contains(err.Error(), "no batches") {
		t.Errorf("got %v", err)
	}
	gone, cancel := context.WithCancelCause(ctx)
	why := errors.New("enough")
	cancel(why)
	if _, err := line(t, 1e-30).Fit(gone, stream{1}, nn.FitConfig{}); !errors.Is(err, why) {
		t.Errorf("got %v, want the context's cause", err)
	}
}

// odd is a layer with a Call of the test's.
type odd struct {
	nn.Base
	call func(in ...*ops.Value) *ops.Value
}

func (o *odd) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return o.call(in...) }

// TestDescriptionMistakes: a mistake in the drawing is an error, not a panic.
func TestDescriptionMistakes(t *testing.T) {
	var none *layers.Dense
	in := []*nn.Symbol{nn.Input(1)}
	call := func(f func(in ...*ops.Value) *ops.Value) error { return nn.Apply(&odd{call: f}, nn.Input(2)).Err() }
	for want, err := range map[string]error{
		"the layer is nil":        nn.Apply(nil, nn.Input(2)).Err(),
		"the layer is nil ":       nn.NewSequential(nn.Input(2), none).Err(),
		"without an input":        nn.Apply(&layers.Dense{Units: 1}).Err(),
		"symbol 0 is nil":         nn.Apply(&layers.Dense{Units: 1}, nil).Err(),
		"at least one input":      nn.NewModel(nil, []*nn.Symbol{nn.Input(1)}).Err(),
		"Call returned nil":       call(func(...*ops.Value) *ops.Value { return nil }),
		"has no axis":             call(func(in ...*ops.Value) *ops.Value { return ops.Sum(in[0]) }),
		"Reshape":                 call(func(in ...*ops.Value) *ops.Value { return ops.Reshape(in[0], 7) }),
		"more numbers than fit":   nn.Input(1<<30, 1<<30).Err(),
		"sizes are positive":      nn.Input(-3).Err(),
		"not among the model's":   nn.NewModel([]*nn.Symbol{nn.Input(1)}, []*nn.Symbol{nn.Apply(&layers.Flatten{}, nn.Input(1))}).Err(),
		"Add is for Sequential":   nn.NewModel(in, in).Add(&layers.Flatten{}).Err(),
		"Pop: the model has no l": nn.NewSequential(nn.Input(1)).Pop(),
	} {
		if err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if r := nn.Apply(nil, nn.Input(2)).Ref(); r != (nn.Ref{}) {
		t.Errorf("the origin of a mistake is %v", r)
	}
}

// TestHistory: names in the order of Keras, logs that callbacks add at the end.
func TestHistory(t *testing.T) {
	m := line(t, 1e-30)
	add := callbackFunc(func(_ *nn.Run, epoch int, logs *nn.Logs) error {
		if epoch > 0 {
			logs.Set("extra", float64(epoch))
		}
		return nil
	})
	h, err := m.Fit(context.Background(), stream{1}, nn.FitConfig{Epochs: 2, Validation: stream{1}, Callbacks: []nn.Callback{add}})
	must(t, err)
	if !slices.Equal(h.Names(), []string{"loss", "val_loss", "extra"}) || !slices.Equal(h.Get("extra"), []float64{1}) || h.Last("extra") != 1 || h.Last("none") != 0 {
		t.Errorf("names %q, extra %v", h.Names(), h.Get("extra"))
	}
}

type callbackFunc func(*nn.Run, int, *nn.Logs) error

func (callbackFunc) OnTrainBegin(*nn.Run) error                         { return nil }
func (callbackFunc) OnTrainEnd(*nn.Run, nn.Logs) error                  { return nil }
func (callbackFunc) OnEpochBegin(*nn.Run, int) error                    { return nil }
func (f callbackFunc) OnEpochEnd(r *nn.Run, e int, logs *nn.Logs) error { return f(r, e, logs) }
func (callbackFunc) OnBatchBegin(*nn.Run, int) error                    { return nil }
func (callbackFunc) OnBatchEnd(*nn.Run, int, nn.Logs) error             { return nil }
