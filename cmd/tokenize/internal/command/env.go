// Package command is what the tokenize command does: one file for each verb.
package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/antler-ml/antler/cmd/tokenize/internal/input"
	"github.com/antler-ml/antler/cmd/tokenize/internal/output"
	"github.com/antler-ml/antler/cmd/tokenize/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/text"
)

// Env is what a verb works with.
type Env struct {
	*settings.Settings
	Flags   *cli.Flags
	Console *cli.Console
	In      io.Reader
	Out     io.Writer

	meter *cli.Meter
}

// Do runs the verb of that name.
func (e *Env) Do(ctx context.Context, verb string, args []string) error {
	switch verb {
	case "fit":
		return e.fit(ctx, args)
	case "encode":
		return e.encode(ctx, args)
	case "decode":
		return e.decode(ctx, args)
	case "skipgrams":
		return e.skipgrams(ctx, args)
	case "pad":
		return e.pad(ctx, args)
	case "vocab":
		return e.vocab(args)
	case "stats":
		return e.stats(ctx, args)
	default:
		return e.convert(args)
	}
}

// stream opens the inputs.
func (e *Env) stream(ctx context.Context, args []string, numbers bool) (*input.Stream, error) {
	sources, err := input.Expand(args)
	if err != nil {
		return nil, err
	}
	s := &input.Stream{Context: ctx, Sources: sources, Stdin: e.In, Format: e.Format, Charset: e.Charset, OnError: e.OnError, MaxLine: e.MaxLine, Numbers: numbers, Column: e.Column}
	if e.Flags.Changed("header") {
		s.Header = &e.Header
	}
	switch {
	case numbers:
		s.Format = "lines"
	case s.Format == "":
		s.Format = input.FormatOf(sources[0].Name)
		for _, src := range sources {
			if f := input.FormatOf(src.Name); f != s.Format {
				return nil, cli.Errorf(cli.Usage, "%s looks like %s, but %s like %s", sources[0].Name, s.Format, src.Name, f).Do("--format says how to read all of them, or read them one after the other")
			}
		}
	}
	if e.DryRun {
		s.Limit = 3
	}
	e.meter = cli.NewMeter(e.Console, input.Total(sources))
	s.Count = e.meter.Reader
	if !e.DryRun {
		what := cli.Plural(len(sources), "file")
		if n := input.Total(sources); n >= 0 {
			what += ", " + cli.Bytes(n)
		}
		if sources[0].Name == input.Stdin {
			what = "standard input"
		}
		if numbers {
			e.Console.Printf("reading %s: rows of numbers", what)
		} else {
			e.Console.Printf("reading %s: %s", what, formats[s.Format])
		}
	}
	return s, nil
}

var formats = map[string]string{
	"lines": "a text on each line", "csv": "comma-separated rows", "tsv": "tab-separated rows", "jsonl": "JSON on each line", "file": "each file is a text",
}

// each has work make a result of each block of rows, on all workers, and
// passes the results to emit in order.
func each[T any](e *Env, s *input.Stream, work func(worker int, b *text.Block, recycle T) (T, error), emit func(T) error) error {
	return text.EachBlock(s, text.ReadConfig{MaxLine: s.MaxLine + 16, Workers: e.Workers}, work, func(t T) error {
		if s.Context.Err() != nil {
			return context.Cause(s.Context)
		}
		e.meter.Show()
		return emit(t)
	})
}

// rows calls do for each row of a block that is not skipped, as convert sees it.
func rows(s *input.Stream, b *text.Block, convert func(row []byte) error, do func(row int64) error) error {
	for line, data := range b.Lines() {
		data = input.Row(data)
		if data == nil {
			continue
		}
		err := convert(data)
		if err != nil {
			instead, err := s.Trouble(line-1, err)
			if err != nil {
				return err
			}
			if instead == nil {
				continue
			}
			convert(instead)
		}
		if err := do(line - 1); err != nil {
			return err
		}
	}
	return nil
}

// A summary is what is said at the end.
type summary struct {
	Version  int      `json:"v"`
	Command  string   `json:"command"`
	Rows     int      `json:"rows"`
	Tokens   int      `json:"tokens"`
	Unknown  *float64 `json:"unknown,omitempty"` // share of the tokens
	P50      int      `json:"length_p50"`
	P95      int      `json:"length_p95"`
	P99      int      `json:"length_p99"`
	Max      int      `json:"length_max"`
	MaxLen   int      `json:"maxlen,omitempty"`
	Whole    float64  `json:"whole,omitempty"`   // share of the rows that maxlen keeps whole
	Padding  float64  `json:"padding,omitempty"` // share of the cells
	Bad      int      `json:"bad_rows"`
	Output   string   `json:"output,omitempty"`
	Shape    []int    `json:"shape,omitempty"`
	Bytes    int64    `json:"bytes,omitempty"`
	Seconds  float64  `json:"seconds"`
	InputDim int      `json:"input_dim,omitempty"`

	CountError int `json:"count_error,omitempty"` // of fit with --max-vocab-memory
}

func percent(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }

func (e *Env) summarise(command string, l *sequence.Lengths) *summary {
	s := &summary{Version: 1, Command: command, Rows: l.Count(), Tokens: l.Total(), P50: l.Percentile(50), P95: l.Percentile(95), P99: l.Percentile(99), Max: l.Max(), MaxLen: e.MaxLen}
	if e.MaxLen > 0 {
		s.Whole, s.Padding = l.Whole(e.MaxLen), l.Padding(e.MaxLen)
	}
	return s
}

// finish prints the summary, what was wrong, and the next command.
func (e *Env) finish(sum *summary, s *input.Stream, next string) {
	read, took := e.meter.Done()
	sum.Seconds = took.Round(time.Millisecond).Seconds()
	report := s.Report()
	sum.Bad = report.N
	e.Console.Close()
	if report.N > 0 {
		what := "skipped"
		if e.OnError == "replace" {
			what = "mended"
		}
		e.Console.Warnf("%s %s:", cli.Plural(report.N, "bad row"), what)
		for _, l := range report.List {
			e.Console.Warnf("  %s", l)
		}
		if more := report.N - len(report.List); more > 0 {
			e.Console.Warnf("  … and %s more", cli.Count(more))
		}
	}
	if e.JSON {
		b, _ := json.Marshal(sum)
		e.Console.Printf("%s", b)
		return
	}
	line := cli.Plural(sum.Rows, "row")
	if sum.Tokens > 0 {
		line += ", " + cli.Plural(sum.Tokens, "token")
	}
	if sum.Unknown != nil {
		line += fmt.Sprintf(" (%s unknown)", percent(*sum.Unknown))
	}
	if sum.Max > 0 {
		line += fmt.Sprintf("; lengths p50 %s, p95 %s, p99 %s, max %s", cli.Count(sum.P50), cli.Count(sum.P95), cli.Count(sum.P99), cli.Count(sum.Max))
	}
	e.Console.Printf("%s", line)
	if sum.MaxLen > 0 && sum.Command != "fit" {
		side := "END"
		if e.Truncating == "post" {
			side = "beginning"
		}
		e.Console.Printf("maxlen %d keeps %s of the rows whole, of the others the %s; %s of the cells are padding", sum.MaxLen, percent(sum.Whole), side, percent(sum.Padding))
	}
	if sum.Output != "" {
		shape := ""
		if sum.Shape != nil {
			shape = " of shape " + strings.ReplaceAll(fmt.Sprint(sum.Shape), " ", "×")
		}
		e.Console.Printf("wrote %s%s, %s in %s (%s/s)", sum.Output, shape, cli.Bytes(sum.Bytes), cli.Duration(took), cli.Bytes(int64(float64(read)/max(took.Seconds(), 1e-3))))
	}
	if next != "" {
		e.Console.Printf("next: %s", next)
	}
}

// wrote notes where the result went.
func (sum *summary) wrote(t *output.Table, w *output.Writer) {
	if t.ToStdout() {
		return
	}
	sum.Output, sum.Bytes = t.Path, w.Bytes
	if t.Kind.IsArray() {
		cols := t.Arrays[0].Cols
		if t.Pad != nil {
			cols = w.Cols
		}
		sum.Shape = []int{w.Rows, cols}
	}
}

// table is where the result goes.
func (e *Env) table(otherwise output.Kind) *output.Table {
	t := &output.Table{Path: e.Output, Stdout: e.Out, Force: e.Force, Kind: output.Kind(e.To)}
	if t.Kind == "" {
		t.Kind = output.KindOf(e.Output, otherwise)
	}
	if e.DryRun {
		t.Path, t.Kind, t.Stdout = "", output.IDs, io.Discard
	}
	return t
}

func (e *Env) padConfig() sequence.PadConfig {
	return sequence.PadConfig{MaxLen: e.MaxLen, Padding: sequence.Side(e.Padding), Truncating: sequence.Side(e.Truncating), Value: float32(e.Value)}
}
