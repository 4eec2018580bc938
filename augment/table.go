package augment

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Table is what FlowFromDataframe takes its samples from: Keras' dataframe.
type Table struct {
	Name    string // of the file, for messages
	Columns []string
	Rows    [][]any // string, float64, bool, []any or nil (missing), one for each column
	Lines   []int   // where each row begins in the file; nil for a table of the caller's
}

// ReadTable reads a table from a file: .csv, .tsv (the first line names the
// columns; all cells are strings), .jsonl or .ndjson (an object on each line).
func ReadTable(path string) (*Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("augment: %w", err)
	}
	defer f.Close()
	return ReadTableFrom(f, path)
}

// ReadTableFrom reads a table whose kind is that of the name's extension.
func ReadTableFrom(r io.Reader, name string) (*Table, error) {
	t := &Table{Name: name}
	b := bufio.NewReader(r)
	if mark, err := b.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		b.Discard(3)
	}
	var err error
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".csv":
		err = t.readCSV(b, ',')
	case ".tsv", ".tab":
		err = t.readCSV(b, '\t')
	case ".jsonl", ".ndjson":
		err = t.readJSON(b)
	default:
		return nil, fmt.Errorf("augment: %s: a table ends in .csv, .tsv, .jsonl or .ndjson, not in %q", name, ext)
	}
	if err != nil {
		return nil, fmt.Errorf("augment: %s: %w", name, err)
	}
	return t, nil
}

func (t *Table) readCSV(r io.Reader, comma rune) error {
	c := csv.NewReader(r)
	c.Comma = comma
	c.LazyQuotes = comma == '\t'
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("the table is empty, want a first line with the names of the columns")
	}
	if err != nil {
		return err
	}
	t.Columns = slices.Clone(head)
	if err := t.distinct(); err != nil {
		return err
	}
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err // names the line
		}
		line, _ := c.FieldPos(0)
		row := make([]any, len(rec))
		for i, v := range rec {
			if row[i] = v; v == "" {
				row[i] = nil
			}
		}
		t.Rows, t.Lines = append(t.Rows, row), append(t.Lines, line)
	}
}

func (t *Table) distinct() error {
	for i, c := range t.Columns {
		if slices.Contains(t.Columns[:i], c) {
			return fmt.Errorf("two columns are named %q; rename one", c)
		}
	}
	return nil
}

func (t *Table) readJSON(r io.Reader) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<24)
	at := map[string]int{}
	line := 0
	for s.Scan() {
		line++
		if len(bytes.TrimSpace(s.Bytes())) == 0 {
			continue
		}
		var m map[string]any
		if err := json.Unmarshal(s.Bytes(), &m); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		if m == nil {
			return fmt.Errorf("line %d: want an object {\"column\": value, …}, got null", line)
		}
		for _, k := range sortedKeys(m) {
			if _, ok := at[k]; !ok {
				at[k] = len(t.Columns)
				t.Columns = append(t.Columns, k)
			}
		}
		row := make([]any, len(t.Columns))
		for k, v := range m {
			row[at[k]] = v
		}
		t.Rows, t.Lines = append(t.Rows, row), append(t.Lines, line)
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("line %d: %w", line+1, err)
	}
	for i, row := range t.Rows { // columns that came up later
		for len(row) < len(t.Columns) {
			row = append(row, nil)
		}
		t.Rows[i] = row
	}
	return nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// column returns the place of a column.
func (t *Table) column(name string) (int, error) {
	if i := slices.Index(t.Columns, name); i >= 0 {
		return i, nil
	}
	return 0, fmt.Errorf("augment: %s has no column %q; its columns are %s", t.label(), name, list(t.Columns))
}

func (t *Table) label() string {
	if t.Name == "" {
		return "the table"
	}
	return t.Name
}

// where names row i.
func (t *Table) where(i int) string {
	if i < len(t.Lines) {
		return fmt.Sprintf("%s:%d", t.label(), t.Lines[i])
	}
	return fmt.Sprintf("%s: row %d", t.label(), i)
}

// number returns a cell as a number.
func (t *Table) number(i, k int) (float64, error) {
	switch v := t.Rows[i][k].(type) {
	case float64:
		return v, nil
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case string:
		if f, err := strconv.ParseFloat(strings.TrimSpace(v), 64); err == nil {
			return f, nil
		}
	}
	return 0, fmt.Errorf("augment: %s: column %q is %v, want a number", t.where(i), t.Columns[k], t.Rows[i][k])
}

// labels returns the classes in a cell.
func (t *Table) labels(i, k int, separator string) ([]string, error) {
	switch v := t.Rows[i][k].(type) {
	case string:
		if separator != "" {
			return strings.Split(v, separator), nil
		}
		return []string{v}, nil
	case []any:
		out := make([]string, len(v))
		for n, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, fmt.Errorf("augment: %s: column %q holds %v, want a list of class names (strings)", t.where(i), t.Columns[k], v)
			}
			out[n] = s
		}
		return out, nil
	}
	return nil, fmt.Errorf("augment: %s: column %q is %v, want the name of a class (a string), or a list of names; for numbers use ClassMode Raw", t.where(i), t.Columns[k], t.Rows[i][k])
}
