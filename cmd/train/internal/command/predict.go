package command

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
)

// Predict names the class of files or lines: a line for each on standard
// output, in order.
func (e *Env) Predict(ctx context.Context, args []string) error {
	if len(args) < 2 {
		e := cli.Errorf(cli.Usage, "predict needs a run and files")
		return e.Do("train predict runs/1-demo FILE…  or  train predict runs/1-demo -")
	}
	if stored, err := rundir.Open(args[0]); err == nil && stored.Task == rundir.Words {
		return e.nearestTo(ctx, args[0], args[1:])
	}
	if t, err := e.openTags(args[0]); err != nil {
		return err
	} else if t != nil {
		return e.predictTags(ctx, t, args[1:])
	}
	if t, err := e.openTable(args[0]); err != nil {
		return err
	} else if t != nil {
		return e.predictTable(ctx, t, args[1:])
	}
	r, err := e.load(args[0])
	if err != nil {
		return err
	}
	p := &predictor{e: e, r: r, out: bufio.NewWriter(e.Out)}
	var batch []item
	for it, err := range r.items(ctx, e, args[1:]) {
		if err != nil {
			return err
		}
		if it.name == "" { // no line is waiting: show what there is
			if err := p.run(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
			continue
		}
		if batch = append(batch, it); len(batch) == e.Settings.BatchSize {
			if err := p.run(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := p.run(ctx, batch); err != nil {
		return err
	}
	return p.end()
}

// lines are the lines of standard input: texts, or names of pictures. An item
// without a name says that no further line has come yet.
func (r *loaded) lines(ctx context.Context, e *Env) iter.Seq2[item, error] {
	type line struct {
		it  item
		err error
	}
	return func(yield func(item, error) bool) {
		run, cancel := context.WithCancel(ctx)
		defer cancel()
		// A read that waits for a terminal cannot be stopped; so it has a
		// goroutine, which is left behind when the user has had enough.
		ch := make(chan line)
		send := func(l line) bool {
			select {
			case ch <- l:
				return true
			case <-run.Done():
				return false
			}
		}
		go func() {
			defer close(ch)
			in := bufio.NewReader(e.In)
			for n := 1; ; n++ {
				s, err := in.ReadString('\n')
				if s = strings.TrimRight(s, "\r\n"); s != "" || err == nil && r.kind == dataset.Texts {
					if !send(line{it: r.line(n, s)}) {
						return
					}
				}
				switch {
				case err == io.EOF:
					return
				case err != nil:
					send(line{err: cli.Errorf(cli.Failed, "standard input: %w", err)})
					return
				case in.Buffered() == 0 && !send(line{}):
					return
				}
			}
		}()
		for {
			select {
			case l, ok := <-ch:
				if !ok || !yield(l.it, l.err) {
					return
				}
			case <-ctx.Done():
				yield(item{}, context.Cause(ctx))
				return
			}
		}
	}
}

// line is a line of standard input as an item.
func (r *loaded) line(n int, s string) item {
	if r.kind == dataset.Images {
		return r.item(s)
	}
	return item{name: fmt.Sprintf("line %d", n), text: s, bad: dataset.NotText([]byte(s))}
}

// predictor classifies batches and keeps account of what failed.
type predictor struct {
	e    *Env
	r    *loaded
	out  *bufio.Writer
	bad  []string
	good int
}

// answer is one line of --json.
type answer struct {
	V           int       `json:"v"`
	File        string    `json:"file"`
	Class       string    `json:"class,omitempty"`
	Probability float64   `json:"probability,omitempty"`
	Top         []ranking `json:"top,omitempty"`
	Error       string    `json:"error,omitempty"`
}

type ranking struct {
	Class       string  `json:"class"`
	Probability float64 `json:"probability"`
}

func (p *predictor) run(ctx context.Context, batch []item) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if len(batch) == 0 {
		return nil
	}
	readable := slices.DeleteFunc(slices.Clone(batch), func(it item) bool { return it.bad != "" })
	next := 0
	var row func(i int) []float32
	if len(readable) > 0 {
		probs, err := p.r.probabilities(ctx, p.e, readable)
		if err != nil {
			return err
		}
		row = func(i int) []float32 { return report.Row(probs, i) }
	}
	for _, it := range batch {
		var pr []float32
		if it.bad == "" {
			it.bad = readable[next].bad // found out while reading it
			pr = row(next)
			next++
		}
		p.show(it, pr)
	}
	return p.out.Flush()
}

// show writes the line of an item.
func (p *predictor) show(it item, pr []float32) {
	a := answer{V: 1, File: it.name, Error: it.bad}
	if it.bad != "" {
		p.bad = append(p.bad, it.name+": "+it.bad)
		if p.e.Settings.JSON {
			p.json(a)
		}
		return
	}
	p.good++
	order := make([]int, len(pr))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case pr[a] > pr[b]:
			return -1
		case pr[a] < pr[b]:
			return 1
		}
		return 0
	})
	for _, k := range order[:min(p.e.Settings.Top, len(order))] {
		a.Top = append(a.Top, ranking{p.r.Classes[k], float64(pr[k])})
	}
	a.Class, a.Probability = a.Top[0].Class, a.Top[0].Probability
	if p.e.Settings.JSON {
		p.json(a)
		return
	}
	p.out.WriteString(it.name)
	for _, t := range a.Top {
		fmt.Fprintf(p.out, "\t%s\t%.4f", t.Class, t.Probability)
	}
	p.out.WriteByte('\n')
}

func (p *predictor) json(a answer) {
	b, err := json.Marshal(a)
	if err == nil {
		p.out.Write(append(b, '\n'))
	}
}

// end reports the items that could not be classified.
func (p *predictor) end() error {
	noun := p.r.kind.Noun()
	if len(p.bad) == 0 {
		if p.good == 0 {
			return cli.Errorf(cli.BadData, "nothing to classify").Do("name files, or pipe lines in")
		}
		return nil
	}
	if p.e.Settings.OnError != "fail" {
		p.e.Console.Warnf("skipped    %s", cli.Plural(len(p.bad), noun))
		return nil
	}
	err := cli.Errorf(cli.BadData, "%s of %s %ss cannot be classified", cli.Count(len(p.bad)), cli.Count(len(p.bad)+p.good), noun)
	for _, b := range p.bad {
		err.Why("%s", b)
	}
	return err.Do("mend or leave them out; with --on-error=skip the exit code is 0")
}

// Evaluate measures a run on labelled data.
func (e *Env) Evaluate(ctx context.Context, args []string) error {
	if len(args) != 2 {
		return cli.Errorf(cli.Usage, "evaluate needs a run and data").Do("train evaluate runs/1-photos test/")
	}
	if stored, err := rundir.Open(args[0]); err == nil && stored.Task == rundir.Words {
		return e.compare(args[0], args[1])
	}
	if t, err := e.openTags(args[0]); err != nil {
		return err
	} else if t != nil {
		return e.evaluateTags(t, args[1])
	}
	if t, err := e.openTable(args[0]); err != nil {
		return err
	} else if t != nil {
		return e.evaluateTable(ctx, t, args[1])
	}
	r, err := e.load(args[0])
	if err != nil {
		return err
	}
	set, err := e.labelled(args[1], r)
	if err != nil {
		return err
	}
	src, err := r.source(ctx, e, set)
	if err != nil {
		return err
	}
	if len(set.Bad) > 0 && e.Settings.OnError == "fail" {
		return set.Check(e.Settings.OnError)
	}
	for _, n := range set.Notes {
		e.Console.Printf("note       %s", n)
	}
	if len(set.Bad) > 0 {
		e.Console.Warnf("skipped    %s", cli.Plural(len(set.Bad), r.kind.Noun()))
	}
	m, err := measure(ctx, r, src, set)
	if err != nil {
		return err
	}
	if e.Settings.JSON {
		var classes []config.Object
		for k, c := range r.Classes {
			classes = append(classes, config.Object{{Key: "class", Value: c}, {Key: "precision", Value: m.c.Precision(k)}, {Key: "recall", Value: m.c.Recall(k)}, {Key: "f1", Value: m.c.F1(k)}})
		}
		e.emit(config.Object{{Key: "v", Value: 1}, {Key: "event", Value: "evaluate"}, {Key: "samples", Value: len(set.Valid)}, {Key: "loss", Value: m.loss},
			{Key: "accuracy", Value: m.c.Accuracy()}, {Key: "majority", Value: m.c.Majority()}, {Key: "classes", Value: classes}, {Key: "confusion", Value: m.c.Count},
			{Key: "calibration", Value: calibration(m.cal)}})
		return nil
	}
	fmt.Fprintf(e.Out, "samples    %s\nloss       %.4f\naccuracy   %.4f (always naming the largest class: %.3f)\n\n%s\n%s",
		cli.Count(len(set.Valid)), m.loss, m.c.Accuracy(), m.c.Majority(), m.c, m.cal)
	return nil
}

// calibration is a calibration as JSON; temperature is null where there is none.
func calibration(c *report.Calibration) config.Object {
	var bins []config.Object
	for _, b := range c.Bins {
		bins = append(bins, config.Object{{Key: "low", Value: b.Low}, {Key: "high", Value: b.High}, {Key: "count", Value: b.Count}, {Key: "accuracy", Value: b.Accuracy}, {Key: "confidence", Value: b.Confidence}})
	}
	var temperature any
	if c.Temperature > 0 {
		temperature = c.Temperature
	}
	return config.Object{{Key: "ece", Value: c.ECE}, {Key: "mce", Value: c.MCE}, {Key: "brier", Value: c.Brier}, {Key: "temperature", Value: temperature}, {Key: "bins", Value: bins}}
}

// labelled opens the data of evaluate; the demos' names are known too.
func (e *Env) labelled(data string, r *loaded) (*dataset.Set, error) {
	if data == "demo" {
		open := demoPictures
		if r.kind == dataset.Texts {
			open = demoTexts
		}
		set, err := open()
		if err != nil {
			return nil, err
		}
		if !slices.Equal(set.Classes, r.Classes) {
			return nil, cli.Errorf(cli.BadData, "the run %s has other classes than the demo", r.dir)
		}
		return set, nil
	}
	return dataset.Labelled(data, e.Settings, r.kind, r.Classes)
}
