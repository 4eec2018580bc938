// Train makes a classifier of pictures or texts, a model of a table's rows, or
// vectors of words, and uses them.
//
//	train demo            # a first model in a minute, from built-in pictures
//	train photos/         # one sub-folder a class
//	train reviews.tsv     # a label and a text on each line
//	train prices.csv --target price  # a column from the others
//	train words book.txt  # vectors of its words
//	train predict runs/1-photos new.jpg
//
// See train --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/command"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	_ "github.com/antler-ml/antler/nn/all" // for models that are loaded
	"github.com/antler-ml/antler/pipeline"
)

// grace is how long saving may take after a signal.
const grace = 5 * time.Second

func main() {
	ctx, cancel := context.WithCancelCause(context.Background())
	sig := make(chan os.Signal, 2)
	signal.Notify(sig, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := cli.Signal{Signal: <-sig}
		cancel(s) // the step that runs is finished, and what there is saved
		select {
		case again := <-sig:
			os.Exit(cli.Signal{Signal: again}.Code())
		case <-time.After(grace):
			os.Exit(s.Code())
		}
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program; its result is the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if v := recover(); v != nil {
			code = report(stderr, internal(v, debug.Stack()))
		}
	}()
	if len(args) > 0 {
		if t, ok := command.FindTool(args[0]); ok {
			return report(stderr, t.Start(ctx, args[1:], stdin, stdout, stderr))
		}
	}
	s := settings.Default()
	env := &command.Env{Settings: s, Flags: settings.Flags(s), In: stdin, Out: stdout}
	rest, err := env.Flags.Parse(args)
	switch {
	case errors.Is(err, cli.ErrHelp):
		fmt.Fprint(stdout, help(firstWord(args)))
		return cli.OK
	case err != nil:
		return report(stderr, err)
	}
	data, err := s.Configure(env.Flags)
	if err != nil {
		return report(stderr, err)
	}
	rest = withData(rest, data)
	switch {
	case s.ShowConfig:
		return report(stderr, env.ShowConfig(rest))
	case len(rest) == 0 && s.Resume == "":
		fmt.Fprint(stderr, settings.Short)
		return cli.Usage
	}
	if err := s.Validate(env.Flags.Changed); err != nil {
		return report(stderr, err)
	}
	env.Console = cli.NewConsole(stderr, s.Quiet, s.NoColor)
	err = dispatch(ctx, env, rest)
	env.Console.Close()
	var panicked *pipeline.PanicError
	if errors.As(err, &panicked) {
		err = internal(panicked.Value, panicked.Stack)
	}
	return report(stderr, err)
}

// firstWord is the first argument that is no flag.
func firstWord(args []string) string {
	for _, a := range args {
		if !strings.HasPrefix(a, "-") {
			return a
		}
	}
	return ""
}

// help is what --help shows: of a command, or of all.
func help(name string) string {
	if text, ok := command.Help(name); ok {
		return text
	}
	return settings.Help()
}

// withData puts the data that a configuration names where the words have none.
func withData(words []string, data string) []string {
	switch {
	case data == "" || len(words) > 1 || len(words) == 1 && words[0] != "words":
		return words
	case data == "demo" || strings.HasPrefix(data, "demo "):
		return strings.Fields(data)
	}
	return append(words, data)
}

// dispatch calls the command that the words name.
func dispatch(ctx context.Context, env *command.Env, words []string) error {
	if len(words) == 0 {
		return env.Train(ctx, "") // --resume
	}
	verb, rest := words[0], words[1:]
	if v, ok := command.FindVerb(verb); ok {
		return v.Start(ctx, env, rest)
	}
	switch verb {
	case "version":
		fmt.Fprintf(env.Out, "train %s\n", command.Version())
		return nil
	case "help":
		name := strings.Join(rest, " ")
		if _, ok := command.Help(name); !ok && name != "" {
			e := cli.Errorf(cli.Usage, "there is no help about %q", name)
			if near := config.Nearest(name, command.Names()); len(near) > 0 {
				return e.Do("did you mean train help %s?", near[0])
			}
			return e.Do("train help, or train help %s", strings.Join(command.Names(), "|"))
		}
		fmt.Fprint(env.Out, help(name))
		return nil
	case "demo":
		if name := strings.Join(words, " "); slices.Contains(command.Demos, name) {
			return env.Train(ctx, name)
		}
		return cli.Errorf(cli.Usage, "there is no demo %q", rest[0]).Do(`"train demo" (pictures), "train demo text", "train demo table" or "train demo words"`)
	}
	if len(rest) > 0 {
		e := cli.Errorf(cli.Usage, "one folder or table at a time: %s, and what is %s?", cli.Quote(verb), cli.Quote(rest[0]))
		if verb == "train" {
			return e.Do("leave the second train out: train %s", cli.Quote(rest[0]))
		}
		return e.Do("train, then: train predict RUN FILE…  or  train evaluate RUN DATA")
	}
	return env.Train(ctx, verb)
}

// report prints an error and returns the exit code.
func report(stderr io.Writer, err error) int {
	if err != nil {
		cli.Print(stderr, "train", err)
	}
	return cli.Code(err)
}

// internal is a mistake of ours, in one line. ANTLER_STACK=1 shows the stack.
func internal(v any, stack []byte) error {
	if os.Getenv("ANTLER_STACK") != "" {
		os.Stderr.Write(stack)
	}
	return cli.Errorf(cli.Failed, "internal error: %v; please report it with the command line at https://github.com/antler-ml/antler/issues (ANTLER_STACK=1 shows more)", v)
}
