package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Layers are drawn by another program. Without it there are DOT, curves and
// weights, and a word on where to get it.
func TestPlotProgram(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	source, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("needs the go command")
	}
	dir, path := t.TempDir(), os.Getenv("PATH")
	t.Chdir(dir)
	stripes(t, "pics", 30)
	must(t, train(t, "", "pics", "--epochs", "1", "-o", "a"))

	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	r := must(t, train(t, "", "plot", "a"))
	if r.out != "a/model.dot\na/curves.png\n" {
		t.Errorf("plot says %q", r.out)
	}
	contains(t, r.stderr, "train-plot", "go install github.com/antler-ml/antler/cmd/train-plot@latest")
	if r := train(t, "", "plot", "a", "-o", "m.png"); r.code != 2 {
		t.Errorf("without the program: %+v", r)
	} else {
		contains(t, r.stderr, "go install github.com/antler-ml/antler/cmd/train-plot@latest", "--out model.dot")
	}
	must(t, train(t, "", "plot", "a", "-o", "m.dot"))

	shim := fmt.Sprintf("#!/bin/sh\nPATH='%s'\ncd '%s' && exec '%s' run ../train-plot \"$@\"\n", path, source, goTool)
	if err := os.WriteFile(filepath.Join(bin, "train-plot"), []byte(shim), 0o700); err != nil {
		t.Fatal(err)
	}
	r = must(t, train(t, "", "plot", "a"))
	if r.out != "a/model.svg\na/curves.png\n" {
		t.Errorf("plot says %q", r.out)
	}
	svg, err := os.ReadFile("a/model.svg")
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(svg), "<svg", "Conv2D", "(None, 12, 12, 1)")
	must(t, train(t, "", "plot", "a/model.npz", "-o", "m.png", "--rankdir", "LR"))
	if b, err := os.ReadFile("m.png"); err != nil || !strings.HasPrefix(string(b), "\x89PNG") {
		t.Errorf("m.png: %v", err)
	}
}
