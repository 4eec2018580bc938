package command

import (
	"context"
	"io"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/cmd/train/internal/tags"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/search"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// A lesson is what search and lr-find train: the data as training would read
// them, and the models that it would make.
type lesson struct {
	data   string
	target string          // of a table
	source pipeline.Source // as training has it
	// recipe draws a model by settings, for the source or, packed, for the arrays.
	recipe func(s *settings.Settings, packed bool) (*nn.Model, nn.CompileConfig)
	// arrays are all samples in memory.
	arrays func(ctx context.Context) (samples, error)
	maker  func(r search.Recipe[candidate]) search.Maker[candidate]
	// stratified says that folds have the classes in equal shares.
	stratified bool
	close      func()
}

// samples are arrays with the sample as their first axis; w is nil where all
// count the same.
type samples struct{ x, y, w *tensor.Tensor }

// lesson reads the data that the words name, with the settings that were given.
// The Env is that of the training, before it begins and without a word.
func (e *Env) lesson(ctx context.Context, words []string, target string, seed uint64, fixed []string) (*Env, *lesson, error) {
	base := settings.Default()
	base.Quiet, base.Seed, base.Set = true, seed, fixed
	env := &Env{Settings: base, Flags: settings.Flags(base), In: e.In, Out: io.Discard, Console: cli.NewConsole(io.Discard, true, true)}
	if _, err := base.Configure(env.Flags); err != nil {
		return nil, nil, err
	}
	if target != "" {
		if err := env.Flags.Give("target", target); err != nil {
			return nil, nil, err
		}
	}
	if err := base.Validate(env.Flags.Changed); err != nil {
		return nil, nil, err
	}
	data := strings.Join(words, " ")
	k := env.kindOf(data, nil)
	if k.lesson == nil {
		return nil, nil, cli.Errorf(cli.Usage, "%s are learned without a search", k.called).Do("compare runs with other settings: train compare RUN RUN")
	}
	l, err := k.lesson(ctx, env, data)
	if err != nil {
		return nil, nil, stoppedEarly(ctx, err)
	}
	if l.data, l.target = data, target; l.close == nil {
		l.close = func() {}
	}
	return env, l, nil
}

// command is the training of the lesson, as it is typed.
func (l *lesson) command() string {
	line := "train " + l.data
	if !isDemo(l.data) {
		line = "train " + cli.Quote(l.data)
	}
	if l.target != "" {
		line += " --target " + cli.Quote(l.target)
	}
	return line
}

// lessonOfClasses is about pictures or texts. For a search they are not changed at
// random.
func lessonOfClasses(ctx context.Context, e *Env, data string) (*lesson, error) {
	set, err := e.examples(ctx, data)
	if err != nil {
		return nil, err
	}
	t, err := e.prepare(ctx, set, nil)
	if err != nil {
		return nil, err
	}
	return &lesson{
		source: t.train, stratified: true, maker: search.Classifiers[candidate],
		recipe: func(s *settings.Settings, _ bool) (*nn.Model, nn.CompileConfig) {
			m, err := e.modelOf(t, s)
			if err != nil { // the file was read before
				panic(err)
			}
			return m, e.compileConfig(t, s)
		},
		arrays: func(ctx context.Context) (a samples, err error) {
			a.x, a.y, err = e.arrays(ctx, t)
			return a, err
		},
	}, nil
}

// lessonOfTags is about tagged sentences, for a search all of one length.
func lessonOfTags(_ context.Context, e *Env, data string) (*lesson, error) {
	t, err := e.tagged(data, nil)
	if err != nil {
		return nil, err
	}
	return &lesson{
		source: t.trainS, maker: search.Taggers[candidate],
		recipe: func(s *settings.Settings, _ bool) (*nn.Model, nn.CompileConfig) { return t.draw(s) },
		arrays: func(context.Context) (samples, error) {
			words, marks := t.numbers(append(append([]tags.Sentence{}, t.train...), t.valid...))
			longest, rows := 0, make([]int, len(words))
			for i, w := range words {
				longest, rows[i] = max(longest, len(w)), i
			}
			y := tags.Pad(marks, rows, longest)
			for i, w := range words {
				for j := len(w); j < longest; j++ {
					y.Data()[i*longest+j] = -1
				}
			}
			return samples{x: tags.Pad(words, rows, longest), y: y}, nil
		},
	}, nil
}

// lessonOfTable is about the rows of a table, for a search as one input. Means
// and categories are those of the part that training would use, in all folds.
func lessonOfTable(ctx context.Context, e *Env, data string) (*lesson, error) {
	t, err := e.tabulated(ctx, data)
	if err != nil {
		return nil, err
	}
	if t.brought != nil && !t.packed {
		t.Close()
		return nil, cli.Errorf(cli.Usage, "%s has %s; a search or lr-find feeds one", t.brought.path, cli.Plural(len(t.brought.model.Inputs()), "input")).Do("try settings by training: train compare RUN RUN")
	}
	l := &lesson{
		source: t.train, close: t.Close, maker: search.Regressors[candidate],
		recipe: func(s *settings.Settings, packed bool) (*nn.Model, nn.CompileConfig) { return t.draw(s, packed) },
		arrays: func(context.Context) (a samples, err error) {
			a.x, a.y, a.w, err = tabular.Arrays(t.Train, t.Valid)
			return a, err
		},
	}
	if t.shape.Classes > 0 {
		l.maker, l.stratified = search.Classifiers[candidate], true
	}
	return l, nil
}
