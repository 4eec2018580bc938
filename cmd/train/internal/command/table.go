package command

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// prepareTable makes ready what learns a column of a table from the others.
func prepareTable(ctx context.Context, e *Env, data string, from *resumed) (_ *undertaking, err error) {
	s := e.Settings
	t, err := e.tabulated(ctx, data)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			t.Close()
		}
	}()
	columns, err := t.Enc.JSON()
	if err != nil {
		return nil, err
	}
	if err := from.fitsTable(columns); err != nil {
		return nil, err
	}
	target := &t.Enc.Target
	weights, err := classWeights(s.ClassWeight, target.Classes, t.TrainCounts)
	if err != nil {
		return nil, err
	}
	u := &undertaking{
		name:  runName(data),
		run:   &rundir.Run{Task: rundir.Table, Classes: target.Classes, Model: t.describe(), Train: t.Train.Len(), Validation: t.Valid.Len(), Preprocessing: &rundir.Preprocessing{Columns: rundir.ColumnsFile}},
		job:   &trainer.Job{Model: t.model, Train: t.train, Valid: t.valid, ClassWeight: weights, Noun: "rows", Meter: t.meter},
		files: files{rundir.ColumnsFile: columns}, bad: t.Bad, badly: cli.Plural(t.BadRows, "row"),
		found: []string{
			fmt.Sprintf("found      %s: %s, %s; target %s", data, cli.Plural(t.Rows, "row"), cli.Plural(len(t.Enc.Columns), "column"), t.targetInWords()),
			fmt.Sprintf("columns    %s", t.columnsInWords()),
			fmt.Sprintf("inferred   train %s, validation %s (%s); %s", cli.Count(t.Train.Len()), cli.Count(t.Valid.Len()), e.tableSplit(t), t.inputsInWords()),
		},
		change: fmt.Sprintf("--columns NAME=category,NAME=skip --epochs %d; train help table", 2*s.Epochs),
		notes:  slices.Concat(t.brought.said(), t.leftOut(), t.Notes), optimizer: t.brought.optimizer(),
		begin: func(_ context.Context, dir string) error { return t.brought.keep(t.model, dir) },
		task:  target.Task,
		start: config.Object{{Key: "target", Value: target.Name}, {Key: "columns", Value: t.kinds()}},
		check: func() error { return e.checkTable(t, data) },
		finish: func(ctx context.Context, dir string, _ *report.History) (*ending, error) {
			return e.finishTable(ctx, t, dir)
		},
		close: t.Close,
	}
	if target.Task == tabular.Regression {
		u.job.Metric = trainer.Shown{Log: "mean_absolute_error", Short: "mae", Format: "%.5g"}
		u.change = strings.Replace(u.change, " --epochs", " --task "+tabular.Classification+" --epochs", 1)
	}
	if s.Overfit > 0 {
		u.notes = append(u.notes, fmt.Sprintf("--overfit: %s learned by heart; a loss that stays high means a model, rate or data that cannot", cli.Plural(t.Train.Len(), "row")))
	}
	return u, nil
}

// tableSplit says how rows were held out.
func (e *Env) tableSplit(t *tableTask) string {
	s := e.Settings
	switch {
	case s.Overfit > 0:
		return "the same samples, by --overfit"
	case t.shape.Classes == 0:
		return fmt.Sprintf("%.3g %%, by a hash of the row", 100*s.ValidSplit)
	}
	return fmt.Sprintf("%.3g %% of each class, by a hash of the row", 100*s.ValidSplit)
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
	e.list(append(t.leftOut(), t.Notes...), t.Bad)
	return nil
}

// finishTable shows how good the best epoch is.
func (e *Env) finishTable(ctx context.Context, t *tableTask, dir string) (*ending, error) {
	out, err := t.model.Predict(ctx, t.valid, nn.PredictConfig{})
	if err != nil {
		return nil, err
	}
	truth, _, err := t.Valid.Targets()
	if err != nil {
		return nil, err
	}
	m := judge(&t.Enc.Target, truth, out[0])
	end := &ending{files: []string{rundir.ColumnsFile}, event: m.object("val_"), said: "\n" + m.summary("validation data"), next: "train predict " + cli.Quote(dir) + " NEW.csv"}
	end.best, end.than = m.headline()
	if m.r != nil {
		if err := m.draw(filepath.Join(dir, rundir.ResidualsFile)); err != nil {
			return nil, err
		}
		end.files = append(end.files, rundir.ResidualsFile)
	}
	return end, nil
}
