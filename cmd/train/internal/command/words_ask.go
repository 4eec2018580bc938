package command

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/cmd/train/internal/vectors"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/sotu"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/text"
)

// wordVectors are the rows of a model's table of words.
func wordVectors(m *nn.Model, tok *text.Tokenizer) (*vectors.Vectors, error) {
	l, err := m.Layer(trainer.WordLayer)
	if err != nil {
		return nil, err
	}
	ws := nn.BaseOf(l).Weights()
	if len(ws) != 1 {
		return nil, fmt.Errorf("the layer %q has %d weights; want a table", trainer.WordLayer, len(ws))
	}
	return vectors.New(tok, ws[0].Value().Data())
}

// wordRun is a run that learned vectors of words.
type wordRun struct{ v *vectors.Vectors }

// openWords makes use of such a run.
func openWords(e *Env, o *opened) (user, error) {
	tok, err := o.tokenizer()
	if err != nil {
		return nil, err
	}
	v, err := wordVectors(o.model, tok)
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "%s and %s do not belong together: %w", o.file, rundir.TokenizerFile, err).Do("train it again, or copy it anew from where it came from")
	}
	return &wordRun{v}, nil
}

// wordAnswer is one line of --json.
type wordAnswer struct {
	V     int          `json:"v"`
	Query string       `json:"query"`
	Top   []similarity `json:"top,omitempty"`
	Error string       `json:"error,omitempty"`
}

// predict answers what lies near words, or near sums of words: a line for
// each on standard output, in order.
func (r *wordRun) predict(ctx context.Context, e *Env, queries []string) error {
	v := r.v
	top := e.Settings.Top
	if !e.Flags.Changed("top") {
		top = 10
	}
	good, bad := 0, []string{}
	answer := func(q string) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		a := wordAnswer{V: 1, Query: q}
		near, err := v.Query(q, top)
		if err != nil {
			a.Error = err.Error()
			bad = append(bad, a.Error)
		} else {
			good++
			a.Top = similar(v, near)
		}
		if e.Settings.JSON {
			b, err := json.Marshal(a)
			if err == nil {
				_, err = e.Out.Write(append(b, '\n'))
			}
			return err
		}
		if a.Error != "" {
			return nil
		}
		var line strings.Builder
		line.WriteString(q)
		for _, t := range a.Top {
			fmt.Fprintf(&line, "\t%s\t%.4f", t.Word, t.Similarity)
		}
		line.WriteByte('\n')
		_, err = io.WriteString(e.Out, line.String())
		return err
	}
	for _, q := range queries {
		var err error
		if q != "-" {
			err = answer(q)
		} else {
			err = eachLine(e.In, answer)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case len(bad) == 0 && good == 0:
		return cli.Errorf(cli.BadData, "no words to look up").Do("name words, or pipe lines in")
	case len(bad) == 0:
		return nil
	case e.Settings.OnError != "fail":
		e.Console.Warnf("skipped    %s", cli.Plural(len(bad), "word"))
		return nil
	}
	err2 := cli.Errorf(cli.BadData, "%s of %s cannot be looked up", cli.Count(len(bad)), cli.Plural(len(bad)+good, "word"))
	for _, b := range bad {
		err2.Why("%s", b)
	}
	return err2.Do("words that are too rare have no vector (--min-count when training); with --on-error=skip the exit code is 0")
}

// eachLine calls f for each line that is not empty.
func eachLine(r io.Reader, f func(string) error) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if s := strings.TrimSpace(lines.Text()); s != "" {
			if err := f(s); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return cli.Errorf(cli.Failed, "standard input: %w", err)
	}
	return nil
}

// evaluate measures vectors by a file of related words; the demo's name is known
// too.
func (r *wordRun) evaluate(_ context.Context, e *Env, path string) error {
	v := r.v
	content, reason := sotu.Related, ""
	if path != "demo" {
		content, reason = dataset.ReadText(path)
	}
	if reason != "" {
		return cli.Errorf(cli.BadData, "%s: %s", path, reason).Do("give a file with two related words on each line, and perhaps a score")
	}
	pairs, scored, err := vectors.ParsePairs(content)
	if err != nil {
		return cli.Errorf(cli.BadData, "%s: %w", path, err).Do("give two related words on each line, and perhaps a score")
	}
	m, err := v.Measure(pairs, scored)
	if err != nil {
		return cli.Errorf(cli.BadData, "%s: %w", path, err).Why("not known: %s", cli.List(m.Missing, 10)).Do("give pairs of words that the text has: two on each line")
	}
	q := &quality{m, len(v.Words) - 1}
	if e.Settings.JSON {
		e.emit(append(config.Object{{Key: "v", Value: 1}, {Key: "event", Value: "evaluate"}}, q.object()...))
		return nil
	}
	_, err = io.WriteString(e.Out, q.String())
	return err
}
