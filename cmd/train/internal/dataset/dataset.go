// Package dataset finds out what a folder or a table holds: the task, the
// classes, the samples, and which of them are held out for validation.
package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/pipeline"
)

// A Kind is what the samples are.
type Kind string

// The kinds, as they stand in run.json.
const (
	Images Kind = "image"
	Texts  Kind = "text"
)

// Noun is what samples are called.
func (k Kind) Noun() string {
	if k == Images {
		return "picture"
	}
	return "text"
}

// A Sample is one thing to classify.
type Sample struct {
	Name  string // path below the folder, or line 17
	Class int
	Path  string // of a file that is read when it is needed
	Text  string
	Pix   []byte // of a grey picture that is in memory already

	origin string // the picture that it was made of, if augment says so
}

// A Set is what was found.
type Set struct {
	Kind    Kind
	Source  string // the path as it was given
	Classes []string
	Train   []Sample
	Valid   []Sample
	Split   string   // how the two were told apart, in words
	Notes   []string // what else should be said
	Bad     []Bad    // what could not be read
	Size    [2]int   // of pictures in memory
}

// Bad is a sample that cannot be used, and why.
type Bad struct {
	Path   string `json:"path"`
	Line   int    `json:"line,omitempty"`
	Reason string `json:"reason"`
}

func (b Bad) String() string {
	if b.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", b.Path, b.Line, b.Reason)
	}
	return fmt.Sprintf("%s: %s", b.Path, b.Reason)
}

// Open inspects a path: a folder with one sub-folder a class, or a table with
// a label and a text in each row.
func Open(ctx context.Context, path string, s *settings.Settings) (*Set, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, missing(path, err)
	}
	var set *Set
	if st.IsDir() {
		set, err = folder(path, s)
	} else {
		set, err = table(path, s)
	}
	if err != nil {
		return nil, err
	}
	return set, ctx.Err()
}

// missing explains a path that cannot be opened.
func missing(path string, err error) error {
	return Missing(path, err, "give a folder with one sub-folder a class, or a .tsv or .csv file; \"train demo\" needs no data")
}

// Missing explains a path that cannot be opened. The remedy is for a path that
// does not exist where nothing has a similar name.
func Missing(path string, err error, remedy string) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	e := cli.Errorf(cli.Usage, "cannot read %s: %w", path, err)
	if !errors.Is(err, fs.ErrNotExist) {
		return e.Do("check that you may read it: ls -ld %s", cli.Quote(path))
	}
	var names []string
	entries, _ := os.ReadDir(filepath.Dir(path))
	for _, x := range entries {
		names = append(names, x.Name())
	}
	if near := config.Nearest(filepath.Base(path), names); len(near) > 0 {
		return e.Do("did you mean %s?", filepath.Join(filepath.Dir(path), near[0]))
	}
	return e.Do("%s", remedy)
}

// split holds samples out by a hash of their names. Those with the same origin,
// where there is one, stay together.
func (set *Set) split(all []Sample, fraction float64) error {
	type key struct {
		class int
		name  string
	}
	type group struct{ members, at int }
	var names []string
	var labels []int
	groups := map[key]group{}
	at := make([]int, len(all)) // of each sample, in names
	by, of := "name", "of each class"
	for i, x := range all {
		k := key{x.Class, x.Name}
		if x.Path == "" {
			k.name, by = x.Text, "text" // lines may move
		}
		if x.origin != "" {
			k.name, of = x.origin, "of the source pictures of each class"
		}
		g := groups[k]
		if g.members == 0 || x.origin == "" {
			name := k.name
			if g.members > 0 { // equal texts are told apart by a count
				name = fmt.Sprintf("%s\x00%d", name, g.members)
			}
			g = group{g.members + 1, len(names)}
			groups[k] = g
			names, labels = append(names, name), append(labels, x.Class)
		}
		at[i] = g.at
	}
	// The seed is fixed, so that runs with other seeds hold out the same samples.
	_, valid, err := pipeline.SplitByName(names, labels, fraction, 0)
	if err != nil {
		return err
	}
	held := make([]bool, len(names))
	for _, i := range valid {
		held[i] = true
	}
	for i, x := range all {
		if held[at[i]] {
			set.Valid = append(set.Valid, x)
		} else {
			set.Train = append(set.Train, x)
		}
	}
	set.Split = fmt.Sprintf("%.3g %% %s, by a hash of the %s", 100*fraction, of, by)
	return nil
}

// Counts returns the samples of each class.
func Counts(samples []Sample, classes int) []int {
	n := make([]int, classes)
	for _, s := range samples {
		n[s.Class]++
	}
	return n
}

// Leave takes the samples with these indices, counted through both parts, out.
func (set *Set) Leave(bad map[int]Bad) {
	n := len(set.Train)
	keep := func(samples []Sample, first int) (kept []Sample) {
		for i, x := range samples {
			if b, ok := bad[first+i]; ok {
				set.Bad = append(set.Bad, b)
			} else {
				kept = append(kept, x)
			}
		}
		return kept
	}
	set.Train, set.Valid = keep(set.Train, 0), keep(set.Valid, n)
}

// Check refuses data that cannot be learned from, under the policy for samples
// that cannot be read.
func (set *Set) Check(onError string) error {
	if len(set.Bad) > 0 && onError == "fail" {
		return set.refuse()
	}
	counts := Counts(append(append([]Sample{}, set.Train...), set.Valid...), len(set.Classes))
	full := 0
	for _, n := range counts {
		if n > 0 {
			full++
		}
	}
	if full < 2 {
		e := cli.Errorf(cli.BadData, "%s: only %s has %ss that can be read; need at least 2", set.Source, cli.Plural(full, "class"), set.Kind.Noun())
		for _, b := range set.Bad {
			e.Why("%s", b)
		}
		return e
	}
	if len(set.Valid) == 0 {
		noun := set.Kind.Noun()
		if slices.ContainsFunc(set.Train, func(x Sample) bool { return x.origin != "" }) {
			noun = "source " + noun
		}
		return cli.Errorf(cli.BadData, "%s: no class has the 2 %ss that are needed to hold one out", set.Source, noun).
			Why("found: %s in %s", cli.Plural(len(set.Train), set.Kind.Noun()), cli.Plural(len(set.Classes), "class")).
			Do("add samples, or put some into a folder validation/ beside train/")
	}
	return nil
}

func (set *Set) refuse() error {
	total := len(set.Train) + len(set.Valid) + len(set.Bad)
	what := "decoded"
	if set.Kind == Texts {
		what = "read"
	}
	slices.SortStableFunc(set.Bad, func(a, b Bad) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line)) })
	e := cli.Errorf(cli.BadData, "%s of %s %ss cannot be %s", cli.Count(len(set.Bad)), cli.Count(total), set.Kind.Noun(), what)
	for _, b := range set.Bad {
		e.Why("%s", b)
	}
	return e.Do("mend or remove them, or --on-error=skip (their list is written to quarantine.jsonl)")
}
