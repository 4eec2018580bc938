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
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
)

// predict names the class of files or lines.
func (r *loaded) predict(ctx context.Context, e *Env, args []string) error {
	p := &predictor{e: e, r: r, out: bufio.NewWriter(e.Out)}
	var batch []item
	for it, err := range r.items(ctx, e, args) {
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
	for _, k := range shares(pr)[:min(p.e.Settings.Top, len(pr))] {
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

// evaluate measures a run on labelled data.
func (r *loaded) evaluate(ctx context.Context, e *Env, data string) error {
	set, err := e.labelled(data, r)
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
	out, err := r.model.Predict(ctx, src, nn.PredictConfig{})
	if err != nil {
		return stoppedEarly(ctx, err)
	}
	var truth []int
	for _, s := range set.Valid {
		truth = append(truth, s.Class)
	}
	return e.tell(judgeClasses(r.Classes, truth, twoColumns(out[0])), len(truth))
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
