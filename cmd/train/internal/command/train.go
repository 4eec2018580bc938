package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
)

// Train trains on data: a path, "demo" or "demo text".
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
		if from.stored.Task == rundir.Words {
			return e.words(ctx, data, from)
		}
	}
	if e.isTagging(data) {
		return e.trainTags(ctx, data, from)
	}
	if err := e.asTable(data); err != nil {
		return err
	}
	if s.Target != "" {
		return e.trainTable(ctx, data, from)
	}
	set, name, err := e.open(ctx, data)
	if err != nil {
		return err
	}
	if s.Check {
		return e.check(ctx, set)
	}
	e.overfit(set)
	t, err := e.prepare(ctx, set, from.tokenizer())
	if err != nil {
		return err
	}
	if err := from.fits(t); err != nil {
		return err
	}
	dir, err := e.directory(name, from)
	if err != nil {
		return err
	}
	if s.DryRun {
		defer os.RemoveAll(dir)
	}
	run := &rundir.Run{
		V: 1, Program: "train", Version: Version(), Task: string(set.Kind), Data: data, Classes: set.Classes, Settings: e.recorded(),
		Given: e.given(), Model: trainer.Describe(t.model), Weights: t.model.CountParams(), Train: len(set.Train), Validation: len(set.Valid), Preprocessing: t.prep,
	}
	if from != nil {
		run.Result, run.Given = from.stored.Result, from.stored.Given
	}
	if err := e.begin(ctx, dir, t, run); err != nil {
		return err
	}
	events, err := rundir.OpenEvents(dir)
	if err != nil {
		return err
	}
	e.announce(t, run, dir, from)
	job := &trainer.Job{
		Model: t.model, Train: t.train, Valid: t.valid, ClassWeight: e.classWeights(set), Dir: dir,
		Run: run, Events: events, Noun: t.unit(), Meter: t.meter,
	}
	start := rundir.Event("start", config.Member{Key: "task", Value: set.Kind}, config.Member{Key: "data", Value: data},
		config.Member{Key: "out", Value: dir}, config.Member{Key: "classes", Value: set.Classes}, config.Member{Key: "train_samples", Value: len(set.Train)},
		config.Member{Key: "validation_samples", Value: len(set.Valid)})
	return e.carryOut(ctx, undertaking{job: job, from: from, began: began, start: start,
		finish: func(h *report.History) error { return e.finish(ctx, t, run, dir, h, began, events) },
		failed: func() error {
			if e.late(t) == 0 {
				return nil
			}
			return quarantine(dir, t.set.Bad)
		},
	})
}

// given are the flags that make a command the same.
func (e *Env) given() []string {
	return e.Flags.Given("out", "force", "workers", "json", "quiet", "verbose", "no-color", "resume")
}

// findInterrupted makes the same command, given once more, go on with the run
// that it began.
func (e *Env) findInterrupted(data string) {
	s := e.Settings
	if s.Resume != "" || s.Force || s.DryRun || s.Check || data == "" {
		return
	}
	name := strings.ReplaceAll(data, " ", "-")
	if name != "demo" && name != "demo-text" && name != "demo-words" {
		name = rundir.Name(data)
	}
	switch dir, goesOn, again := rundir.Interrupted(s.Out, name, data, e.given()); {
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
		case "out", "force", "json", "quiet", "verbose", "no_color", "top", "dry_run", "check", "resume", "workers", "config", "set", "show_config":
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

// begin writes what a run needs from its first moment on.
func (e *Env) begin(ctx context.Context, dir string, t *task, run *rundir.Run) error {
	if err := run.Write(dir); err != nil { // first, to know the directory by
		return err
	}
	if err := atomicfile.WriteBytes(filepath.Join(dir, rundir.ClassesFile), []byte(strings.Join(run.Classes, "\n")+"\n")); err != nil {
		return err
	}
	if t.tok != nil {
		if err := atomicfile.WriteBytes(filepath.Join(dir, rundir.TokenizerFile), []byte(t.tok.ToJSON())); err != nil {
			return err
		}
	}
	if err := quarantine(dir, t.set.Bad); err != nil {
		return err
	}
	if t.policy != nil { // the run has it also when the file is gone
		b, err := t.policy.MarshalJSON()
		if err != nil {
			return err
		}
		if err := atomicfile.WriteBytes(filepath.Join(dir, rundir.PolicyFile), append(b, '\n')); err != nil {
			return err
		}
	}
	if t.brought != nil && !t.brought.ours {
		if err := saving.Save(t.model, filepath.Join(dir, rundir.StartFile)); err != nil {
			return err
		}
	}
	return e.samples(ctx, t, dir)
}

// announce says what was found and inferred, what will be written, and how to
// change it.
func (e *Env) announce(t *task, run *rundir.Run, dir string, from *resumed) {
	s, c := e.Settings, e.Console
	c.Printf("found      %s: %s of %ss: %s; %s", run.Data, cli.Plural(len(run.Classes), "class"), t.set.Kind.Noun(), counts(t.set), t.look)
	c.Printf("inferred   %s", e.inferred(t))
	c.Printf("model      %s: %s weights; %s, batch size %d, %s %g %s", run.Model, cli.Count(run.Weights),
		cli.Plural(s.Epochs, "epoch"), s.BatchSize, t.optimizer(s), s.LearningRate, s.Schedule)
	where := dir + string(filepath.Separator)
	if s.DryRun {
		where = "nothing (--dry-run)"
	}
	c.Printf("writes     %s", where)
	c.Printf("change     any of it by flags, such as --epochs %d --learning-rate %g; train --help; seed %d", 2*s.Epochs, s.LearningRate/2, s.Seed)
	if t.brought != nil {
		for _, n := range t.brought.notes {
			c.Printf("note       %s", n)
		}
	}
	for _, n := range t.set.Notes {
		c.Printf("note       %s", n)
	}
	if n := len(t.set.Bad); n > 0 {
		c.Warnf("note       %s %s, listed in %s", cli.Plural(n, t.set.Kind.Noun()), e.treated(), filepath.Join(dir, rundir.BadFile))
	}
	if s.ClassWeight == "balanced" {
		c.Printf("note       rare classes weigh more: samples / (classes × samples of the class)")
	}
	if from != nil {
		c.Printf("note       %s", from.from())
	}
	if s.Verbose {
		for _, l := range t.model.Layers() {
			b := nn.BaseOf(l)
			c.Printf("layer      %-28s %-22v %s weights", b.Name()+" ("+nn.ClassName(l)+")", b.OutputAt(0).Shape(), cli.Count(b.CountParams()))
		}
	}
}

// check reads all data and says what is wrong with it.
func (e *Env) check(ctx context.Context, set *dataset.Set) error {
	if _, err := e.prepare(ctx, set, nil); err != nil {
		return err
	}
	e.emit(rundir.Event("check", config.Member{Key: "ok", Value: len(set.Bad) == 0}, config.Member{Key: "train_samples", Value: len(set.Train)},
		config.Member{Key: "validation_samples", Value: len(set.Valid)}, config.Member{Key: "bad", Value: set.Bad}))
	if !e.Settings.JSON {
		fmt.Fprintf(e.Out, "%s: %s of %ss: %s; train %s, validation %s, bad %s\n", set.Source, cli.Plural(len(set.Classes), "class"), set.Kind.Noun(),
			counts(set), cli.Count(len(set.Train)), cli.Count(len(set.Valid)), cli.Count(len(set.Bad)))
		for _, n := range set.Notes {
			fmt.Fprintf(e.Out, "  %s\n", n)
		}
		for _, b := range set.Bad {
			fmt.Fprintf(e.Out, "  %s\n", b)
		}
	}
	return nil
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

// samples draws a contact sheet of what the model will see.
func (e *Env) samples(ctx context.Context, t *task, dir string) error {
	if t.flow == nil || e.Settings.DryRun {
		return nil
	}
	p := t.pictures
	sheet := &report.Sheet{Title: "training pictures as the model sees them in epoch 1", Height: p.Height, Width: p.Width, Channels: p.Channels, Columns: 8}
	for b, err := range t.flow.Batches(ctx, 0) {
		if err != nil {
			return err
		}
		for k, class := range b.Y[0].Data() {
			if len(sheet.Tiles) < 32 {
				pix := slices.Clone(b.X[0].Data()[k*p.Size() : (k+1)*p.Size()])
				t.scaling.undo(pix, p.Channels)
				sheet.Tiles = append(sheet.Tiles, report.Tile{Pix: pix, Caption: []string{t.set.Classes[int(class)]}})
			}
		}
		if len(sheet.Tiles) == 32 {
			break
		}
	}
	return sheet.Write(filepath.Join(dir, rundir.SamplesFile))
}
