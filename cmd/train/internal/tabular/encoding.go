package tabular

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// An Encoding says what a row goes through before the model sees it, and what
// the model's answer means. It is the file columns.json of a run.
//
// A number becomes (x-mean)/deviation; for a missing one the mean stands, which is
// 0, or what --missing says, and where some were missing in the training part, a
// further input says so. A
// category becomes its place in the list: 0 is one that is missing or unknown.
// Few categories are one-hot, many get an embedding.
type Encoding struct {
	V       int      `json:"v"`
	Target  Target   `json:"target"`
	Columns []Column `json:"columns"`
	Missing string   `json:"missing,omitempty"` // what stands for numbers that are missing; "": mean

	decimalComma bool // of the file that is read
}

// A Target is the column that is predicted.
type Target struct {
	Name     string   `json:"name"`
	Task     string   `json:"task"`
	Classes  []string `json:"classes,omitempty"`
	Mean     float64  `json:"mean,omitempty"` // of regression, in the training part
	Std      float64  `json:"std,omitempty"`
	Inferred bool     `json:"-"`
	counts   []int    // of the classes, in the training part
	numbers  moments
}

// A Column is one of the table.
type Column struct {
	Name       string   `json:"name"`
	Kind       Kind     `json:"kind"`
	Why        string   `json:"why,omitempty"` // it is left out
	Mean       float64  `json:"mean,omitempty"`
	Std        float64  `json:"std,omitempty"`
	Missing    int      `json:"missing,omitempty"` // in the training part
	Fill       *float64 `json:"fill,omitempty"`    // stands for a missing one; nil: the mean
	Categories []string `json:"categories,omitempty"`
	Embedding  int      `json:"embedding,omitempty"` // size of the vectors; 0: one-hot
	Given      bool     `json:"-"`

	place  map[string]int // of the categories
	counts map[string]int // while they are collected
	moments
	middle *middle // of the numbers, while a median is wanted
}

// fill is what stands for a missing number.
func (c *Column) fill() float64 {
	if c.Fill != nil {
		return *c.Fill
	}
	return c.Mean
}

// moments are count, mean and sum of squared deviations of numbers (Welford
// 1962).
type moments struct{ n, mean, m2 float64 }

func (m *moments) add(x float64) {
	m.n++
	d := x - m.mean
	m.mean += d / m.n
	m.m2 += d * (x - m.mean)
}

// of returns mean and standard deviation, as Keras' Normalization and numpy
// have it: divided by n. The deviation of equal numbers is 1.
func (m *moments) of() (mean, std float64) {
	if m.n == 0 || m.m2 == 0 {
		return m.mean, 1
	}
	return m.mean, math.Sqrt(m.m2 / m.n)
}

// inputs are the indices of the columns that the model reads.
func (e *Encoding) inputs() (at []int) {
	for i, c := range e.Columns {
		if c.Kind != Skip {
			at = append(at, i)
		}
	}
	return at
}

// width is how many numbers a column becomes; an embedded one none.
func (c *Column) width() int {
	switch {
	case c.Kind == Number && c.Missing > 0:
		return 2
	case c.Kind == Number:
		return 1
	case c.Kind == Category && c.Embedding == 0:
		return 1 + len(c.Categories)
	}
	return 0
}

// Features is the number of inputs that are plain numbers.
func (e *Encoding) Features() int {
	n := 0
	for i := range e.Columns {
		n += e.Columns[i].width()
	}
	return n
}

// Embedded are the columns whose categories get vectors.
func (e *Encoding) Embedded() (cols []*Column) {
	for i := range e.Columns {
		if c := &e.Columns[i]; c.Kind == Category && c.Embedding > 0 {
			cols = append(cols, c)
		}
	}
	return cols
}

// Width is the length of an encoded row: features, then a place for each
// embedded column.
func (e *Encoding) Width() int { return e.Features() + len(e.Embedded()) }

// index makes the categories quick to find.
func (e *Encoding) index() {
	for i := range e.Columns {
		c := &e.Columns[i]
		c.place = make(map[string]int, len(c.Categories))
		for k, name := range c.Categories {
			c.place[name] = k + 1
		}
	}
}

// Surprises counts what rows have that training did not know.
type Surprises struct {
	Rows    int
	Unknown []map[string]int // by column: categories
	Missing []int            // by column: numbers, where none was missing before
}

// unknownKept is how many unknown categories of a column are remembered.
const unknownKept = 1000

// encode writes a row to dst, which has Width numbers. cells are by column.
func (e *Encoding) encode(dst []float32, cells []string, s *Surprises) (bad string) {
	clear(dst)
	at, place := 0, e.Features()
	for i := range e.Columns {
		c := &e.Columns[i]
		text := cells[i]
		switch c.Kind {
		case Skip:
			continue
		case Number:
			x, bad := c.number(text, e.decimalComma)
			if bad != "" {
				return bad
			}
			if math.IsNaN(x) {
				if x = c.fill(); e.Missing == failMissing {
					return c.refuse()
				}
				if c.Missing > 0 {
					dst[at+1] = 1
				} else if s != nil {
					s.Missing[i]++
				}
			}
			dst[at] = float32((x - c.Mean) / c.Std)
		case Category:
			k := 0
			if !missing(text) {
				var ok bool
				if k, ok = c.place[text]; !ok && s != nil {
					s.unknown(i, text)
				}
			}
			if c.Embedding > 0 {
				dst[place] = float32(k)
				place++
			} else {
				dst[at+k] = 1
			}
		}
		at += c.width()
	}
	if s != nil {
		s.Rows++
	}
	return ""
}

// number reads a cell of the column; NaN stands for a missing one.
func (c *Column) number(text string, decimalComma bool) (x float64, bad string) {
	if missing(text) {
		return math.NaN(), ""
	}
	x, ok := number(text, decimalComma)
	switch {
	case !ok:
		return 0, fmt.Sprintf("column %q is %q, want a number", c.Name, cli.Short(text, 40))
	case math.IsInf(x, 0):
		return 0, fmt.Sprintf("column %q is %s, want a finite number", c.Name, text)
	}
	return x, ""
}

func (s *Surprises) unknown(i int, text string) {
	if s.Unknown[i] == nil {
		s.Unknown[i] = map[string]int{}
	}
	if _, ok := s.Unknown[i][text]; ok || len(s.Unknown[i]) < unknownKept {
		s.Unknown[i][strings.Clone(text)]++
	} else {
		s.Unknown[i][s.any(i)]++ // counted, under another name
	}
}

func (s *Surprises) any(i int) string {
	for k := range s.Unknown[i] {
		return k
	}
	return ""
}

// NewSurprises counts from nothing.
func (e *Encoding) NewSurprises() *Surprises {
	return &Surprises{Unknown: make([]map[string]int, len(e.Columns)), Missing: make([]int, len(e.Columns))}
}

// Notes says what the surprises were.
func (e *Encoding) Notes(s *Surprises) (notes []string) {
	for i, c := range e.Columns {
		if u := s.Unknown[i]; len(u) > 0 {
			n := 0
			var names []string
			for name, k := range u {
				n += k
				names = append(names, fmt.Sprintf("%q", cli.Short(name, 30)))
			}
			slices.Sort(names)
			notes = append(notes, fmt.Sprintf("column %q: %s of %s has a category that training did not know: %s; taken for the unknown one", c.Name, cli.Count(n), cli.Plural(s.Rows, "row"), cli.List(names, 6)))
		}
		if n := s.Missing[i]; n > 0 {
			notes = append(notes, fmt.Sprintf("column %q: missing in %s of %s, never in training; %s %.6g stands for it", c.Name, cli.Count(n), cli.Plural(s.Rows, "row"), e.filledBy(), c.fill()))
		}
	}
	return notes
}

// class finds the class of a cell of the target; -1 if there is none.
func (t *Target) class(text string) int { return slices.Index(t.Classes, text) }

// value reads a cell of the target: the class, or the number.
func (t *Target) value(text string, decimalComma bool) (y float64, bad string) {
	switch {
	case missing(text):
		return 0, fmt.Sprintf("the target %q is missing", t.Name)
	case t.Task == Classification:
		k := t.class(text)
		if k < 0 {
			return 0, fmt.Sprintf("the target %q is %q, a class that training did not have", t.Name, cli.Short(text, 40))
		}
		return float64(k), ""
	}
	y, ok := number(text, decimalComma)
	switch {
	case !ok:
		return 0, fmt.Sprintf("the target %q is %q, want a number", t.Name, cli.Short(text, 40))
	case math.IsInf(y, 0):
		return 0, fmt.Sprintf("the target %q is %s, want a finite number", t.Name, text)
	}
	return y, ""
}

// JSON is the encoding as a file.
func (e *Encoding) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(e, "", " ")
	return append(b, '\n'), err
}

// FromJSON reads what JSON has written.
func FromJSON(b []byte) (*Encoding, error) {
	e := &Encoding{}
	if err := json.Unmarshal(b, e); err != nil {
		return nil, err
	}
	if e.V != 1 {
		return nil, fmt.Errorf("version %d is not known here; want 1", e.V)
	}
	if e.Target.Name == "" || e.Width() == 0 || (e.Target.Task == Classification) != (len(e.Target.Classes) > 1) {
		return nil, fmt.Errorf("it is incomplete: target %q, %s of %d columns", e.Target.Name, e.Target.Task, len(e.Columns))
	}
	for _, c := range e.Columns {
		if c.Kind == Number && !(c.Std > 0) {
			return nil, fmt.Errorf("column %q has the deviation %v; want a number above 0", c.Name, c.Std)
		}
	}
	e.index()
	return e, nil
}
