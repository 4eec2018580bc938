// Command augment times package augment beside OpenCV, albumentations,
// torchvision, Keras and numpy, and writes docs/bench/augment.md:
//
//	go run ./benchmarks/augment
//	go run ./benchmarks/augment -case warp,chain -python venv/bin/python
//
// Sides take turns; medians count. Results of cases that are not run are kept
// from the last time. Without -python a virtual environment is made in the
// user's cache directory from requirements.txt.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/atomicfile"
)

func main() {
	cases := flag.String("case", "warp,generator,chain,policy,directory,directory-keras,zca,zca-tf_keras", "what to time")
	python := flag.String("python", "", "of the peers")
	keras := flag.String("keras", "", "another Python that has tf_keras; default: -python")
	seconds := flag.Float64("seconds", 0.4, "for each turn")
	rounds := flag.Int("rounds", 3, "turns of each side")
	out := flag.String("out", "docs/bench/augment.md", "the page")
	flag.Parse()
	if err := run(strings.Split(*cases, ","), *python, *keras, *seconds, *rounds, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A result is one line of the page: seconds per image, or of the whole.
type result struct {
	Case, Name, Peer string
	Ours, Theirs     float64
	Want             float64 // the least quotient Theirs / Ours that is aimed at
	Whole            bool    // not per image
	Note             string  // below the table
}

func run(cases []string, python, keras string, seconds float64, rounds int, out string) error {
	if python == "" {
		var err error
		if python, err = environment(); err != nil {
			return err
		}
	}
	if keras == "" {
		keras = python
	}
	var all []result
	kept := filepath.Join(cache(), "results.json")
	if b, err := os.ReadFile(kept); err == nil {
		if err := json.Unmarshal(b, &all); err != nil {
			return fmt.Errorf("%s: %w", kept, err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	peers := map[string]*peer{}
	defer func() {
		for _, p := range peers {
			p.close()
		}
	}()
	for _, name := range cases {
		list, ok := contests[name]
		if !ok {
			return fmt.Errorf("case %q, want some of warp, generator, chain, policy, directory, directory-keras, zca, zca-tf_keras", name)
		}
		all = slices.DeleteFunc(all, func(r result) bool { return r.Case == name })
		for _, c := range list() {
			exe := python
			if strings.HasPrefix(c.peer, "keras") {
				exe = keras
			}
			if c.against == nil && peers[exe] == nil {
				p, err := start(exe)
				if err != nil {
					return err
				}
				peers[exe] = p
			}
			r, err := c.run(name, peers[exe], seconds, rounds)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", name, c.name, err)
			}
			fmt.Printf("%-10s %-44s ours %s, %s %s: %.2f×\n", name, r.Name, r.time(r.Ours), r.Peer, r.time(r.Theirs), r.Theirs/r.Ours)
			all = append(all, r)
		}
		if name == "directory" {
			all[len(all)-1].Note = filesToll().String()
			fmt.Println(all[len(all)-1].Note)
		}
		b, err := json.Marshal(all)
		if err != nil {
			return err
		}
		if err := atomicfile.WriteBytes(kept, b); err != nil {
			return err
		}
	}
	versions := map[string]string{}
	for _, p := range peers {
		if err := p.ask(map[string]any{"case": "version"}, &versions); err != nil {
			return err
		}
	}
	return atomicfile.WriteBytes(out, page(all, versions))
}

func (c contest) run(name string, p *peer, seconds float64, rounds int) (result, error) {
	r := result{Case: name, Name: c.name, Peer: strings.Replace(strings.Split(c.peer, "/")[0], "zca", "numpy", 1), Want: c.want, Whole: c.whole}
	if c.label != "" {
		r.Peer = c.label
	}
	if c.whole {
		rounds = 1
	}
	var ours, theirs []float64
	for range rounds {
		old := runtime.GOMAXPROCS(c.cores)
		ours = append(ours, c.ours(seconds))
		runtime.GOMAXPROCS(old)
		if c.against != nil {
			theirs = append(theirs, c.against(seconds))
			continue
		}
		var a struct {
			Seconds float64
			Error   string
		}
		if err := p.ask(map[string]any{"case": c.peer, "seconds": seconds, "dir": c.dir}, &a); err != nil {
			return r, err
		}
		if a.Error != "" {
			return r, errors.New(a.Error)
		}
		theirs = append(theirs, a.Seconds)
	}
	r.Ours, r.Theirs = median(ours), median(theirs)
	return r, nil
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

func cache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, "antler-bench-augment")
	os.MkdirAll(dir, 0o755)
	return dir
}

// environment makes the peers' virtual environment, once.
func environment() (string, error) {
	dir := filepath.Join(cache(), "venv")
	python := filepath.Join(dir, "bin", "python")
	if _, err := os.Stat(filepath.Join(dir, "ready")); err == nil {
		return python, nil
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", dir},
		{python, "-m", "pip", "install", "-q", "-r", "benchmarks/augment/requirements.txt"},
	} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("%s: %w; make an environment by hand and name it with -python", strings.Join(args, " "), err)
		}
	}
	return python, os.WriteFile(filepath.Join(dir, "ready"), nil, 0o644)
}
