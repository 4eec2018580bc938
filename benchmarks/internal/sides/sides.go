// Package sides times ours beside peers in Python: what commands layers and
// models have in common. Sides take turns, each peer in each of its settings.
// What they compute is compared before anything is timed. Medians of the rounds
// count, and for a peer its best setting.
package sides

import (
	"bufio"
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

// A Case is something that all sides compute.
type Case interface {
	Name() string
	// Prepare makes ours ready, and the object that tells the peers what to do.
	Prepare() (Ours, any, error)
}

// Ours is our side of a case.
type Ours interface {
	Step() error
	// Differs compares our numbers with a peer's and says how they differ.
	Differs(peers []float64) string
}

// A Contest is what a command of this kind does.
type Contest struct {
	Title    string
	Script   string   // the peers'
	Settings []string // "torch", "tf" or "onnx", and more words that the script knows
	Cases    []Case
	Choose   func() // may set the fields above when the flags are known

	python, onnx, match, only string
	rounds                    int
	seconds                   float64
	pause                     bool
	profile                   string
}

// Main reads the command line and runs the contest.
func (c *Contest) Main() {
	flag.StringVar(&c.python, "peer", "python3", "Python that has torch and tensorflow; empty: only ours")
	flag.StringVar(&c.onnx, "onnx", "", "Python that has onnxruntime, where it is compared")
	flag.StringVar(&c.match, "case", "", "only cases whose name holds one of these, separated by commas")
	flag.StringVar(&c.only, "settings", "", "only these settings of the peers, separated by commas")
	flag.IntVar(&c.rounds, "rounds", 5, "turns of each side")
	flag.Float64Var(&c.seconds, "seconds", 0.15, "least time of a turn")
	flag.BoolVar(&c.pause, "pause", false, "prepare and compare all cases, then wait for a line of input before timing them")
	flag.StringVar(&c.profile, "cpuprofile", "", "file for a profile of our turns")
	flag.Parse()
	if c.Choose != nil {
		c.Choose()
	}
	if err := c.run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A duel is a case that is ready on all sides.
type duel struct {
	name     string
	ours     Ours
	question any
	settings []string
}

func (c *Contest) run() error {
	if c.profile != "" {
		f, err := os.Create(c.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	peers := map[string]*peer{}
	for _, name := range []string{"torch", "tf", "onnx"} {
		python := c.python
		if name == "onnx" {
			python = c.onnx
		}
		if python == "" || !slices.ContainsFunc(c.Settings, func(s string) bool { return peerOf(s) == name && c.wants(s) }) {
			continue
		}
		p, err := start(python, c.Script, name, runtime.GOMAXPROCS(0))
		if err != nil {
			return err
		}
		defer p.close()
		peers[name] = p
	}
	columns, lines := "", ""
	if peers["onnx"] != nil {
		columns, lines = " ONNX Runtime |", "---|"
	}
	fmt.Printf("| %s | ours | PyTorch | TensorFlow |%s faster than the better by (rounds) | settings |\n|---|---|---|---|%s---|---|\n", c.Title, columns, lines)
	var ready []duel
	for _, k := range c.Cases {
		if !among(k.Name(), c.match) {
			continue
		}
		d, err := c.prepare(k, peers)
		if err == nil && !c.pause {
			err = c.time(d, peers)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", k.Name(), err)
		}
		ready = append(ready, d)
	}
	if !c.pause {
		return nil
	}
	fmt.Fprintln(os.Stderr, "ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	for _, d := range ready {
		if err := c.time(d, peers); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return nil
}

func among(name, words string) bool {
	return slices.ContainsFunc(strings.Split(words, ","), func(w string) bool { return strings.Contains(name, w) })
}

func (c *Contest) wants(setting string) bool {
	return c.only == "" || slices.Contains(strings.Split(c.only, ","), setting)
}

func peerOf(setting string) string {
	name, _, _ := strings.Cut(setting, " ")
	return name
}

// prepare compares what the sides compute and keeps the settings that work.
func (c *Contest) prepare(k Case, peers map[string]*peer) (duel, error) {
	ours, asked, err := k.Prepare()
	if err != nil {
		return duel{}, err
	}
	d := duel{name: k.Name(), ours: ours, question: asked}
	for _, s := range c.Settings {
		p := peers[peerOf(s)]
		if p == nil || !c.wants(s) {
			continue
		}
		a, err := p.ask(question{Setting: s, Case: d.question})
		if err != nil {
			return d, err
		}
		if a.Error == "no such setting" {
			continue
		}
		if a.Error != "" {
			fmt.Fprintf(os.Stderr, "%s: %s: %s\n", d.name, s, a.Error)
			continue
		}
		if bad := ours.Differs(a.Sums); bad != "" {
			return d, fmt.Errorf("%s computes something else: %s", s, bad)
		}
		d.settings = append(d.settings, s)
	}
	return d, nil
}

// time runs the rounds of one case and prints its line.
func (c *Contest) time(d duel, peers map[string]*peer) error {
	times := map[string][]float64{}
	for range c.rounds {
		for _, s := range d.settings {
			a, err := peers[peerOf(s)].ask(question{Setting: s, Case: d.question, Seconds: c.seconds})
			if err != nil {
				return err
			}
			if a.Error != "" {
				return fmt.Errorf("%s: %s", s, a.Error)
			}
			times[s] = append(times[s], a.Seconds)
			time.Sleep(50 * time.Millisecond) // its threads still spin
		}
		t, err := turn(d.ours.Step, c.seconds)
		if err != nil {
			return err
		}
		times["ours"] = append(times["ours"], t)
	}
	ours := times["ours"]
	fmt.Printf("| %s | %.3f (%.3f–%.3f) |", d.name, 1e3*median(ours), 1e3*slices.Min(ours), 1e3*slices.Max(ours))
	least, bests := "", []string{}
	for _, name := range []string{"torch", "tf"} {
		best := ""
		for _, s := range d.settings {
			if peerOf(s) == name && (best == "" || median(times[s]) < median(times[best])) {
				best = s
			}
		}
		if best == "" {
			fmt.Print(" – |")
			continue
		}
		fmt.Printf(" %.3f |", 1e3*median(times[best]))
		bests = append(bests, best)
		if least == "" || median(times[best]) < median(times[least]) {
			least = best
		}
	}
	if peers["onnx"] != nil {
		if t := times["onnx"]; t != nil {
			fmt.Printf(" %.3f |", 1e3*median(t))
		} else {
			fmt.Print(" – |")
		}
	}
	if least == "" {
		fmt.Println(" – | |")
		return nil
	}
	low, high := math.Inf(1), 0.0
	for i, t := range times[least] {
		low, high = min(low, t/ours[i]), max(high, t/ours[i])
	}
	fmt.Printf(" **%.2f** (%.2f–%.2f) | %s |\n", median(times[least])/median(ours), low, high, strings.Join(bests, ", "))
	return nil
}

// turn runs steps for some seconds and returns the median time of one.
func turn(step func() error, seconds float64) (float64, error) {
	least := time.Duration(seconds * float64(time.Second))
	var each []float64
	for begin := time.Now(); time.Since(begin) < least || len(each) < 3; {
		t := time.Now()
		if err := step(); err != nil {
			return 0, err
		}
		each = append(each, time.Since(t).Seconds())
	}
	return median(each), nil
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	if n := len(x); n%2 == 0 && n > 0 {
		return (x[n/2-1] + x[n/2]) / 2
	}
	return x[len(x)/2]
}
