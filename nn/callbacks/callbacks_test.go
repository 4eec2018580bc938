package callbacks

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// logistic is the model of the fixtures printed_*.
func logistic(t *testing.T) *nn.Model {
	t.Helper()
	m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: 1, Activation: activations.Sigmoid, KernelInitializer: &initializers.Constant{Value: 0.25}})
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.BinaryCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}}}))
	return m
}

func printedData(t *testing.T) (x, y *tensor.Tensor) {
	t.Helper()
	c := golden.Load(t, "callbacks", "printed_verbose_1")
	xa, ya := c.Array(t, "x"), c.Array(t, "y")
	return tensor.From(xa.Data, xa.Shape...), tensor.From(ya.Data, ya.Shape...)
}

// TestPrinted compares what a whole Fit prints with Keras, byte for byte.
func TestPrinted(t *testing.T) {
	golden.Walk(t, "callbacks/printed_*", func(t *testing.T, gc golden.Case) {
		var f struct {
			Fit struct {
				Epochs, Verbose int
				InitialEpoch    int     `json:"initial_epoch"`
				ValidationSplit float64 `json:"validation_split"`
			}
			Text struct{ Fit, Evaluate, Predict string }
		}
		gc.Decode(t, &f)
		x, y := printedData(t)
		var out bytes.Buffer
		now := 1000.0
		p := &ProgbarLogger{Output: &out, Verbose: []Verbosity{Silent, Bar, OneLine}[f.Fit.Verbose], now: at(&now)}
		m, data := logistic(t), pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 4})
		_, err := m.Fit(context.Background(), data,
			nn.FitConfig{Epochs: f.Fit.Epochs, InitialEpoch: f.Fit.InitialEpoch, ValidationSplit: f.Fit.ValidationSplit, Callbacks: []nn.Callback{p}})
		must(t, err)
		printed := func(want string) {
			t.Helper()
			if out.String() != want {
				t.Errorf("got  %q\nwant %q", out.String(), want)
			}
			out.Reset()
		}
		printed(f.Text.Fit)
		_, err = m.Evaluate(context.Background(), data, nn.EvaluateConfig{Callbacks: []nn.Callback{p}})
		must(t, err)
		printed(f.Text.Evaluate)
		_, err = m.Predict(context.Background(), data, nn.PredictConfig{Callbacks: []nn.Callback{p}})
		must(t, err)
		printed(f.Text.Predict)
	})
}

// unknown hides the length of a source.
type unknown struct{ pipeline.Source }

func (unknown) Len() int { return -1 }

// TestProgbarUnknownLength: the first epoch counts, the second knows.
func TestProgbarUnknownLength(t *testing.T) {
	x, y := printedData(t)
	var out bytes.Buffer
	now := 1000.0
	p := &ProgbarLogger{Output: &out, Verbose: Bar, now: at(&now)}
	_, err := logistic(t).Fit(context.Background(), unknown{pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 4})}, nn.FitConfig{Epochs: 2, Callbacks: []nn.Callback{p}})
	must(t, err)
	for _, want := range []string{"\r      1/Unknown - 0s 0s/step - loss: 0.7860", "\r3/3 [==============================] - 0s 0s/step", "\r1/3 [=========>....................] - ETA: 0s"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q lacks %q", out.String(), want)
		}
	}
}

// TestProgbarStopped: an epoch that was cut short shows how far it came.
func TestProgbarStopped(t *testing.T) {
	x, y := printedData(t)
	var out bytes.Buffer
	now := 1000.0
	stop := &LambdaCallback{BatchEnd: func(r *nn.Run, batch int, _ nn.Logs) error {
		if batch == 1 {
			r.Stop()
		}
		return nil
	}}
	p := &ProgbarLogger{Output: &out, Verbose: OneLine, now: at(&now)}
	h, err := logistic(t).Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 4}), nn.FitConfig{Epochs: 2, ValidationSplit: 0.1, Callbacks: []nn.Callback{p, stop}})
	must(t, err)
	if !strings.HasPrefix(out.String(), "Epoch 1/2\n2/3 - 0s - loss: ") || len(h.Epoch) != 1 || len(h.Get("val_loss")) != 0 {
		t.Errorf("printed %q, history %v", out.String(), h)
	}
}

// TestNoTerminal: on anything but a terminal the default is one line an epoch.
func TestNoTerminal(t *testing.T) {
	var out bytes.Buffer
	p := &ProgbarLogger{Output: &out}
	must(t, p.OnTrainBegin(nil))
	if p.bar.Verbose != OneLine {
		t.Errorf("on a buffer: %v", p.bar.Verbose)
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	must(t, err)
	defer f.Close()
	p.Output = f
	must(t, p.OnTrainBegin(nil))
	if p.bar.Verbose != OneLine {
		t.Errorf("on a file: %v", p.bar.Verbose)
	}
}

// TestQuietBatchesAllocateNothing: batches between two redraws cost nothing.
func TestQuietBatchesAllocateNothing(t *testing.T) {
	now := 1000.0
	p := &ProgbarLogger{Output: &bytes.Buffer{}, Verbose: Bar, now: at(&now)}
	r := &nn.Run{Epochs: 1, Steps: 1000}
	logs := logsOf(map[string]number{"loss": 1, "accuracy": 0.5})
	must(t, p.OnTrainBegin(r))
	must(t, p.OnEpochBegin(r, 0))
	must(t, p.OnBatchEnd(r, 0, logs))
	if n := testing.AllocsPerRun(10, func() { _ = p.OnBatchEnd(r, 1, logs) }); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
}

// TestCheckpointFiles: real files, with directories made on the way, that load.
func TestCheckpointFiles(t *testing.T) {
	x, y := printedData(t)
	dir := t.TempDir()
	data := pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 4})
	whole := &ModelCheckpoint{Filepath: filepath.Join(dir, "runs", "1", "m{epoch:02d}.npz")}
	weights := &ModelCheckpoint{Filepath: filepath.Join(dir, "w.npz"), SaveWeightsOnly: true, SaveBestOnly: true, Monitor: "loss"}
	m := logistic(t)
	_, err := m.Fit(context.Background(), data, nn.FitConfig{Epochs: 2, Callbacks: []nn.Callback{whole, weights}})
	must(t, err)
	loaded, err := saving.Load(filepath.Join(dir, "runs", "1", "m02.npz"))
	must(t, err)
	_, err = saving.LoadWeights(logistic(t), weights.Saved)
	must(t, err)
	for i, w := range loaded.Weights() {
		if !slices.Equal(w.Value().Data(), m.Weights()[i].Value().Data()) {
			t.Errorf("weight %d of the checkpoint differs", i)
		}
	}
	best := weights.Best
	must(t, weights.OnTrainBegin(&nn.Run{}))
	if weights.Best != best {
		t.Error("another Fit forgets the best value")
	}
}

// TestMistakes: what is certainly wrong is refused before any training.
func TestMistakes(t *testing.T) {
	x, y := printedData(t)
	fit := func(c nn.Callback, before ...nn.Callback) error {
		_, err := logistic(t).Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{}), nn.FitConfig{Callbacks: append(before, c)})
		return err
	}
	for name, c := range map[string]struct {
		c    nn.Callback
		want string
	}{
		"no validation":     {&EarlyStopping{}, "there is no validation"},
		"nowhere":           {&ReduceLROnPlateau{Monitor: "f1"}, `training logs ["loss" "accuracy"]`},
		"rate too late":     {&EarlyStopping{Monitor: "lr"}, "a callback that adds a log must stand before"},
		"factor":            {&ReduceLROnPlateau{Monitor: "loss", Factor: 1}, "Factor is 1; want 0 or more, below 1"},
		"no schedule":       {&LearningRateScheduler{}, "no Schedule"},
		"negative rate":     {&LearningRateScheduler{Schedule: func(int, float64) float64 { return -1 }}, "Schedule(0, 0.01) is -1"},
		"root":              {&RemoteMonitor{Root: "localhost:9000"}, "want such as http://localhost:9000"},
		"start":             {&EarlyStopping{Monitor: "loss", StartFromEpoch: -1}, "StartFromEpoch is -1"},
		"short name":        {&EarlyStopping{Monitor: "acc"}, `did you mean "accuracy"?`},
		"typo":              {&ModelCheckpoint{Filepath: "x.npz", SaveBestOnly: true, Monitor: "los"}, `did you mean "loss"?`},
		"never there":       {&EarlyStopping{Monitor: "f1"}, "a callback that adds a log must stand before"},
		"mode":              {&EarlyStopping{Mode: "up"}, "want auto, min or max"},
		"patience":          {&EarlyStopping{Patience: -1}, "Patience is -1"},
		"no path":           {&ModelCheckpoint{}, "no Filepath"},
		"directory":         {&ModelCheckpoint{Filepath: t.TempDir()}, "is a directory"},
		"frequency":         {&ModelCheckpoint{Filepath: "x.npz", SaveFreq: -1}, "SaveFreq is -1"},
		"period":            {&ModelCheckpoint{Filepath: "x.npz", Period: -1}, "Period is -1"},
		"both":              {&ModelCheckpoint{Filepath: "x.npz", Period: 2, SaveFreq: 2}, "choose one"},
		"format":            {&ModelCheckpoint{Filepath: filepath.Join(t.TempDir(), "x.txt")}, "names no known format"},
		"template":          {&ModelCheckpoint{Filepath: "{f1}.npz"}, "no such log"},
		"no file name":      {&CSVLogger{}, "no Filename"},
		"separator":         {&CSVLogger{Filename: filepath.Join(t.TempDir(), "x"), Separator: ", "}, "want one character"},
		"missing directory": {&CSVLogger{Filename: filepath.Join(t.TempDir(), "no", "log.csv")}, "no such file"},
	} {
		if err := fit(c.c); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		} else if !strings.HasPrefix(err.Error(), "callbacks: ") {
			t.Errorf("%s: %v does not name the package", name, err)
		}
	}
	adds := &LambdaCallback{EpochEnd: func(_ *nn.Run, _ int, logs *nn.Logs) error { logs.Set("f1", 1); return nil }}
	must(t, fit(&EarlyStopping{Monitor: "f1"}, adds))
	adds.Adds = []string{"f1"}
	must(t, fit(&EarlyStopping{Monitor: "f1"}, adds))
	if err := fit(&EarlyStopping{Monitor: "f2"}, adds); err == nil || !strings.Contains(err.Error(), `did you mean "f1"?`) {
		t.Errorf("got %v, want what is added", err)
	}
	must(t, fit(&EarlyStopping{Monitor: "lr", Mode: Max}, &LearningRateScheduler{Schedule: func(int, float64) float64 { return 0.1 }}))
	// A rate that the optimizer sets itself cannot be set beside it.
	for _, c := range []nn.Callback{&ReduceLROnPlateau{Monitor: "loss"}, &LearningRateScheduler{Schedule: func(int, float64) float64 { return 1 }}} {
		m := logistic(t)
		must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{Schedule: &optimizers.ExponentialDecay{InitialLearningRate: 0.1, DecaySteps: 1, DecayRate: 0.5}}, Loss: losses.BinaryCrossentropy{}}))
		if _, err := m.Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{}), nn.FitConfig{Callbacks: []nn.Callback{c}}); err == nil || !strings.Contains(err.Error(), "the optimizer has a Schedule") {
			t.Errorf("%T: got %v", c, err)
		}
	}
}

// TestHookOrder: hooks come in Keras' order; OnTrainEnd comes also after an error.
func TestHookOrder(t *testing.T) {
	x, y := printedData(t)
	var got []string
	say := func(s string) { got = append(got, s) }
	log := &LambdaCallback{
		TrainBegin: func(*nn.Run) error { say("train<"); return nil },
		TrainEnd:   func(*nn.Run, nn.Logs) error { say("train>"); return nil },
		EpochBegin: func(*nn.Run, int) error { say("epoch<"); return nil },
		EpochEnd:   func(*nn.Run, int, *nn.Logs) error { say("epoch>"); return nil },
		BatchBegin: func(*nn.Run, int) error { say("batch<"); return nil },
		BatchEnd:   func(*nn.Run, int, nn.Logs) error { say("batch>"); return nil },
	}
	data := pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 8})
	_, err := logistic(t).Fit(context.Background(), data, nn.FitConfig{Callbacks: []nn.Callback{log}})
	must(t, err)
	if s := strings.Join(got, " "); s != "train< epoch< batch< batch> batch< batch> epoch> train>" {
		t.Errorf("hooks came as %s", s)
	}
	got = nil
	bad := errors.New("bad")
	fails := &LambdaCallback{BatchEnd: func(*nn.Run, int, nn.Logs) error { return bad }}
	if _, err := logistic(t).Fit(context.Background(), data, nn.FitConfig{Callbacks: []nn.Callback{log, fails}}); !errors.Is(err, bad) {
		t.Errorf("got %v, want the callback's error", err)
	}
	if s := strings.Join(got, " "); s != "train< epoch< batch< batch> train>" {
		t.Errorf("hooks came as %s", s)
	}
	// Every callback that began ends, whatever others return.
	got = nil
	never := &LambdaCallback{TrainBegin: func(*nn.Run) error { return bad }, TrainEnd: func(*nn.Run, nn.Logs) error { say("never"); return nil }}
	worse := &LambdaCallback{TrainEnd: func(*nn.Run, nn.Logs) error { return errors.New("worse") }}
	_, err = logistic(t).Fit(context.Background(), data, nn.FitConfig{Callbacks: []nn.Callback{worse, log, never}})
	if s := strings.Join(got, " "); s != "train< train>" || !errors.Is(err, bad) || !strings.Contains(err.Error(), "worse") {
		t.Errorf("hooks came as %s, error %v", s, err)
	}
}
