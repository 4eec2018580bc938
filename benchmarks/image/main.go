// Command image compares reading and resizing pictures with Pillow, OpenCV,
// simplejpeg (libjpeg-turbo alone) and torchvision: the same files, in turns, on
// one core each, results compared before anything is timed. It writes
// docs/bench/image-decode.md:
//
//	go run ./benchmarks/image
//
// The first run makes a Python virtual environment with what requirements.txt
// pins; a peer that cannot be installed is left out. The pictures are a mosaic
// of photographs that come with scikit-image.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/antler-ml/antler/internal/atomicfile"
)

type settings struct {
	venv, out string
	rounds    int
	block     time.Duration
	only      string
}

func main() {
	var s settings
	cache, _ := os.UserCacheDir()
	flag.StringVar(&s.venv, "venv", filepath.Join(cache, "antler-bench-image"), "Python virtual environment of the peers; made if it is not there")
	flag.StringVar(&s.out, "out", "docs/bench/image-decode.md", "where the table goes; - = standard output")
	flag.IntVar(&s.rounds, "rounds", 5, "turns of each side; medians count")
	flag.DurationVar(&s.block, "block", 150*time.Millisecond, "how long a turn is")
	flag.StringVar(&s.only, "only", "", "only operations whose name contains this")
	flag.Parse()
	if err := run(s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(s settings) error {
	runtime.GOMAXPROCS(1)
	runtime.LockOSThread()
	dir, err := os.MkdirTemp("", "antler-image")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	python, err := environment(s.venv)
	if err != nil {
		return err
	}
	prepare := exec.Command(python, "benchmarks/image/peers.py", "pictures", dir)
	prepare.Stderr = os.Stderr
	if err := prepare.Run(); err != nil {
		return fmt.Errorf("the pictures could not be made: %w", err)
	}
	var peers []*peer
	for _, name := range []string{"pillow", "simplejpeg", "opencv", "torchvision"} {
		p, err := startPeer(python, name, dir)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s is left out: %v\n", name, err)
			continue
		}
		defer p.stop()
		peers = append(peers, p)
	}
	if len(peers) == 0 {
		return fmt.Errorf("no peer could be started with %s", python)
	}
	var rows []row
	for _, op := range operations {
		if !strings.Contains(op.name(), s.only) {
			continue
		}
		r, err := compare(s, dir, op, peers)
		if err != nil {
			return err
		}
		rows = append(rows, r)
		fmt.Fprintln(os.Stderr, r.line(peers))
	}
	text := report(rows, peers, s)
	if s.out == "-" {
		fmt.Print(text)
		return nil
	}
	return atomicfile.Write(s.out, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// environment returns the Python of the virtual environment.
func environment(dir string) (string, error) {
	python := filepath.Join(dir, "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(dir, "Scripts", "python.exe")
	}
	if _, err := os.Stat(python); err == nil {
		return python, nil
	}
	steps := [][]string{{"python3", "-m", "venv", dir}}
	list, err := os.ReadFile("benchmarks/image/requirements.txt")
	if err != nil {
		return "", fmt.Errorf("run it in the root of the repository: %w", err)
	}
	for _, r := range strings.Fields(string(list)) { // one by one: one that fails is left out
		steps = append(steps, []string{python, "-m", "pip", "install", "-q", r})
	}
	steps = append(steps, []string{python, "-m", "pip", "install", "-q", "--no-deps", "scikit-image==0.26.0"})
	for i, s := range steps {
		c := exec.Command(s[0], s[1:]...)
		c.Stderr = os.Stderr
		if err := c.Run(); err != nil && i == 0 {
			return "", fmt.Errorf("%s: %w", strings.Join(s, " "), err)
		}
	}
	return python, nil
}

// A row is one operation: seconds of each side, and ratios turn by turn.
type row struct {
	op     operation
	bytes  int64
	ours   float64
	peers  []float64 // 0: the peer has no such operation
	ratios []float64
	same   []string
}

func compare(s settings, dir string, op operation, peers []*peer) (row, error) {
	data, err := os.ReadFile(filepath.Join(dir, op.File))
	if err != nil {
		return row{}, err
	}
	w, err := newWork(op, data)
	if err != nil {
		return row{}, err
	}
	r := row{op: op, bytes: int64(len(data)), peers: make([]float64, len(peers)), ratios: make([]float64, len(peers)), same: make([]string, len(peers))}
	crc := w.checksum()
	n := max(1, int(s.block.Seconds()/w.time(3)))
	ours := make([]float64, 0, s.rounds)
	times, ratios := make([][]float64, len(peers)), make([][]float64, len(peers))
	for range s.rounds {
		for i, p := range peers {
			t, sum, err := p.ask(op, n)
			if err != nil {
				return row{}, fmt.Errorf("%s: %s: %w", p.name, op.name(), err)
			}
			if t == 0 {
				continue
			}
			r.same[i] = "other bytes"
			if sum == crc {
				r.same[i] = "same bytes"
			}
			me := w.time(n)
			ours = append(ours, me)
			times[i] = append(times[i], t)
			ratios[i] = append(ratios[i], t/me)
		}
	}
	r.ours = median(ours)
	for i := range peers {
		r.peers[i], r.ratios[i] = median(times[i]), median(ratios[i])
	}
	return r, nil
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	slices.Sort(x)
	return x[len(x)/2]
}
