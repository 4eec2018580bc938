// Package tabular makes training data of a table: it finds out what the columns
// hold, turns numbers and categories into what a model reads, and remembers how,
// so that rows that come later go through the same.
//
// A table is read three times, row by row: to see what is in it ([Look]), to
// compute means, deviations and categories of its training part, and to encode
// it. It may be larger than memory.
package tabular

import (
	"context"
	"encoding/csv"
	"io"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
)

// A Kind is what a column holds.
type Kind string

// The kinds of columns; a Skip is no input.
const (
	Number   Kind = "number"
	Category Kind = "category"
	Skip     Kind = "skip"
)

// The tasks.
const (
	Classification = "classification"
	Regression     = "regression"
)

// Config says what to do with a table. Empty fields are inferred.
type Config struct {
	Target     string
	Task       string
	Weight     string // the column with sample weights
	Columns    map[string]Kind
	Missing    string    // what stands for missing numbers: mean (also ""), median, zero or fail
	Like       *Encoding // columns, means and categories are to be these; nil: those of the table
	OneHot     int       // categories up to which a column is one-hot
	Validation float64   // part held out
	OnError    string    // fail or skip
	Overfit    int       // so many rows for training, and the same for validation
	Memory     int64     // bytes of encoded rows; more go to a file
	Progress   func(pass string, done float64)
}

// ParseColumns reads name=kind,name=kind. Names with commas are quoted as in
// CSV: "a,b=number".
func ParseColumns(s string) (map[string]Kind, error) {
	kinds := map[string]Kind{}
	if strings.TrimSpace(s) == "" {
		return kinds, nil
	}
	r := csv.NewReader(strings.NewReader(s))
	r.TrimLeadingSpace = true
	parts, err := r.Read()
	if err != nil {
		return nil, cli.Errorf(cli.Usage, "--columns %s: %w", s, err).Do("--columns age=number,city=category,id=skip")
	}
	for _, p := range parts {
		i := strings.LastIndex(p, "=")
		if i < 1 {
			return nil, cli.Errorf(cli.Usage, "--columns %s: want a column and its kind", cli.Quote(p)).Do("--columns age=number,city=category,id=skip")
		}
		k := Kind(strings.TrimSpace(p[i+1:]))
		name := strings.TrimSpace(p[:i])
		if all := []string{string(Number), string(Category), string(Skip)}; !slices.Contains(all, string(k)) {
			e := cli.Errorf(cli.Usage, "--columns %s: there is no kind %q; want number, category or skip", p, k)
			if near := config.Nearest(string(k), all); len(near) > 0 {
				e.Do("did you mean %s=%s?", name, near[0])
			}
			return nil, e
		}
		if _, ok := kinds[name]; ok {
			return nil, cli.Errorf(cli.Usage, "--columns names %q twice", name)
		}
		kinds[name] = k
	}
	return kinds, nil
}

// known finds the column that a flag names.
func known(path, flag, name string, names []string) (int, error) {
	if i := slices.Index(names, name); i >= 0 {
		return i, nil
	}
	if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) }); i >= 0 {
		return i, nil
	}
	e := cli.Errorf(cli.BadData, "%s has no column %q, which %s names", path, name, flag).Why("found: %s", cli.List(names, 12))
	if near := config.Nearest(name, names); len(near) > 0 {
		e.Do("did you mean %s?", near[0])
	}
	return 0, e
}

// rows calls do for every row of a table. Rows that cannot be read have a
// reason instead of cells.
func rows(ctx context.Context, path string, names []string, c *Config, pass string, do func(line int, cells []string, bad string) error) error {
	r, err := Open(path, names)
	if err != nil {
		return err
	}
	defer r.Close()
	if r.Comma != 0 && !slices.Equal(r.Names, names) {
		return cli.Errorf(cli.BadData, "%s has changed while it was read: its first line is another", path)
	}
	count := 0
	for {
		line, cells, bad, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := do(line, cells, bad); err != nil {
			return err
		}
		if count++; count%4096 == 0 {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if c.Progress != nil {
				c.Progress(pass, float64(count))
			}
		}
	}
}

// maxBad is how many bad rows are remembered.
const maxBad = 1000

// badRows are the rows that cannot be used.
type badRows struct {
	path string
	list []dataset.Bad
	n    int
}

func (b *badRows) add(line int, reason string) {
	if b.n++; len(b.list) < maxBad {
		b.list = append(b.list, dataset.Bad{Path: b.path, Line: line, Reason: reason})
	}
}
