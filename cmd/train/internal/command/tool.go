package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
)

// A Tool is a command beside training, with flags of its own: it looks at runs
// and models, or makes something of them.
type Tool struct {
	Page

	settings any // a pointer to a struct with flag tags that embeds Output
	output   *Output
	run      func(ctx context.Context, e *Env, words []string) error
}

// Output are the flags that every tool has.
type Output struct {
	JSON    bool `flag:"json" group:"Output" help:": JSON on standard output"`
	Quiet   bool `flag:"quiet" short:"q" group:"Output" help:": only the result and errors"`
	NoColor bool `flag:"no-color" group:"Output" help:": no colours, as NO_COLOR does"`
}

// Tools are the tools by name.
func Tools() []Tool {
	return []Tool{compareTool(), convertTool(), exportTool(), inspectTool(), ratesTool(), plotTool(), searchTool()}
}

// FindTool returns the tool of a name.
func FindTool(name string) (Tool, bool) {
	for _, t := range Tools() {
		if t.Name == name {
			return t, true
		}
	}
	return Tool{}, false
}

func (t Tool) flags() *cli.Flags { return cli.NewFlags("train "+t.Name, t.settings, nil) }

// Start runs the tool with what follows its name on the command line.
func (t Tool) Start(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) error {
	flags := t.flags()
	words, err := flags.Parse(args)
	if err == cli.ErrHelp {
		fmt.Fprint(out, t.Text(flags))
		return nil
	}
	if err != nil {
		return t.explain(err, flags)
	}
	if err := t.count(words); err != nil {
		return err
	}
	e := &Env{Flags: flags, In: in, Out: out, Console: cli.NewConsole(errs, t.output.Quiet, t.output.NoColor)}
	defer e.Console.Close()
	return t.run(ctx, e, words)
}

// explain says how a flag of training is given to a tool that trains.
func (t Tool) explain(err error, flags *cli.Flags) error {
	var e *cli.Error
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag --")
	if !unknown || flags.Group("set") == "" || !errors.As(err, &e) {
		return err
	}
	for _, x := range settings.Flags(settings.Default()).Settings() {
		if x.Name == strings.ReplaceAll(name, "_", "-") {
			return e.Do("for all trainings: --set %s=VALUE", settings.Key(x))
		}
	}
	return err
}
