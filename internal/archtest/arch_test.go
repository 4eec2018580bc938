// Package archtest checks which package may import which.
package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/antler-ml/antler/"

type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string

	TestGoFiles, XTestGoFiles []string
	TestImports, XTestImports []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps,TestGoFiles,XTestGoFiles,TestImports,XTestImports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var ps []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return ps
		} else if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
}

// forbidden: a package below the first path may not depend on one below the second.
var forbidden = [][2]string{
	{"tensor", "nn"}, {"text", "nn"}, {"sequence", "nn"}, {"image", "nn"}, {"augment", "nn"}, {"pipeline", "nn"},
	{"nn/ops", "nn/layers"}, {"nn/ops", "nn/losses"}, {"nn/ops", "pipeline"},
	{"nn/layers", "nn/optimizers"}, {"nn/layers", "nn/losses"}, {"nn/layers", "nn/callbacks"},
	{"tensor", "pipeline"}, {"text", "image"}, {"image", "text"}, {"sequence", "image"},
	{"internal", "nn"}, {"internal", "tensor"}, {"internal", "pipeline"},
	{"tensor", "cmd"}, {"nn", "cmd"}, {"augment", "cmd"}, {"text", "cmd"}, {"internal", "cmd"},
}

// allowed are the modules that the core may use.
var allowed = []string{
	"github.com/spf13/pflag", "golang.org/x/", "gonum.org/v1/gonum", "gonum.org/v1/plot",
	"github.com/disintegration/imaging", "github.com/google/go-cmp", "github.com/rivo/uniseg", "github.com/klauspost/compress", "go.yaml.in/yaml/v3", "github.com/goccy/go-graphviz", "google.golang.org/protobuf",
	"go.uber.org/goleak", // tests only
}

func below(path, dir string) bool {
	rest, ok := strings.CutPrefix(path, module+dir)
	return ok && (rest == "" || rest[0] == '/')
}

func TestImports(t *testing.T) {
	ps := list(t)
	if len(ps) < 15 {
		t.Fatalf("found %d packages; is the test run inside the module?", len(ps))
	}
	for _, p := range ps {
		for _, f := range forbidden {
			if !below(p.ImportPath, f[0]) {
				continue
			}
			for _, d := range p.Deps {
				if below(d, f[1]) {
					t.Errorf("%s depends on %s: %s may not import %s", p.ImportPath, d, f[0], f[1])
				}
			}
		}
		if p.ImportPath != module+"nn/ops" && p.ImportPath != module+"nn/ops/internal" && below(p.ImportPath, "nn/ops") {
			t.Errorf("%s: nn/ops has no sub-packages", p.ImportPath)
		}
		for _, i := range p.Imports {
			first, _, _ := strings.Cut(i, "/")
			if strings.HasPrefix(i, module) || !strings.Contains(first, ".") {
				continue
			}
			if !slices.ContainsFunc(allowed, func(a string) bool { return strings.HasPrefix(i, a) }) {
				t.Errorf("%s imports %s, which is not among the modules that were agreed on", p.ImportPath, i)
			}
		}
	}
	// nn itself names no layer, loss, optimizer or file format.
	for _, p := range ps {
		if p.ImportPath != module+"nn" {
			continue
		}
		for _, i := range p.Imports {
			if below(i, "nn") && i != module+"nn/ops" {
				t.Errorf("nn imports %s: interfaces live where they are used, implementations register themselves", i)
			}
		}
	}
}

// heavy are modules that only one package may import, and only one command may
// link: they make a program large and slow to start.
var heavy = []struct{ module, pkg, command string }{
	{"github.com/goccy/go-graphviz", "nn/plot/graphviz", "cmd/train-plot"},
}

// TestHeavy keeps heavy modules out of everything but their one command.
func TestHeavy(t *testing.T) {
	for _, h := range heavy {
		linked := false
		for _, p := range list(t) {
			links := slices.ContainsFunc(p.Deps, func(d string) bool { return d == h.module || strings.HasPrefix(d, h.module+"/") })
			switch name := strings.TrimPrefix(p.ImportPath, module); {
			case name == h.command:
				linked = links
			case links && name != h.pkg:
				t.Errorf("%s links %s, which is for %s alone: import %s there", name, h.module, h.command, h.pkg)
			}
		}
		if !linked {
			t.Errorf("%s does not link %s", h.command, h.module)
		}
	}
}

// TestLeaks holds every package that starts goroutines, itself or through
// others, to look for those that its tests leave behind.
func TestLeaks(t *testing.T) {
	for _, p := range list(t) {
		starts := slices.Contains(p.Deps, module+"internal/par") || slices.Contains(p.Deps, module+"pipeline")
		tests := append(p.TestImports, p.XTestImports...)
		if starts && len(p.TestGoFiles)+len(p.XTestGoFiles) > 0 && !slices.Contains(tests, module+"internal/leaktest") {
			t.Errorf("%s has tests, but no TestMain that calls leaktest.Main", p.ImportPath)
		}
	}
}
