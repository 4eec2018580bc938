package command

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// Boxes are placed by Graphviz, which is too large for this program: it is in
// train-plot, a command of its own.
const (
	plotProgram = "train-plot"
	plotModule  = "github.com/antler-ml/antler"
	plotPackage = plotModule + "/cmd/" + plotProgram
)

// place runs a program that knows Graphviz: train-plot, beside this program, in
// PATH or as source below the working directory; or Graphviz' own, which takes
// the same flags.
func place(ctx context.Context, dot []byte, prog, format string) ([]byte, error) {
	words := placer()
	if words == nil {
		return nil, cli.Errorf(cli.Usage, "drawing the layers needs the program %s, which is neither beside train nor in PATH", plotProgram).
			Do("go install %s@latest  or take the format dot: --out model.dot", plotPackage)
	}
	cmd := exec.CommandContext(ctx, words[0], append(words[1:], "-K"+prog, "-T"+format)...)
	cmd.Stdin = bytes.NewReader(dot)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		e := cli.Errorf(cli.Failed, "%s: %w", words[0], err)
		for line := range strings.Lines(errs.String()) {
			e.Why("%s", strings.TrimRight(line, "\r\n"))
		}
		return nil, e
	}
	return out.Bytes(), nil
}

// placer is the command line of a program that places boxes, nil if there is
// none.
func placer() []string {
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), plotProgram)
		if runtime.GOOS == "windows" {
			beside += ".exe"
		}
		if found, err := exec.LookPath(beside); err == nil {
			return []string{found}
		}
	}
	for _, name := range []string{plotProgram, "dot"} {
		if found, err := exec.LookPath(name); err == nil {
			return []string{found}
		}
	}
	if found, err := exec.LookPath("go"); err == nil && inModule() {
		return []string{found, "run", plotPackage}
	}
	return nil
}

// inModule reports whether the working directory is in this project's source.
func inModule() bool {
	dir, err := os.Getwd()
	for err == nil {
		text, readErr := os.ReadFile(filepath.Join(dir, "go.mod"))
		if readErr == nil {
			first, _, _ := strings.Cut(string(text), "\n")
			return strings.TrimSpace(first) == "module "+plotModule
		}
		up := filepath.Dir(dir)
		if up == dir {
			return false
		}
		dir = up
	}
	return false
}
