package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
)

// trainTable learns to predict a column of a table from the others.
func (e *Env) trainTable(ctx context.Context, data string, from *resumed) error {
	began := time.Now()
	s := e.Settings
	t, err := e.prepareTable(ctx, data)
	if err != nil {
		return stoppedEarly(ctx, err)
	}
	defer t.Close()
	if s.Check {
		return e.checkTable(t, data)
	}
	columns, err := t.Enc.JSON()
	if err != nil {
		return err
	}
	if err := from.fitsTable(columns); err != nil {
		return err
	}
	dir, err := e.directory(rundir.Name(data), from)
	if err != nil {
		return err
	}
	if s.DryRun {
		defer os.RemoveAll(dir)
	}
	run := &rundir.Run{
		V: 1, Program: "train", Version: Version(), Task: rundir.Table, Data: data, Classes: t.Enc.Target.Classes, Settings: e.recorded(), Given: e.given(),
		Model: describeTable(t), Weights: t.model.CountParams(), Train: t.Train.Len(), Validation: t.Valid.Len(), Preprocessing: &rundir.Preprocessing{Columns: rundir.ColumnsFile},
	}
	if from != nil {
		run.Result, run.Given = from.stored.Result, from.stored.Given
	}
	if err := e.beginTable(dir, t, run, columns); err != nil {
		return err
	}
	events, err := rundir.OpenEvents(dir)
	if err != nil {
		return err
	}
	e.announceTable(t, run, dir, from)
	job := &trainer.Job{
		Model: t.model, Train: t.train, Valid: t.valid, ClassWeight: t.classWeights(s.ClassWeight), Dir: dir,
		Run: run, Events: events, Noun: "rows", Meter: t.meter,
	}
	if t.shape.Classes == 0 {
		job.Metric = trainer.Shown{Log: "mean_absolute_error", Short: "mae", Format: "%.5g"}
	}
	start := rundir.Event("start", config.Member{Key: "task", Value: t.Enc.Target.Task}, config.Member{Key: "data", Value: data}, config.Member{Key: "target", Value: t.Enc.Target.Name},
		config.Member{Key: "out", Value: dir}, config.Member{Key: "columns", Value: t.kinds()}, config.Member{Key: "train_samples", Value: run.Train},
		config.Member{Key: "validation_samples", Value: run.Validation})
	return e.carryOut(ctx, undertaking{job: job, from: from, began: began, start: start,
		finish: func(h *report.History) error { return e.finishTable(ctx, t, run, dir, h, began, events) },
	})
}

// beginTable writes what a run needs from its first moment on.
func (e *Env) beginTable(dir string, t *tableTask, run *rundir.Run, columns []byte) error {
	if err := run.Write(dir); err != nil { // first, to know the directory by
		return err
	}
	if err := atomicfile.WriteBytes(filepath.Join(dir, rundir.ColumnsFile), columns); err != nil {
		return err
	}
	if len(run.Classes) > 0 {
		if err := atomicfile.WriteBytes(filepath.Join(dir, rundir.ClassesFile), []byte(strings.Join(run.Classes, "\n")+"\n")); err != nil {
			return err
		}
	}
	return quarantine(dir, t.Bad)
}

// announceTable says what was found and inferred, what will be written, and how
// to change it.
func (e *Env) announceTable(t *tableTask, run *rundir.Run, dir string, from *resumed) {
	s, c := e.Settings, e.Console
	c.Printf("found      %s: %s, %s; target %s", run.Data, cli.Plural(t.Rows, "row"), cli.Plural(len(t.Enc.Columns), "column"), t.targetInWords())
	c.Printf("columns    %s", t.columnsInWords())
	split := fmt.Sprintf("%.3g %% of each class, by a hash of the row", 100*s.ValidSplit)
	switch {
	case s.Overfit > 0:
		split = "the same samples, by --overfit"
	case t.shape.Classes == 0:
		split = fmt.Sprintf("%.3g %%, by a hash of the row", 100*s.ValidSplit)
	}
	c.Printf("inferred   train %s, validation %s (%s); %s", cli.Count(run.Train), cli.Count(run.Validation), split, t.inputsInWords())
	c.Printf("model      %s: %s weights; %s, batch size %d, %s %g %s", run.Model, cli.Count(run.Weights),
		cli.Plural(s.Epochs, "epoch"), s.BatchSize, s.Optimizer, s.LearningRate, s.Schedule)
	where := dir + string(filepath.Separator)
	if s.DryRun {
		where = "nothing (--dry-run)"
	}
	c.Printf("writes     %s", where)
	task := ""
	if t.shape.Classes == 0 {
		task = " --task " + tabular.Classification
	}
	c.Printf("change     any of it by flags, such as --columns NAME=category,NAME=skip%s --epochs %d; train help table; seed %d", task, 2*s.Epochs, s.Seed)
	for _, n := range append(t.leftOut(), t.Notes...) {
		c.Printf("note       %s", n)
	}
	if s.Overfit > 0 {
		c.Printf("note       --overfit: %s learned by heart; a loss that stays high means a model, rate or data that cannot", cli.Plural(run.Train, "row"))
	}
	if t.BadRows > 0 {
		c.Warnf("note       %s skipped, listed in %s", cli.Plural(t.BadRows, "row"), filepath.Join(dir, rundir.BadFile))
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

// inputsInWords says what the model reads.
func (t *tableTask) inputsInWords() string {
	var parts []string
	if n := t.shape.Features; n > 0 {
		parts = append(parts, cli.Plural(n, "input")+" of standardised numbers, indicators and one-hot categories")
	}
	if n := len(t.shape.Embedded); n > 0 {
		parts = append(parts, cli.Plural(n, "embedding"))
	}
	return strings.Join(parts, ", ")
}

// describeTable is the model in one line.
func describeTable(t *tableTask) string {
	var parts []string
	for _, v := range t.shape.Embedded {
		parts = append(parts, fmt.Sprintf("%s×%d", cli.Count(v.Categories+1), v.Size))
	}
	var heads []string
	if n := t.shape.Features; n > 0 {
		heads = append(heads, cli.Plural(n, "input"))
	}
	if len(parts) > 0 {
		heads = append(heads, "embeddings "+cli.List(parts, 4))
	}
	return strings.Join(heads, " + ") + " → " + trainer.DescribeTable(t.model)
}

// kinds are the columns and what they were taken for.
func (t *tableTask) kinds() (o config.Object) {
	for _, c := range t.Enc.Columns {
		if c.Name != t.Enc.Target.Name {
			o = append(o, config.Member{Key: c.Name, Value: c.Kind})
		}
	}
	return o
}

// classWeights weighs rare classes up.
func (t *tableTask) classWeights(how string) map[int]float64 {
	if how != "balanced" {
		return nil
	}
	counts := map[int]int{}
	for k, n := range t.TrainCounts {
		counts[k] = n
	}
	return nn.BalancedClassWeight(counts)
}

// checkTable says what the table is.
func (e *Env) checkTable(t *tableTask, data string) error {
	e.emit(rundir.Event("check", config.Member{Key: "ok", Value: t.BadRows == 0}, config.Member{Key: "target", Value: t.Enc.Target.Name}, config.Member{Key: "task", Value: t.Enc.Target.Task},
		config.Member{Key: "columns", Value: t.kinds()}, config.Member{Key: "train_samples", Value: t.Train.Len()}, config.Member{Key: "validation_samples", Value: t.Valid.Len()},
		config.Member{Key: "bad", Value: t.Bad}, config.Member{Key: "notes", Value: append(t.leftOut(), t.Notes...)}))
	if e.Settings.JSON {
		return nil
	}
	fmt.Fprintf(e.Out, "%s: %s, %s; target %s\n  %s\n  train %s, validation %s, bad %s\n", data, cli.Plural(t.Rows, "row"), cli.Plural(len(t.Enc.Columns), "column"), t.targetInWords(),
		t.columnsInWords(), cli.Count(t.Train.Len()), cli.Count(t.Valid.Len()), cli.Count(t.BadRows))
	for _, n := range append(t.leftOut(), t.Notes...) {
		fmt.Fprintf(e.Out, "  %s\n", n)
	}
	for _, b := range t.Bad {
		fmt.Fprintf(e.Out, "  %s\n", b)
	}
	return nil
}

// finishTable takes the best epoch, shows how good it is, and says what to do
// next.
func (e *Env) finishTable(ctx context.Context, t *tableTask, run *rundir.Run, dir string, h *report.History, began time.Time, events *rundir.Events) error {
	if _, err := saving.LoadWeights(t.model, filepath.Join(dir, rundir.BestFile)); err != nil {
		return err
	}
	out, err := t.model.Predict(ctx, t.valid, nn.PredictConfig{})
	if err != nil {
		return err
	}
	truth, _, err := t.Valid.Targets()
	if err != nil {
		return err
	}
	m := judge(&t.Enc.Target, truth, out[0])
	if whole, err := report.ReadHistory(filepath.Join(dir, rundir.HistoryFile)); err == nil {
		h = whole // of the epochs before a resume too
	}
	if err := h.Curves(filepath.Join(dir, rundir.CurvesFile), run.Data); err != nil {
		return err
	}
	run.Result.Finished = true
	if err := run.Write(dir); err != nil {
		return err
	}
	files := []string{rundir.BestFile, rundir.LastFile, rundir.ColumnsFile, rundir.RunFile, rundir.HistoryFile, rundir.EventsFile, rundir.CurvesFile}
	res := run.Result
	end := rundir.Event("end", config.Member{Key: "epochs", Value: res.Epochs}, config.Member{Key: "best_epoch", Value: res.Best}, config.Member{Key: "val_loss", Value: res.Logs["val_loss"]})
	end = append(end, m.object("val_")...)
	end = append(end, config.Member{Key: "out", Value: dir}, config.Member{Key: "files", Value: files})
	events.Add(end)
	e.emit(end)
	if !e.Settings.JSON {
		fmt.Fprintf(e.Out, "\n%s", m.summary("validation data"))
		fmt.Fprintf(e.Out, "\nbest       validation %s at epoch %d of %d\n", m.headline(), res.Best, res.Epochs)
	}
	con := e.Console
	con.Printf("files      %s", filepath.Join(dir, "{"+strings.Join(files, ",")+"}"))
	con.Printf("next       %s", con.Bold("train predict "+cli.Quote(dir)+" NEW.csv"))
	con.Printf("again      %s", e.again(run))
	e.used(began)
	return nil
}
