package main

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// A measure runs one block of n units on a contender and returns the time of
// one unit in ns.
type measure func(c *contender, n int) (ns float64, err error)

// slow is how much slower than its peer's best a setting may be in the first
// round to be measured again.
const slow = 1.5

// hopeless is how much slower than the fastest peer a peer in Go may be then.
const hopeless = 4

// variantRounds are enough for ours with less than the machine has.
const variantRounds = 3

var errTooSlow = errors.New("not measured at this size")

// compare measures the contenders in turns: peer, ours, the next peer, ours …,
// round after round. How many units fit into a block is found out first, which
// also warms everything up. most bounds them.
func (b *bench) compare(cs []*contender, most int, m measure) {
	for _, c := range cs {
		if c.runs() {
			b.size(c, most, m)
			detail("%v, %d threads: %d units in a block", c.setting, c.Threads, c.n)
		}
	}
	for round := range b.rounds {
		for _, c := range cs {
			switch {
			case !c.runs() || c.Note != "" || c.isOurs():
			case !c.isVariant():
				b.turn(c, oursFor(cs, c.Threads), m)
			case round < variantRounds:
				b.turn(c, nil, m)
			}
		}
		if round == 0 && b.rounds > 1 {
			screen(cs)
		}
		detail("round %d done", round+1)
	}
	for _, c := range cs { // no peer ran with so many threads
		for c.runs() && c.isOurs() && c.Note == "" && len(c.Rounds) < b.rounds {
			b.turn(c, nil, m)
		}
	}
}

// size finds how many units of a contender fill a block.
func (b *bench) size(c *contender, most int, m measure) {
	for n := 1; ; {
		c.Rounds, c.Ratios, c.Note = nil, nil, ""
		ns, err := m(c, n)
		if errors.Is(err, errTooSlow) {
			c.Note = err.Error()
			return
		}
		if err != nil {
			c.fail("%v", err)
			return
		}
		if c.isVariant() && n == 1 && ns > 3*float64(b.block) {
			c.Rounds, c.Note, c.n = []float64{ns}, "measured once", 1
			return
		}
		if want := int(float64(b.block) / ns); n >= min(want, most)/4 || n >= most {
			c.n, c.each = max(1, min(want, most)), nil
			return
		}
		n = min(most, n*8)
	}
}

// turn measures a contender and then ours. When others were busy meanwhile and
// calm is set, both are measured again.
func (b *bench) turn(c, ours *contender, m measure) {
	for try := 0; ; try++ {
		pair := []*child{c.child}
		if ours != nil {
			pair = append(pair, ours.child)
		}
		each, oursEach := len(c.each), 0
		if ours != nil {
			oursEach = len(ours.each)
		}
		load := measureLoad(pair...)
		theirs, err := m(c, c.n)
		if err != nil {
			c.fail("%v", err)
			return
		}
		b.rest(c)
		us := 0.0
		if ours != nil {
			if us, err = m(ours, ours.n); err != nil {
				ours.fail("%v", err)
				return
			}
		}
		if b.calm > 0 && load.foreign() > b.calm && try < 40 {
			c.each = c.each[:each]
			if ours != nil {
				ours.each = ours.each[:oursEach]
			}
			continue
		}
		c.Rounds = append(c.Rounds, theirs)
		if ours != nil {
			ours.Rounds = append(ours.Rounds, us)
			c.Ratios = append(c.Ratios, theirs/us)
		}
		return
	}
}

// rest waits until the threads of a contender sleep.
func (b *bench) rest(c *contender) {
	if c.Threads > 1 && !c.isOurs() {
		time.Sleep(b.pause)
	}
}

// screen leaves out the settings of peers that are far behind the peer's best,
// and peers in Go that are far behind all others.
func screen(cs []*contender) {
	all := best(sides(cs), func(o *figures) bool { return o.Peer != "ours" })
	for _, c := range cs {
		if c.Peer == "ours" || !c.runs() || c.Note != "" {
			continue
		}
		b := best(sides(cs), func(o *figures) bool { return o.Peer == c.Peer })
		switch {
		case b != nil && median(c.Rounds) > slow*median(b.Rounds):
			c.Note = fmt.Sprintf("measured once: over %g times its best setting", slow)
		case c.isGo() && median(c.Rounds) > hopeless*median(all.Rounds):
			c.Note = fmt.Sprintf("measured once: over %d times the fastest peer", hopeless)
		}
	}
}

// verbose is the flag -v.
var verbose bool

func detail(format string, args ...any) {
	if verbose {
		progress("  "+format, args...)
	}
}

func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}
