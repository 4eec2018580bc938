package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/tags"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/saving"
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

// prepareTags reads the sentences, infers what was not given and builds the model.
func (e *Env) prepareTags(data string, stored *text.Tokenizer) (*tagTask, error) {
	s := e.Settings
	if err := e.noPlaceholder("sentences"); err != nil {
		return nil, err
	}
	for _, f := range e.Flags.Settings() {
		if e.Flags.Changed(f.Name) && s.Resume == "" && (f.Group == "image" || f.Group == "words" || f.Group == "table" && f.Name != "task" || f.Name == "maxlen" || strings.HasSuffix(f.Name, "-column") || f.Name == "model") {
			return nil, cli.Errorf(cli.Usage, "--%s is for other data; tagged sentences have no use for it", f.Name).Do("leave it out; train --help lists the others")
		}
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
	t.trainS = e.watched(pipeline.Prefetch(source, 1), t.meter)
	t.validS = tags.NewSource(validW, validT, evalBatch, false, 0)
	t.model = trainer.TagModel(s, t.vocabulary.Tokenizer.InputDim(), len(t.tags))
	return t, trainer.Compile(t.model, s, losses.SparseCategoricalCrossentropy{})
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
		s.LearningRate = map[string]float64{"sgd": 0.05}[s.Optimizer]
		if s.LearningRate == 0 {
			s.LearningRate = 0.003
		}
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

// trainTags learns to tag words.
func (e *Env) trainTags(ctx context.Context, data string, from *resumed) error {
	began, s := time.Now(), e.Settings
	t, err := e.prepareTags(data, from.tokenizer())
	if err != nil {
		return stoppedEarly(ctx, err)
	}
	if s.Check {
		return e.checkTags(t, data)
	}
	if from != nil && !slices.Equal(from.stored.Classes, t.tags) {
		return cli.Errorf(cli.BadData, "%s now has other tags than when %s was trained", data, from.dir).
			Why("then: %s", cli.List(from.stored.Classes, 10)).Why("now:  %s", cli.List(t.tags, 10)).Do("start a new run: train %s", cli.Quote(data))
	}
	dir, err := e.directory(rundir.Name(data), from)
	if err != nil {
		return err
	}
	if s.DryRun {
		defer os.RemoveAll(dir)
	}
	run := &rundir.Run{
		V: 1, Program: "train", Version: Version(), Task: rundir.Tagging, Data: data, Classes: t.tags, Settings: e.recorded(), Given: e.given(),
		Model: trainer.Describe(t.model), Weights: t.model.CountParams(), Train: len(t.train), Validation: len(t.valid), Preprocessing: &rundir.Preprocessing{Tokenizer: rundir.TokenizerFile},
	}
	if from != nil {
		run.Result, run.Given = from.stored.Result, from.stored.Given
	}
	if err := run.Write(dir); err != nil { // first, to know the directory by
		return err
	}
	err = errors.Join(atomicfile.WriteBytes(filepath.Join(dir, rundir.TokenizerFile), []byte(t.vocabulary.Tokenizer.ToJSON())),
		atomicfile.WriteBytes(filepath.Join(dir, rundir.ClassesFile), []byte(strings.Join(t.tags, "\n")+"\n")), quarantine(dir, t.bad))
	if err != nil {
		return err
	}
	events, err := rundir.OpenEvents(dir)
	if err != nil {
		return err
	}
	e.announceTags(t, run, dir, from)
	job := &trainer.Job{Model: t.model, Train: t.trainS, Valid: t.validS, Dir: dir, Run: run, Events: events, Noun: "sent", Meter: t.meter}
	if s.ClassWeight == "balanced" {
		counts := map[int]int{}
		for k, n := range t.counts {
			counts[k] = n
		}
		job.ClassWeight = nn.BalancedClassWeight(counts)
	}
	start := rundir.Event("start", config.Member{Key: "task", Value: rundir.Tagging}, config.Member{Key: "data", Value: data}, config.Member{Key: "out", Value: dir}, config.Member{Key: "classes", Value: t.tags},
		config.Member{Key: "train_samples", Value: run.Train}, config.Member{Key: "validation_samples", Value: run.Validation})
	return e.carryOut(ctx, undertaking{job: job, from: from, began: began, start: start,
		finish: func(h *report.History) error { return e.finishTags(t, run, dir, h, began, events) },
	})
}

// tagCounts are the tags and how often they occur in training.
func (t *tagTask) tagCounts() string {
	var parts []string
	for k, g := range t.tags {
		parts = append(parts, fmt.Sprintf("%s %s", g, cli.Count(t.counts[k])))
	}
	return cli.List(parts, 12)
}

func (e *Env) announceTags(t *tagTask, run *rundir.Run, dir string, from *resumed) {
	s, c := e.Settings, e.Console
	c.Printf("found      %s: %s (%s); %s: %s", run.Data, cli.Plural(len(t.train)+len(t.valid), "sentence"), t.form, cli.Plural(len(t.tags), "tag"), t.tagCounts())
	c.Printf("inferred   tagging; train %s, validation %s (by a hash of the words); vocabulary %s", cli.Count(run.Train), cli.Count(run.Validation), cli.Count(t.vocabulary.Tokenizer.InputDim()))
	c.Printf("model      %s: %s weights; %s, batch size %d, %s %g %s", run.Model, cli.Count(run.Weights), cli.Plural(s.Epochs, "epoch"), s.BatchSize, s.Optimizer, s.LearningRate, s.Schedule)
	where := dir + string(filepath.Separator)
	if s.DryRun {
		where = "nothing (--dry-run)"
	}
	c.Printf("writes     %s", where)
	c.Printf("change     any of it by flags, such as --epochs %d --learning-rate %g; train --help; seed %d", 2*s.Epochs, s.LearningRate/2, s.Seed)
	if len(t.bad) > 0 {
		c.Warnf("note       %s skipped, listed in %s", lines(t.bad), filepath.Join(dir, rundir.BadFile))
	}
	if from != nil {
		c.Printf("note       %s", from.from())
	}
}

func (e *Env) checkTags(t *tagTask, data string) error {
	e.emit(rundir.Event("check", config.Member{Key: "ok", Value: len(t.bad) == 0}, config.Member{Key: "tags", Value: t.tags}, config.Member{Key: "train_samples", Value: len(t.train)},
		config.Member{Key: "validation_samples", Value: len(t.valid)}, config.Member{Key: "bad", Value: t.bad}))
	if !e.Settings.JSON {
		fmt.Fprintf(e.Out, "%s: %s; %s: %s; train %s, validation %s, bad lines %s\n", data, cli.Plural(len(t.train)+len(t.valid), "sentence"), cli.Plural(len(t.tags), "tag"), t.tagCounts(),
			cli.Count(len(t.train)), cli.Count(len(t.valid)), cli.Count(len(t.bad)))
		for _, b := range t.bad {
			fmt.Fprintf(e.Out, "  %s\n", b)
		}
	}
	return nil
}

// finishTags takes the best epoch, shows how good it is, and says what to do next.
func (e *Env) finishTags(t *tagTask, run *rundir.Run, dir string, h *report.History, began time.Time, events *rundir.Events) error {
	if _, err := saving.LoadWeights(t.model, filepath.Join(dir, rundir.BestFile)); err != nil {
		return err
	}
	r := &tagRun{dir, t.model, t.vocabulary, t.tags}
	m, err := r.measure(t.valid)
	if err != nil {
		return err
	}
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
	files := []string{rundir.BestFile, rundir.LastFile, rundir.TokenizerFile, rundir.RunFile, rundir.HistoryFile, rundir.EventsFile, rundir.CurvesFile}
	res := run.Result
	end := append(rundir.Event("end", config.Member{Key: "epochs", Value: res.Epochs}, config.Member{Key: "best_epoch", Value: res.Best}, config.Member{Key: "val_loss", Value: res.Logs["val_loss"]}), m.object()...)
	end = append(end, config.Member{Key: "out", Value: dir}, config.Member{Key: "files", Value: files})
	events.Add(end)
	e.emit(end)
	if !e.Settings.JSON {
		fmt.Fprintf(e.Out, "\nConfusion matrix of the validation words (rows: true, columns: predicted)\n%s", m)
		fmt.Fprintf(e.Out, "\nbest       validation accuracy of words %s at epoch %d of %d (always naming the largest tag: %.3f)\n", e.Console.Bold(fmt.Sprintf("%.4f", m.words.Accuracy())), res.Best, res.Epochs, m.words.Majority())
	}
	con := e.Console
	con.Printf("files      %s", filepath.Join(dir, "{"+strings.Join(files, ",")+"}"))
	con.Printf("next       %s", con.Bold(`echo "some words" | train predict `+cli.Quote(dir)+" -"))
	con.Printf("again      %s", e.again(run))
	e.used(began)
	return nil
}
