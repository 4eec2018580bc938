package tabular

import (
	"fmt"
	"io"
	"slices"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/pipeline"
)

// A Feed encodes rows that come after training: to be predicted, or judged.
type Feed struct {
	*Surprises
	e     *Encoding
	r     *Reader
	at    []int // of each column, in the cells of the reader; -1: not there
	judge bool  // the target is needed
	cells []string
	row   []float32
}

// Feed reads a table with an encoding. Columns may be in any order, and there
// may be more of them; one that is missing is an error. With judge the target
// is needed too.
func (e *Encoding) Feed(path string, in io.Reader, judge bool) (*Feed, error) {
	need := e.need(judge)
	var r *Reader
	var err error
	if in != nil {
		r, err = NewReader(in, path, need)
	} else {
		r, err = Open(path, need)
	}
	if err != nil {
		return nil, err
	}
	own := *e // how numbers are written is the file's affair
	own.decimalComma = r.decimalComma()
	f := &Feed{Surprises: e.NewSurprises(), e: &own, r: r, judge: judge, cells: make([]string, len(e.Columns)), row: make([]float32, e.Width())}
	var lacking []string
	for _, c := range e.Columns {
		i := slices.Index(r.Names, c.Name)
		f.at = append(f.at, i)
		if i < 0 && slices.Contains(need, c.Name) {
			lacking = append(lacking, c.Name)
		}
	}
	if len(lacking) > 0 {
		r.Close()
		err := cli.Errorf(cli.BadData, "%s lacks %s of the run: %s", path, cli.Plural(len(lacking), "column"), cli.List(lacking, 20)).
			Why("found: %s", cli.List(r.Names, 20)).Why("want:  %s, in any order", cli.List(need, 40))
		if near := config.Nearest(lacking[0], r.Names); len(near) > 0 {
			return nil, err.Do("is %q meant to be %q? then rename it", near[0], lacking[0])
		}
		return nil, err.Do("give all of them; cells may be empty")
	}
	return f, nil
}

// need are the names of the columns that must be there.
func (e *Encoding) need(judge bool) (names []string) {
	for _, c := range e.Columns {
		if c.Kind != Skip || judge && c.Name == e.Target.Name {
			names = append(names, c.Name)
		}
	}
	return names
}

// Next encodes the next row; y is its target, if that is needed. The row is
// valid until the next call. bad says why it cannot be used; the error is
// io.EOF at the end.
func (f *Feed) Next() (line int, row []float32, y float64, bad string, err error) {
	line, cells, bad, err := f.r.Next()
	if err != nil || bad != "" {
		return line, nil, 0, bad, err
	}
	for k, i := range f.at {
		f.cells[k] = ""
		if i >= 0 {
			f.cells[k] = cells[i]
		}
		if c := &f.e.Columns[k]; f.cells[k] == absent && c.Kind != Skip && c.Missing == 0 {
			return line, nil, 0, fmt.Sprintf("has no %q, which no row of the training part lacked; null says that there is none", c.Name), nil
		}
		if f.judge && f.e.Columns[k].Name == f.e.Target.Name {
			if y, bad = f.e.Target.value(f.cells[k], f.e.decimalComma); bad != "" {
				return line, nil, 0, bad, nil
			}
		}
	}
	if bad := f.e.encode(f.row, f.cells, f.Surprises); bad != "" {
		return line, nil, 0, bad, nil
	}
	return line, f.row, y, "", nil
}

// Waiting reports whether the next row has to be waited for.
func (f *Feed) Waiting() bool { return f.r.Waiting() }

// Notes says what was surprising.
func (f *Feed) Notes() []string { return f.e.Notes(f.Surprises) }

// Close closes the file.
func (f *Feed) Close() error { return f.r.Close() }

// Inputs are rows as the model's inputs; packed ones are one input.
func (e *Encoding) Inputs(rows [][]float32, packed bool) pipeline.Batch {
	b := e.batch(len(rows), e.parts(packed), false)
	b.Y = nil
	var block []float32
	for _, r := range rows {
		block = append(block, r...)
	}
	spread(b, block, e.Width())
	return b
}
