package nn_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/constraints"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// TestStepAllocatesNothing holds for every kind of model.
func TestStepAllocatesNothing(t *testing.T) {
	for name, m := range map[string]*nn.Model{"mlp": mlp(), "tiny": tiny(), "cnn28": cnn28(), "lstm": lstm(), "gru": gru()} {
		t.Run(name, func(t *testing.T) {
			compiled(m)
			x, y := sampleBatch(m, 4)
			step := nn.Stepper(m, x, y)
			if err := step(); err != nil {
				t.Fatal(err)
			}
			if n := testing.AllocsPerRun(5, func() { _ = step() }); n != 0 {
				t.Errorf("a step allocates %v times", n)
			}
		})
	}
}

// TestPlannedMemory: buffers share memory.
func TestPlannedMemory(t *testing.T) {
	for name, m := range map[string]*nn.Model{"mlp": mlp(), "cnn28": cnn28(), "cnn32": cnn32(), "lstm": lstm(), "gru": gru()} {
		compiled(m)
		x, y := sampleBatch(m, 32)
		planned, unplanned, err := nn.PlanMemory(m, x, y)
		if err != nil {
			t.Fatal(err)
		}
		r := float64(planned) / float64(unplanned)
		t.Logf("%s: %d of %d floats: %.2f", name, planned, unplanned, r)
		if r > 0.7 {
			t.Errorf("%s: planned memory is %.2f of every buffer alone; want 0.7 or less", name, r)
		}
	}
}

// small is a model with everything random in it.
func small() *nn.Model {
	return nn.NewSequential(nn.Input(8, 8, 1),
		&layers.Conv2D{Filters: 4, KernelSize: [2]int{3, 3}, Activation: activations.ReLU},
		&layers.BatchNormalization{},
		&layers.Dropout{Rate: 0.3},
		&layers.MaxPooling2D{},
		&layers.Flatten{},
		&layers.Dense{Units: 3, Activation: activations.Softmax})
}

func smallData(n int) (x, y *tensor.Tensor) {
	xs, ys := sampleBatch(small(), n)
	return xs[0], ys[0]
}

func trainSmall(t *testing.T, workers int, seed uint64) []*tensor.Tensor {
	t.Helper()
	defer par.SetWorkers(par.Workers())
	par.SetWorkers(workers)
	m := small()
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{}, Loss: losses.SparseCategoricalCrossentropy{}, Seed: seed}))
	x, y := smallData(50)
	src := pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 16, Shuffle: true, Seed: seed})
	_, err := m.Fit(context.Background(), src, nn.FitConfig{Epochs: 3})
	must(t, err)
	return m.GetWeights()
}

// TestSameSeedSameWeights: bit for bit, for any number of workers; another
// seed gives other weights.
func TestSameSeedSameWeights(t *testing.T) {
	want := trainSmall(t, 1, 7)
	for _, workers := range []int{1, 2, 3} {
		for i, w := range trainSmall(t, workers, 7) {
			for j := range w.Data() {
				if math.Float32bits(w.Data()[j]) != math.Float32bits(want[i].Data()[j]) {
					t.Fatalf("%d workers: weight %d differs at %d", workers, i, j)
				}
			}
		}
	}
	if slices.Equal(want[0].Data(), trainSmall(t, 1, 8)[0].Data()) {
		t.Error("another seed gives the same weights")
	}
}

// TestConcurrentPredict: many goroutines on one model get what one gets.
func TestConcurrentPredict(t *testing.T) {
	m := small()
	x, _ := smallData(6)
	want, err := m.PredictOnBatch(x)
	must(t, err)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 5 {
				got, err := m.PredictOnBatch(x)
				if err != nil || !slices.Equal(got[0].Data(), want[0].Data()) {
					t.Errorf("a concurrent prediction differs: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestNotFinite: training stops before the weights are spoilt, and says where.
func TestNotFinite(t *testing.T) {
	newModel := func() *nn.Model {
		m := nn.NewSequential(nn.Input(2), nn.Name("first", &layers.Dense{Units: 2}), nn.Name("explodes", &layers.Activation{Activation: activations.Exponential}),
			&layers.Dense{Units: 1})
		must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}))
		return m
	}
	fit := func(m *nn.Model, x, y []float32) error {
		src := pipeline.Arrays(tensor.From(x, len(x)/2, 2), tensor.From(y, len(y)), pipeline.ArraysConfig{})
		_, err := m.Fit(context.Background(), src, nn.FitConfig{Epochs: 2})
		return err
	}
	var nf *nn.NotFiniteError
	m := newModel()
	before := m.GetWeights()
	err := fit(m, []float32{1e4, 1e4}, []float32{1})
	if !errors.As(err, &nf) || !strings.Contains(nf.Tensor, "explodes") || nf.Epoch != 0 {
		t.Errorf("got %v, want the layer explodes named", err)
	}
	for i, w := range m.GetWeights() {
		if !slices.Equal(w.Data(), before[i].Data()) {
			t.Errorf("weight %d changed", i)
		}
	}
	bn := nn.NewSequential(nn.Input(2), &layers.BatchNormalization{}, &layers.Dense{Units: 1})
	must(t, bn.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}))
	before = bn.GetWeights()
	nan := float32(math.NaN())
	if err := fit(bn, []float32{1, nan, 2, 3}, []float32{1, 2}); err == nil {
		t.Error("NaN was accepted")
	}
	for i, w := range bn.GetWeights() {
		if !slices.Equal(w.Data(), before[i].Data()) {
			t.Errorf("%s changed", bn.Weights()[i].Name())
		}
	}
	if err := fit(newModel(), []float32{1, nan}, []float32{1}); err == nil || !strings.Contains(err.Error(), "input input_1, sample 0, column 1 (value NaN)") {
		t.Errorf("got %v, want the input named", err)
	}
	if err := fit(newModel(), []float32{1, 1}, []float32{nan}); err == nil || !strings.Contains(err.Error(), "target of output dense, sample 0 (value NaN)") {
		t.Errorf("got %v, want the target named", err)
	}
}

// TestErrors: what goes wrong, where, and what to do.
func TestErrors(t *testing.T) {
	ctx := context.Background()
	dense := func(n int) nn.Layer { return &layers.Dense{Units: n, Activation: activations.Softmax} }
	cat := nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.CategoricalCrossentropy{}}
	sparse := nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.SparseCategoricalCrossentropy{}}
	fit := func(m *nn.Model, c nn.CompileConfig, x, y *tensor.Tensor, f nn.FitConfig) error {
		if err := m.Compile(c); err != nil {
			return err
		}
		_, err := m.Fit(ctx, pipeline.Arrays(x, y, pipeline.ArraysConfig{}), f)
		return err
	}
	three := func() *nn.Model { return nn.NewSequential(nn.Input(4), dense(3)) }
	for name, c := range map[string]struct {
		got  func() error
		want []string
	}{
		"units": {func() error { return nn.NewSequential(nn.Input(4), &layers.Dense{}).Err() },
			[]string{"layer Dense", "Units is 0", "want 1 or more"}},
		"flatten missing": {func() error {
			shared := &layers.Dense{Units: 2}
			nn.Apply(shared, nn.Input(6))
			return nn.Apply(shared, nn.Input(2, 3)).Err()
		}, []string{"want 6 features on the last axis, got 3", "add Flatten"}},
		"window": {func() error {
			return nn.NewSequential(nn.Input(2, 2, 1), &layers.Conv2D{Filters: 1, KernelSize: [2]int{3, 3}}).Err()
		}, []string{"Conv2D", "kernel spans 3, but the padded image has 2", "same"}},
		"grey image": {func() error {
			return nn.NewSequential(nn.Input(28, 28), &layers.Conv2D{Filters: 1, KernelSize: [2]int{3, 3}}).Err()
		}, []string{"rank 4 (batch, height, width, channels)", "channel axis of size 1"}},
		"mask": {func() error {
			return nn.NewSequential(nn.Input(4), &layers.Embedding{InputDim: 5, OutputDim: 2, MaskZero: true}, &layers.Flatten{}).Err()
		}, []string{"Flatten", "does not support masking", "nn.DropMask"}},
		"two names": {func() error {
			return nn.NewSequential(nn.Input(4), nn.Name("a", dense(2)), nn.Name("a", dense(2))).Err()
		}, []string{`two layers are named "a"`}},
		"no compile": {func() error {
			_, err := three().Fit(ctx, pipeline.Arrays(tensor.New(2, 4), tensor.New(2), pipeline.ArraysConfig{}), nn.FitConfig{})
			return err
		}, []string{"not compiled"}},
		"no optimizer": {func() error { return three().Compile(nn.CompileConfig{Loss: losses.MeanSquaredError{}}) },
			[]string{"no optimizer", "optimizers.Adam"}},
		"class ids": {func() error { return fit(three(), cat, tensor.New(2, 4), tensor.New(2), nn.FitConfig{}) },
			[]string{"needs one-hot targets", "got class ids", "SparseCategoricalCrossentropy", "ToCategorical"}},
		"one-hot": {func() error { return fit(three(), sparse, tensor.New(2, 4), tensor.New(2, 3), nn.FitConfig{}) },
			[]string{"needs class ids", "got one-hot", "CategoricalCrossentropy"}},
		"label range": {func() error {
			return fit(three(), sparse, tensor.New(2, 4), tensor.From([]float32{0, 3}, 2), nn.FitConfig{})
		}, []string{"label 1 is 3", "3 classes", "0 to 2"}},
		"one output": {func() error { return nn.NewSequential(nn.Input(4), dense(1)).Compile(cat) },
			[]string{"one output per class", "BinaryCrossentropy"}},
		"broadcast": {func() error {
			c := nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.MeanSquaredError{}}
			return fit(three(), c, tensor.New(2, 4), tensor.New(2, 1), nn.FitConfig{})
		}, []string{"targets have shape (2, 1), predictions (2, 3)"}},
		"input size": {func() error { return fit(three(), sparse, tensor.New(2, 5), tensor.New(2), nn.FitConfig{}) },
			[]string{"axis 1: want 4, got 5"}},
		"sample without batch": {func() error { _, err := three().PredictOnBatch(tensor.New(4)); return err },
			[]string{"want rank 2", "batch axis in front"}},
		"empty": {func() error { return fit(three(), sparse, tensor.New(0, 4), tensor.New(0), nn.FitConfig{}) },
			[]string{"no samples"}},
		"class weight": {func() error {
			return fit(three(), sparse, tensor.New(2, 4), tensor.New(2), nn.FitConfig{ClassWeight: map[int]float64{1: 2}})
		}, []string{"class 0 occurs in the targets, but has no weight; the weights are those of classes [1]", "[1]"}},
		"embedding range": {func() error {
			m := nn.NewSequential(nn.Input(3), &layers.Embedding{InputDim: 5, OutputDim: 2})
			_, err := m.PredictOnBatch(tensor.From([]float32{1, 2, 5}, 1, 3))
			return err
		}, []string{`layer "embedding"`, "id 5 (sample 0, step 2)", "table of 5 rows", "larger InputDim"}},
		"rate NaN": {func() error {
			return three().Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{LearningRate: math.NaN()}, Loss: losses.SparseCategoricalCrossentropy{}})
		}, []string{"learning_rate is NaN"}},
		"dropout of all": {func() error { return nn.NewSequential(nn.Input(4), &layers.Dropout{Rate: 1}).Err() },
			[]string{"Dropout", "Rate is 1"}},
		"constraint axis": {func() error {
			return nn.NewSequential(nn.Input(4), &layers.Dense{Units: 2, KernelConstraint: &constraints.MaxNorm{Axis: []int{5}}}).Err()
		}, []string{"MaxNorm", "axis 5 is out of range", "(4, 2)"}},
		"nil input": {func() error { _, err := three().PredictOnBatch(nil); return err }, []string{"input 0", "is nil"}},
		"nil target": {func() error {
			m := three()
			must(t, m.Compile(sparse))
			_, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{tensor.New(1, 4)}, Y: []*tensor.Tensor{nil}})
			return err
		}, []string{"is nil"}},
		"nil loss function": {func() error {
			return three().Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: nn.LossFunc("mine", nil)})
		}, []string{`LossFunc "mine"`, "nil"}},
		"NaN in evaluation": {func() error {
			m := three()
			must(t, m.Compile(sparse))
			x := tensor.New(2, 4)
			x.Data()[5] = float32(math.NaN())
			_, err := m.Evaluate(ctx, pipeline.Arrays(x, tensor.New(2), pipeline.ArraysConfig{}), nn.EvaluateConfig{})
			return err
		}, []string{"data hold no number", "input input_1, sample 1, column 1", "clean the data"}},
		"steps": {func() error {
			return fit(three(), sparse, tensor.New(2, 4), tensor.New(2), nn.FitConfig{StepsPerEpoch: 3})
		}, []string{"StepsPerEpoch is 3", "has 1 batches", "ask for at most 1"}},
		"learning rate": {func() error {
			return three().Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: -1}, Loss: losses.SparseCategoricalCrossentropy{}})
		}, []string{"learning_rate is -1"}},
		"stateful": {func() error {
			return nn.NewSequential(nn.Input(4, 2), &layers.LSTM{Units: 2, Stateful: true}).Err()
		}, []string{"fixed batch size", "nn.BatchInput"}},
		"output name": {func() error {
			m := nn.NewSequential(nn.Input(4), nn.Name("kind", dense(3)))
			return m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Outputs: map[string]nn.OutputConfig{"kinds": {Loss: losses.CategoricalCrossentropy{}}}})
		}, []string{`"kinds"`, `did you mean "kind"`}},
		"stray input": {func() error {
			a, b := nn.Input(2), nn.Input(2)
			return nn.NewModel([]*nn.Symbol{a}, []*nn.Symbol{nn.Apply(&layers.Add{}, a, b)}).Err()
		}, []string{"not among the model's inputs"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.got()
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("got %q, want it to say %q", err, w)
				}
			}
		})
	}
}

// TestHugeGradients: gradients whose squares overflow float32 are still finite.
func TestHugeGradients(t *testing.T) {
	m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 1e-30}, Loss: losses.MeanAbsoluteError{}}))
	x := tensor.From([]float32{8e19, -8e19}, 1, 2)
	if _, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{tensor.New(1)}}); err != nil {
		t.Error(err)
	}
}

// TestNamesStayUnique: a model of layers that other models named never gives
// two layers of one model the same name.
func TestNamesStayUnique(t *testing.T) {
	in, other := nn.Input(3), nn.Input(3)
	d0, d1 := &layers.Dense{Units: 3}, &layers.Dense{Units: 3}
	a := nn.NewSequential(in, &layers.Dense{Units: 3})
	b := nn.NewSequential(other, d0, d1)
	joined := nn.NewModel([]*nn.Symbol{in, other}, []*nn.Symbol{nn.Apply(&layers.Add{}, a.Outputs()[0], d0.OutputAt(0))})
	must(t, joined.Err())
	for _, m := range []*nn.Model{a, b, joined} {
		seen := map[string]bool{}
		for _, l := range m.AllLayers() {
			if n := nn.BaseOf(l).Name(); seen[n] {
				t.Errorf("model %s has two layers named %s", m.Name(), n)
			} else {
				seen[n] = true
			}
		}
	}
	if l, err := b.Layer(d1.Name()); err != nil || l != d1 {
		t.Errorf("b.Layer(%q) is another layer: %v", d1.Name(), err)
	}
}

// TestFitStops: a callback that stops, a context that ends, and an error in
// the data each end training cleanly.
func TestFitStops(t *testing.T) {
	m := small()
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}}}))
	x, y := smallData(20)
	src := pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 5})
	h, err := m.Fit(context.Background(), src, nn.FitConfig{Epochs: 9, Callbacks: []nn.Callback{stopAfter{epoch: 2}}})
	if err != nil || len(h.Epoch) != 3 {
		t.Errorf("epochs %v, %v; want 3", h.Epoch, err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("enough")
	cancel(cause)
	if _, err := m.Fit(ctx, src, nn.FitConfig{Epochs: 2}); !errors.Is(err, cause) {
		t.Errorf("got %v, want the context's cause", err)
	}
}

type stopAfter struct {
	nn.NopCallback
	epoch int
}

func (s stopAfter) OnEpochEnd(r *nn.Run, epoch int, _ *nn.Logs) error {
	if epoch == s.epoch {
		r.Stop()
	}
	return nil
}
