package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A setting is one way to run one side.
type setting struct {
	Peer    string // ours, numpy, torch or tf
	Mode    string // for ours: "", AVX2 or purego
	Threads int
}

func (s setting) String() string {
	name := map[string]string{"ours": "Antler", "numpy": "NumPy", "torch": "PyTorch", "tf": "TensorFlow"}[s.Peer]
	if s.Mode != "" {
		name += ", " + s.Mode
	}
	return name
}

// threads are the thread counts that are measured.
var threads = []int{1, 2}

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
	setting
	child   *child
	problem string    // why it has no times
	rounds  []float64 // ns a unit, one number a round
	ratios  []float64 // its time / ours in the same turn
	each    []float64 // inference: ns of all calls
	idle    float64   // MB when ready
	peak    float64   // MB after some steps
	losses  []float64
	note    string
	n       int // units in a block
}

// A bench holds what all cases need.
type bench struct {
	home     *home
	root     string // of the module, where the peers' scripts are
	tmp      string
	purego   string // our worker without assembly; "" when not wanted
	rounds   int
	block    time.Duration // of one measurement
	pause    time.Duration // between two, while threads of peers still spin
	quick    bool
	variants bool    // measure AVX2 and plain Go too
	calm     float64 // repeat turns in which others used more of the machine; 0: never
	versions map[string]string
	report   *report
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
	c, err := start([]string{b.home.python(), filepath.Join(b.root, "benchmarks", "peer_"+s.Peer+".py")}, peerEnv(s.Threads))
	if err == nil {
		for k, v := range c.versions {
			b.versions[k] = v
		}
	}
	return c, err
}

// open starts the contenders of a case, with a line on the terminal.
func (b *bench) open(ss []setting) []*contender {
	var cs []*contender
	for _, s := range ss {
		c := &contender{setting: s}
		var err error
		if c.child, err = b.start(s); err != nil {
			c.problem = err.Error()
		} else {
			c.idle, _ = resident(c.child.cmd.Process.Pid)
		}
		cs = append(cs, c)
	}
	return cs
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
	c.problem = strings.ReplaceAll(fmt.Sprintf(format, args...), "|", "/")
	c.close()
}

func (c *contender) runs() bool { return c.problem == "" }

// oursFor is our own contender with the same number of threads.
func oursFor(cs []*contender, threads int) *contender {
	for _, c := range cs {
		if c.Peer == "ours" && c.Mode == "" && c.Threads == threads && c.runs() {
			return c
		}
	}
	return nil
}

// best is the fastest of the contenders that keep accepts; nil when none ran.
func best(cs []*contender, keep func(*contender) bool) *contender {
	var b *contender
	for _, c := range cs {
		if c.runs() && len(c.rounds) > 0 && keep(c) && (b == nil || median(c.rounds) < median(b.rounds)) {
			b = c
		}
	}
	return b
}

func isOurs(c *contender) bool { return c.Peer == "ours" && c.Mode == "" }
