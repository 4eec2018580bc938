package command

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// A Tool is a command beside training, with flags of its own: it looks at runs
// and models, or makes something of them.
type Tool struct {
	Name  string
	Usage string // what follows the name
	About string // a sentence
	Notes string // more for --help; may be empty

	settings any // a pointer to a struct with flag tags that embeds Output
	output   *Output
	run      func(ctx context.Context, e *Env, words []string) error
}

// Output are the flags that every tool has.
type Output struct {
	JSON    bool `flag:"json" group:"tool" help:": JSON on standard output"`
	Quiet   bool `flag:"quiet" short:"q" group:"tool" help:": only the result and errors"`
	NoColor bool `flag:"no-color" group:"tool" help:": no colours, as NO_COLOR does"`
}

// Tools are the tools by name.
func Tools() []Tool {
	return []Tool{compareTool(), convertTool(), exportTool(), inspectTool(), ratesTool(), plotTool(), searchTool()}
}

// FindTool returns the tool of a name.
func FindTool(name string) (Tool, bool) {
	all := Tools()
	i := slices.IndexFunc(all, func(t Tool) bool { return t.Name == name })
	if i < 0 {
		return Tool{}, false
	}
	return all[i], true
}

// Start runs the tool with what follows its name on the command line.
func (t Tool) Start(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) error {
	flags := cli.NewFlags("train "+t.Name, t.settings, nil)
	words, err := flags.Parse(args)
	if err == cli.ErrHelp {
		fmt.Fprint(out, t.help(flags))
		return nil
	}
	if err != nil {
		return err
	}
	e := &Env{Flags: flags, In: in, Out: out, Console: cli.NewConsole(errs, t.output.Quiet, t.output.NoColor)}
	defer e.Console.Close()
	return t.run(ctx, e, words)
}

func (t Tool) help(flags *cli.Flags) string {
	var b strings.Builder
	fmt.Fprintf(&b, "train %s %s\n  %s\n", t.Name, t.Usage, t.About)
	if t.Notes != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimRight(t.Notes, "\n"))
	}
	fmt.Fprintf(&b, "\n%s", flags.Help("tool"))
	return b.String()
}

// usage is the error for words that do not fit.
func (t Tool) usage(format string, args ...any) error {
	return cli.Errorf(cli.Usage, format, args...).Do("train %s %s", t.Name, t.Usage)
}
