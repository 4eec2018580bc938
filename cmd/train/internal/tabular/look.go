package tabular

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

const (
	maxClasses  = 1000
	maxValues   = 20_000 // different values that are told apart
	fewNumbers  = 10     // whole numbers of a target that are classes
	mostNumbers = 0.9    // part of the cells from which on a column is numeric and the rest is wrong
	sampleRows  = 1 << 20
)

// A cell is one that was seen.
type cell struct {
	line int
	text string
}

// stats are what Look finds out about a column.
type stats struct {
	n, missing, numbers, whole, dates int
	infinite, texts                   []cell // the first few
	infinites                         int
	min, max, last                    float64
	steps                             int // rows in which the number is one more than in the row before
	values                            map[string]int
	overflow                          int // cells after which there were too many values
	length                            int // of all texts
	asTarget                          int // rows in which it equals the target
	firstMissing                      int // its line
}

func (s *stats) add(line int, text string, decimalComma bool, limit int) {
	if missing(text) {
		if s.missing++; s.firstMissing == 0 {
			s.firstMissing = line
		}
		return
	}
	s.n++
	s.length += len(text)
	x, ok := number(text, decimalComma)
	switch {
	case ok && math.IsInf(x, 0):
		s.numbers++
		if s.infinites++; len(s.infinite) < 3 {
			s.infinite = append(s.infinite, cell{line, text})
		}
	case ok:
		s.numbers++
		if x == math.Trunc(x) {
			s.whole++
		}
		if s.numbers == 1 {
			s.min, s.max = x, x
		} else if x == s.last+1 {
			s.steps++
		}
		s.min, s.max, s.last = min(s.min, x), max(s.max, x), x
	default:
		if len(s.texts) < 3 {
			s.texts = append(s.texts, cell{line, strings.Clone(text)})
		}
		if s.n <= 1000 && date(text) {
			s.dates++
		}
	}
	if s.overflow > 0 {
		return
	}
	if s.values == nil {
		s.values = map[string]int{}
	}
	if _, seen := s.values[text]; seen || len(s.values) < limit {
		s.values[strings.Clone(text)]++
	} else {
		s.overflow = s.n
	}
}

// different is the number of different values, an estimate when they are many.
func (s *stats) different() int {
	if s.overflow > 0 { // as many as until then
		return int(float64(len(s.values)) * float64(s.n) / float64(s.overflow))
	}
	return len(s.values)
}

// numeric reports whether most cells are numbers.
func (s *stats) numeric() bool {
	return s.numbers > 0 && float64(s.numbers) >= mostNumbers*float64(s.n)
}

// decorated reports whether texts are numbers with something around them:
// $1,200 or 35 %.
func (s *stats) decorated() bool {
	for _, c := range s.texts {
		if _, ok := number(plainNumber.Replace(c.text), false); !ok {
			return false
		}
	}
	return len(s.texts) > 0
}

var plainNumber = strings.NewReplacer("$", "", "€", "", "£", "", "¥", "", "%", "", ",", "", "'", "", " ", "", "\u00a0", "", "USD", "", "EUR", "", "kg", "", "km", "", "cm", "")

// A Found is what Look finds out about a table.
type Found struct {
	Path   string
	Rows   int // that can be read
	Enc    *Encoding
	Notes  []string
	Bad    badRows // that cannot be read at all
	target int
	weight int
	limits []uint64 // of the hashes held out, by class
	c      *Config
}

// Look reads a table and infers what was not given.
func Look(ctx context.Context, path string, c *Config) (*Found, error) {
	r, err := Open(path, nil)
	if err != nil {
		return nil, err
	}
	r.Close()
	if len(r.Names) == 1 {
		return nil, cli.Errorf(cli.BadData, "%s:1 has 1 column (%q); want the target and one more", path, cli.Short(r.Names[0], 40)).
			Do("put commas, semicolons, tabs or | between the cells")
	}
	f := &Found{Path: path, c: c, weight: -1, Bad: badRows{path: path}}
	if f.target, err = known(path, "--target", c.Target, r.Names); err != nil {
		return nil, err
	}
	if c.Weight != "" {
		if f.weight, err = known(path, "--sample-weight", c.Weight, r.Names); err != nil {
			return nil, err
		}
		if f.weight == f.target {
			return nil, cli.Errorf(cli.Usage, "--target and --sample-weight are the same column %q", c.Weight)
		}
	}
	given := make([]Kind, len(r.Names))
	for _, name := range slices.Sorted(maps.Keys(c.Columns)) {
		i, err := known(path, "--columns", name, r.Names)
		if err != nil {
			return nil, err
		}
		if i == f.target || i == f.weight {
			return nil, cli.Errorf(cli.Usage, "--columns %s=%s: this column is no input", name, c.Columns[name]).Do("--task says what the target is")
		}
		given[i] = c.Columns[name]
	}
	if err := c.Like.kinds(path, r.Names, given, f); err != nil {
		return nil, err
	}
	all := make([]stats, len(r.Names))
	var sample []hashed
	comma := r.decimalComma()
	labels := map[string]int{}
	err = rows(ctx, path, r.Names, c, "reading", func(line int, cells []string, bad string) error {
		if bad != "" {
			f.Bad.add(line, bad)
			return nil
		}
		f.Rows++
		t := cells[f.target]
		for i := range all {
			limit := maxValues
			if s := &all[i]; i != f.target && given[i] != Category && s.numbers == s.n {
				limit = 1000 // a number so far: only few values matter
			}
			all[i].add(line, cells[i], comma, limit)
			if cells[i] == t {
				all[i].asTarget++
			}
		}
		if len(sample) < sampleRows && !missing(t) {
			k, ok := labels[t]
			if !ok && len(labels) < maxValues {
				k = len(labels)
				labels[strings.Clone(t)] = k
			}
			sample = append(sample, hashed{k, hash(cells)})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if f.Bad.n > 0 && c.OnError != "skip" {
		return nil, f.refuse(f.Bad)
	}
	if f.Rows == 0 {
		return nil, cli.Errorf(cli.BadData, "%s has the names of %s and no rows", path, cli.Plural(len(r.Names), "column"))
	}
	f.Enc = &Encoding{V: 1, decimalComma: comma}
	if err := f.inferTarget(r.Names[f.target], &all[f.target]); err != nil {
		return nil, err
	}
	for i, name := range r.Names {
		col := Column{Name: name}
		switch {
		case i == f.target:
			col.Kind, col.Why = Skip, "the target"
		case i == f.weight:
			col.Kind, col.Why = Skip, "the sample weights"
		case given[i] != "":
			col.Kind, col.Given = given[i], true
			if given[i] == Skip {
				col.Why = "as --columns says"
				if c.Like != nil {
					col.Why = c.Like.why(name)
				}
			}
		default:
			col.Kind, col.Why = f.infer(name, &all[i])
		}
		if i != f.target && i != f.weight && col.Kind != Skip && all[i].asTarget == f.Rows {
			f.Notes = append(f.Notes, fmt.Sprintf("column %q equals the target in every row: a leak? leave it out with --columns %s=skip", name, cli.Quote(name)))
		}
		f.Enc.Columns = append(f.Enc.Columns, col)
	}
	if len(f.Enc.inputs()) == 0 {
		e := cli.Errorf(cli.BadData, "%s has no column that can be an input", path)
		for _, col := range f.Enc.Columns {
			e.Why("%s: %s", col.Name, col.Why)
		}
		return nil, e.Do("say what they are: --columns NAME=category or NAME=number")
	}
	if f.weight >= 0 && all[f.weight].numbers < all[f.weight].n {
		t := all[f.weight].texts[0]
		return nil, cli.Errorf(cli.BadData, "%s:%d: column %q is %q; sample weights are numbers, 0 or more", path, t.line, c.Weight, t.text)
	}
	f.hold(sample, labels)
	return f, nil
}

// infer says what a column holds, and why it is left out.
func (f *Found) infer(name string, s *stats) (Kind, string) {
	kinds := s.different()
	if s.missing > 0 {
		kinds++ // being there is a value too
	}
	switch {
	case s.n == 0:
		return Skip, "it is empty"
	case kinds == 1:
		for v := range s.values {
			return Skip, fmt.Sprintf("it is %s in every row", cli.Short(v, 30))
		}
	case s.numeric():
		if s.whole == s.n && f.Rows >= 10 && s.missing == 0 && (s.steps == s.n-1 || idName(name) && s.different() == s.n) {
			return Skip, "it numbers the rows"
		}
		return Number, ""
	}
	switch d := s.different(); {
	case s.n >= 2 && float64(s.dates) >= 0.9*float64(min(s.n, 1000)):
		return Skip, "it holds dates or times; make numbers of them, such as year, month, weekday or days since"
	case d > fewNumbers && s.decorated():
		return Skip, fmt.Sprintf("it holds numbers with signs, units or separators, such as %s; write plain numbers", cli.Short(s.texts[0].text, 20))
	case d == 1 || f.Rows < 20 || d <= s.n/2 && s.overflow == 0:
		return Category, ""
	case s.overflow > 0 && d <= s.n/2:
		return Category, ""
	case s.length/s.n > 30:
		return Skip, "it holds texts, nearly every one another"
	default:
		return Skip, fmt.Sprintf("nearly every row has another value (%s), as names and keys do", cli.Count(d))
	}
}

// idName reports whether a column is called like a key.
func idName(name string) bool {
	n := strings.ToLower(name)
	return n == "id" || n == "index" || n == "key" || n == "uuid" || n == "row" || strings.HasSuffix(n, "_id") || strings.HasSuffix(n, " id") || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "ID") || strings.HasPrefix(name, "Unnamed: ")
}

// inferTarget says what is to be predicted.
func (f *Found) inferTarget(name string, s *stats) error {
	t := &f.Enc.Target
	t.Name, t.Task = name, f.c.Task
	if l := f.c.Like; l != nil && t.Task == "" {
		t.Task = l.Target.Task
	}
	bad := func(format string, args ...any) *cli.Error {
		return cli.Errorf(cli.BadData, "%s: the target %q "+format, append([]any{f.Path, name}, args...)...)
	}
	switch {
	case s.n == 0:
		return bad("has no values")
	case s.missing > 0 && f.c.OnError != "skip":
		return bad("is missing in %s, the first in line %d", cli.Plural(s.missing, "row"), s.firstMissing).
			Do("fill it in or remove the rows; --on-error=skip leaves them out")
	case len(s.values) == 1 && s.overflow == 0:
		for v := range s.values {
			return bad("is %q in every row; there is nothing to learn", cli.Short(v, 40)).Do("name another column: --target NAME")
		}
	}
	if t.Task == "" {
		t.Inferred, t.Task = true, Classification
		if s.numeric() && !(s.whole == s.n && s.overflow == 0 && len(s.values) <= fewNumbers) {
			t.Task = Regression
		}
	}
	if t.Task == Regression {
		if s.numbers < s.n && !s.numeric() {
			x := s.texts[0]
			return cli.Errorf(cli.BadData, "%s:%d: the target %q is %q; regression needs numbers", f.Path, x.line, name, cli.Short(x.text, 40)).Do("--task classification")
		}
		return nil
	}
	if n := s.different(); s.overflow > 0 || n > maxClasses {
		return bad("has %s different values; classes are at most %s", cli.Count(n), cli.Count(maxClasses)).Do("name another column, or --task regression if they are numbers")
	}
	if n := len(s.values); n > s.n/2 && s.n > 4 {
		e := bad("has %s in %s; every class needs several rows", cli.Plural(n, "different value"), cli.Plural(s.n, "row"))
		if s.numeric() {
			return e.Do("--task regression")
		}
		return e.Do("name another column: --target NAME")
	}
	t.Classes = slices.SortedFunc(maps.Keys(s.values), func(a, b string) int {
		x, okX := number(a, f.Enc.decimalComma)
		y, okY := number(b, f.Enc.decimalComma)
		if okX && okY {
			return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
		}
		return cmp.Compare(a, b)
	})
	return f.c.Like.classes(f.Path, t)
}

// refuse lists the rows that cannot be used.
func (f *Found) refuse(b badRows) error {
	e := cli.Errorf(cli.BadData, "%s of %s cannot be used", cli.Plural(b.n, "row"), f.Path)
	for _, x := range b.list {
		e.Why("%s", x)
	}
	return e.Do("mend or remove them, or --on-error=skip (their list is written to quarantine.jsonl)")
}
