package callbacks

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// zeroLoss never improves.
func zeroLoss(_, p *ops.Value) *ops.Value { return ops.Mean(ops.MulScalar(p, 0), -1) }

func arrays(x, y *tensor.Tensor) pipeline.Source {
	return pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 4})
}

// TestTerminateOnNaN: training ends well, within the step, with the weights of
// the step before.
func TestTerminateOnNaN(t *testing.T) {
	x, y := printedData(t)
	bad := tensor.New(12, 2)
	copy(bad.Data(), x.Data())
	bad.Data()[20] = float32(math.NaN()) // sample 10: batch 2
	yy := tensor.New(12, 1)
	copy(yy.Data(), y.Data())
	var out strings.Builder
	var said []error
	var before [][]float32
	keep := &LambdaCallback{BatchBegin: func(r *nn.Run, _ int) error {
		before = nil
		for _, w := range r.Model.GetWeights() {
			before = append(before, slices.Clone(w.Data()))
		}
		return nil
	}}
	m := logistic(t)
	h, err := m.Fit(context.Background(), arrays(bad, yy), nn.FitConfig{Epochs: 3, Callbacks: []nn.Callback{keep, &TerminateOnNaN{Output: &out}}, Warn: func(err error) { said = append(said, err) }})
	must(t, err)
	if len(h.Epoch) != 1 || !math.IsNaN(h.Last("loss")) {
		t.Errorf("history %v, loss %v; want one epoch whose loss is NaN", h.Epoch, h.Last("loss"))
	}
	for i, w := range m.GetWeights() {
		if !slices.Equal(w.Data(), before[i]) {
			t.Errorf("weight %d changed", i)
		}
	}
	var nf *nn.NotFiniteError
	if len(said) != 1 || !errors.As(said[0], &nf) || nf.Epoch != 0 || nf.Batch != 2 {
		t.Errorf("said %v", said)
	}
	if s := out.String(); !strings.HasPrefix(s, "Batch 2: Invalid loss, terminating training\n") || !strings.Contains(s, "epoch 1 batch 3") || !strings.Contains(s, "sample 2") {
		t.Errorf("printed %q", s)
	}
	// Without it the same is an error.
	if _, err := logistic(t).Fit(context.Background(), arrays(bad, yy), nn.FitConfig{}); !errors.As(err, &nf) {
		t.Errorf("got %v", err)
	}
}

// TestLearningRates: what the two callbacks set is what training uses and logs.
func TestLearningRates(t *testing.T) {
	x, y := printedData(t)
	m := logistic(t)
	must(t, m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 1}, Loss: nn.LossFunc("zero", zeroLoss)}))
	h, err := m.Fit(context.Background(), arrays(x, y), nn.FitConfig{Epochs: 4, Callbacks: []nn.Callback{&ReduceLROnPlateau{Monitor: "loss", Patience: new(1), Factor: 0.5}}})
	must(t, err)
	if got := h.Get("lr"); !slices.Equal(got, []float64{1, 1, 0.5, 0.25}) {
		t.Errorf("rates %v", got)
	}
}

// TestCSVResume: going on from a checkpoint takes back the lines of epochs that
// are done again, and writes the same file as a run without a break.
func TestCSVResume(t *testing.T) {
	for _, mode := range []bool{false, true} {
		dir := t.TempDir()
		whole, broken := filepath.Join(dir, "whole.csv"), filepath.Join(dir, "broken.csv")
		for _, f := range []string{whole, broken} {
			must(t, os.WriteFile(f, []byte("epoch,loss\r\n"), 0o644))
		}
		r := &nn.Run{}
		play := func(c *CSVLogger, from, to int) {
			for e := from; e < to; e++ {
				logs := logsOf(map[string]number{"loss": number(e)})
				must(t, c.OnEpochEnd(r, e, &logs))
			}
		}
		c := &CSVLogger{Filename: whole, Append: mode}
		must(t, c.OnTrainBegin(r))
		play(c, 0, 10)
		must(t, c.OnTrainEnd(r, nn.Logs{}))

		c = &CSVLogger{Filename: broken, Append: mode}
		must(t, c.OnTrainBegin(r))
		play(c, 0, 5)
		st, err := c.State()
		must(t, err)
		play(c, 5, 7) // after the checkpoint, before the crash
		must(t, c.OnTrainEnd(r, nn.Logs{}))
		c = &CSVLogger{Filename: broken, Append: mode}
		must(t, c.OnTrainBegin(r))
		must(t, c.SetState(st))
		play(c, 5, 10)
		must(t, c.OnTrainEnd(r, nn.Logs{}))
		a, err := os.ReadFile(whole)
		must(t, err)
		b, err := os.ReadFile(broken)
		must(t, err)
		if string(a) != string(b) {
			t.Errorf("append %v: the file is\n%q, want\n%q", mode, b, a)
		}
	}
}

// TestCSVFullDisk: /dev/full takes nothing; training goes on and says so.
func TestCSVFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full")
	}
	x, y := printedData(t)
	var said []error
	h, err := logistic(t).Fit(context.Background(), arrays(x, y), nn.FitConfig{Epochs: 3, Callbacks: []nn.Callback{&CSVLogger{Filename: "/dev/full", Append: true}}, Warn: func(err error) { said = append(said, err) }})
	if len(h.Epoch) != 3 || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "are not in /dev/full") {
		t.Errorf("%d epochs, error %v", len(h.Epoch), err)
	}
	if len(said) != 1 || !strings.Contains(said[0].Error(), "training goes on") {
		t.Errorf("said %v", said)
	}
}

// TestCheckpointFullDisk: a saving that fails ends nothing, keeps the best value
// as it was, and is tried again.
func TestCheckpointFullDisk(t *testing.T) {
	full := &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	for _, room := range []int{2, 99} { // the epoch from which on there is room
		epoch, saved := 0, 0
		var said []error
		c := &ModelCheckpoint{Filepath: "x.npz", Monitor: "loss", SaveBestOnly: true, write: func(*nn.Model, string) error {
			if epoch < room {
				return full
			}
			saved++
			return nil
		}}
		count := &LambdaCallback{EpochEnd: func(*nn.Run, int, *nn.Logs) error { epoch++; return nil }, Adds: []string{}}
		x, y := printedData(t)
		h, err := logistic(t).Fit(context.Background(), arrays(x, y), nn.FitConfig{Epochs: 4, Callbacks: []nn.Callback{c, count}, Warn: func(err error) { said = append(said, err) }})
		if len(h.Epoch) != 4 {
			t.Errorf("%d epochs", len(h.Epoch))
		}
		if room == 2 && (err != nil || saved != 2 || len(said) != 2 || c.Best != h.Last("loss")) {
			t.Errorf("error %v, saved %d, said %v", err, saved, said)
		}
		if room == 99 && (!errors.Is(err, syscall.ENOSPC) || len(said) != 4 || !math.IsInf(c.Best, 1)) {
			t.Errorf("error %v, said %v, best %v", err, said, c.Best)
		}
	}
	// What is no matter of the disk fails at once.
	broken := errors.New("cannot be written down")
	c := &ModelCheckpoint{Filepath: "x.npz", write: func(*nn.Model, string) error { return broken }}
	x, y := printedData(t)
	if h, err := logistic(t).Fit(context.Background(), arrays(x, y), nn.FitConfig{Epochs: 4, Callbacks: []nn.Callback{c}}); !errors.Is(err, broken) || len(h.Epoch) != 0 {
		t.Errorf("%d epochs, error %v", len(h.Epoch), err)
	}
}

// TestHistoryAsCallback: one may read along.
func TestHistoryAsCallback(t *testing.T) {
	x, y := printedData(t)
	seen := &nn.History{}
	h, err := logistic(t).Fit(context.Background(), arrays(x, y), nn.FitConfig{Epochs: 3, Callbacks: []nn.Callback{seen}})
	must(t, err)
	if !slices.Equal(seen.Get("loss"), h.Get("loss")) || !slices.Equal(seen.Epoch, h.Epoch) || len(h.Epoch) != 3 {
		t.Errorf("seen %v, got %v", seen, h)
	}
}
