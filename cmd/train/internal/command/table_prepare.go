package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/demo"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/pipeline"
)

// tableTask is a table and a model of its rows.
type tableTask struct {
	*tabular.Data
	shape        trainer.TableShape
	model        *nn.Model
	train, valid pipeline.Source
	meter        *pipeline.Meter
	brought      *brought // the model of --model
	packed       bool     // it has one input for all
}

// isTable reports whether data are a table with a target.
func (e *Env) isTable(data string) bool { return e.Settings.Target != "" || data == tabular.Demo }

// tabulated reads the table, infers what was not given and builds the model.
func (e *Env) tabulated(ctx context.Context, data string) (*tableTask, error) {
	s := e.Settings
	switch {
	case data == tabular.Demo:
		s.Target = cmp.Or(s.Target, demo.PenguinsTarget)
	case isDemo(data):
		return nil, cli.Errorf(cli.Usage, "--target is for tables of yours; the %s has none", data)
	}
	if err := cmp.Or(e.refuse(rundir.Table), e.noPlaceholder("tables")); err != nil {
		return nil, err
	}
	columns, err := tabular.ParseColumns(s.Columns)
	if err != nil {
		return nil, err
	}
	b, like, err := e.bringTable()
	if err != nil {
		return nil, err
	}
	found, err := tabular.Look(ctx, data, &tabular.Config{
		Target: s.Target, Task: s.Task, Weight: s.SampleWeight, Columns: columns, Like: like, Missing: s.Missing, OneHot: s.OneHot, Validation: s.ValidSplit,
		OnError: s.OnError, Overfit: s.Overfit, Memory: int64(s.DataMemory) << 20,
		Progress: func(pass string, done float64) {
			e.Console.Progress(func() string { return fmt.Sprintf("%s rows  %s", pass, cli.Count(int(done))) })
		},
	})
	e.Console.Close()
	if err != nil {
		return nil, err
	}
	if s.Monitor == "val_accuracy" && found.Enc.Target.Task == tabular.Regression {
		return nil, cli.Errorf(cli.Usage, "--monitor val_accuracy: numbers are not right or wrong; the target %q is a number", s.Target).Do("--monitor val_loss, or --task classification")
	}
	if s.ClassWeight != "none" && found.Enc.Target.Task == tabular.Regression {
		return nil, cli.Errorf(cli.Usage, "--class-weight %s: the target %q is a number and has no classes", s.ClassWeight, s.Target).Do("--sample-weight NAME weighs rows, or --task classification")
	}
	d, err := found.Encode(ctx)
	e.Console.Close()
	if err != nil {
		return nil, err
	}
	t := &tableTask{Data: d, meter: new(pipeline.Meter), shape: tableShape(d.Enc), brought: b}
	e.inferTable(t)
	if b != nil {
		err = e.broughtTable(t)
	} else {
		t.model = trainer.TableModel(s, t.shape)
		err = t.model.Err()
	}
	if err == nil {
		err = t.model.Compile(t.config(s, t.model))
	}
	t.train = e.watched(pipeline.Prefetch(d.Enc.Source(d.Train, tabular.SourceConfig{BatchSize: s.BatchSize, Shuffle: true, Seed: s.Seed, Packed: t.packed}), 1), t.meter)
	t.valid = d.Enc.Source(d.Valid, tabular.SourceConfig{BatchSize: evalBatch, Packed: t.packed})
	if err != nil {
		d.Close()
	}
	return t, err
}

// draw makes a model by settings, and says how it is compiled. A packed one has
// one input.
func (t *tableTask) draw(s *settings.Settings, packed bool) (*nn.Model, nn.CompileConfig) {
	shape := t.shape
	shape.Packed = packed
	var m *nn.Model
	if t.brought == nil {
		m = trainer.TableModel(s, shape)
	} else {
		var err error
		if m, err = t.brought.again(t.input(), t.goal(), s.ReplaceHead); err != nil { // the file was read before
			panic(err)
		}
	}
	return m, t.config(s, m)
}

// config is how a model is compiled.
func (t *tableTask) config(s *settings.Settings, m *nn.Model) nn.CompileConfig {
	c := trainer.TableConfig(s, t.shape, m)
	t.brought.trains(&c, s)
	return c
}

// tableShape is what a model needs to know of an encoding.
func tableShape(e *tabular.Encoding) trainer.TableShape {
	t := trainer.TableShape{Features: e.Features(), Classes: len(e.Target.Classes), Mean: e.Target.Mean, Std: e.Target.Std}
	for _, c := range e.Embedded() {
		t.Embedded = append(t.Embedded, trainer.Vector{Name: c.Name, Categories: len(c.Categories), Size: c.Embedding})
	}
	return t
}

// inferTable sets what was not given for tables.
func (e *Env) inferTable(t *tableTask) {
	s, n := e.Settings, t.Train.Len()
	if e.overfitTable(n); s.BatchSize == 0 && n >= 50_000 {
		s.BatchSize = 256
	}
	e.inferCommon(n, 300_000, 8, 100)
	if !e.has("learning-rate") {
		s.LearningRate = rate(s.Optimizer, 0.002, 0.01)
	}
	if s.ModelSize == "" {
		s.ModelSize = "small"
		if n > 20_000 {
			s.ModelSize = "medium"
		}
	}
	if !e.has("dropout") && t.shape.Classes > 0 && s.Overfit == 0 {
		s.Dropout = 0.1 // noise on the way to a number costs more than it brings
	}
}

// overfitTable takes off what makes learning by heart harder.
func (e *Env) overfitTable(n int) {
	s := e.Settings
	if s.Overfit == 0 {
		return
	}
	if !e.has("early-stopping") {
		s.EarlyStopping = false
	}
	if !e.has("epochs") {
		s.Epochs = 100
	}
	s.BatchSize = min(max(s.BatchSize, 1), n)
}

// columnsInWords says what was taken for what.
func (t *tableTask) columnsInWords() string {
	var numbers, categories []string
	for _, c := range t.Enc.Columns {
		switch {
		case c.Kind == tabular.Number && c.Missing > 0:
			numbers = append(numbers, fmt.Sprintf("%s (missing in %s)", c.Name, cli.Count(c.Missing)))
		case c.Kind == tabular.Number:
			numbers = append(numbers, c.Name)
		case c.Kind == tabular.Category && c.Embedding > 0:
			categories = append(categories, fmt.Sprintf("%s (%s, vectors of %d)", c.Name, cli.Count(len(c.Categories)), c.Embedding))
		case c.Kind == tabular.Category:
			categories = append(categories, fmt.Sprintf("%s (%d)", c.Name, len(c.Categories)))
		}
	}
	var parts []string
	if len(numbers) > 0 {
		parts = append(parts, "numbers "+cli.List(numbers, 12))
	}
	if len(categories) > 0 {
		parts = append(parts, "categories "+cli.List(categories, 12))
	}
	return strings.Join(parts, "; ")
}

// leftOut are the columns that are no input, in a line for each reason.
func (t *tableTask) leftOut() (lines []string) {
	var reasons []string
	by := map[string][]string{}
	for _, c := range t.Enc.Columns {
		if c.Kind != tabular.Skip || c.Name == t.Enc.Target.Name || c.Why == "the sample weights" {
			continue
		}
		if !slices.Contains(reasons, c.Why) {
			reasons = append(reasons, c.Why)
		}
		by[c.Why] = append(by[c.Why], c.Name)
	}
	for _, why := range reasons {
		lines = append(lines, fmt.Sprintf("left out %s: %s", cli.List(by[why], 12), why))
	}
	return lines
}

// targetInWords says what is predicted.
func (t *tableTask) targetInWords() string {
	g := t.Enc.Target
	if g.Task == tabular.Regression {
		return fmt.Sprintf("%q, a number: mean %.6g, deviation %.6g", g.Name, g.Mean, g.Std)
	}
	var parts []string
	for i, c := range g.Classes {
		parts = append(parts, fmt.Sprintf("%s %s", cli.Short(c, 24), cli.Count(t.Counts[i])))
	}
	return fmt.Sprintf("%q, %s: %s", g.Name, cli.Plural(len(g.Classes), "class"), cli.List(parts, 10))
}

// fitsTable refuses a table that no longer is what the run learned from.
func (r *resumed) fitsTable(b []byte) error {
	if r == nil {
		return nil
	}
	old, err := (&opened{path: r.dir}).read(rundir.ColumnsFile, "columns")
	if err != nil {
		return err
	}
	if string(old) != string(b) {
		return cli.Errorf(cli.BadData, "%s has other columns, classes or means than when %s was trained", r.stored.Data, r.dir).
			Why("compare %s", rundir.ColumnsFile).Do("give the same file, or start a new run: train %s --target %s", cli.Quote(r.stored.Data), cli.Quote(fmt.Sprint(r.stored.Settings["target"])))
	}
	return nil
}
