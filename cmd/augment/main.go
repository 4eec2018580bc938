// Augment makes new training pictures out of old ones: Keras' ImageDataGenerator
// and what came after it, for folders of pictures, with masks and boxes.
//
//	augment photos out --per-image 5 --preview sheet.png
//
// See augment --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/antler-ml/antler/cmd/augment/internal/command"
	"github.com/antler-ml/antler/cmd/augment/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
)

// grace is how long pictures at hand may take after a signal.
const grace = 5 * time.Second

func main() {
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
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole program; its result is the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
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
		err = nil
	}
	switch {
	case err != nil:
		return report(stderr, err)
	case help:
		fmt.Fprint(stdout, settings.Help())
		return cli.OK
	case len(args) == 0:
		fmt.Fprint(stderr, settings.Short)
		return cli.Usage
	}
	if len(words) > 0 && !folder(words[0]) { // a folder may have any name
		switch rest := words[1:]; words[0] {
		case "help":
			return about(stdout, stderr, rest)
		case "version":
			fmt.Fprintf(stdout, "augment %s\n", version())
			return cli.OK
		case "completion":
			script, err := settings.Completion(strings.Join(rest, " "))
			fmt.Fprint(stdout, script)
			return report(stderr, err)
		}
	}
	env := &command.Env{Settings: s, Flags: flags, Console: cli.NewConsole(stderr, s.Quiet, s.NoColor), Out: stdout}
	err = env.Do(ctx, words)
	env.Console.Close()
	return report(stderr, err)
}

// about explains one flag, or all.
func about(stdout, stderr io.Writer, words []string) int {
	if len(words) == 0 {
		fmt.Fprint(stdout, settings.Help())
		return cli.OK
	}
	text := settings.HelpAbout(words[0])
	if text == "" {
		return report(stderr, cli.Errorf(cli.Usage, "there is no flag like %s", cli.Quote(words[0])).Do("augment --help lists all flags"))
	}
	fmt.Fprint(stdout, text)
	return cli.OK
}

func folder(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// report prints an error and returns the exit code.
func report(stderr io.Writer, err error) int {
	if err == nil || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) {
		return cli.OK // who read the output has seen enough
	}
	var stopped cli.Signal
	if errors.As(err, &stopped) {
		fmt.Fprintf(stderr, "augment: %v\n", stopped)
		return stopped.Code()
	}
	cli.Print(stderr, "augment", err)
	return cli.Code(err)
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
