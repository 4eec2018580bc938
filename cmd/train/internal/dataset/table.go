package dataset

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
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

// rawRow is a row as it stands in the file.
type rawRow struct {
	line  int
	cells []string
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

// noTable explains files that are something else.
func noTable(path string, b []byte) error {
	head := strings.ToLower(string(bytes.TrimLeft(b[:min(len(b), 200)], " \t\r\n")))
	bad := func(what, fix string) error {
		return cli.Errorf(cli.BadData, "%s %s", path, what).Do("%s", fix)
	}
	rows := "one row a sample: the label, a tab, the text"
	switch {
	case IsPicture(path):
		return bad("is a picture; training needs many, in one sub-folder a class", "to classify it with a run: train predict RUN "+cli.Quote(path))
	case strings.HasPrefix(head, "<!doctype"), strings.HasPrefix(head, "<html"), strings.HasPrefix(head, "<?xml"):
		return bad("is HTML or XML, not a table", "the server probably sent an error page: download it again")
	case strings.HasPrefix(head, "{"), strings.HasPrefix(head, "[{"):
		return bad("is JSON, not a table", rows+"; jq -r '[.label,.text]|@tsv' makes such rows")
	}
	if why := NotText(b[:min(len(b), 8)]); why != "" && !strings.HasPrefix(why, "invalid") {
		return bad(why, rows)
	}
	return nil
}

// separator is the tab, or the comma of .csv files without tabs.
func separator(path string, b []byte) rune {
	first, _, _ := bytes.Cut(b, []byte("\n"))
	switch {
	case bytes.ContainsRune(first, '\t'):
		return '\t'
	case strings.EqualFold(filepath.Ext(path), ".csv"), bytes.ContainsRune(first, ',') && !strings.EqualFold(filepath.Ext(path), ".tsv"):
		return ','
	}
	return '\t'
}

// split cuts a file into rows. Rows that are no UTF-8 are bad.
func split(path string, b []byte, comma rune) (rows []rawRow, bad []Bad) {
	if comma == ',' {
		return splitCSV(path, b)
	}
	sc := bufio.NewScanner(bytes.NewReader(b))
	sc.Buffer(nil, len(b)+1)
	for line := 1; sc.Scan(); line++ {
		s := strings.TrimSuffix(sc.Text(), "\r")
		if strings.TrimSpace(s) == "" {
			continue
		}
		if why := badUTF8(s); why != "" {
			bad = append(bad, Bad{path, line, why})
			continue
		}
		rows = append(rows, rawRow{line, strings.Split(s, "\t")})
	}
	return rows, bad
}

func splitCSV(path string, b []byte) (rows []rawRow, bad []Bad) {
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = -1
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, bad
		}
		var p *csv.ParseError
		if errors.As(err, &p) {
			bad = append(bad, Bad{path, p.StartLine, fmt.Sprintf("%v at column %d", p.Err, p.Column)})
			continue
		}
		if err != nil {
			return rows, append(bad, Bad{Path: path, Reason: err.Error()})
		}
		line, _ := r.FieldPos(0)
		if why := badUTF8(strings.Join(cells, ",")); why != "" {
			bad = append(bad, Bad{path, line, why})
			continue
		}
		rows = append(rows, rawRow{line, cells})
	}
}

func badUTF8(s string) string {
	for i, r := range s {
		if r == 0 {
			return fmt.Sprintf("a zero byte at column %d: the file is binary", i+1)
		}
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return fmt.Sprintf("invalid UTF-8 at column %d (byte 0x%02x); if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8", i+1, s[i])
			}
		}
	}
	return ""
}

// columns says which column is which.
type columns struct {
	label, text int
	header      bool
	words       string
}

var (
	labelNames = []string{"label", "class", "category", "target", "author", "y", "sentiment", "topic", "language", "lang", "tag", "intent", "label_text"}
	textNames  = []string{"text", "sentence", "review", "content", "message", "passage", "comment", "document", "body", "tweet", "headline", "title", "x", "question"}
)

// findColumns tells label from text: by the flags, by a header, or by which
// column repeats itself in few short values.
func findColumns(path string, rows []rawRow, s *settings.Settings) (columns, error) {
	first := rows[0].cells
	var lower []string
	for _, c := range first {
		lower = append(lower, strings.ToLower(strings.TrimSpace(c)))
	}
	at := func(names []string) int {
		for _, n := range names {
			if i := slices.Index(lower, n); i >= 0 {
				return i
			}
		}
		return -1
	}
	c := columns{label: at(labelNames), text: at(textNames)}
	c.header = c.label >= 0 && c.text >= 0 || (c.label >= 0 || c.text >= 0) && allShort(first)
	if !c.header {
		c.label, c.text = -1, -1
	}
	var err error
	named := false
	if s.LabelColumn != "" {
		if c.label, named, err = pick(path, "label-column", s.LabelColumn, first); err != nil {
			return c, err
		}
		c.header = c.header || named
	}
	if s.TextColumn != "" {
		if c.text, named, err = pick(path, "text-column", s.TextColumn, first); err != nil {
			return c, err
		}
		c.header = c.header || named
	}
	width := len(first)
	if width < 2 {
		return c, cli.Errorf(cli.BadData, "%s:%d has 1 column; need a label and a text", path, rows[0].line).
			Why("found: %q", cli.Short(first[0], 60)).
			Do("put a tab between label and text, one sample a line")
	}
	if c.label < 0 || c.text < 0 {
		if err := guess(path, rows, &c, width); err != nil {
			return c, err
		}
	}
	if c.label == c.text {
		return c, cli.Errorf(cli.Usage, "label and text are the same column %d of %s", c.label+1, path).Do("set --label-column and --text-column")
	}
	say := func(what string, i int) string {
		if c.header && i < len(first) {
			return fmt.Sprintf("%s %d (%q)", what, i+1, cli.Short(first[i], 20))
		}
		return fmt.Sprintf("%s %d", what, i+1)
	}
	c.words = say("label", c.label) + ", " + say("text", c.text)
	if c.header {
		c.words += ", first line is a header"
	} else {
		c.words += ", no header"
	}
	return c, nil
}

func allShort(cells []string) bool {
	for _, c := range cells {
		if len(c) > 30 || strings.Count(strings.TrimSpace(c), " ") > 2 {
			return false
		}
	}
	return true
}

// pick finds a column by number or name.
func pick(path, flag, want string, first []string) (i int, named bool, err error) {
	for i, c := range first {
		if strings.EqualFold(strings.TrimSpace(c), want) {
			return i, true, nil
		}
	}
	if n, err := strconv.Atoi(want); err == nil {
		if n >= 1 && n <= len(first) {
			return n - 1, false, nil
		}
		return 0, false, cli.Errorf(cli.Usage, "--%s %d: %s has %s", flag, n, path, cli.Plural(len(first), "column"))
	}
	e := cli.Errorf(cli.BadData, "%s has no column %q", path, want).Why("found: %s", cli.List(quoted(first), 8))
	if near := config.Nearest(want, first); len(near) > 0 {
		e.Do("did you mean --%s %s?", flag, cli.Quote(near[0]))
	}
	return 0, false, e
}

// guess looks at what the columns hold.
func guess(path string, rows []rawRow, c *columns, width int) error {
	body := rows
	if c.header {
		body = rows[1:]
	}
	n := 0
	length := make([]int, width)
	values := make([]map[string]int, width)
	for i := range values {
		values[i] = map[string]int{}
	}
	for _, r := range body[:min(len(body), 5000)] {
		if len(r.cells) < width {
			continue
		}
		n++
		for i, cell := range r.cells[:width] {
			length[i] += len(cell)
			if cell = strings.TrimSpace(cell); cell != "" {
				values[i][cell]++
			}
		}
	}
	if n == 0 {
		return cli.Errorf(cli.BadData, "%s has a header and no rows", path)
	}
	if c.text < 0 { // the longest
		for i := range width {
			if i != c.label && (c.text < 0 || length[i] > length[c.text]) {
				c.text = i
			}
		}
	}
	if c.label < 0 { // the one with the fewest values
		for i := range width {
			if i != c.text && (c.label < 0 || len(values[i]) < len(values[c.label])) {
				c.label = i
			}
		}
		if k := len(values[c.label]); k > max(2, n/2) && n > 4 {
			return cli.Errorf(cli.BadData, "%s: no column looks like labels: %s in %s", path, cli.Plural(k, "different value"), cli.Plural(n, "row")).
				Why("found: %s", cli.List(quoted(rows[0].cells), 6)).
				Do("name the columns: --label-column and --text-column")
		}
	}
	// A first line whose label never comes again, of a few words, is a header.
	if !c.header && len(rows) > 4 && allShort(rows[0].cells) && values[c.label][strings.TrimSpace(rows[0].cells[c.label])] == 1 &&
		len(values[c.label]) <= n/2 && len(rows[0].cells[c.text])*3 < length[c.text]/n {
		c.header = true
	}
	return nil
}
