// Train-plot renders drawings in Graphviz' language, DOT: of a model, which
// train plot hands over, or any other. It takes the place of Graphviz' program
// dot, whose main flags it has.
//
//	train-plot model.dot -o model.png
//	train-plot -Tsvg < model.dot > model.svg
//
// It is a program of its own because Graphviz is a third of it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn/plot"
	_ "github.com/antler-ml/antler/nn/plot/graphviz"
)

// maxDrawing bounds what is read: a drawing of 10,000 layers has a megabyte.
const maxDrawing = 16 << 20

const usage = `train-plot [FILE.dot] [-o OUT]
  renders a drawing in Graphviz' language, of a file or of standard input.

  train-plot model.dot -o model.png
  train-plot -Tsvg < model.dot > model.svg

`

type settings struct {
	Layout string `flag:"layout" short:"K" help:"NAME: dot, neato, fdp, sfdp, twopi or circo"`
	Format string `flag:"format" short:"T" auto:"the ending of OUT" help:"NAME: png, jpg, svg, pdf, ps, json, plain or dot"`
	Out    string `flag:"out" short:"o" auto:"standard output" help:"FILE: where to"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	if err != nil {
		cli.Print(os.Stderr, "train-plot", err)
	}
	os.Exit(cli.Code(err))
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	s := &settings{Layout: "dot"}
	flags := cli.NewFlags("train-plot", s, nil)
	words, err := flags.Parse(args)
	if err == cli.ErrHelp {
		_, err := fmt.Fprint(out, usage, flags.Help(""))
		return err
	}
	if err != nil {
		return err
	}
	if len(words) > 1 {
		return cli.Errorf(cli.Usage, "one drawing at a time, got %d", len(words)).Do("train-plot model.dot -o model.png")
	}
	format := s.Format
	if format == "" {
		if s.Out == "" {
			return cli.Errorf(cli.Usage, "which format?").Do("train-plot model.dot -o model.png  or  train-plot -Tsvg < model.dot")
		}
		format = plot.FormatOf(s.Out)
	}
	if err := plot.CheckRender(s.Layout, format); err != nil {
		return cli.Errorf(cli.Usage, "%w", err)
	}
	dot, err := read(words, in)
	if err != nil {
		return err
	}
	picture, err := plot.Render(ctx, dot, s.Layout, format)
	if err != nil {
		return cli.Errorf(cli.BadData, "%w", err)
	}
	if s.Out != "" {
		return atomicfile.WriteBytes(s.Out, picture)
	}
	_, err = out.Write(picture)
	return err
}

// read returns the drawing in the file that the words name, or in r.
func read(words []string, r io.Reader) ([]byte, error) {
	if len(words) == 1 && words[0] != "-" {
		f, err := os.Open(words[0])
		if err != nil {
			return nil, cli.Errorf(cli.Usage, "%w", err)
		}
		defer f.Close()
		r = f
	}
	dot, err := io.ReadAll(io.LimitReader(r, maxDrawing+1))
	if err != nil {
		return nil, err
	}
	if len(dot) > maxDrawing {
		return nil, cli.Errorf(cli.BadData, "the drawing has more than %s", cli.Bytes(maxDrawing))
	}
	return dot, nil
}
