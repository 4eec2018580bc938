package command

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/antler-ml/antler/cmd/augment/internal/check"
	"github.com/antler-ml/antler/cmd/augment/internal/source"
	"github.com/antler-ml/antler/cmd/augment/internal/stats"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
)

// check looks for pictures that spoil training. list is where the findings go
// as a file, if anywhere.
func (e *Env) check(ctx context.Context, in, list string) error {
	if err := source.Folder(in); err != nil {
		return err
	}
	if list != "" {
		if err := e.free(list); err != nil {
			return err
		}
	}
	r, err := check.Run(ctx, in, check.Options{Workers: e.Workers, Orient: e.Orient, AllowTruncated: e.AllowTruncated, Progress: e.progress("checked")})
	if err != nil {
		return looking(ctx, in, err)
	}
	e.Console.Close()
	if list != "" {
		if err := r.WriteList(list); err != nil {
			return err
		}
	}
	var unusable error
	if e.OnError == "fail" && r.Unusable > 0 {
		unusable = cli.Errorf(cli.BadData, "%s of %s in %s cannot be used", cli.Count(r.Unusable), cli.Plural(r.Pictures, "picture"), cli.Quote(in)).Do("repair or remove them")
	}
	if e.JSON {
		if err := e.printJSON(r); err != nil {
			return err
		}
		return unusable
	}
	if err := r.Write(e.Out); err != nil {
		return err
	}
	switch {
	case list != "":
		e.Console.Printf("wrote %s", cli.Quote(list))
	case len(r.Findings) > 0:
		e.Console.Printf("next: augment %s findings.jsonl --check writes the list into a file", cli.Quote(in))
	}
	return unusable
}

// progress paints how far a look at all pictures is.
func (e *Env) progress(verb string) func(done, total int, bytes int64) {
	return func(done, total int, bytes int64) {
		e.Console.Progress(func() string {
			return fmt.Sprintf("%3d %%  %s %s of %s, %s", 100*done/max(total, 1), verb, cli.Count(done), cli.Plural(total, "picture"), cli.Bytes(bytes))
		})
	}
}

func (e *Env) printJSON(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Out, "%s\n", b)
	return err
}

// looking makes an error of looking through a folder one of the user's.
func looking(ctx context.Context, in string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return cli.Errorf(cli.Failed, "looking through %s: %w", cli.Quote(in), err)
}

// free refuses to write over a file.
func (e *Env) free(path string) error {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return nil
	case st.IsDir():
		return cli.Errorf(cli.Usage, "%s is a folder; the name of a file is wanted", cli.Quote(path)).Do("for example %s", cli.Quote(filepath.Join(path, "findings.jsonl")))
	case !e.Force:
		return cli.Errorf(cli.Usage, "%s is there already", cli.Quote(path)).Do("another name, or --force")
	}
	return nil
}

// stats measures all pictures.
func (e *Env) stats(ctx context.Context, in string) error {
	if err := source.Folder(in); err != nil {
		return err
	}
	o := stats.Options{Workers: e.Workers, Orient: e.Orient, AllowTruncated: e.AllowTruncated, ColorMode: image.ColorMode(e.ColorMode), Interpolation: image.Interpolation(e.Interpolation), KeepAspectRatio: e.KeepAspectRatio,
		Rescale: e.Rescale, Progress: e.progress("measured")}
	if e.TargetSize != nil {
		o.TargetSize = [2]int(e.TargetSize)
	}
	r, err := stats.Run(ctx, in, o)
	if err != nil {
		return looking(ctx, in, err)
	}
	e.Console.Close()
	if e.JSON {
		return r.WriteJSON(e.Out)
	}
	return r.Write(e.Out)
}
