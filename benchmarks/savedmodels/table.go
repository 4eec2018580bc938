package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The lines around the table in the page.
const (
	begin = "<!-- made by go run ./benchmarks/savedmodels -->"
	end   = "<!-- end -->"
)

// columns of the table: version of Keras, direction, format. plain.h5 are weights
// alone in the form of Keras 2, which Keras 3 does not write.
var columns = []struct{ version, direction, format, title string }{
	{"k3", "written", "keras", "to Keras 3, .keras"}, {"k3", "written", "weights.h5", "to Keras 3, .weights.h5"},
	{"k3", "written", "h5", "to Keras 3, .h5"}, {"k3", "written", "plain.h5", "to Keras 3, .h5 weights"},
	{"k3", "read", "keras", "from Keras 3, .keras"}, {"k3", "read", "weights.h5", "from Keras 3, .weights.h5"}, {"k3", "read", "h5", "from Keras 3, .h5"},
	{"tf", "written", "keras", "to tf-keras, .keras"}, {"tf", "written", "h5", "to tf-keras, .h5"}, {"tf", "written", "plain.h5", "to tf-keras, .h5 weights"},
	{"tf", "read", "keras", "from tf-keras, .keras"}, {"tf", "read", "weights.h5", "from tf-keras, .weights.h5"}, {"tf", "read", "h5", "from tf-keras, .h5"},
	{"tf", "read", "plain.h5", "from tf-keras, .h5 weights"},
}

// cell is what is known about one layer in one column.
type cell struct {
	worst         float64
	count, failed int
}

type table struct {
	classes   map[string]string // of models, by name
	cells     map[string]map[string]*cell
	failures  []string
	unwritten []string // what Keras cannot write again after it has loaded it
}

func newTable(dir string) *table {
	t := &table{classes: map[string]string{}, cells: map[string]map[string]*cell{}}
	files, _ := filepath.Glob(filepath.Join(dir, "*.class"))
	for _, f := range files {
		if class, err := os.ReadFile(f); err == nil {
			t.classes[strings.TrimSuffix(filepath.Base(f), ".class")] = string(class)
		}
	}
	return t
}

// add takes lines of version, format, name and difference, and returns how many
// there were. What is no number is the reason for a failure.
func (t *table) add(direction, lines string) (n int) {
	for line := range strings.Lines(lines) {
		f := strings.SplitN(strings.TrimSpace(line), "\t", 4)
		if len(f) != 4 {
			continue
		}
		n++
		if form, ok := strings.CutPrefix(f[1], "back."); ok {
			t.unwritten = append(t.unwritten, fmt.Sprintf("* %s, %s %s: %s", f[2], f[0], form, f[3]))
			continue
		}
		class := t.classes[f[2]]
		if strings.HasPrefix(f[2], "TestKerasExportModels") {
			class = "(whole models, trained on)"
		}
		if t.cells[class] == nil {
			t.cells[class] = map[string]*cell{}
		}
		key := f[0] + " " + direction + " " + f[1]
		c := t.cells[class][key]
		if c == nil {
			c = &cell{}
			t.cells[class][key] = c
		}
		c.count++
		if d, err := strconv.ParseFloat(f[3], 64); err == nil {
			c.worst = max(c.worst, d)
			continue
		}
		c.failed++
		t.failures = append(t.failures, fmt.Sprintf("* %s, %s %s %s: %s", f[2], direction, f[0], f[1], f[3]))
	}
	return n
}

func (t *table) markdown() string {
	var b strings.Builder
	b.WriteString("\n| layer |")
	for _, c := range columns {
		fmt.Fprintf(&b, " %s |", c.title)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(columns)) + "\n")
	for _, class := range slices.SortedFunc(maps.Keys(t.cells), cmp.Compare) {
		fmt.Fprintf(&b, "| %s |", class)
		for _, c := range columns {
			fmt.Fprintf(&b, " %s |", t.cells[class][c.version+" "+c.direction+" "+c.format])
		}
		b.WriteString("\n")
	}
	if len(t.failures) > 0 {
		fmt.Fprintf(&b, "\nWhat failed:\n\n%s\n", strings.Join(t.failures, "\n"))
	}
	if len(t.unwritten) > 0 {
		fmt.Fprintf(&b, "\nWhat Keras cannot write after it has loaded it, so that nothing was read here:\n\n%s\n", strings.Join(t.unwritten, "\n"))
	}
	b.WriteString("\n")
	return b.String()
}

func (c *cell) String() string {
	switch {
	case c == nil:
		return "–"
	case c.failed > 0:
		return fmt.Sprintf("**%d of %d fail**", c.failed, c.count)
	case c.worst == 0:
		return "0"
	}
	return strconv.FormatFloat(c.worst, 'g', 2, 64)
}
