package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/antler-ml/antler/nn"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/saving"
)

// A keras is a Python with one of the modules.
type keras struct{ module, python, title string }

// speeds measures loading, saving and a first prediction.
type speeds struct {
	peers   []keras
	dir     string
	train   string // the built command
	rounds  int
	figures map[string][]float64 // seconds of each round
	classes map[string]string    // what was printed, by contender
}

const (
	speedPeers = "benchmarks/savedmodels/speed.py"
	photo      = "testdata/keras/image/photo.jpg"
)

// hundred is a model of 100 MB: 25 layers of 1024 units.
func hundred() *nn.Model {
	var ls []nn.Layer
	for i := range 25 {
		ls = append(ls, nn.Name(fmt.Sprintf("dense_%d", i), &layers.Dense{Units: 1024}))
	}
	m := nn.NewSequential(nn.Input(1024), ls...)
	m.Seed(1)
	return m
}

// speed writes the table of the page.
func speed(tf, three, dir, page string, rounds int) error {
	if tf == "" || three == "" {
		return errors.New("-tfkeras and -keras3 are required")
	}
	s := &speeds{peers: []keras{{"tf_keras", tf, "tf-keras"}, {"keras", three, "Keras 3"}}, dir: dir, rounds: rounds,
		figures: map[string][]float64{}, classes: map[string]string{}}
	if dir == "" {
		var err error
		if s.dir, err = os.MkdirTemp("", "savedmodels"); err != nil {
			return err
		}
		defer os.RemoveAll(s.dir)
	}
	for _, step := range []func() error{s.prepare, s.loading, s.saving, s.predicting} {
		if err := step(); err != nil {
			return err
		}
	}
	return replaceTable(page, s.markdown())
}

// prepare makes the files, if they are not there from an earlier run.
func (s *speeds) prepare() error {
	s.train = filepath.Join(s.dir, "train")
	if err := command(os.Stderr, "go", "build", "-o", s.train, "./cmd/train"); err != nil {
		return err
	}
	ours := filepath.Join(s.dir, "ours.h5")
	if _, err := os.Stat(ours); err != nil {
		if err := saving.Save(hundred(), ours); err != nil {
			return err
		}
	}
	for _, p := range s.peers {
		if _, err := os.Stat(filepath.Join(s.dir, p.module+".keras")); err == nil {
			continue
		}
		if err := command(os.Stderr, p.python, speedPeers, "make", p.module, s.dir); err != nil {
			return fmt.Errorf("%s: %w", p.title, err)
		}
	}
	return nil
}

// took adds a figure.
func (s *speeds) took(what string, seconds float64) {
	s.figures[what] = append(s.figures[what], seconds)
}

// clock adds the time of a function.
func (s *speeds) clock(what string, f func() error) error {
	begin := time.Now()
	err := f()
	s.took(what, time.Since(begin).Seconds())
	return err
}

// loading reads the file that tf-keras wrote, in turns. It is in the cache of
// files. The first round does not count.
func (s *speeds) loading() error {
	path := filepath.Join(s.dir, "tf_keras.h5")
	var servers []*server
	for _, p := range s.peers {
		v, err := start(p.python, speedPeers, "serve", p.module)
		if err != nil {
			return err
		}
		defer v.stop()
		servers = append(servers, v)
	}
	for round := range s.rounds + 1 {
		for i, p := range s.peers {
			for _, what := range []string{"load", "read"} {
				t, err := servers[i].ask(what + " " + path)
				if err != nil {
					return fmt.Errorf("%s: %w", p.title, err)
				}
				if round > 0 {
					s.took(what+" "+p.module, t)
				}
			}
		}
		err := s.clock("load", func() error {
			m, err := saving.Load(path)
			if err == nil && len(m.Weights()) != 50 {
				err = errors.New("the model is not whole")
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	s.figures["load"] = s.figures["load"][1:]
	return nil
}

// saving writes the model, and as many bytes as they are, in turns.
func (s *speeds) saving() error {
	m := hundred()
	out, plain := filepath.Join(s.dir, "saved.h5"), filepath.Join(s.dir, "plain")
	if err := saving.Save(m, out); err != nil { // gives the weights their first values too
		return err
	}
	data, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	for range s.rounds {
		if err := s.clock("save", func() error { return saving.Save(m, out) }); err != nil {
			return err
		}
		if err := s.clock("plain", func() error { return writeSynced(plain, data) }); err != nil {
			return err
		}
	}
	return nil
}

// writeSynced is what the disk takes.
func writeSynced(path string, data []byte) error {
	f, err := os.Create(path + ".tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

// predicting starts programs that classify one picture, in turns, until they
// print the class.
func (s *speeds) predicting() error {
	for range s.rounds {
		for _, p := range s.peers {
			file := filepath.Join(s.dir, p.module+".keras")
			if err := s.firstLine("predict "+p.module, p.python, speedPeers, "predict", p.module, file, photo); err != nil {
				return err
			}
			if err := s.firstLine("train "+p.module, s.train, "predict", file, photo); err != nil {
				return err
			}
		}
	}
	return nil
}

// firstLine runs a program and takes the time until it has printed a line.
func (s *speeds) firstLine(what, name string, args ...string) error {
	c := exec.Command(name, args...)
	var notes strings.Builder
	c.Stderr = &notes
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := c.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	s.took(what, time.Since(begin).Seconds())
	if err == nil {
		_, err = io.Copy(io.Discard, out)
	}
	if err := errors.Join(err, c.Wait()); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, notes.String())
	}
	s.classes[what] = strings.TrimSpace(line)
	return nil
}

// markdown is the table.
func (s *speeds) markdown() string {
	var b strings.Builder
	b.WriteString("| | ours | peer | ratio (worst and best round) |\n|---|---|---|---|\n")
	line := func(what, own, peer, title string) {
		low, high := 1e9, 0.0
		for i, t := range s.figures[own] {
			r := s.figures[peer][i] / t
			low, high = min(low, r), max(high, r)
		}
		fmt.Fprintf(&b, "| %s | %s | %s: %s | **%.2f** (%.2f–%.2f) |\n", what, ms(s.figures[own]), title, ms(s.figures[peer]),
			median(s.figures[peer])/median(s.figures[own]), low, high)
	}
	for _, p := range s.peers {
		line("loading a 100 MB `.h5`", "load", "load "+p.module, "load_model of "+p.title)
	}
	line("the same", "load", "read tf_keras", "h5py alone, no model")
	line("saving it", "save", "plain", "as many bytes written and synced")
	for _, p := range s.peers {
		line("from the start of a process to the class of a photo, MobileNetV2 of "+p.title, "train "+p.module, "predict "+p.module, "Python")
	}
	fmt.Fprintf(&b, "\nMedians of %d rounds. The classes that were printed:", s.rounds)
	for _, p := range s.peers {
		fmt.Fprintf(&b, " `%s` here and `%s` by %s.", s.classes["train "+p.module], s.classes["predict "+p.module], p.title)
	}
	b.WriteString("\n")
	return b.String()
}

func ms(x []float64) string {
	return fmt.Sprintf("%.0f ms (%.0f–%.0f)", 1e3*median(x), 1e3*slices.Min(x), 1e3*slices.Max(x))
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}

// A server is a Python that answers with seconds.
type server struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func start(name string, args ...string) (*server, error) {
	v := &server{cmd: exec.Command(name, args...)}
	var err error
	if v.in, err = v.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	v.out = bufio.NewScanner(out)
	return v, v.cmd.Start()
}

func (v *server) ask(line string) (seconds float64, err error) {
	if _, err := fmt.Fprintln(v.in, line); err != nil {
		return 0, err
	}
	for v.out.Scan() {
		if n, _ := fmt.Sscanf(v.out.Text(), "seconds %g", &seconds); n == 1 {
			return seconds, nil
		}
	}
	return 0, errors.Join(errors.New("the peer ended"), v.out.Err())
}

func (v *server) stop() {
	v.in.Close()
	v.cmd.Wait()
}
