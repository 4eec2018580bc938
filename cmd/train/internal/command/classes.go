package command

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
)

// examples reads pictures or texts, and refuses flags that are not for them.
func (e *Env) examples(ctx context.Context, data string) (*dataset.Set, error) {
	if err := e.refuse(string(dataset.Images), "table", "words"); err != nil { // before a table is taken for texts
		return nil, err
	}
	set, err := e.dataset(ctx, data)
	if err != nil {
		return nil, err
	}
	if err := e.refuse(string(set.Kind)); err != nil {
		return nil, err
	}
	return set, nil
}

// prepareClasses makes ready what learns to tell pictures or texts apart.
func prepareClasses(ctx context.Context, e *Env, data string, from *resumed) (*undertaking, error) {
	s := e.Settings
	set, err := e.examples(ctx, data)
	if err != nil {
		return nil, err
	}
	e.overfit(set)
	t, err := e.prepare(ctx, set, from.tokenizer())
	if err != nil {
		return nil, err
	}
	if err := from.fits(set.Classes, "classes"); err != nil {
		return nil, err
	}
	weights, err := classWeights(s.ClassWeight, set.Classes, dataset.Counts(set.Train, len(set.Classes)))
	if err != nil {
		return nil, err
	}
	u := &undertaking{
		name:  runName(data),
		run:   &rundir.Run{Task: string(set.Kind), Classes: set.Classes, Model: trainer.Describe(t.model), Train: len(set.Train), Validation: len(set.Valid), Preprocessing: t.prep},
		job:   &trainer.Job{Model: t.model, Train: t.train, Valid: t.valid, ClassWeight: weights, Noun: t.unit(), Meter: t.meter},
		files: files{}, bad: set.Bad, badly: cli.Plural(len(set.Bad), set.Kind.Noun()),
		found: []string{
			fmt.Sprintf("found      %s: %s of %ss: %s; %s", data, cli.Plural(len(set.Classes), "class"), set.Kind.Noun(), counts(set), t.look),
			fmt.Sprintf("inferred   %s", e.inferred(t)),
		},
		optimizer: t.brought.optimizer(),
		change:    fmt.Sprintf("--epochs %d --learning-rate %g; train --help", 2*s.Epochs, s.LearningRate/2),
		start:     config.Object{{Key: "classes", Value: set.Classes}},
		begin:     func(ctx context.Context, dir string) error { return e.beginClasses(ctx, t, dir) },
		check:     func() error { return e.check(set) },
		finish: func(ctx context.Context, dir string, _ *report.History) (*ending, error) {
			return e.finishClasses(ctx, t, dir)
		},
		failed: func(_ context.Context, dir string) error {
			if e.late(t) == 0 {
				return nil
			}
			return quarantine(dir, set.Bad)
		},
	}
	if t.tok != nil {
		u.files[rundir.TokenizerFile] = []byte(t.tok.ToJSON())
	}
	u.notes = append(slices.Clone(t.brought.said()), set.Notes...)
	return u, nil
}

// beginClasses writes what only runs on pictures have, and the model that
// --model brought.
func (e *Env) beginClasses(ctx context.Context, t *task, dir string) error {
	if t.policy != nil { // the run has it also when the file is gone
		b, err := t.policy.MarshalJSON()
		if err != nil {
			return err
		}
		if err := atomicfile.WriteBytes(filepath.Join(dir, rundir.PolicyFile), append(b, '\n')); err != nil {
			return err
		}
	}
	if err := t.brought.keep(t.model, dir); err != nil {
		return err
	}
	return e.samples(ctx, t, dir)
}

// keep writes the model of --model as it is before its first step.
func (b *brought) keep(m *nn.Model, dir string) error {
	if b == nil || b.ours {
		return nil
	}
	return saving.Save(m, filepath.Join(dir, rundir.StartFile))
}

// check says what is wrong with the data, which were read.
func (e *Env) check(set *dataset.Set) error {
	e.emit(rundir.Event("check", config.Member{Key: "ok", Value: len(set.Bad) == 0}, config.Member{Key: "train_samples", Value: len(set.Train)},
		config.Member{Key: "validation_samples", Value: len(set.Valid)}, config.Member{Key: "bad", Value: set.Bad}))
	if !e.Settings.JSON {
		fmt.Fprintf(e.Out, "%s: %s of %ss: %s; train %s, validation %s, bad %s\n", set.Source, cli.Plural(len(set.Classes), "class"), set.Kind.Noun(),
			counts(set), cli.Count(len(set.Train)), cli.Count(len(set.Valid)), cli.Count(len(set.Bad)))
		e.list(set.Notes, set.Bad)
	}
	return nil
}

// list shows notes and what cannot be used, below a line of --check.
func (e *Env) list(notes []string, bad []dataset.Bad) {
	for _, n := range notes {
		fmt.Fprintf(e.Out, "  %s\n", n)
	}
	for _, b := range bad {
		fmt.Fprintf(e.Out, "  %s\n", b)
	}
}

// counts prints how many samples each class has, training and validation.
func counts(set *dataset.Set) string {
	n := dataset.Counts(append(slices.Clone(set.Train), set.Valid...), len(set.Classes))
	var parts []string
	for i, c := range set.Classes {
		parts = append(parts, fmt.Sprintf("%s %s", cli.Short(c, 24), cli.Count(n[i])))
	}
	if len(parts) > 12 {
		return strings.Join(parts[:10], ", ") + fmt.Sprintf(", … %d more classes", len(parts)-10)
	}
	return strings.Join(parts, ", ")
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
