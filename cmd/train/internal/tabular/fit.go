package tabular

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/internal/cli"
)

// maxCategories is how many categories of a column get a place of their own;
// the rarest beyond are unknown.
const maxCategories = 10_000

// Data is a table that was encoded.
type Data struct {
	Enc         *Encoding
	Train       *Rows
	Valid       *Rows
	Counts      []int // of the classes, training and validation
	TrainCounts []int // of the classes, in the training part
	Notes       []string
	Bad         []dataset.Bad
	BadRows     int
	Rows        int
}

// Encode computes means, deviations and categories of the training part, and
// encodes the table with them.
func (f *Found) Encode(ctx context.Context) (*Data, error) {
	e, t := f.Enc, &f.Enc.Target
	bad := badRows{path: f.Path}
	names := f.names()
	t.counts = make([]int, len(t.Classes))
	if e.Missing = f.c.Missing; f.c.Like != nil {
		e.Missing = f.c.Like.Missing
	}
	if e.Missing == medianMissing && f.c.Like == nil {
		for i := range e.Columns {
			if e.Columns[i].Kind == Number {
				e.Columns[i].middle = newMiddle(i)
			}
		}
	}
	err := rows(ctx, f.Path, names, f.c, "measuring", func(line int, cells []string, why string) error {
		if why == "" {
			why = f.usable(cells)
		}
		if why != "" {
			bad.add(line, why)
			return nil
		}
		y, _ := t.value(cells[f.target], e.decimalComma)
		if f.held(cells, f.classOf(y)) {
			return nil
		}
		if t.Task == Classification {
			t.counts[int(y)]++
		} else {
			t.numbers.add(y)
		}
		for i := range e.Columns {
			e.Columns[i].measure(cells[i], e.decimalComma)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if bad.n > 0 && f.c.OnError != "skip" {
		return nil, f.explain(bad)
	}
	d := &Data{Enc: e, Bad: bad.list, BadRows: bad.n, Rows: f.Rows, Notes: f.Notes}
	if t.Task == Regression {
		if t.Mean, t.Std = t.numbers.of(); t.numbers.m2 == 0 {
			return nil, cli.Errorf(cli.BadData, "%s: the target %q is %g in every row of the training part; there is nothing to learn", f.Path, t.Name, t.Mean)
		}
	}
	if f.c.Like != nil {
		e.adopt(f.c.Like)
	} else {
		for i := range e.Columns {
			if note := e.Columns[i].settle(f.c.OneHot, f.c.Missing); note != "" {
				d.Notes = append(d.Notes, note)
			}
		}
	}
	if e.Width() == 0 {
		return nil, cli.Errorf(cli.BadData, "%s has no column that can be an input", f.Path)
	}
	if note := e.filled(); note != "" {
		d.Notes = append(d.Notes, note)
	}
	e.index()
	return d, f.fill(ctx, d)
}

func (f *Found) names() []string {
	var names []string
	for _, c := range f.Enc.Columns {
		names = append(names, c.Name)
	}
	return names
}

// classOf is the class that the split goes by.
func (f *Found) classOf(y float64) int {
	if f.Enc.Target.Task == Regression {
		return 0
	}
	return int(y)
}

// usable says why a row cannot be used.
func (f *Found) usable(cells []string) string {
	e := f.Enc
	if _, why := e.Target.value(cells[f.target], e.decimalComma); why != "" {
		return why
	}
	for i := range e.Columns {
		if c := &e.Columns[i]; c.Kind == Number {
			x, why := c.number(cells[i], e.decimalComma)
			if why == "" && math.IsNaN(x) && f.c.Missing == failMissing {
				why = c.refuse()
			}
			if why != "" {
				return why
			}
		}
	}
	if f.weight >= 0 {
		if _, why := weight(cells[f.weight], e.decimalComma); why != "" {
			return fmt.Sprintf("column %q %s", f.c.Weight, why)
		}
	}
	return ""
}

func weight(text string, decimalComma bool) (w float64, bad string) {
	w, ok := number(text, decimalComma)
	if !ok || math.IsInf(w, 0) || w < 0 {
		return 0, fmt.Sprintf("is %q; a sample weight is a number, 0 or more", cli.Short(text, 40))
	}
	return w, ""
}

// measure takes a cell of the training part into account.
func (c *Column) measure(text string, decimalComma bool) {
	switch c.Kind {
	case Number:
		x, _ := c.number(text, decimalComma)
		if math.IsNaN(x) {
			c.Missing++
			return
		}
		c.moments.add(x)
		if c.middle != nil {
			c.middle.add(x)
		}
	case Category:
		if missing(text) {
			c.Missing++
			return
		}
		if c.counts == nil {
			c.counts = map[string]int{}
		}
		if _, ok := c.counts[text]; ok || len(c.counts) < 10*maxCategories {
			c.counts[strings.Clone(text)]++
		}
	}
}

// settle makes of what was measured what rows go through.
func (c *Column) settle(oneHot int, missing string) (note string) {
	switch c.Kind {
	case Number:
		if c.n == 0 {
			c.Kind, c.Why = Skip, "it is empty in the training part"
			return fmt.Sprintf("column %q is left out: %s", c.Name, c.Why)
		}
		c.Mean, c.Std = c.of()
		switch missing {
		case medianMissing:
			c.Fill = new(c.middle.of())
			c.middle = nil
		case zeroMissing:
			c.Fill = new(0.0)
		}
	case Category:
		type counted struct {
			name string
			n    int
		}
		var all []counted
		for name, n := range c.counts {
			all = append(all, counted{name, n})
		}
		slices.SortFunc(all, func(a, b counted) int { return cmp.Or(b.n-a.n, cmp.Compare(a.name, b.name)) })
		many := len(all) > oneHot
		rare := 0
		for i, x := range all {
			// Of many, those that occur once teach nothing that carries over; as
			// unknown ones they teach what to make of others like them.
			if many && x.n == 1 || i >= maxCategories {
				rare++
				continue
			}
			c.Categories = append(c.Categories, x.name)
		}
		slices.Sort(c.Categories)
		c.counts = nil
		if len(c.Categories) == 0 {
			c.Kind, c.Why = Skip, "no category occurs twice in the training part"
			if len(all) == 0 {
				c.Why = "it is empty in the training part"
			}
			return fmt.Sprintf("column %q is left out: %s", c.Name, c.Why)
		}
		if len(c.Categories) > oneHot {
			c.Embedding = size(len(c.Categories))
		}
		if rare > 0 {
			return fmt.Sprintf("column %q: %s of its %s categories occur once or are too many, and count as unknown", c.Name, cli.Count(rare), cli.Count(len(all)))
		}
	}
	return ""
}

// size is the length of the vectors of n categories: 1.6·n^0.56, at most 64
// (the rule of thumb of fastai).
func size(n int) int { return min(64, max(2, int(math.Round(1.6*math.Pow(float64(n), 0.56))))) }

// explain lists rows that cannot be used, with the remedy that fits the first.
func (f *Found) explain(b badRows) error {
	err := f.refuse(b).(*cli.Error)
	for _, c := range f.Enc.Columns {
		if c.Kind == Number && !c.Given && strings.HasPrefix(b.list[0].Reason, fmt.Sprintf("column %q is ", c.Name)) && strings.HasSuffix(b.list[0].Reason, "want a number") {
			err.Do("mend them, --on-error=skip leaves the rows out, or --columns %s=category", cli.Quote(c.Name))
		}
	}
	return err
}

// fill encodes the rows.
func (f *Found) fill(ctx context.Context, d *Data) error {
	e, t := f.Enc, &f.Enc.Target
	d.Counts, d.TrainCounts = make([]int, len(t.Classes)), make([]int, len(t.Classes))
	width := e.Width() + 1
	if f.weight >= 0 {
		width++
	}
	large := int64(f.Rows)*int64(width)*4 > f.c.Memory
	d.Train, d.Valid = newRows(width, f.weight >= 0, large), newRows(width, f.weight >= 0, large)
	row := make([]float32, width)
	err := rows(ctx, f.Path, f.names(), f.c, "encoding", func(_ int, cells []string, why string) error {
		if why != "" || f.usable(cells) != "" {
			return nil // reported before
		}
		y, _ := t.value(cells[f.target], e.decimalComma)
		e.encode(row[:e.Width()], cells, nil)
		row[e.Width()] = float32(y)
		if f.weight >= 0 {
			w, _ := weight(cells[f.weight], e.decimalComma)
			row[width-1] = float32(w)
		}
		to := d.Train
		if f.held(cells, f.classOf(y)) {
			to = d.Valid
		}
		if f.c.Overfit > 0 {
			most := f.c.Overfit
			if k := len(t.Classes); k > 0 && d.TrainCounts[int(y)] >= (most+k-1)/k {
				return nil // each class in turn
			}
			if to == d.Valid || d.Train.n >= most {
				return nil
			}
		}
		if t.Task == Classification {
			d.Counts[int(y)]++
			if to == d.Train {
				d.TrainCounts[int(y)]++
			}
		}
		return to.add(row)
	})
	if f.c.Overfit > 0 {
		d.Valid.Close()
		d.Valid = d.Train
	}
	if err == nil {
		err = cmp.Or(d.Train.flush(), d.Valid.flush())
	}
	if err == nil && (d.Train.n == 0 || d.Valid.n == 0) {
		err = cli.Errorf(cli.BadData, "%s: %s leave %s for training and %s for validation; both need some", f.Path, cli.Plural(f.Rows, "row"), cli.Count(d.Train.n), cli.Count(d.Valid.n)).
			Why("equal rows stay together, and so does a class of which all rows are equal").
			Do("give more rows, or another --validation-split")
	}
	if err != nil {
		d.Close()
		return err
	}
	if large {
		d.Notes = append(d.Notes, fmt.Sprintf("the encoded rows have %s, more than --data-memory; they are in a file until training ends", cli.Bytes(int64(d.Train.n+d.Valid.n)*int64(width)*4)))
	}
	return nil
}

// Close removes what was written.
func (d *Data) Close() {
	d.Train.Close()
	d.Valid.Close()
}
