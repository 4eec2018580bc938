// Package command is what the augment command does.
package command

import (
	"context"
	"io"

	"github.com/antler-ml/antler/cmd/augment/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
)

// Env is what the command works with.
type Env struct {
	*settings.Settings
	Flags   *cli.Flags
	Console *cli.Console
	Out     io.Writer

	usual []string // changes that are made because no flag names one
}

// Do runs the command on IN and OUT.
func (e *Env) Do(ctx context.Context, args []string) error {
	if err := settings.Check(e.Settings, e.Flags); err != nil {
		return err
	}
	look := e.Check || e.Stats
	switch {
	case len(args) == 0:
		return cli.Errorf(cli.Usage, "which folder of pictures?").Do("augment IN OUT")
	case len(args) > 2:
		return cli.Errorf(cli.Usage, "want two folders, IN and OUT, got %d words: %s", len(args), cli.List(args, 5)).
			Do("augment %s %s; names with spaces want quotes", cli.Quote(args[0]), cli.Quote(args[1]))
	case len(args) == 1 && !look && !e.DryRun && e.Preview == "":
		return cli.Errorf(cli.Usage, "where shall the new pictures go?").
			Do("augment %s %s, or look first: augment %s --preview sheet.png", cli.Quote(args[0]), cli.Quote(args[0]+"-augmented"), cli.Quote(args[0]))
	}
	in, out := args[0], ""
	if len(args) == 2 {
		out = args[1]
	}
	switch {
	case e.Check:
		return e.check(ctx, in, out)
	case e.Stats:
		return e.stats(ctx, in)
	case e.Replay != "":
		return e.replay(ctx, in, out)
	}
	if e.Preview != "" {
		if err := e.sheetPlace(in); err != nil {
			return err
		}
	}
	m, err := e.prepare(in, out)
	if err != nil {
		return err
	}
	switch {
	case e.DryRun:
		return m.estimate(ctx)
	case out == "":
		return m.preview(ctx)
	}
	return m.run(ctx)
}
