package command

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
)

// everyOneHot is how many categories are one-hot for a model that has one input.
const everyOneHot = 10_000

// bringTable reads the model of --model before the table is looked at, and the
// columns that it knows if it is from a run.
func (e *Env) bringTable() (b *brought, like *tabular.Encoding, err error) {
	s := e.Settings
	if b, err = e.bring(); err != nil || b == nil {
		return nil, nil, err
	}
	if err := b.single(true); err != nil {
		return nil, nil, err
	}
	if b.ours { // the columns of the run that goes on are the model's
		columns, err := (&opened{path: s.Resume}).read(rundir.ColumnsFile, "columns")
		if err != nil {
			return nil, nil, err
		}
		if like, err = tabular.FromJSON(columns); err != nil {
			return nil, nil, cli.Errorf(cli.BadData, "%s: %w", filepath.Join(s.Resume, rundir.ColumnsFile), err)
		}
		return b, like, nil
	}
	if b.columns != nil && b.weights {
		b.note("columns, means and categories are those of %s", b.path)
		like = b.columns
		if s.ReplaceHead {
			again := *like // the classes are those of the data
			again.Target.Classes, again.Target.Task = nil, ""
			like = &again
		}
		return b, like, nil
	}
	if len(b.model.Inputs()) < 2 && !e.has("one-hot") {
		s.OneHot = everyOneHot
	}
	return b, nil, nil
}

// broughtTable makes the model of --model read the table.
func (e *Env) broughtTable(t *tableTask) (err error) {
	b := t.brought
	if m := b.model; m.Built() {
		want := []nn.Shape{{nn.Unknown, t.Enc.Width()}}
		if t.packed = len(m.Inputs()) == 1; !t.packed {
			want = nil
			if n := t.Enc.Features(); n > 0 {
				want = append(want, nn.Shape{nn.Unknown, n})
			}
			for range t.Enc.Embedded() {
				want = append(want, nn.Shape{nn.Unknown, 1})
			}
		}
		if !slices.EqualFunc(m.InputShapes(), want, func(a, b nn.Shape) bool { return a.Rank() == 2 && (a[1] == nn.Unknown || a[1] == b[1]) }) {
			return cli.Errorf(cli.BadData, "%s reads %v, but the table makes %v", b.path, m.InputShapes(), want).
				Why("%s", t.columnsInWords()).Why("a number is one input, and one more where some are missing; a category is as many as there are, and one for unknown").
				Do("an input of %d numbers; --columns NAME=skip leaves a column out", t.Enc.Width())
		}
	}
	t.packed = t.packed || !b.model.Built()
	if t.model, err = e.brought(b, t.input(), t.goal()); err != nil {
		return err
	}
	c := t.config(e.Settings, t.model)
	loss := c.Loss
	for _, o := range c.Outputs {
		loss = o.Loss
	}
	e.compiledBy(b, loss)
	return nil
}

// input is what a model with one input is fed.
func (t *tableTask) input() nn.Shape { return nn.Shape{nn.Unknown, t.Enc.Width()} }

func (t *tableTask) goal() goal {
	if g := &t.Enc.Target; g.Task == tabular.Regression {
		return goal{number: g}
	}
	return goal{classes: t.Enc.Target.Classes}
}

// describe is the model in one line.
func (t *tableTask) describe() string {
	if t.brought != nil {
		return fmt.Sprintf("%s → %s", cli.Plural(t.Enc.Width(), "input"), trainer.Describe(t.model))
	}
	return describeTable(t)
}
