package checkpoint_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/callbacks"
	"github.com/antler-ml/antler/nn/checkpoint"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

var long = flag.Bool("long", false, "stop after every step, not only some")

// training is all that a program has that trains: 50 steps, 10 an epoch, with
// dropout, moving averages, augmentation, shuffling, early stopping and a rate
// that falls.
type training struct {
	model     *nn.Model
	data, val pipeline.Source
	callbacks []nn.Callback
	rate      *callbacks.ReduceLROnPlateau
	variant   string
}

const perEpoch, epochs = 10, 5

func pictures(n int) (x, y *tensor.Tensor) {
	x, y = tensor.New(n, 6, 6, 1), tensor.New(n, 1)
	for i := range n {
		y.Data()[i] = float32(i % 3)
		for j := range 36 {
			x.Data()[i*36+j] = float32((i*j*7+i*13+j*j)%23)/23 + float32(i%3)*0.2*float32(j%3)
		}
	}
	return x, y
}

func newTraining(t *testing.T, variant string) *training {
	t.Helper()
	r := &training{variant: variant}
	r.model = nn.NewSequential(nn.Input(6, 6, 1),
		&layers.Conv2D{Filters: 4, KernelSize: [2]int{3, 3}}, &layers.BatchNormalization{}, &layers.Activation{Activation: activations.ReLU},
		&layers.Flatten{}, &layers.Dropout{Rate: 0.4}, &layers.Dense{Units: 8, Activation: activations.ReLU}, &layers.Dense{Units: 3, Activation: activations.Softmax})
	adam := &optimizers.Adam{LearningRate: 0.03, UseEMA: variant == "averages"}
	if variant == "accumulation" {
		adam.GradientAccumulationSteps = 4
	}
	must(t, r.model.Compile(nn.CompileConfig{Optimizer: adam, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.SparseCategoricalAccuracy{}}, Seed: 5}))
	x, y := pictures(40)
	g := &augment.ImageDataGenerator{RotationRange: 20, WidthShiftRange: 0.2, HorizontalFlip: true}
	flow, err := g.Flow(x, y, augment.FlowConfig{BatchSize: 4, Seed: new(3), Workers: 1})
	must(t, err)
	r.data = flow
	vx, vy := pictures(12)
	r.val = pipeline.Arrays(vx, vy, pipeline.ArraysConfig{BatchSize: 5})
	r.rate = &callbacks.ReduceLROnPlateau{Factor: 0.5, Patience: new(1)}
	r.callbacks = []nn.Callback{&callbacks.EarlyStopping{Patience: 4, RestoreBestWeights: true}, r.rate}
	return r
}

// fit trains until stop batches are done; 0: to the end.
func (r *training) fit(dir *checkpoint.Dir, stop int) (*nn.History, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cbs := append([]nn.Callback{}, r.callbacks...)
	cbs = append(cbs, &callbacks.LambdaCallback{BatchEnd: func(run *nn.Run, _ int, _ nn.Logs) error {
		st, err := run.Model.OptimizerState()
		if int(st.Batches) == stop {
			cancel()
		}
		return err
	}})
	c := nn.FitConfig{Epochs: epochs, Validation: r.val, Callbacks: cbs}
	if dir != nil {
		c.Checkpoint = dir
	}
	return r.model.Fit(ctx, r.data, c)
}

// sum is the SHA-256 of all weights, the optimizer's state and the history.
func sum(t *testing.T, m *nn.Model, h *nn.History) string {
	t.Helper()
	s := sha256.New()
	put := func(x *tensor.Tensor) { binary.Write(s, binary.LittleEndian, x.Data()) }
	for _, w := range m.Weights() {
		put(w.Value())
	}
	o, err := m.OptimizerState()
	must(t, err)
	for _, v := range o.Variables {
		put(v.Value)
	}
	fmt.Fprint(s, o.Iterations, o.Batches, o.LearningRate, h.Epoch, h.Names())
	for _, n := range h.Names() {
		for _, v := range h.Get(n) {
			binary.Write(s, binary.LittleEndian, math.Float64bits(v))
		}
	}
	return hex.EncodeToString(s.Sum(nil))
}

// A training that is stopped after any step, and started again, gives the bits
// of one that was not: weights, optimizer and history.
func TestResumeAfterEveryStep(t *testing.T) {
	for _, variant := range []string{"plain", "accumulation", "averages"} {
		whole := newTraining(t, variant)
		h, err := whole.fit(nil, 0)
		must(t, err)
		want := sum(t, whole.model, h)
		if o, _ := whole.model.OptimizerState(); o.Batches != perEpoch*epochs || o.LearningRate == 0.03 {
			t.Fatalf("%s: %d batches, rate %g: the data no longer make the rate fall", variant, o.Batches, o.LearningRate)
		}
		steps := []int{1, 9, 10, 11, 27, 49, 50}
		if *long {
			steps = nil
			for k := range perEpoch * epochs {
				steps = append(steps, k+1)
			}
		}
		for _, k := range steps {
			dir := filepath.Join(t.TempDir(), "checkpoints")
			if _, err := newTraining(t, variant).fit(&checkpoint.Dir{Path: dir}, k); !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: stopped after step %d: %v", variant, k, err)
			}
			again := newTraining(t, variant)
			h, err := again.fit(&checkpoint.Dir{Path: dir}, 0)
			must(t, err)
			if got := sum(t, again.model, h); got != want {
				t.Errorf("%s: stopped after step %d: SHA-256 %s, want %s", variant, k, got, want)
			}
			if len(h.Epoch) != epochs {
				t.Errorf("%s: stopped after step %d: the history has the epochs %v", variant, k, h.Epoch)
			}
			// Run once more, the same program has nothing left to do.
			third := newTraining(t, variant)
			h, err = third.fit(&checkpoint.Dir{Path: dir}, 0)
			must(t, err)
			if got := sum(t, third.model, h); got != want {
				t.Errorf("%s: a finished training is not what it was", variant)
			}
		}
	}
}

// The same, stopped after each single step, from one checkpoint to the next.
func TestResumeStepByStep(t *testing.T) {
	whole := newTraining(t, "plain")
	h, err := whole.fit(nil, 0)
	must(t, err)
	dir := t.TempDir()
	for k := 1; k <= perEpoch*epochs; k++ {
		if _, err := newTraining(t, "plain").fit(&checkpoint.Dir{Path: dir, Keep: 2}, k); !errors.Is(err, context.Canceled) {
			t.Fatalf("step %d: %v", k, err)
		}
	}
	last := newTraining(t, "plain")
	h2, err := last.fit(&checkpoint.Dir{Path: dir}, 0)
	must(t, err)
	if sum(t, last.model, h2) != sum(t, whole.model, h) {
		t.Error("50 pieces give other bits than the whole")
	}
	if names, _ := os.ReadDir(dir); len(names) > 4 {
		t.Errorf("left behind: %v", names)
	}
}

// More epochs go on from where the fewer ended.
func TestMoreEpochs(t *testing.T) {
	whole := newTraining(t, "averages")
	h, err := whole.fit(nil, 0)
	must(t, err)
	dir := t.TempDir()
	few := newTraining(t, "averages")
	_, err = few.model.Fit(context.Background(), few.data, nn.FitConfig{Epochs: 2, Validation: few.val, Callbacks: few.callbacks, Checkpoint: &checkpoint.Dir{Path: dir}})
	must(t, err)
	more := newTraining(t, "averages")
	h2, err := more.fit(&checkpoint.Dir{Path: dir}, 0)
	must(t, err)
	if sum(t, more.model, h2) != sum(t, whole.model, h) {
		t.Error("2 epochs and 3 more give other bits than 5")
	}
}

// Another model, other settings and other data are refused, by name.
func TestOtherTraining(t *testing.T) {
	dir := t.TempDir()
	if _, err := newTraining(t, "plain").fit(&checkpoint.Dir{Path: dir}, 13); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	x, y := pictures(40)
	for _, c := range []struct {
		name   string
		change func(r *training)
		want   []string
	}{
		{"model", func(r *training) {
			r.model = nn.NewSequential(nn.Input(6, 6, 1), &layers.Flatten{}, &layers.Dense{Units: 3, Activation: activations.Softmax})
			must(t, r.model.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{LearningRate: 0.03}, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.SparseCategoricalAccuracy{}}, Seed: 5}))
		}, []string{"layer conv2d of", "layer flatten of"}},
		{"optimizer", func(r *training) {
			must(t, r.model.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{LearningRate: 0.01}, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.SparseCategoricalAccuracy{}}, Seed: 5}))
		}, []string{"learning_rate", "0.03", "0.01"}},
		{"batch size", func(r *training) {
			r.data = pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 5})
		}, []string{"10 batches", "8 batches"}},
		{"order", func(r *training) {
			r.data = pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 4})
		}, []string{"the first batch of the data is another one"}},
		{"callbacks", func(r *training) { r.callbacks = r.callbacks[:1] }, []string{`["EarlyStopping" "ReduceLROnPlateau"]`, `["EarlyStopping"]`}},
	} {
		r := newTraining(t, "plain")
		c.change(r)
		_, err := r.fit(&checkpoint.Dir{Path: dir}, 0)
		var other *nn.ResumeError
		if !errors.As(err, &other) {
			t.Errorf("%s: got %v", c.name, err)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", c.name, err, w)
			}
		}
	}
	// What was refused has changed nothing.
	if _, err := newTraining(t, "plain").fit(&checkpoint.Dir{Path: dir}, 0); err != nil {
		t.Error(err)
	}
}

// Two trainings at once in one directory would mix their checkpoints.
func TestOneAtATime(t *testing.T) {
	dir := t.TempDir()
	r := newTraining(t, "plain")
	r.callbacks = append(r.callbacks, &callbacks.LambdaCallback{EpochEnd: func(*nn.Run, int, *nn.Logs) error {
		if _, err := newTraining(t, "plain").fit(&checkpoint.Dir{Path: dir}, 0); err == nil || !strings.Contains(err.Error(), "another training keeps its checkpoints in") {
			t.Errorf("got %v", err)
		}
		return nil
	}})
	_, err := r.fit(&checkpoint.Dir{Path: dir}, 0)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
