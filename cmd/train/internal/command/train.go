package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn/saving"
)

// Train trains on data: a path, or one of the demos. Without data it goes on
// with the run of --resume.
func (e *Env) Train(ctx context.Context, data string) error {
	began := time.Now()
	s := e.Settings
	if s.Preprocess != "" && s.Model == "" && s.Resume == "" {
		return cli.Errorf(cli.Usage, "--preprocess says what a plain model file takes, in predict and evaluate").Do("leave it out: train scales pictures, and notes how in the run")
	}
	par.SetWorkers(s.Workers)
	var from *resumed
	e.findInterrupted(data)
	if s.Resume != "" {
		var err error
		if from, err = e.resume(data); err != nil {
			return err
		}
		data = from.stored.Data
	}
	k := e.kindOf(data, from)
	u, err := k.prepare(ctx, e, data, from)
	if err != nil {
		return stoppedEarly(ctx, err)
	}
	if u.close != nil {
		defer u.close()
	}
	if s.Check {
		return u.check()
	}
	return e.carryOut(ctx, u, data, from, began)
}

// stoppedEarly is a signal before there was anything to keep.
func stoppedEarly(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// given are the flags that make a command the same.
func (e *Env) given() []string {
	return e.Flags.Given("out", "force", "workers", "json", "quiet", "verbose", "no-color", "resume")
}

// isDemo reports whether data are built in.
func isDemo(data string) bool { return data == "demo" || strings.HasPrefix(data, "demo ") }

// runName is what a run on data is called.
func runName(data string) string {
	if isDemo(data) {
		return strings.ReplaceAll(data, " ", "-")
	}
	return rundir.Name(data)
}

// findInterrupted makes the same command, given once more, go on with the run
// that it began.
func (e *Env) findInterrupted(data string) {
	s := e.Settings
	if s.Resume != "" || s.Force || s.DryRun || s.Check || data == "" {
		return
	}
	switch dir, goesOn, again := rundir.Interrupted(s.Out, runName(data), data, e.given()); {
	case goesOn:
		s.Resume, s.Out = dir, ""
		e.Console.Printf("note       %s was begun by the same command and not finished; --force starts anew", dir)
	case again:
		s.Out, s.Force = dir, true
	}
}

// recorded are the settings that belong to the run; where it was written and
// what was shown do not.
func (e *Env) recorded() config.Object {
	var o config.Object
	for _, m := range e.Flags.Values() {
		switch m.Key {
		case "out", "force", "json", "quiet", "verbose", "no_color", "top", "plot", "dry_run", "check", "resume", "workers", "config", "set", "show_config":
		default:
			o = append(o, m)
		}
	}
	return o
}

// directory makes the run directory.
func (e *Env) directory(name string, from *resumed) (string, error) {
	switch {
	case from != nil:
		return from.dir, nil
	case e.Settings.DryRun:
		return os.MkdirTemp("", "train-dry-run-")
	}
	return rundir.Create(e.Settings.Out, name, e.Settings.Force)
}

// dryRun says that all went well; the checkpoint is read again.
func (e *Env) dryRun(dir string, began time.Time) error {
	if _, err := saving.Load(filepath.Join(dir, rundir.BestFile)); err != nil {
		return err
	}
	e.Console.Printf("dry run    one step, validation, saving and loading went well (%s); nothing was kept", cli.Duration(time.Since(began)))
	e.emit(rundir.Event("dry_run", config.Member{Key: "ok", Value: true}))
	return nil
}

// stopped says what was kept of a training that did not end well.
func (e *Env) stopped(err error, run *rundir.Run, dir string) error {
	var sig cli.Signal
	if !errors.As(err, &sig) && !errors.Is(err, context.Canceled) {
		return err
	}
	epoch := 0
	if run.Result != nil {
		epoch = run.Result.Epochs
	}
	out := cli.Errorf(cli.Code(err), "%v after %s of %d; the weights are in %s", err, cli.Plural(epoch, "epoch"), e.Settings.Epochs, filepath.Join(dir, rundir.LastFile))
	out.Err = err
	if run.Task == rundir.Words {
		out.What += fmt.Sprintf(", the vectors so far in %s", filepath.Join(dir, rundir.VectorsFile))
	}
	if e.Settings.DryRun {
		out.What = fmt.Sprint(err)
		return out
	}
	return out.Do("go on with: train --resume %s", cli.Quote(dir))
}
