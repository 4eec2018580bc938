package command

import (
	"context"
	"reflect"
	"slices"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
)

// A kind is one kind of data, and what the command does with it.
type kind struct {
	task   string                         // as run.json has it
	called string                         // in messages
	page   string                         // of help that lists its flags
	is     func(e *Env, data string) bool // whether training data are of this kind
	uses   func(flag, group string) bool  // flags, beside those that every kind has
	// prepare reads the data and builds the model.
	prepare func(ctx context.Context, e *Env, data string, from *resumed) (*undertaking, error)
	// lesson is what search and lr-find train; nil: they have no use for the data.
	lesson func(ctx context.Context, e *Env, data string) (*lesson, error)
	// open makes use of a run.
	open func(e *Env, o *opened) (user, error)
}

// A user is a run that is used.
type user interface {
	predict(ctx context.Context, e *Env, files []string) error
	evaluate(ctx context.Context, e *Env, data string) error
}

// kinds are all kinds. Training takes the first that the data are; the last two
// are told apart when the data are read.
func kinds() []kind {
	return []kind{
		{task: rundir.Words, called: "vectors of words", page: "words", is: (*Env).isWords, uses: usedByWords, prepare: prepareWords, open: openWords},
		{task: rundir.Tagging, called: "tagged sentences", page: "tags", is: (*Env).isTagging, uses: usedByTags, prepare: prepareTags, lesson: lessonOfTags, open: openTags},
		{task: rundir.Table, called: "tables with --target", page: "table", is: (*Env).isTable, uses: usedByTable, prepare: prepareTable, lesson: lessonOfTable, open: openTable},
		{task: string(dataset.Images), called: "pictures", is: anything, uses: usedByPictures, prepare: prepareClasses, lesson: lessonOfClasses, open: openClasses},
		{task: string(dataset.Texts), called: "texts", is: anything, uses: usedByTexts, prepare: prepareClasses, lesson: lessonOfClasses, open: openClasses},
	}
}

func anything(*Env, string) bool { return true }

// kindOf is the kind of data that training reads, or of the run that goes on.
func (e *Env) kindOf(data string, from *resumed) kind {
	all := kinds()
	return all[slices.IndexFunc(all, func(k kind) bool {
		if from != nil {
			return k.task == from.stored.Task
		}
		return k.is(e, data)
	})]
}

// kindNamed is the kind of a task; false if there is none.
func kindNamed(task string) (kind, bool) {
	all := kinds()
	i := slices.IndexFunc(all, func(k kind) bool { return k.task == task })
	if i < 0 {
		return kind{}, false
	}
	return all[i], true
}

// everyKind are the groups of flags that all kinds have.
var everyKind = []string{"main", "more", "schedule", "output"}

// inVain are flags of those groups that some kinds have no use for.
var inVain = map[string][]string{
	rundir.Words: {"model", "reset-weights", "replace-head", "dropout", "class-weight", "model-size"},
}

func usedByPictures(_, group string) bool { return group == "image" }

func usedByTexts(_, group string) bool { return group == "text" }

func usedByTags(flag, _ string) bool {
	return flag == "num-words" || flag == "task" || flag == "tokenizer"
}

func usedByTable(flag, group string) bool { return group == "table" || flag == "data-memory" }

func usedByWords(flag, group string) bool {
	return group == "words" || flag == "num-words" || flag == "task"
}

// refuse is the error for flags that a kind of data has no use for. A
// configuration may name all settings, so only values that are not the usual
// ones count. With groups it looks at the flags of these only.
func (e *Env) refuse(task string, groups ...string) error {
	k, _ := kindNamed(task)
	usual := settings.Flags(settings.Default()).Settings()
	for i, x := range e.Flags.Settings() {
		f := x.Name
		useful := slices.Contains(everyKind, x.Group) && !slices.Contains(inVain[k.task], f) || k.uses(f, x.Group)
		if len(groups) > 0 && !slices.Contains(groups, x.Group) {
			continue
		}
		if useful || !e.Flags.Changed(f) || reflect.DeepEqual(x.Value, usual[i].Value) {
			continue
		}
		if x.Group == "table" && k.task != rundir.Table {
			return cli.Errorf(cli.Usage, "--%s is for tables of numbers and categories; it needs --target too", f).Do("name the column to predict: --target NAME")
		}
		err := cli.Errorf(cli.Usage, "--%s is for other data; %s have no use for it", f, k.called)
		if k.page != "" {
			return err.Do("train help %s  lists their flags", k.page)
		}
		return err.Do("leave it out; train --help lists all flags")
	}
	return nil
}
