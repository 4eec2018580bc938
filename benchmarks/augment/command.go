package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// commands are whole runs of cmd/augment with two workers beside runs with one.
func commands() (list []contest) {
	root, exe := command()
	for _, c := range []struct {
		name     string
		pictures int
		flags    []string
	}{
		{"12 pictures of 1024×768 in their size", 12, nil},
		{"12 pictures of 1024×768 to 224×224", 12, []string{"--target-size", "224"}},
		{"12 pictures of 1024×768 to 224×224, RandAugment", 12, []string{"--target-size", "224", "--policy", "randaugment"}},
		{"108 pictures of 1024×768 to 224×224", 108, []string{"--target-size", "224"}},
	} {
		in := some(c.pictures)
		with := func(workers string) func(float64) float64 {
			return func(float64) float64 {
				out := filepath.Join(root, "out")
				os.RemoveAll(out)
				start := time.Now()
				cmd := exec.Command(exe, append([]string{in, out, "--quiet", "-n", "5", "--workers", workers}, c.flags...)...)
				if text, err := cmd.CombinedOutput(); err != nil {
					panic(fmt.Sprintf("%v: %s", err, text))
				}
				return time.Since(start).Seconds() / float64(5*c.pictures)
			}
		}
		list = append(list, contest{name: c.name, label: "1 worker", cores: 2, want: 1.8, ours: with("2"), against: with("1")})
	}
	return list
}

// command builds cmd/augment and returns where it is.
func command() (root, exe string) {
	root = filepath.Join(cache(), "command")
	exe = filepath.Join(root, "augment")
	build := exec.Command("go", "build", "-o", exe, "./cmd/augment")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is released
	if out, err := build.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v: %s", err, out))
	}
	return root, exe
}

// machine is what the second core gives to programs that share nothing: loops
// that touch no memory, and two runs of the command itself. More no program gets
// from it.
func machine() []contest {
	loops := func(n int) func(float64) float64 {
		return func(float64) float64 {
			start := time.Now()
			var all sync.WaitGroup
			for range n {
				all.Go(func() {
					x := 1.0
					for range 100_000_000 {
						x = x*1.0000001 + 0.1
					}
					sink.Store(math.Float64bits(x))
				})
			}
			all.Wait()
			return time.Since(start).Seconds() / float64(n)
		}
	}
	root, exe := command()
	in := some(12)
	runs := func(n int) func(float64) float64 {
		return func(float64) float64 {
			start := time.Now()
			var all sync.WaitGroup
			for i := range n {
				all.Go(func() {
					out := filepath.Join(root, fmt.Sprint("out", i))
					os.RemoveAll(out)
					cmd := exec.Command(exe, in, out, "--quiet", "-n", "5", "--workers", "1", "--target-size", "224", "--policy", "randaugment")
					cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
					if text, err := cmd.CombinedOutput(); err != nil {
						panic(fmt.Sprintf("%v: %s", err, text))
					}
				})
			}
			all.Wait()
			return time.Since(start).Seconds() / float64(n)
		}
	}
	return []contest{
		{name: "loops that only count", label: "1 core", cores: 2, ours: loops(2), against: loops(1)},
		{name: "runs of the command with RandAugment", label: "1 run", cores: 2, ours: runs(2), against: runs(1)},
	}
}

var sink atomic.Uint64

// some is a folder of n of the pictures.
func some(n int) string {
	dir := filepath.Join(cache(), fmt.Sprintf("some-%d", n))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	names := must(filepath.Glob(filepath.Join(directory(), "*", "*.jpg")))
	for i, name := range names[:n] {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			panic(err)
		}
		if err := os.Link(name, filepath.Join(dir, fmt.Sprintf("%03d.jpg", i))); err != nil {
			panic(err)
		}
	}
	return dir
}
