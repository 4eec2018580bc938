package command

import (
	"cmp"
	"path/filepath"
	"slices"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
)

// treated is what --on-error does to samples that cannot be read, in a word.
func (e *Env) treated() string {
	if e.Settings.OnError == "placeholder" {
		return "replaced by black ones"
	}
	return "skipped"
}

// late adds the pictures that became unreadable while training ran to the bad
// ones, and returns how many they are.
func (e *Env) late(t *task) int {
	if t.flow == nil {
		return 0
	}
	late := append(t.flow.Bad(), t.held.Bad()...)
	slices.SortFunc(late, func(a, b augment.BadFile) int { return cmp.Compare(a.Path, b.Path) })
	known := map[string]bool{}
	for _, b := range t.set.Bad {
		known[b.Path] = true
	}
	n := 0
	for _, b := range late {
		if known[b.Path] {
			continue
		}
		known[b.Path] = true
		t.set.Bad = append(t.set.Bad, dataset.Bad{Path: b.Path, Reason: "while training: " + dataset.Reason(b.Err)})
		n++
	}
	return n
}

// bad lists what was wrong with the data, after all that was good about them.
func (e *Env) bad(t *task, dir string, late int) {
	c := e.Console
	if len(t.set.Bad) == 0 {
		return
	}
	noun := t.set.Kind.Noun()
	c.Warnf("bad        %s could not be read: %s; all in %s", cli.Plural(len(t.set.Bad), noun), e.treated(), filepath.Join(dir, rundir.BadFile))
	for _, b := range t.set.Bad[:min(5, len(t.set.Bad))] {
		c.Warnf("           %s", b)
	}
	if late > 0 {
		c.Warnf("           %s became unreadable while training ran and had a black picture instead", cli.Plural(late, noun))
	}
}
