package checkpoint_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/npy"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/callbacks"
	"github.com/antler-ml/antler/nn/checkpoint"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// small is a training of two batches an epoch.
type small struct {
	units, samples int
	rate           float64
	config         nn.FitConfig
}

func (s small) fit() error {
	m := nn.NewSequential(nn.Input(2), &layers.Dense{Units: s.units})
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: s.rate}, Loss: losses.MeanSquaredError{}, Seed: 1}); err != nil {
		return err
	}
	data := pipeline.Arrays(tensor.New(s.samples, 2), tensor.New(s.samples, s.units), pipeline.ArraysConfig{BatchSize: 2})
	_, err := m.Fit(context.Background(), data, s.config)
	return err
}

// future writes a checkpoint of a format to come.
func future(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	z := npy.NewWriter(f, false)
	text := fmt.Sprintf(`{"format": "antler-checkpoint", "version": %d}`, checkpoint.Version+1)
	sum := sha256.Sum256([]byte(text))
	for _, m := range []struct{ name, text string }{{"manifest", text}, {"manifest.sha256", hex.EncodeToString(sum[:])}} {
		w, err := z.Create(m.name)
		must(t, err)
		must(t, npy.WriteStrings(w, []int{1}, []string{m.text}))
	}
	must(t, z.Close())
}

// TestBadCheckpoints: what is wrong with a checkpoint, or with where it is to be kept,
// is said in these words before anything is trained.
func TestBadCheckpoints(t *testing.T) {
	for _, c := range []struct {
		name   string
		spoil  func(dir string)
		change func(s *small, d *checkpoint.Dir)
		want   string
	}{
		{"another model", nil, func(s *small, _ *checkpoint.Dir) { s.units = 3 }, `nn: Fit: the checkpoint is of another training: layer dense of input_1: Dense had units 1, here it has 3; make the model and the settings as they were, or keep the checkpoints of this training elsewhere`},
		{"another optimizer", nil, func(s *small, _ *checkpoint.Dir) { s.rate = 0.5 }, `nn: Fit: the checkpoint is of another training: optimizer SGD had learning_rate 0.1, here it has 0.5; make the model and the settings as they were, or keep the checkpoints of this training elsewhere`},
		{"other data", nil, func(s *small, _ *checkpoint.Dir) { s.samples = 6 }, `nn: Fit: the checkpoint is of another training: its data have 2 batches and 4 samples, these have 3 batches and 6 samples; use the same data and batch size`},
		{"other callbacks", nil, func(s *small, _ *checkpoint.Dir) {
			s.config.Callbacks = []nn.Callback{&callbacks.EarlyStopping{Monitor: "loss"}}
		}, `nn: Fit: the checkpoint is of another training: its callbacks with a memory are [], now they are ["EarlyStopping"]`},
		{"a version to come", func(dir string) { future(t, filepath.Join(dir, "checkpoint-000009.npz")) }, nil, `checkpoint: DIR/checkpoint-000009.npz: the format has version 2, known here is 1; go on with the program that wrote it`},
		{"all cut short", func(dir string) {
			files, err := filepath.Glob(filepath.Join(dir, "*.npz"))
			must(t, err)
			for _, f := range files {
				must(t, os.Truncate(f, 100))
			}
		}, nil, `checkpoint: no checkpoint in DIR can be read; remove them to start anew: checkpoint: DIR/checkpoint-000001.npz is damaged: npy: not an .npz archive: zip: not a valid zip file`},
		{"no directory named", nil, func(_ *small, d *checkpoint.Dir) { d.Path = "" }, `checkpoint: Dir: Path is empty; name a directory for the checkpoints`},
		{"a file in its place", func(dir string) { os.RemoveAll(dir); os.WriteFile(dir, nil, 0o644) }, nil, `checkpoint: cannot make the directory: mkdir DIR: not a directory`},
		{"negative steps", nil, func(_ *small, d *checkpoint.Dir) { d.EverySteps = -1 }, `checkpoint: Dir: EverySteps is -1; want batches, or 0 to go by Every`},
		{"only one", nil, func(_ *small, d *checkpoint.Dir) { d.Keep = 1 }, `checkpoint: Dir: Keep is 1; want 2 or more, so that there is one before, should the newest be damaged`},
	} {
		dir := filepath.Join(t.TempDir(), "kept")
		s := small{units: 1, samples: 4, rate: 0.1, config: nn.FitConfig{Epochs: 2, Checkpoint: &checkpoint.Dir{Path: dir}}}
		one := s
		one.config.Epochs = 1
		must(t, one.fit())
		if c.spoil != nil {
			c.spoil(dir)
		}
		d := &checkpoint.Dir{Path: dir}
		s.config.Checkpoint = d
		if c.change != nil {
			c.change(&s, d)
		}
		err := s.fit()
		if err == nil {
			t.Errorf("%s: no error, want %q", c.name, c.want)
		} else if got := strings.ReplaceAll(err.Error(), dir, "DIR"); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}
