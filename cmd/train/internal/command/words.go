package command

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/cmd/train/internal/vectors"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/pipeline"
)

// demoWords is the name of the built-in text.
const demoWords = "demo words"

// wordTask is a text and a model of its words.
type wordTask struct {
	data         *vectors.Data
	pairs        float64 // an epoch, about
	model        *nn.Model
	train, valid pipeline.Source
}

// Words learns vectors of the words of a text: a path, or "demo words".
func (e *Env) Words(ctx context.Context, data string) error {
	if e.findInterrupted(data); e.Settings.Resume != "" {
		return e.Train(ctx, data)
	}
	return e.words(ctx, data, nil)
}

func (e *Env) words(ctx context.Context, data string, from *resumed) error {
	began := time.Now()
	s := e.Settings
	for _, f := range e.Flags.Given() {
		switch f = strings.TrimPrefix(f, "--"); {
		case e.Flags.Group(f) == "image", f == "class-weight", f == "model", f == "reset-weights", f == "replace-head", f == "tokenizer", f == "model-size", f == "dropout", f == "maxlen", strings.HasSuffix(f, "-column"):
			return cli.Errorf(cli.Usage, "--%s is for classifiers; word vectors have no use for it", f).Do("--vector-size, --window-size, --negative-samples, --min-count and others: train --help")
		}
	}
	t, err := e.prepareWords(ctx, data)
	if err != nil {
		return stoppedEarly(ctx, err)
	}
	if from != nil && !slices.Equal(from.tok.Vocabulary(), t.data.Tokenizer.Vocabulary()) {
		return cli.Errorf(cli.BadData, "%s now has other words than when %s was trained", data, from.dir).Do("start a new run: %s", wordsCommand(data))
	}
	if s.Check {
		return e.checkWords(t, data)
	}
	name := "demo-words"
	if data != demoWords {
		name = rundir.Name(data)
	}
	dir, err := e.directory(name, from)
	if err != nil {
		return err
	}
	if s.DryRun {
		defer os.RemoveAll(dir)
	}
	run := &rundir.Run{
		V: 1, Program: "train", Version: Version(), Task: rundir.Words, Data: data, Settings: e.recorded(), Given: e.given(),
		Model: fmt.Sprintf("sigmoid of the dot product of two embeddings %s×%d", cli.Count(t.data.Tokenizer.InputDim()), s.VectorSize), Weights: t.model.CountParams(),
		Train: t.data.Train.Len(), Validation: t.data.Valid.Len(), Preprocessing: &rundir.Preprocessing{Tokenizer: rundir.TokenizerFile},
	}
	if from != nil {
		run.Result, run.Given = from.stored.Result, from.stored.Given
	}
	if err := run.Write(dir); err != nil { // first, to know the directory by
		return err
	}
	if err := atomicfile.WriteBytes(filepath.Join(dir, rundir.TokenizerFile), []byte(t.data.Tokenizer.ToJSON())); err != nil {
		return err
	}
	if err := quarantine(dir, t.data.Bad); err != nil {
		return err
	}
	events, err := rundir.OpenEvents(dir)
	if err != nil {
		return err
	}
	e.announceWords(t, run, dir, from)
	job := &trainer.Job{Model: t.model, Train: t.train, Valid: t.valid, Dir: dir, Run: run, Events: events, Noun: "pairs"}
	start := rundir.Event("start", config.Member{Key: "task", Value: rundir.Words}, config.Member{Key: "data", Value: data}, config.Member{Key: "out", Value: dir},
		config.Member{Key: "words", Value: len(t.data.Tokenizer.Vocabulary()) - 1}, config.Member{Key: "train_samples", Value: run.Train},
		config.Member{Key: "validation_samples", Value: run.Validation})
	return e.carryOut(ctx, undertaking{job: job, from: from, began: began, start: start,
		finish: func(h *report.History) error { return e.finishWords(t, run, dir, h, began, events) },
		failed: func() error {
			if ctx.Err() == nil {
				return nil
			}
			return t.write(dir) // the vectors as far as they are
		},
	})
}

// announceWords says what was found and inferred, what will be written, and
// how to change it.
func (e *Env) announceWords(t *wordTask, run *rundir.Run, dir string, from *resumed) {
	s, c, d := e.Settings, e.Console, t.data
	c.Printf("found      %s: %s", run.Data, t)
	c.Printf("inferred   window %d, %g random pairs for a real one, frequent words thinned out by %.3g: %s million pairs an epoch; held out %.3g %% of the passages, by a hash of the text",
		s.WindowSize, s.NegativeSamples, s.SamplingFactor, decimals(t.pairs/1e6), 100*s.ValidSplit)
	c.Printf("model      %s: %s weights; %s, batch size %d, %s %g %s", run.Model, cli.Count(run.Weights), cli.Plural(s.Epochs, "epoch"), s.BatchSize, s.Optimizer, s.LearningRate, s.Schedule)
	where := dir + string(filepath.Separator)
	if s.DryRun {
		where = "nothing (--dry-run)"
	}
	c.Printf("writes     %s", where)
	c.Printf("change     any of it by flags, such as --epochs %d --vector-size %d --window-size 8; train --help; seed %d", 2*s.Epochs, 2*s.VectorSize, s.Seed)
	if len(d.Bad) > 0 {
		c.Warnf("note       %s skipped, listed in %s", lines(d.Bad), filepath.Join(dir, rundir.BadFile))
	}
	if from != nil {
		c.Printf("note       %s", from.from())
	}
}

// decimals prints a positive number with two or three digits that count.
func decimals(x float64) string {
	return fmt.Sprintf("%.*f", max(0, 1-int(math.Floor(math.Log10(x)))), x)
}

// checkWords says what the text is.
func (e *Env) checkWords(t *wordTask, data string) error {
	d := t.data
	e.emit(rundir.Event("check", config.Member{Key: "ok", Value: len(d.Bad) == 0}, config.Member{Key: "passages", Value: d.Train.Len() + d.Valid.Len()},
		config.Member{Key: "found_words", Value: d.Found}, config.Member{Key: "words", Value: d.Tokenizer.InputDim() - 1}, config.Member{Key: "bad", Value: d.Bad}))
	if !e.Settings.JSON {
		fmt.Fprintf(e.Out, "%s: %s; bad lines %s\n", data, t, cli.Count(len(d.Bad)))
		for _, b := range d.Bad {
			fmt.Fprintf(e.Out, "  %s\n", b)
		}
	}
	return nil
}

// String says what the text is.
func (t *wordTask) String() string {
	d := t.data
	line := fmt.Sprintf("%s of %s; %s", cli.Plural(d.Train.Len()+d.Valid.Len(), "passage"), cli.Plural(d.Found, "word"), cli.Plural(d.Tokenizer.InputDim()-1, "different one"))
	if d.MinCount > 1 {
		line += fmt.Sprintf(" that occur %d times or more", d.MinCount)
	}
	return line
}

// vectors are the rows of the model's first table.
func (t *wordTask) vectors() (*vectors.Vectors, error) { return wordVectors(t.model, t.data.Tokenizer) }

// write writes the vectors as they are.
func (t *wordTask) write(dir string) error {
	v, err := t.vectors()
	if err != nil {
		return err
	}
	return v.Write(filepath.Join(dir, rundir.VectorsFile))
}

// wordsCommand is how the training is typed.
func wordsCommand(data string) string {
	if data == demoWords {
		return "train " + data
	}
	return "train words " + cli.Quote(data)
}
