package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A setting is one way to run one side.
type setting struct {
	Peer    string // ours, numpy, torch, tf, gorgonia or gomlx
	Mode    string // for ours: "", AVX2 or purego
	Threads int
}

var peerNames = map[string]string{"ours": "Antler", "numpy": "NumPy", "torch": "PyTorch", "tf": "TensorFlow", "gorgonia": "Gorgonia", "gomlx": "GoMLX, Go backend"}

func (s setting) String() string {
	name := peerNames[s.Peer]
	switch {
	case s.Peer == "ours" && s.Mode == "purego":
		name += ", plain Go"
	case s.Mode != "":
		name += ", " + s.Mode
	}
	return name
}

// isOurs tells ours with everything this machine has.
func (s setting) isOurs() bool { return s.Peer == "ours" && s.Mode == "" }

// isVariant tells ours with less than this machine has.
func (s setting) isVariant() bool { return s.Peer == "ours" && s.Mode != "" }

// isGo tells the peers written in Go.
func (s setting) isGo() bool { return s.Peer == "gorgonia" || s.Peer == "gomlx" }

// threads are the thread counts that are measured.
var threads = []int{1, 2}

func mostThreads() int { return threads[len(threads)-1] }

// across is a peer's modes on each thread count.
func across(peer string, modes ...string) []setting {
	var ss []setting
	for _, m := range modes {
		for _, t := range threads {
			ss = append(ss, setting{peer, m, t})
		}
	}
	return ss
}

// A contender is a setting that takes part in a case.
type contender struct {
	*figures
	child *child
	each  []float64 // inference: ns of all calls
	n     int       // units in a block
}

// A bench holds what all cases need.
type bench struct {
	home     *home
	root     string // of the module, where the peers' scripts are
	tmp      string
	purego   string // our worker without assembly; "" when not wanted
	gopeers  string // the worker of the peers in Go; "" when it could not be built
	roofline string // the test binary that measures a core's peak; "" where there is none
	rounds   int
	block    time.Duration // of one measurement
	pause    time.Duration // after a measurement with several threads: those of peers still spin
	quick    bool
	only     string  // peer of fit; "": all
	variants bool    // measure AVX2 and plain Go too
	calm     float64 // repeat turns in which others used more of the machine; 0: never
	results  *results
	now      *section // that of the case that runs
	mu       sync.Mutex
}

// record adds a comparison to the running case and prints its tables.
func (b *bench) record(rec *record, cs []*contender) {
	rec.Sides = nil
	for _, c := range cs {
		side := *c.figures
		rec.Sides = append(rec.Sides, &side)
	}
	b.now.Records = append(b.now.Records, rec)
}

// start runs the worker of a setting.
func (b *bench) start(s setting) (*child, error) {
	if s.Peer == "ours" {
		exe, err := os.Executable()
		if err != nil {
			return nil, err
		}
		argv := []string{exe, "worker", "-threads", fmt.Sprint(s.Threads)}
		switch s.Mode {
		case "":
		case "purego":
			argv[0] = b.purego
		default:
			argv = append(argv, "-isa", s.Mode)
		}
		return start(argv, os.Environ())
	}
	if why := b.home.missing[s.Peer]; why != "" {
		return nil, errors.New(why)
	}
	argv := []string{b.home.python(), filepath.Join(b.root, "benchmarks", "peer_"+s.Peer+".py")}
	if s.isGo() {
		argv = []string{b.gopeers, s.Peer}
	}
	c, err := start(argv, b.home.peerEnv(s.Threads))
	if err == nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		for k, v := range c.versions {
			b.results.Versions[k] = v
		}
	}
	return c, err
}

// open starts the contenders of a case, two at a time.
func (b *bench) open(ss []setting) []*contender {
	cs := make([]*contender, len(ss))
	for i, s := range ss {
		cs[i] = &contender{figures: &figures{setting: s}}
	}
	together(cs, func(c *contender) {
		var err error
		if c.child, err = b.start(c.setting); err != nil {
			c.Problem = err.Error()
			return
		}
		c.Idle, _ = resident(c.child.cmd.Process.Pid)
	})
	return cs
}

// together does work for the contenders that run, two at a time: starting and
// compiling, which is not measured, mostly uses one core.
func together(cs []*contender, work func(*contender)) {
	var wg sync.WaitGroup
	free := make(chan bool, 2)
	for _, c := range cs {
		if !c.runs() {
			continue
		}
		free <- true
		wg.Go(func() {
			defer func() { <-free }()
			work(c)
		})
	}
	wg.Wait()
}

func closeAll(cs []*contender) {
	for _, c := range cs {
		c.close()
	}
}

// close ends the contender's process; its figures stay.
func (c *contender) close() {
	if c.child != nil {
		c.child.stop()
		c.child = nil
	}
}

// fail takes a contender out of its case and says why.
func (c *contender) fail(format string, args ...any) {
	c.Problem = strings.ReplaceAll(fmt.Sprintf(format, args...), "|", "/")
	c.close()
}

// oursFor is our own contender with the same number of threads.
func oursFor(cs []*contender, threads int) *contender {
	for _, c := range cs {
		if c.isOurs() && c.Threads == threads && c.runs() {
			return c
		}
	}
	return nil
}

func sides(cs []*contender) []*figures {
	fs := make([]*figures, len(cs))
	for i, c := range cs {
		fs[i] = c.figures
	}
	return fs
}

// best is the fastest of the sides that keep accepts; nil when none ran.
func best(fs []*figures, keep func(*figures) bool) *figures {
	var b *figures
	for _, f := range fs {
		if f.runs() && len(f.Rounds) > 0 && keep(f) && (b == nil || median(f.Rounds) < median(b.Rounds)) {
			b = f
		}
	}
	return b
}
