package command

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/cmd/train/internal/tags"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/text"
)

// tagTask is tagged sentences and a model of them.
type tagTask struct {
	form         tags.Form
	train, valid []tags.Sentence
	bad          []dataset.Bad
	tags         []string
	counts       []int // of each tag, in training
	vocabulary   *tags.Vocabulary
	model        *nn.Model
	brought      *brought // the model of --model
	meter        *pipeline.Meter
	trainS       pipeline.Source
	validS       pipeline.Source
}

// isTagging reports whether data are tagged sentences.
func (e *Env) isTagging(data string) bool {
	s := e.Settings
	if s.Task == rundir.Tagging {
		return true
	}
	if st, err := os.Stat(data); err != nil || !st.Mode().IsRegular() || s.Target != "" || s.LabelColumn != "" || s.TextColumn != "" || s.Task != "" {
		return false
	}
	return tags.FormOf(tags.Head(data)) != ""
}

// readTags reads the sentences of a file.
func readTags(path string) ([]tags.Sentence, []dataset.Bad, tags.Form, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, "", dataset.Missing(path, err, "name a file with a word, a tab and its tag on each line, and an empty line between sentences")
	}
	form := tags.FormOf(tags.Head(path))
	if form == "" {
		form = tags.Lines
	}
	all, bad := tags.Read(path, b, form, true)
	return all, bad, form, nil
}

// refuseTags is the error about sentences that cannot be used.
func refuseTags(path string, good int, bad []dataset.Bad) error {
	e := cli.Errorf(cli.BadData, "%s of %s has %s that cannot be used", path, cli.Plural(good, "good sentence"), cli.Plural(len(bad), "line"))
	for _, b := range bad {
		e.Why("%s", b)
	}
	return e.Do("mend them, or leave their sentences out: --on-error skip")
}

// tagged reads the sentences, infers what was not given and builds the model.
func (e *Env) tagged(data string, stored *text.Tokenizer) (*tagTask, error) {
	s := e.Settings
	if err := cmp.Or(e.refuse(rundir.Tagging), e.noPlaceholder("sentences")); err != nil {
		return nil, err
	}
	all, bad, form, err := readTags(data)
	if err != nil {
		return nil, err
	}
	if len(bad) > 0 && s.OnError == "fail" {
		return nil, refuseTags(data, len(all), bad)
	}
	t := &tagTask{form: form, bad: bad, meter: new(pipeline.Meter)}
	seen := map[string]bool{}
	for _, x := range all {
		for _, g := range x.Tags {
			seen[g] = true
		}
	}
	for g := range seen {
		t.tags = append(t.tags, g)
	}
	if slices.Sort(t.tags); len(t.tags) < 2 {
		return nil, cli.Errorf(cli.BadData, "%s has %s in %s; need at least 2 tags", data, cli.Plural(len(t.tags), "different tag"), cli.Plural(len(all), "sentence")).
			Why("found: %s", cli.List(t.tags, 5)).Do("give a word, a tab and its tag on each line, and an empty line between sentences")
	}
	if err := t.split(all, s.ValidSplit); err != nil {
		return nil, err
	}
	if len(t.valid) == 0 {
		return nil, cli.Errorf(cli.BadData, "%s has %s; need at least 2 different ones, to hold one out", data, cli.Plural(len(all), "sentence"))
	}
	if s.Overfit > 0 {
		t.train = t.train[:min(s.Overfit, len(t.train))]
		t.valid = t.train
		s.EarlyStopping = s.EarlyStopping && e.has("early-stopping")
	}
	if t.brought, err = e.bring(); err == nil {
		err = t.brought.single(false)
	}
	if err == nil {
		err = e.bringTags(t, &stored)
	}
	if err != nil {
		return nil, err
	}
	e.inferTags(t)
	if stored != nil {
		t.vocabulary = tags.Of(stored)
	} else {
		t.vocabulary = tags.Fit(t.train, s.NumWords, s.Workers)
	}
	t.counts = make([]int, len(t.tags))
	trainW, trainT := t.numbers(t.train)
	for _, row := range trainT {
		for _, k := range row {
			t.counts[k]++
		}
	}
	validW, validT := t.numbers(t.valid)
	source := tags.NewSource(trainW, trainT, s.BatchSize, true, s.Seed)
	if s.Overfit == 0 {
		source.Rare = t.vocabulary.Rare(t.train)
	}
	held := tags.NewSource(validW, validT, evalBatch, false, 0)
	if t.brought != nil {
		t.model, err = e.brought(t.brought, nn.Shape{nn.Unknown, nn.Unknown}, t.goal())
		if err == nil {
			e.compiledBy(t.brought, losses.SparseCategoricalCrossentropy{})
		}
	} else {
		t.model = t.ours(s)
		err = t.model.Err()
	}
	if err != nil {
		return nil, err
	}
	// A model without a mask would learn padding too.
	source.Weigh = !t.model.Outputs()[0].Masked()
	held.Weigh = source.Weigh
	t.trainS = e.watched(pipeline.Prefetch(source, 1), t.meter)
	t.validS = held
	return t, t.model.Compile(t.config(s, t.model))
}

func (t *tagTask) goal() goal { return goal{classes: t.tags, steps: true} }

func (t *tagTask) ours(s *settings.Settings) *nn.Model {
	return trainer.TagModel(s, t.vocabulary.Tokenizer.InputDim(), len(t.tags))
}

// config is how the model is compiled. Weights say which words there are where no
// mask does.
func (t *tagTask) config(s *settings.Settings, m *nn.Model) nn.CompileConfig {
	c := trainer.Config(s, losses.SparseCategoricalCrossentropy{})
	if !m.Outputs()[0].Masked() {
		c.Metrics, c.WeightedMetrics = nil, c.Metrics
	}
	t.brought.trains(&c, s)
	return c
}

// draw makes a model by settings, and says how it is compiled.
func (t *tagTask) draw(s *settings.Settings) (*nn.Model, nn.CompileConfig) {
	if t.brought == nil {
		m := t.ours(s)
		return m, t.config(s, m)
	}
	m, err := t.brought.again(nn.Shape{nn.Unknown, nn.Unknown}, t.goal(), s.ReplaceHead)
	if err != nil { // the file was read before
		panic(err)
	}
	return m, t.config(s, m)
}

// split holds sentences out by a hash of their words; equal ones stay together.
func (t *tagTask) split(all []tags.Sentence, part float64) error {
	var names []string
	at := map[string]int{}
	for _, x := range all {
		if k := strings.Join(x.Tokens, " "); !containsKey(at, k) {
			at[k] = len(names)
			names = append(names, k)
		}
	}
	_, valid, err := pipeline.SplitByName(names, nil, part, 0)
	if err != nil {
		return err
	}
	held := map[int]bool{}
	for _, i := range valid {
		held[i] = true
	}
	for _, x := range all {
		if held[at[strings.Join(x.Tokens, " ")]] {
			t.valid = append(t.valid, x)
		} else {
			t.train = append(t.train, x)
		}
	}
	return nil
}

func containsKey(m map[string]int, k string) bool { _, ok := m[k]; return ok }

// numbers are the words and tags of sentences.
func (t *tagTask) numbers(all []tags.Sentence) (words, marks [][]int) {
	words = t.vocabulary.Numbers(all)
	for _, x := range all {
		row := make([]int, len(x.Tags))
		for i, g := range x.Tags {
			row[i], _ = slices.BinarySearch(t.tags, g)
		}
		marks = append(marks, row)
	}
	return words, marks
}

// inferTags sets what was not given.
func (e *Env) inferTags(t *tagTask) {
	s, n := e.Settings, len(t.train)
	e.inferCommon(n, 40_000, 6, 40)
	s.BatchSize = min(s.BatchSize, 32)
	if !e.has("learning-rate") {
		s.LearningRate = rate(s.Optimizer, 0.003, 0.05)
	}
	if s.ModelSize == "" {
		s.ModelSize = "small"
		if n > 5_000 {
			s.ModelSize = "medium"
		}
	}
	if !e.has("dropout") && s.Overfit == 0 {
		s.Dropout = 0.3
	}
	if s.NumWords == 0 {
		s.NumWords = 20_000
	}
}

// prepareTags makes ready what learns to tag words.
func prepareTags(_ context.Context, e *Env, data string, from *resumed) (*undertaking, error) {
	s := e.Settings
	t, err := e.tagged(data, from.tokenizer())
	if err != nil {
		return nil, err
	}
	if err := from.fits(t.tags, "tags"); err != nil {
		return nil, err
	}
	weights, err := classWeights(s.ClassWeight, t.tags, t.counts)
	if err != nil {
		return nil, err
	}
	words := t.vocabulary.Tokenizer
	return &undertaking{
		name:  runName(data),
		run:   &rundir.Run{Task: rundir.Tagging, Classes: t.tags, Model: trainer.Describe(t.model), Train: len(t.train), Validation: len(t.valid), Preprocessing: &rundir.Preprocessing{Tokenizer: rundir.TokenizerFile}},
		job:   &trainer.Job{Model: t.model, Train: t.trainS, Valid: t.validS, ClassWeight: weights, Noun: "sent", Meter: t.meter},
		files: files{rundir.TokenizerFile: []byte(words.ToJSON())}, bad: t.bad, badly: lines(t.bad),
		found: []string{
			fmt.Sprintf("found      %s: %s (%s); %s: %s", data, cli.Plural(len(t.train)+len(t.valid), "sentence"), t.form, cli.Plural(len(t.tags), "tag"), t.tagCounts()),
			fmt.Sprintf("inferred   tagging; train %s, validation %s (by a hash of the words); vocabulary %s", cli.Count(len(t.train)), cli.Count(len(t.valid)), cli.Count(words.InputDim())),
		},
		optimizer: t.brought.optimizer(), notes: t.brought.said(),
		begin:  func(_ context.Context, dir string) error { return t.brought.keep(t.model, dir) },
		change: fmt.Sprintf("--epochs %d --learning-rate %g; train help tags", 2*s.Epochs, s.LearningRate/2),
		start:  config.Object{{Key: "classes", Value: t.tags}},
		check:  func() error { return e.checkTags(t, data) },
		finish: func(_ context.Context, dir string, _ *report.History) (*ending, error) {
			return e.finishTags(t, dir)
		},
	}, nil
}

// tagCounts are the tags and how often they occur in training.
func (t *tagTask) tagCounts() string {
	var parts []string
	for k, g := range t.tags {
		parts = append(parts, fmt.Sprintf("%s %s", g, cli.Count(t.counts[k])))
	}
	return cli.List(parts, 12)
}

func (e *Env) checkTags(t *tagTask, data string) error {
	e.emit(rundir.Event("check", config.Member{Key: "ok", Value: len(t.bad) == 0}, config.Member{Key: "tags", Value: t.tags}, config.Member{Key: "train_samples", Value: len(t.train)},
		config.Member{Key: "validation_samples", Value: len(t.valid)}, config.Member{Key: "bad", Value: t.bad}))
	if !e.Settings.JSON {
		fmt.Fprintf(e.Out, "%s: %s; %s: %s; train %s, validation %s, bad lines %s\n", data, cli.Plural(len(t.train)+len(t.valid), "sentence"), cli.Plural(len(t.tags), "tag"), t.tagCounts(),
			cli.Count(len(t.train)), cli.Count(len(t.valid)), cli.Count(len(t.bad)))
		e.list(nil, t.bad)
	}
	return nil
}

// finishTags shows how good the best epoch is.
func (e *Env) finishTags(t *tagTask, dir string) (*ending, error) {
	r := &tagRun{t.model, t.vocabulary, t.tags}
	m, err := r.measure(t.valid)
	if err != nil {
		return nil, err
	}
	return &ending{
		files: []string{rundir.TokenizerFile},
		event: m.object(),
		said:  fmt.Sprintf("\nConfusion matrix of the validation words (rows: true, columns: predicted)\n%s", m),
		best:  fmt.Sprintf("accuracy of words %s", e.Console.Bold(fmt.Sprintf("%.4f", m.words.Accuracy()))),
		than:  fmt.Sprintf("always naming the largest tag: %.3f", m.words.Majority()),
		next:  `echo "some words" | train predict ` + cli.Quote(dir) + " -",
	}, nil
}
