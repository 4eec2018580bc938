package command

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"math"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/cmd/train/internal/vectors"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/sotu"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/sequence"
)

// counted reads the text, infers what was not given and builds the model.
func (e *Env) counted(ctx context.Context, data string) (*wordTask, error) {
	s := e.Settings
	if err := cmp.Or(e.refuse(rundir.Words), e.noPlaceholder("words")); err != nil {
		return nil, err
	}
	c, err := openCorpus(data)
	if err != nil {
		return nil, err
	}
	e.Console.Progress(func() string { return "counting words" })
	d, err := c.Fit(ctx, s.MinCount, s.NumWords, s.Workers)
	if err != nil {
		return nil, readError(err)
	}
	if len(d.Bad) > 0 && s.OnError == "fail" {
		err := cli.Errorf(cli.BadData, "%s of %s cannot be read", lines(d.Bad), data)
		for _, b := range d.Bad {
			err.Why("%s", b)
		}
		return nil, err.Do("mend or remove them, or --on-error=skip (their list is written to quarantine.jsonl)")
	}
	if d.Tokenizer.InputDim() < 3 {
		n := max(0, d.Tokenizer.InputDim()-1)
		if d.MinCount == 1 {
			return nil, cli.Errorf(cli.BadData, "%s has %s; need at least 2", data, cli.Plural(n, "different word")).Do("give a longer text")
		}
		return nil, cli.Errorf(cli.BadData, "of the words of %s, %s %d times or more; need at least 2", data, occurs(n), d.MinCount).
			Why("found: %s in all", cli.Plural(d.Found, "word")).Do("give a longer text, or --min-count 1")
	}
	s.MinCount = d.MinCount
	if !e.has("validation-split") {
		s.ValidSplit = 0.05 // the vectors want all text they can get
	}
	e.Console.Progress(func() string { return "reading the text" })
	if err := d.Encode(ctx, c, s.ValidSplit); err != nil {
		return nil, readError(err)
	}
	e.Console.Close()
	t := &wordTask{data: d}
	if err := e.inferWords(t); err != nil {
		return nil, err
	}
	t.model = trainer.WordModel(s, d.Tokenizer.InputDim())
	if err := t.model.Err(); err != nil {
		return nil, err
	}
	return t, t.model.Compile(trainer.Config(s, losses.BinaryCrossentropy{}))
}

// lines counts what could not be read.
func lines(bad []dataset.Bad) string {
	for _, b := range bad {
		if b.Line > 0 {
			return cli.Plural(len(bad), "line")
		}
	}
	return cli.Plural(len(bad), "file")
}

func occurs(n int) string {
	if n == 1 {
		return "1 occurs"
	}
	return cli.Count(n) + " occur"
}

// openCorpus finds the text.
func openCorpus(data string) (*vectors.Corpus, error) {
	if data == demoWords {
		text, err := sotu.Text()
		return &vectors.Corpus{Text: text}, err
	}
	c, err := vectors.OpenCorpus(data)
	if err != nil {
		return nil, dataset.Missing(data, err, `give a text file, or a folder of .txt files; "train demo words" needs no data`)
	}
	if len(c.Files) == 0 {
		return nil, cli.Errorf(cli.BadData, "%s has no text files", data).Do("name a text file, or a folder with .txt files")
	}
	return c, nil
}

// readError is what a file system says about a text.
func readError(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return cli.Errorf(cli.BadData, "cannot read %s: %w", p.Path, p.Err)
	}
	return err
}

// inferWords sets what was not given.
func (e *Env) inferWords(t *wordTask) error {
	s, d := e.Settings, t.data
	words := d.Train.Words()
	if s.VectorSize == 0 {
		s.VectorSize = 64
		if words > 2_000_000 {
			s.VectorSize = 100
		}
	}
	if s.SamplingFactor == 0 {
		// Short texts cannot afford to lose pairs.
		s.SamplingFactor = min(1, max(sequence.DefaultSamplingFactor, 5/float64(max(1, words))))
	}
	table, err := sequence.SamplingTable(d.Tokenizer.InputDim(), s.SamplingFactor)
	if err != nil {
		return err
	}
	c := vectors.PairConfig{Vocabulary: d.Tokenizer.InputDim(), WindowSize: s.WindowSize, NegativeSamples: s.NegativeSamples, SamplingTable: table, BatchSize: 1, Seed: s.Seed}
	t.pairs = d.Train.Expected(c)
	if t.pairs < 1 {
		return cli.Errorf(cli.BadData, "the text makes no pairs of words that stand near each other").
			Why("found: %s in %s", cli.Plural(words, "word"), cli.Plural(d.Train.Len(), "passage")).Do("give a longer text, or --sampling-factor 1 --min-count 1")
	}
	if s.BatchSize == 0 {
		s.BatchSize = 1 << min(13, max(5, int(math.Log2(t.pairs/200))))
	}
	s.BatchSize = min(s.BatchSize, max(1, int(t.pairs)))
	if s.Epochs == 0 {
		s.Epochs = min(max(int(60e6/t.pairs), 3), 30)
	}
	if !e.has("patience") {
		s.Patience = max(4, s.Epochs/3)
	}
	if !e.has("monitor") {
		s.Monitor = "loss" // of held-out pairs the loss is least long before neighbours are best
	}
	if !e.has("learning-rate") {
		adam := 0.0035
		if s.BatchSize > 2048 {
			adam = 0.007
		}
		s.LearningRate = rate(s.Optimizer, adam, 0.0025*float64(s.BatchSize)) // of SGD each pair is a step of its own, in effect
	}
	c.BatchSize = s.BatchSize
	t.train = pipeline.Prefetch(d.Train.Pairs(c), 2)
	if d.Valid.Expected(c) < 1 { // too short to hold any of it out
		d.Valid = d.Train
	}
	c.BatchSize = min(s.BatchSize, max(1, int(d.Valid.Expected(c))))
	t.valid = vectors.Fixed(d.Valid.Pairs(c))
	return nil
}
