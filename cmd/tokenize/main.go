// Tokenize turns texts into numbers, and back, with the results of Keras.
//
//	tokenize fit corpus.txt -o tok.json
//	tokenize encode -t tok.json --maxlen 80 corpus.txt -o ids.npy
//
// See tokenize --help.
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

	"github.com/antler-ml/antler/cmd/tokenize/internal/command"
	"github.com/antler-ml/antler/cmd/tokenize/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
)

// grace is how long cleaning up may take after a signal.
const grace = 2 * time.Second

// lazy is how far the heap may grow, in percent of what is in use, before
// garbage is collected. A vocabulary is most of the heap and holds no pointers,
// so that collecting is cheap.
const lazy = 25

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(lazy)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	ignoreBrokenPipe()
	sig := make(chan os.Signal, 2)
	signal.Notify(sig, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := cli.Signal{Signal: <-sig}
		cancel(s)
		select {
		case <-sig:
		case <-time.After(grace): // a read that waits for ever
		}
		os.Exit(s.Code())
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program; its result is the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		if v := recover(); v != nil {
			if os.Getenv("ANTLER_STACK") != "" {
				stderr.Write(debug.Stack())
			}
			code = report(stderr, cli.Errorf(cli.Failed, "internal error: %v; please report it with the command line at https://github.com/antler-ml/antler/issues (ANTLER_STACK=1 shows more)", v))
		}
	}()
	s := settings.Default()
	flags := settings.Flags(s)
	words, err := flags.Parse(args)
	help := errors.Is(err, cli.ErrHelp)
	if help {
		words, err = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "--help" || a == "-h" }), nil
	}
	if len(words) > 0 && words[0] == "help" {
		help, words = true, words[1:]
	}
	switch {
	case err != nil:
		return report(stderr, err)
	case help && len(words) == 0:
		fmt.Fprint(stdout, settings.Help(nil))
		return cli.OK
	case len(words) == 0:
		fmt.Fprint(stderr, settings.Short)
		return cli.Usage
	case words[0] == "version":
		fmt.Fprintf(stdout, "tokenize %s\n", version())
		return cli.OK
	}
	if words[0] == "completion" {
		script, err := settings.Completion(strings.Join(words[1:], " "))
		fmt.Fprint(stdout, script)
		return report(stderr, err)
	}
	verb, err := settings.Find(words[0])
	if err != nil {
		return report(stderr, err)
	}
	if help {
		fmt.Fprint(stdout, settings.Help(verb))
		return cli.OK
	}
	if err := settings.Check(verb, s, flags); err != nil {
		return report(stderr, err)
	}
	env := &command.Env{Settings: s, Flags: flags, Console: cli.NewConsole(stderr, s.Quiet, s.NoColor), In: stdin, Out: stdout}
	err = env.Do(ctx, verb.Name, words[1:])
	env.Console.Close()
	return report(stderr, err)
}

// report prints an error and returns the exit code.
func report(stderr io.Writer, err error) int {
	if err == nil || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) {
		return cli.OK // who read the output has seen enough
	}
	var stopped cli.Signal
	if errors.As(err, &stopped) {
		fmt.Fprintf(stderr, "tokenize: %v; nothing was written under the final name\n", stopped)
		return stopped.Code()
	}
	cli.Print(stderr, "tokenize", err)
	return cli.Code(err)
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
