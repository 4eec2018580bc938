package dataset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
)

// columns says which column is which.
type columns struct {
	label, text int
	header      bool
	words       string
}

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
		if width > 2 && !wordy(body, c.text) {
			return cli.Errorf(cli.BadData, "%s: no column looks like texts; column %d, the longest, has one word or number a row", path, c.text+1).
				Why("found: %s", cli.List(quoted(rows[0].cells), 6)).
				Do("to predict one column from the others, name it: --target NAME; to read texts: --text-column")
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

// wordy reports whether most cells of a column have several words.
func wordy(rows []rawRow, column int) bool {
	n, all := 0, 0
	for _, r := range rows[:min(len(rows), 5000)] {
		if column >= len(r.cells) {
			continue
		}
		all++
		if strings.Contains(strings.TrimSpace(r.cells[column]), " ") {
			n++
		}
	}
	return 2*n >= all
}
