package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/tabwriter"

	"github.com/antler-ml/antler/cmd/train/internal/inspect"
	"github.com/antler-ml/antler/internal/cli"
)

// inspectSettings are the flags of train inspect.
type inspectSettings struct {
	Arrays bool `flag:"arrays" group:"Lists" help:": list the arrays in the file too"`
	All    bool `flag:"all" short:"a" group:"Lists" help:": list everything, however much"`
	Output
}

// fewRows is how many rows of a list are shown.
const fewRows = 40

func inspectTool() Tool {
	s := &inspectSettings{}
	return Tool{
		Page: Page{
			Name: "inspect", Usage: "FILE|RUN…", About: "says what is in a file: a model, weights, arrays, a tokenizer or a run.",
			Examples: []Example{
				{"train inspect runs/1-photos", ""},
				{"train inspect model.keras --arrays", "its arrays too"},
				{"train inspect model.keras weights.safetensors --json", ""},
			},
			Notes: "It reads .h5, .keras, .json, .yaml, .npz, .npy, .safetensors, .onnx and tokenizer files, whatever their\nnames, and says whether they can be loaded and what is missing. What this program noted in a model's\nfile, such as classes and preprocessing, is listed too; whole with --all or --json. It never runs code from a file.\nThe exit code is 3 if one of them cannot be used here.",
			needs: "a file or a run", least: 1,
		},
		settings: s, output: &s.Output,
		run: func(_ context.Context, e *Env, words []string) error { return e.inspect(s, words) },
	}
}

func (e *Env) inspect(s *inspectSettings, words []string) error {
	var unusable []string
	for i, path := range words {
		r, err := inspect.File(path)
		if errors.Is(err, fs.ErrNotExist) {
			return cli.Errorf(cli.Usage, "there is no file or run %s", path)
		}
		if err != nil {
			return cli.Errorf(cli.BadData, "%w", err)
		}
		if !r.Loads {
			unusable = append(unusable, path+": "+r.Problem)
		}
		if s.JSON {
			if err := json.NewEncoder(e.Out).Encode(r); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			fmt.Fprintln(e.Out)
		}
		if err := e.show(r, s); err != nil {
			return err
		}
	}
	if len(unusable) == 0 {
		return nil
	}
	err := cli.Errorf(cli.BadData, "%s of %s cannot be used here", cli.Count(len(unusable)), cli.Plural(len(words), "file"))
	for _, u := range unusable {
		err.Why("%s", u)
	}
	return err
}

// show prints a report.
func (e *Env) show(r *inspect.Report, s *inspectSettings) error {
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(w, strings.Join(cells, "\t")) }
	row("file", fmt.Sprintf("%s (%s)", r.File, cli.Bytes(r.Bytes)))
	row("format", strings.TrimSpace(r.Format+" "+r.Version))
	if r.Writer != "" {
		row("written by", r.Writer)
	}
	row("holds", r.Holds)
	for _, p := range r.Inputs {
		row("input", p.Name+" "+p.Shape)
	}
	for _, p := range r.Outputs {
		row("output", p.Name+" "+p.Shape)
	}
	if n := len(r.Layers); n > 0 {
		row("layers", cli.Count(n))
	}
	if r.Weights > 0 {
		row("weights", cli.Count(r.Weights))
	}
	if r.Compile != "" {
		row("compiled", r.Compile)
	}
	if r.Loads {
		row("loads", "yes")
	} else {
		row("loads", "no: "+r.Problem)
	}
	for _, n := range r.Warnings {
		row("note", n)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	table := func(head []string, n int, cells func(i int) []string) {
		if n == 0 {
			return
		}
		fmt.Fprintln(w)
		row(head...)
		shown := n
		if !s.All {
			shown = min(n, fewRows)
		}
		for i := range shown {
			row(cells(i)...)
		}
		if shown < n {
			row(fmt.Sprintf("… %s more (--all)", cli.Count(n-shown)))
		}
	}
	table([]string{"LAYER", "CLASS", "OUTPUT", "WEIGHTS"}, len(r.Layers), func(i int) []string {
		l := r.Layers[i]
		weights := ""
		if l.Weights > 0 {
			weights = cli.Count(l.Weights)
		}
		return []string{l.Name, l.Class, l.Output, weights}
	})
	if s.Arrays || s.All || len(r.Layers) == 0 {
		table([]string{"ARRAY", "TYPE", "SHAPE"}, len(r.Arrays), func(i int) []string {
			a := r.Arrays[i]
			return []string{a.Name, a.Dtype, fmt.Sprint(a.Shape)}
		})
	}
	table([]string{"SETTING", "VALUE"}, len(r.Attributes), func(i int) []string {
		return []string{r.Attributes[i].Name, r.Attributes[i].Value}
	})
	var notes []inspect.Attribute
	for _, n := range r.Notes {
		notes = append(notes, n.Lines()...)
	}
	table([]string{"NOTE", "VALUE"}, len(notes), func(i int) []string {
		value := strings.Join(strings.Fields(notes[i].Value), " ")
		if !s.All {
			value = inspect.Short(value)
		}
		return []string{notes[i].Name, value}
	})
	return w.Flush()
}
