package dataset

import (
	"fmt"
	"os"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
)

// Labelled reads a folder or table for evaluation: its classes must be among
// those that are given, and all its samples are used.
func Labelled(path string, s *settings.Settings, kind Kind, classes []string) (*Set, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, missing(path, err)
	}
	set := &Set{Kind: kind, Source: path, Classes: classes}
	index := map[string]int{}
	for i, c := range classes {
		index[c] = i
	}
	unknown := func(name string) error {
		return cli.Errorf(cli.BadData, "%s has a class %q that the run does not know", path, name).
			Why("the run knows: %s", cli.List(classes, 12))
	}
	if !st.IsDir() {
		if kind != Texts {
			return nil, cli.Errorf(cli.BadData, "%s is a file, but the run classifies pictures", path).
				Do("give a folder with one sub-folder a class")
		}
		t, err := readTable(path, s)
		if err != nil {
			return nil, err
		}
		set.Bad, set.Notes = t.bad, t.notes
		for _, r := range t.rows {
			k, ok := index[r.label]
			if !ok {
				return nil, unknown(r.label)
			}
			set.Valid = append(set.Valid, Sample{Name: fmt.Sprintf("line %d", r.line), Class: k, Text: r.text})
		}
		return set, nil
	}
	if sub := subdir(path, "test", "validation", "valid", "val"); sub != "" {
		path = sub
		set.Notes = append(set.Notes, "evaluated: "+sub)
	}
	held, err := list(path)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, c := range held {
		if len(c.files(kind)) > 0 {
			if _, ok := index[c.name]; !ok {
				return nil, unknown(c.name)
			}
		}
		n += len(c.files(kind))
	}
	if n == 0 {
		e := cli.Errorf(cli.BadData, "%s has no %ss in sub-folders named as the run's classes", path, kind.Noun())
		return nil, e.Why("found: %s", summary(path, held)).Why("the run knows: %s", cli.List(classes, 12))
	}
	set.Valid = set.read(samples(path, held, kind, index))
	return set, nil
}
