package command

import (
	"context"

	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/pipeline"
)

// openTarget reads the table that a tool works on.
func (e *Env) openTarget(ctx context.Context, data, target string) (*tableTask, error) {
	if target != "" {
		if err := e.Flags.Give("target", target); err != nil {
			return nil, err
		}
	}
	if err := e.asTable(data); err != nil {
		return nil, err
	}
	t, err := e.prepareTable(ctx, data)
	if err != nil {
		return nil, stoppedEarly(ctx, err)
	}
	return t, nil
}

// tableProblem is all rows as one array. Means and categories are those of the
// part that training would use, in all folds.
func (e *Env) tableProblem(ctx context.Context, data, target string) (*problem, error) {
	t, err := e.openTarget(ctx, data, target)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	if e.Settings.SampleWeight != "" {
		e.Console.Warnf("note       a search does not weigh rows; %s is left out", e.Settings.SampleWeight)
	}
	shape := t.shape
	shape.Packed = true
	p := &problem{classes: shape.Classes > 0}
	p.recipe = func(c candidate) (*nn.Model, nn.CompileConfig) {
		s, err := e.settingsOf(c)
		if err != nil { // was checked before
			panic(err)
		}
		return trainer.TableModel(s, shape), trainer.TableConfig(s, shape)
	}
	p.x, p.y, err = tabular.Arrays(t.Train, t.Valid)
	return p, err
}

// tableTeacher is what training on a table would read and train.
func (e *Env) tableTeacher(ctx context.Context, data, target string) (pipeline.Source, func() (*nn.Model, nn.CompileConfig), func(), error) {
	t, err := e.openTarget(ctx, data, target)
	if err != nil {
		return nil, nil, nil, err
	}
	return t.train, func() (*nn.Model, nn.CompileConfig) {
		return trainer.TableModel(e.Settings, t.shape), trainer.TableConfig(e.Settings, t.shape)
	}, t.Close, nil
}

// targeted is the flag that names the target, for a command line.
func targeted(target string) string {
	if target == "" {
		return ""
	}
	return " --target " + cli.Quote(target)
}
