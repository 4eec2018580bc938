package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn/saving"
)

// An undertaking is a training of any kind of data, ready to begin.
type undertaking struct {
	name  string       // of the run
	run   *rundir.Run  // task, classes, model, samples
	job   *trainer.Job // model, data, noun
	files files        // that the run has from its first moment on
	begin func(ctx context.Context, dir string) error

	found     []string // lines: what was found and inferred
	optimizer string   // "": that of the settings
	change    string   // flags that change it
	notes     []string
	bad       []dataset.Bad // what cannot be used, listed in the run
	badly     string        // how many they are, in words
	task      string        // of the event; "": that of the run
	start     config.Object // more of it

	check  func() error // instead of training
	finish func(ctx context.Context, dir string, h *report.History) (*ending, error)
	failed func(ctx context.Context, dir string) error // what is saved of a training that did not end well; or nil
	close  func()                                      // or nil
}

// files are contents by name.
type files map[string][]byte

// An ending is what a training has come to, beside what all have.
type ending struct {
	files []string
	event config.Object
	said  string // the result, for people
	best  string // how good, in a few words; may be empty
	than  string // what would be no merit
	next  string // command
	bad   func() // what was wrong with the data, after all that was good about them; or nil
}

// carryOut trains into a run's directory.
func (e *Env) carryOut(ctx context.Context, u *undertaking, data string, from *resumed, began time.Time) (err error) {
	s, job, run := e.Settings, u.job, u.run
	dir, err := e.directory(u.name, from)
	if err != nil {
		return err
	}
	if s.DryRun {
		defer os.RemoveAll(dir)
	}
	run.V, run.Program, run.Version, run.Data, run.Settings, run.Given, run.Weights = 1, "train", Version(), data, e.recorded(), e.given(), job.Model.CountParams()
	if from != nil {
		run.Result, run.Given = from.stored.Result, from.stored.Given
	}
	if err := e.begin(ctx, u, dir); err != nil {
		return err
	}
	events, err := rundir.OpenEvents(dir)
	if err != nil {
		return err
	}
	e.announce(u, dir, from)
	job.Settings, job.Console, job.Emit, job.Dir, job.Run, job.Events = s, e.Console, e.emit, dir, run, events
	if job.InitialEpoch, err = from.load(job.Model); err != nil {
		return err
	}
	job.Resumed = from != nil && from.exact
	if s.DryRun {
		job.Steps = 1
	}
	task := run.Task
	if u.task != "" {
		task = u.task
	}
	start := rundir.Event("start", config.Member{Key: "task", Value: task}, config.Member{Key: "data", Value: data}, config.Member{Key: "out", Value: dir})
	start = append(append(start, u.start...), config.Member{Key: "train_samples", Value: run.Train}, config.Member{Key: "validation_samples", Value: run.Validation},
		config.Member{Key: "initial_epoch", Value: job.InitialEpoch})
	events.Add(start)
	e.emit(start)
	history, err := job.Fit(ctx)
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil && !s.DryRun {
		err = e.end(ctx, u, dir, history, began)
	}
	if err != nil {
		if u.failed != nil && !s.DryRun {
			err = errors.Join(err, u.failed(ctx, dir))
		}
		events.Add(rundir.Event("stop", config.Member{Key: "reason", Value: err.Error()}))
		events.Close()
		return e.stopped(err, run, dir)
	}
	if err := events.Close(); err != nil {
		return err
	}
	if s.DryRun {
		return e.dryRun(dir, began)
	}
	return nil
}

// begin writes what a run needs from its first moment on.
func (e *Env) begin(ctx context.Context, u *undertaking, dir string) error {
	if err := u.run.Write(dir); err != nil { // first, to know the directory by
		return err
	}
	if len(u.run.Classes) > 0 {
		u.files[rundir.ClassesFile] = []byte(strings.Join(u.run.Classes, "\n") + "\n")
	}
	for name, content := range u.files {
		if err := atomicfile.WriteBytes(filepath.Join(dir, name), content); err != nil {
			return err
		}
	}
	if err := quarantine(dir, u.bad); err != nil || u.begin == nil {
		return err
	}
	return u.begin(ctx, dir)
}

// end takes the best epoch, says how good it is and what to do next, and writes
// it down.
func (e *Env) end(ctx context.Context, u *undertaking, dir string, h *report.History, began time.Time) error {
	run, job, c := u.run, u.job, e.Console
	if _, err := saving.LoadWeights(job.Model, filepath.Join(dir, rundir.BestFile)); err != nil {
		return err
	}
	if whole, err := report.ReadHistory(filepath.Join(dir, rundir.HistoryFile)); err == nil {
		h = whole // of the epochs before a resume too
	}
	if err := h.Curves(filepath.Join(dir, rundir.CurvesFile), run.Data); err != nil {
		return err
	}
	end, err := u.finish(ctx, dir, h)
	if err != nil {
		return err
	}
	run.Result.Finished = true
	if err := run.Write(dir); err != nil {
		return err
	}
	names := append([]string{rundir.BestFile, rundir.LastFile, rundir.RunFile, rundir.HistoryFile, rundir.EventsFile, rundir.CurvesFile}, end.files...)
	event := rundir.Event("end", config.Member{Key: "epochs", Value: run.Result.Epochs}, config.Member{Key: "best_epoch", Value: run.Result.Best}, config.Member{Key: "loss", Value: run.Result.Logs["loss"]}, config.Member{Key: "val_loss", Value: run.Result.Logs["val_loss"]})
	event = append(append(event, end.event...), config.Member{Key: "out", Value: dir}, config.Member{Key: "files", Value: names})
	job.Events.Add(event)
	e.emit(event)
	if !e.Settings.JSON {
		fmt.Fprint(e.Out, end.said)
		if end.best != "" {
			fmt.Fprintf(e.Out, "\nbest       validation %s at epoch %d of %d (%s)\n", end.best, run.Result.Best, run.Result.Epochs, end.than)
		}
	}
	if end.bad != nil {
		end.bad()
	}
	c.Printf("files      %s", filepath.Join(dir, "{"+strings.Join(names, ",")+"}"))
	c.Printf("next       %s", c.Bold(end.next))
	c.Printf("again      %s", e.again(run))
	e.used(began)
	return nil
}
