package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

const drawing = `digraph { node [shape=record]; a [label="{one|two}"]; a -> b }`

func render(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(context.Background(), args, strings.NewReader(in), &out)
	return out.String(), err
}

func TestRender(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("m.dot", []byte(drawing), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, start := range map[string]string{
		"-Tsvg":                "<?xml",
		"-Kneato -Tjson -":     "{",
		"m.dot --format png":   "\x89PNG",
		"--help":               "train-plot [FILE.dot]",
		"-Kdot -Tdot":          drawing,
		"m.dot -Tpdf -K circo": "%PDF",
	} {
		if out, err := render(t, drawing, strings.Fields(args)...); err != nil || !strings.HasPrefix(out, start) {
			t.Errorf("train-plot %s: %.20q, %v", args, out, err)
		}
	}
	if _, err := render(t, "", "m.dot", "-o", "m.jpg"); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile("m.jpg"); err != nil || !strings.HasPrefix(string(b), "\xff\xd8\xff") {
		t.Errorf("%.8q, %v", b, err)
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct{ in, args, want string }{
		{drawing, "", "which format?"},
		{drawing, "a.dot b.dot -Tsvg", "one drawing at a time, got 2"},
		{drawing, "-Tbmp", `format "bmp" is not known`},
		{drawing, "-Tsvg -Kdotty", `layout "dotty" is not known`},
		{drawing, "-Tsvg " + filepath.Join(t.TempDir(), "none.dot"), "no such file"},
		{"digraph {", "-Tsvg", "graphviz: cannot read the drawing"},
		{strings.Repeat(" ", maxDrawing+1), "-Tsvg", "the drawing has more than 17 MB"},
		{drawing, "--fromat svg", "unknown flag --fromat"},
	} {
		if _, err := render(t, c.in, strings.Fields(c.args)...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("train-plot %s: got %v, want %s", c.args, err, c.want)
		}
	}
}
