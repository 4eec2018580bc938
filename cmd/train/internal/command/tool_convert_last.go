package command

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/checkpoint"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/saving"
)

// packLast reads the model of a run as its last checkpoint has it: compiled, and
// with the state of the optimizer, so that Keras goes on where training stopped.
func packLast(dir string) (*saving.Loaded, error) {
	stored, err := rundir.Open(dir)
	if err != nil {
		return nil, err
	}
	if kind := dataset.Kind(stored.Task); kind != dataset.Images && kind != dataset.Texts {
		return nil, cli.Errorf(cli.Usage, "--last is for runs that classify pictures or texts; the task of %s is %q", dir, stored.Task)
	}
	if !rundir.HasCheckpoints(dir) {
		return nil, cli.Errorf(cli.BadData, "%s has no checkpoints, so the state of the optimizer is lost", dir).Do("leave out --last, for the weights of the best epoch")
	}
	l, err := saving.LoadWith(filepath.Join(dir, rundir.LastFile), saving.LoadConfig{})
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "%w", err)
	}
	state, err := checkpoint.Load(filepath.Join(dir, rundir.CheckpointsDir))
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "%w", err)
	}
	s := settings.Default()
	flags := settings.Flags(s)
	for name, v := range stored.Settings {
		flag := strings.ReplaceAll(name, "_", "-")
		if v == nil || v == "" || !slices.Contains([]string{"optimizer", "learning-rate", "clipnorm", "seed"}, flag) {
			continue
		}
		if err := flags.Set(flag, plain(v)); err != nil {
			return nil, cli.Errorf(cli.BadData, "%s: setting %q: %v", filepath.Join(dir, rundir.RunFile), name, err)
		}
	}
	c := trainer.Config(s, lossOf(l.Model))
	if _, number := c.Loss.(losses.MeanSquaredError); number {
		c.Metrics = nil // numbers are not right or wrong
	}
	if err := l.Model.Compile(c); err != nil {
		return nil, err
	}
	if err := adoptState(l.Model, state); err != nil {
		return nil, cli.Errorf(cli.BadData, "the checkpoint of %s: %w", dir, err)
	}
	l.Meta, err = packedMeta(dir)
	return l, err
}

// lossOf is the loss that train gives a model: by its last activation.
func lossOf(m *nn.Model) nn.Loss {
	switch {
	case m.OutputShapes()[0].Last() > 1:
		return losses.SparseCategoricalCrossentropy{}
	case m.LastActivation(0) == "sigmoid":
		return losses.BinaryCrossentropy{}
	}
	return losses.MeanSquaredError{}
}

// adoptState gives a model the weights and the optimizer of a training.
func adoptState(m *nn.Model, s *nn.TrainingState) error {
	weights := map[string]*nn.Weight{}
	for name, w := range m.NamedWeights() {
		weights[name] = w
	}
	for _, t := range s.Weights {
		if w := weights[t.Name]; w != nil { // others are states, which no file keeps
			if err := w.Set(t.Value); err != nil {
				return err
			}
		}
	}
	return m.SetOptimizerState(s.Optimizer)
}
