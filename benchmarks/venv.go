package main

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

//go:embed requirements.txt
var requirements string

// A group is what one peer needs from the package index.
type group struct {
	name     string // numpy, torch or tf
	packages []string
}

// groups reads requirements.txt: a comment names a peer, the lines below are
// its packages.
func groups(text string) []group {
	var gs []group
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "# "); ok {
			gs = append(gs, group{name: name})
		} else if line != "" {
			gs[len(gs)-1].packages = append(gs[len(gs)-1].packages, line)
		}
	}
	return gs
}

// A home is the virtual environment of the peers.
type home struct {
	dir     string
	missing map[string]string // peers that cannot be installed, and why
}

func defaultHome() string {
	if dir := os.Getenv("ANTLER_BENCH_VENV"); dir != "" {
		return dir
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "antler", "bench-peers")
}

func (h *home) python() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(h.dir, "Scripts", "python.exe")
	}
	return filepath.Join(h.dir, "bin", "python")
}

// prepare makes the virtual environment and installs the peers, each once. A
// peer that cannot be installed is left out, and its column says so.
func prepare(dir, python string) *home {
	h := &home{dir: dir, missing: map[string]string{}}
	gs := groups(requirements)
	if _, err := os.Stat(h.python()); err != nil {
		fmt.Fprintf(os.Stderr, "making a virtual environment for the peers\n")
		if why := run(python, "-m", "venv", dir); why != "" {
			for _, g := range gs {
				h.missing[g.name] = why
			}
			return h
		}
	}
	for _, g := range gs {
		want := strings.Join(g.packages, "\n") + "\n"
		sum := sha256.Sum256([]byte(want))
		stamp := filepath.Join(dir, fmt.Sprintf("antler-%s-%x", g.name, sum[:4]))
		if _, err := os.Stat(stamp); err == nil {
			continue
		}
		fmt.Fprintf(os.Stderr, "installing %s\n", strings.Join(g.packages, " "))
		args := append([]string{"-m", "pip", "install", "--disable-pip-version-check", "-q"}, g.packages...)
		if why := run(h.python(), args...); why != "" {
			h.missing[g.name] = "not installed: " + why
			continue
		}
		if err := os.WriteFile(stamp, []byte(want), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	return h
}

// run runs a program and returns what it said last when it failed.
func run(name string, args ...string) string {
	var said tail
	cmd := exec.Command(name, args...)
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		if last := said.last(); last != "it said nothing" {
			return last
		}
		return err.Error()
	}
	return ""
}
