package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/text"
)

// Predict answers what the arguments name: a line for each on standard output,
// in order.
func (e *Env) Predict(ctx context.Context, args []string) error {
	u, err := e.use(args[0])
	if err != nil {
		return err
	}
	return u.predict(ctx, e, args[1:])
}

// Evaluate measures a run on data whose answers are known.
func (e *Env) Evaluate(ctx context.Context, args []string) error {
	u, err := e.use(args[0])
	if err != nil {
		return err
	}
	return u.evaluate(ctx, e, args[1])
}

// use opens a run, or a file of a model, by its kind.
func (e *Env) use(path string) (user, error) {
	par.SetWorkers(e.Settings.Workers)
	o, err := openRun(path)
	if err != nil {
		return nil, err
	}
	task := string(dataset.Images) // of a plain file
	if o.Stored != nil {
		task = o.Task
	}
	k, ok := kindNamed(task)
	if !ok {
		return nil, cli.Errorf(cli.BadData, "%s: the task is %q, which is not known here", filepath.Join(path, rundir.RunFile), task)
	}
	return k.open(e, o)
}

// opened is a run that was read: a directory, or a model file that was made of
// one. A plain model file has no run.
type opened struct {
	*rundir.Stored
	path  string
	file  string // of the model
	model *nn.Model
	meta  map[string][]byte // what travels in the model's file; nil for a directory
}

// openRun reads a run or a model file.
func openRun(path string) (*opened, error) {
	o := &opened{path: path, file: path}
	if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() {
		l, err := saving.LoadWith(path, saving.LoadConfig{NoCompile: true})
		if err != nil {
			return nil, cli.Errorf(cli.BadData, "%w", err).Do("name a run, such as runs/1-demo, or a file of a model; train inspect %s says more", cli.Quote(path))
		}
		if o.model, o.meta = l.Model, l.Meta; o.meta == nil {
			o.meta = map[string][]byte{}
		}
		return o, o.inside()
	}
	var err error
	if o.Stored, err = rundir.Open(path); err != nil {
		return nil, err
	}
	o.file = filepath.Join(path, rundir.BestFile)
	l, err := saving.LoadWith(o.file, saving.LoadConfig{NoCompile: true})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unfinished(path)
	}
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "%w", err).Do("train it again, or copy it anew from where it came from")
	}
	o.model = l.Model
	return o, nil
}

// unfinished is the error about a run without a model.
func unfinished(dir string) error {
	return cli.Errorf(cli.BadData, "%s has no %s: its training has not finished an epoch", dir, rundir.BestFile).
		Do("go on with: train --resume %s", cli.Quote(dir))
}

// inside reads the run in a model's file, if there is one.
func (o *opened) inside() error {
	run, ok := o.meta[rundir.RunFile]
	if !ok {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(run))
	d.UseNumber()
	o.Stored = &rundir.Stored{}
	if err := d.Decode(o.Stored); err != nil {
		return cli.Errorf(cli.BadData, "%s: %s inside: %w", o.path, rundir.RunFile, err)
	}
	if o.V != 1 || o.Preprocessing == nil {
		return cli.Errorf(cli.BadData, "%s: %s inside has version %d; want 1", o.path, rundir.RunFile, o.V)
	}
	return nil
}

// read is a file of the run; what says what for.
func (o *opened) read(name, what string) ([]byte, error) {
	if o.meta == nil {
		b, err := os.ReadFile(filepath.Join(o.path, name))
		if err != nil {
			return nil, cli.Errorf(cli.BadData, "the run lacks its %s: %w", what, err)
		}
		return b, nil
	}
	if b, ok := o.meta[name]; ok {
		return b, nil
	}
	return nil, cli.Errorf(cli.BadData, "%s lacks its %s: %s is not inside", o.path, what, name).Do("make it anew: train convert RUN %s --force", cli.Quote(o.path))
}

// tokenizer reads the vocabulary.
func (o *opened) tokenizer() (*text.Tokenizer, error) {
	b, err := o.read(rundir.TokenizerFile, "vocabulary")
	if err != nil {
		return nil, err
	}
	t, err := text.FromJSON(b)
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "%s is damaged: %w", filepath.Join(o.path, rundir.TokenizerFile), err)
	}
	return t, nil
}
