// Command augment times package augment beside OpenCV, albumentations,
// torchvision, Keras and numpy, and writes docs/bench/augment.md:
//
//	go run ./benchmarks/augment
//	go run ./benchmarks/augment -case warp,chain -python venv/bin/python
//	go run ./benchmarks/augment -case warp -line 'float32, nearest' -seconds 0.05 -rounds 15
//
// Sides take turns; medians of the quotients count. Results of cases and lines that are not run
// are kept from the last time. Without -python a virtual environment is made in the
// user's cache directory from requirements.txt.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/antler-ml/antler/internal/atomicfile"
)

const allCases = "warp,generator,chain,policy,directory,directory-keras,command,machine,zca,zca-tf_keras"

func main() {
	cases := flag.String("case", allCases, "what to time")
	line := flag.String("line", "", "only the lines of the cases whose name, or peer, has this in it; memory is a line of directory")
	python := flag.String("python", "", "of the peers")
	keras := flag.String("keras", "", "another Python that has tf_keras; default: -python")
	seconds := flag.Float64("seconds", 0.4, "for each turn")
	rounds := flag.Int("rounds", 3, "turns of each side")
	out := flag.String("out", "docs/bench/augment.md", "the page")
	flag.Parse()
	if err := run(strings.Split(*cases, ","), *line, *python, *keras, *seconds, *rounds, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(cases []string, line, python, keras string, seconds float64, rounds int, out string) error {
	if python == "" {
		var err error
		if python, err = environment(); err != nil {
			return err
		}
	}
	if keras == "" {
		keras = python
	}
	kept, err := open()
	if err != nil {
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
			return fmt.Errorf("case %q, want some of %s", name, allCases)
		}
		for _, c := range list() {
			if !strings.Contains(c.name, line) && !strings.Contains(c.peer+c.label, line) {
				continue
			}
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
				if err := p.ask(map[string]any{"case": "version"}, &kept.Versions); err != nil {
					return err
				}
			}
			r, err := c.run(name, peers[exe], seconds, rounds)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", name, c.name, err)
			}
			fmt.Printf("%-10s %-44s ours %s, %s %s: %s×\n", name, r.Name, r.time(r.Ours), r.Peer, r.time(r.Theirs), r.ratio())
			kept.put(r)
			if err := kept.save(); err != nil {
				return err
			}
		}
		if name == "directory" && (line == "" || line == "memory") {
			kept.Toll = filesToll()
			fmt.Println(kept.Toll)
			if err := kept.save(); err != nil {
				return err
			}
		}
	}
	return atomicfile.WriteBytes(out, page(kept))
}

func (c contest) run(name string, p *peer, seconds float64, rounds int) (result, error) {
	r := result{Case: name, Name: c.name, Peer: strings.Replace(strings.Split(c.peer, "/")[0], "zca", "numpy", 1), Want: c.want, Whole: c.whole, When: time.Now().UTC().Format("2 Jan 2006")}
	if c.label != "" {
		r.Peer = c.label
	}
	if c.whole {
		rounds = 1
	}
	var ours, theirs, ratios []float64
	for range rounds {
		old := runtime.GOMAXPROCS(c.cores)
		a := c.ours(seconds)
		runtime.GOMAXPROCS(old)
		b, err := c.other(p, seconds)
		if err != nil {
			return r, err
		}
		ours, theirs, ratios = append(ours, a), append(theirs, b), append(ratios, b/a)
	}
	r.Ours, r.Theirs, r.Ratio = median(ours), median(theirs), median(ratios)
	r.Low, r.High = slices.Min(ratios), slices.Max(ratios)
	return r, nil
}

// other is a turn of the other side.
func (c contest) other(p *peer, seconds float64) (float64, error) {
	if c.against != nil {
		return c.against(seconds), nil
	}
	var a struct {
		Seconds float64
		Error   string
	}
	if err := p.ask(map[string]any{"case": c.peer, "seconds": seconds, "dir": c.dir}, &a); err != nil {
		return 0, err
	}
	if a.Error != "" {
		return 0, errors.New(a.Error)
	}
	return a.Seconds, nil
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
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
