package command

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// tableRun is a run that is used: its model, and what rows go through.
type tableRun struct {
	path   string
	enc    *tabular.Encoding
	model  *nn.Model
	packed bool // the model has one input
}

// openTable makes use of a run that learned from a table.
func openTable(e *Env, o *opened) (user, error) {
	columns, err := o.read(rundir.ColumnsFile, "columns")
	if err != nil {
		return nil, err
	}
	enc, err := tabular.FromJSON(columns)
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "%s: %s: %w", o.path, rundir.ColumnsFile, err)
	}
	t := &tableRun{o.path, enc, o.model, len(o.model.InputShapes()) == 1}
	want := 0
	for _, s := range o.model.InputShapes() {
		want += s.Last()
	}
	if want != enc.Width() || !t.packed && len(o.model.InputShapes()) != len(enc.Embedded())+min(1, enc.Features()) {
		return nil, cli.Errorf(cli.BadData, "%s: the model reads %v, but %s makes %d numbers and %s", o.path, o.model.InputShapes(), rundir.ColumnsFile, enc.Features(), cli.Plural(len(enc.Embedded()), "category"))
	}
	return t, nil
}

// answers are the model's outputs for rows: probabilities of the classes, or
// numbers.
func (t *tableRun) answers(rows [][]float32) (*tensor.Tensor, error) {
	out, err := t.model.PredictOnBatch(t.enc.Inputs(rows, t.packed).X...)
	if err != nil {
		return nil, err
	}
	if t.enc.Target.Task == tabular.Classification {
		return twoColumns(out[0]), nil
	}
	return out[0], nil
}

// feed opens a table, or standard input.
func (e *Env) feed(t *tableRun, path string, judge bool) (*tabular.Feed, error) {
	if path == "demo" {
		path = tabular.Demo
	}
	if path == "-" {
		return t.enc.Feed("standard input", e.In, judge)
	}
	return t.enc.Feed(path, nil, judge)
}

// predict answers every row of tables with a line.
func (t *tableRun) predict(ctx context.Context, e *Env, paths []string) error {
	p := &tablePredictor{e: e, t: t, out: bufio.NewWriter(e.Out), several: len(paths) > 1}
	p.csv = csv.NewWriter(p.out)
	for _, path := range paths {
		if err := p.table(ctx, path); err != nil {
			return errors.Join(err, p.flush())
		}
	}
	switch {
	case len(p.bad) > 0 && e.Settings.OnError == "fail":
		err := cli.Errorf(cli.BadData, "%s of %s cannot be predicted", cli.Count(len(p.bad)), cli.Plural(len(p.bad)+p.good, "row"))
		for _, b := range p.bad {
			err.Why("%s", b)
		}
		return err.Do("mend or leave them out; with --on-error=skip the exit code is 0")
	case len(p.bad) > 0:
		e.Console.Warnf("skipped    %s", cli.Plural(len(p.bad), "row"))
	case p.good == 0:
		return cli.Errorf(cli.BadData, "nothing to predict: no rows").Do("a row a line, after the names of the columns")
	}
	return nil
}

type tablePredictor struct {
	e       *Env
	t       *tableRun
	out     *bufio.Writer
	csv     *csv.Writer
	several bool
	headed  bool
	lines   []int
	rows    [][]float32
	bad     []string
	good    int
}

// tableAnswer is one line of --json.
type tableAnswer struct {
	V           int       `json:"v"`
	File        string    `json:"file"`
	Line        int       `json:"line"`
	Class       string    `json:"class,omitempty"`
	Probability float64   `json:"probability,omitempty"`
	Top         []ranking `json:"top,omitempty"`
	Value       *float32  `json:"value,omitempty"`
	Error       string    `json:"error,omitempty"`
}

func (p *tablePredictor) table(ctx context.Context, path string) error {
	f, err := p.e.feed(p.t, path, false)
	if err != nil {
		return err
	}
	defer f.Close()
	size := p.e.Settings.BatchSize
	if size == 0 {
		size = evalBatch
	}
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line, row, _, bad, err := f.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if bad != "" {
			if err := p.run(path); err != nil {
				return err
			}
			if p.bad = append(p.bad, fmt.Sprintf("%s:%d: %s", path, line, bad)); p.e.Settings.JSON {
				p.json(tableAnswer{V: 1, File: path, Line: line, Error: bad})
			}
			continue
		}
		p.lines, p.rows = append(p.lines, line), append(p.rows, append([]float32(nil), row...))
		if len(p.rows) >= size || f.Waiting() {
			if err := p.run(path); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(p.run(path), p.flush()); err != nil {
		return err
	}
	for _, n := range f.Notes() {
		p.e.Console.Warnf("note       %s", n)
	}
	return nil
}

// run answers the rows that have come together.
func (p *tablePredictor) run(path string) error {
	if len(p.rows) == 0 {
		return nil
	}
	out, err := p.t.answers(p.rows)
	if err != nil {
		return err
	}
	for i, line := range p.lines {
		p.show(path, line, report.Row(out, i))
	}
	p.good += len(p.rows)
	p.lines, p.rows = p.lines[:0], p.rows[:0]
	return p.flush()
}

func (p *tablePredictor) flush() error {
	p.csv.Flush()
	return errors.Join(p.csv.Error(), p.out.Flush())
}

func (p *tablePredictor) json(a tableAnswer) {
	if b, err := json.Marshal(a); err == nil {
		p.out.Write(append(b, '\n'))
	}
}

// show writes the line of a row.
func (p *tablePredictor) show(path string, line int, out []float32) {
	a := tableAnswer{V: 1, File: path, Line: line}
	head, cells := []string{"line", "prediction"}, []string{strconv.Itoa(line)}
	if target := &p.t.enc.Target; target.Task == tabular.Regression {
		a.Value = &out[0]
		cells = append(cells, strconv.FormatFloat(float64(out[0]), 'g', -1, 32))
	} else {
		for i, k := range shares(out)[:min(p.e.Settings.Top, len(out))] {
			a.Top = append(a.Top, ranking{target.Classes[k], float64(out[k])})
			if i > 0 {
				head = append(head, fmt.Sprintf("prediction_%d", i+1))
			}
			head = append(head, "probability"+map[bool]string{true: fmt.Sprintf("_%d", i+1)}[i > 0])
			cells = append(cells, target.Classes[k], strconv.FormatFloat(float64(out[k]), 'f', 4, 32))
		}
		a.Class, a.Probability = a.Top[0].Class, a.Top[0].Probability
	}
	if p.e.Settings.JSON {
		p.json(a)
		return
	}
	if p.several {
		head, cells = append([]string{"file"}, head...), append([]string{path}, cells...)
	}
	if !p.headed {
		p.headed = true
		p.csv.Write(head) // the writer keeps its first error
	}
	p.csv.Write(cells)
}

// evaluate measures a run on a table that has the target too.
func (t *tableRun) evaluate(ctx context.Context, e *Env, path string) error {
	f, err := e.feed(t, path, true)
	if err != nil {
		return err
	}
	defer f.Close()
	size := max(e.Settings.BatchSize, evalBatch)
	var truth, said []float32
	var rows [][]float32
	var bad []string
	n, width := 0, 1
	run := func() error {
		if len(rows) == 0 {
			return nil
		}
		out, err := t.answers(rows)
		if err == nil {
			said, width, rows = append(said, out.Data()...), out.Shape()[1], rows[:0]
		}
		return err
	}
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line, row, y, why, err := f.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if n++; why != "" {
			bad = append(bad, fmt.Sprintf("%s:%d: %s", path, line, why))
			continue
		}
		truth, rows = append(truth, float32(y)), append(rows, append([]float32(nil), row...))
		if len(rows) == size {
			if err := run(); err != nil {
				return err
			}
		}
	}
	if err := run(); err != nil {
		return err
	}
	for _, note := range f.Notes() {
		e.Console.Warnf("note       %s", note)
	}
	if len(bad) > 0 && e.Settings.OnError == "fail" {
		err := cli.Errorf(cli.BadData, "%s of %s cannot be used", cli.Count(len(bad)), cli.Plural(n, "row"))
		for _, b := range bad {
			err.Why("%s", b)
		}
		return err.Do("mend or remove them, or --on-error=skip")
	}
	if len(truth) == 0 {
		return cli.Errorf(cli.BadData, "%s has no rows to evaluate", path)
	}
	if len(bad) > 0 {
		e.Console.Warnf("skipped    %s", cli.Plural(len(bad), "row"))
	}
	return e.tell(judge(&t.enc.Target, truth, tensor.From(said, len(truth), width)), len(truth))
}
