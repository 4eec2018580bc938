package dataset

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
)

// row is a row of a table once it is known which column is which.
type row struct {
	line        int
	label, text string
}

// tableData is a table that was read.
type tableData struct {
	rows  []row
	bad   []Bad
	notes []string
}

// table inspects a .tsv or .csv file.
func table(path string, s *settings.Settings) (*Set, error) {
	t, err := readTable(path, s)
	if err != nil {
		return nil, err
	}
	set := &Set{Kind: Texts, Source: path, Bad: t.bad, Notes: t.notes}
	for _, r := range t.rows {
		if !slices.Contains(set.Classes, r.label) {
			set.Classes = append(set.Classes, r.label)
		}
		if len(set.Classes) > maxClasses {
			return nil, cli.Errorf(cli.BadData, "%s has more than %s different labels; classes are fewer", path, cli.Count(maxClasses)).
				Why("found: %s", cli.List(quoted(set.Classes[:4]), 4)).
				Do("name the columns: --label-column and --text-column")
		}
	}
	slices.Sort(set.Classes)
	if len(set.Classes) < 2 && len(t.bad) > 0 && s.OnError == "fail" {
		// The rows that cannot be read may hold the other classes.
		return nil, (&Set{Kind: Texts, Bad: t.bad, Train: make([]Sample, len(t.rows))}).refuse()
	}
	if len(set.Classes) < 2 {
		return nil, cli.Errorf(cli.BadData, "%s has %s; need at least 2", path, cli.Plural(len(set.Classes), "class")).
			Why("found: %s, all with the label %s", cli.Plural(len(t.rows), "row"), cli.List(quoted(set.Classes), 3)).
			Do("give rows of other classes too, or name the column: --label-column")
	}
	if n := len(t.rows); len(set.Classes) > n/2 && n > 4 {
		return nil, cli.Errorf(cli.BadData, "%s has %s in %s; every class needs several rows", path, cli.Plural(len(set.Classes), "different label"), cli.Plural(n, "row")).
			Why("found: %s", cli.List(quoted(set.Classes[:4]), 4)).
			Do("name the columns: --label-column and --text-column")
	}
	index := map[string]int{}
	for i, c := range set.Classes {
		index[c] = i
	}
	var all []Sample
	empty := 0
	for _, r := range t.rows {
		if strings.TrimSpace(r.text) == "" {
			empty++
		}
		all = append(all, Sample{Name: fmt.Sprintf("line %d", r.line), Class: index[r.label], Text: r.text})
	}
	if empty > 0 {
		set.Notes = append(set.Notes, fmt.Sprintf("%s without text are kept", cli.Plural(empty, "row")))
	}
	return set, set.split(all, s.ValidSplit)
}

const maxClasses = 10_000

func quoted(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, strconv.Quote(cli.Short(s, 30)))
	}
	return out
}

// readTable reads a file of rows and finds the columns.
func readTable(path string, s *settings.Settings) (*tableData, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, missing(path, err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, missing(path, err)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, cli.Errorf(cli.BadData, "%s is empty", path).Do("one row a sample: the label, a tab, the text")
	}
	if e := noTable(path, b); e != nil {
		return nil, e
	}
	comma := separator(path, b)
	rows, bad := split(path, b, comma)
	if len(rows) == 0 {
		return nil, (&Set{Kind: Texts, Bad: bad}).refuse()
	}
	cols, err := findColumns(path, rows, s)
	if err != nil {
		return nil, err
	}
	t := &tableData{bad: bad}
	name := "tabs"
	if comma == ',' {
		name = "commas"
	}
	t.notes = append(t.notes, fmt.Sprintf("columns: %s (between %s)", cols.words, name))
	if cols.header {
		rows = rows[1:]
	}
	need := max(cols.label, cols.text) + 1
	for _, r := range rows {
		switch {
		case len(r.cells) < need:
			t.bad = append(t.bad, Bad{path, r.line, fmt.Sprintf("has %s, want %d or more", cli.Plural(len(r.cells), "column"), need)})
		case strings.TrimSpace(r.cells[cols.label]) == "":
			t.bad = append(t.bad, Bad{path, r.line, "the label is empty"})
		default:
			t.rows = append(t.rows, row{r.line, strings.TrimSpace(r.cells[cols.label]), r.cells[cols.text]})
		}
	}
	slices.SortStableFunc(t.bad, func(a, b Bad) int { return a.Line - b.Line })
	if len(t.rows) == 0 {
		return nil, (&Set{Kind: Texts, Bad: t.bad}).refuse()
	}
	return t, nil
}

var (
	labelNames = []string{"label", "class", "category", "target", "author", "y", "sentiment", "topic", "language", "lang", "tag", "intent", "label_text"}
	textNames  = []string{"text", "sentence", "review", "content", "message", "passage", "comment", "document", "body", "tweet", "headline", "title", "x", "question"}
)
