package command

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/cmd/train/internal/vectors"
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

// isWords reports whether data are a text whose words get vectors.
func (e *Env) isWords(data string) bool { return data == demoWords || e.Settings.Task == rundir.Words }

// prepareWords makes ready what learns vectors of the words of a text.
func prepareWords(ctx context.Context, e *Env, data string, from *resumed) (*undertaking, error) {
	s := e.Settings
	t, err := e.counted(ctx, data)
	if err != nil {
		return nil, err
	}
	d := t.data
	if from != nil && !slices.Equal(from.tok.Vocabulary(), d.Tokenizer.Vocabulary()) {
		return nil, cli.Errorf(cli.BadData, "%s now has other words than when %s was trained", data, from.dir).Do("start a new run: %s", wordsCommand(data))
	}
	return &undertaking{
		name: runName(data),
		run: &rundir.Run{Task: rundir.Words, Model: fmt.Sprintf("sigmoid of the dot product of two embeddings %s×%d", cli.Count(d.Tokenizer.InputDim()), s.VectorSize),
			Train: d.Train.Len(), Validation: d.Valid.Len(), Preprocessing: &rundir.Preprocessing{Tokenizer: rundir.TokenizerFile}},
		job:   &trainer.Job{Model: t.model, Train: t.train, Valid: t.valid, Noun: "pairs"},
		files: files{rundir.TokenizerFile: []byte(d.Tokenizer.ToJSON())}, bad: d.Bad, badly: lines(d.Bad),
		found: []string{
			fmt.Sprintf("found      %s: %s", data, t),
			fmt.Sprintf("inferred   window %d, %g random pairs for a real one, frequent words thinned out by %.3g: %s million pairs an epoch; held out %.3g %% of the passages, by a hash of the text",
				s.WindowSize, s.NegativeSamples, s.SamplingFactor, decimals(t.pairs/1e6), 100*s.ValidSplit),
		},
		change: fmt.Sprintf("--epochs %d --vector-size %d --window-size 8; train help words", 2*s.Epochs, 2*s.VectorSize),
		start:  config.Object{{Key: "words", Value: len(d.Tokenizer.Vocabulary()) - 1}},
		check:  func() error { return e.checkWords(t, data) },
		finish: func(_ context.Context, dir string, _ *report.History) (*ending, error) {
			return e.finishWords(t, data, dir)
		},
		failed: func(ctx context.Context, dir string) error {
			if ctx.Err() == nil {
				return nil
			}
			return t.write(dir) // the vectors as far as they are
		},
	}, nil
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
		e.list(nil, d.Bad)
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
