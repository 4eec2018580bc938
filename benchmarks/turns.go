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

// compare measures the contenders in turns: peer, ours, the next peer, ours …,
// round after round. How many units fit into a block is found out first, which
// also warms everything up. most bounds them.
func (b *bench) compare(cs []*contender, most int, m measure) {
	for _, c := range cs {
		if !c.runs() {
			continue
		}
		c.rounds, c.ratios, c.each, c.n, c.note = nil, nil, nil, 0, ""
		for n := 1; ; {
			ns, err := m(c, n)
			if errors.Is(err, errTooSlow) {
				c.note = err.Error()
				break
			}
			if err != nil {
				c.fail("%v", err)
				break
			}
			if want := int(float64(b.block) / ns); n >= min(want, most)/4 || n >= most {
				c.n = max(1, min(want, most))
				break
			}
			n = min(most, n*8)
		}
	}
	for round := range b.rounds {
		for _, c := range cs {
			if isOurs(c) || !c.runs() || c.note != "" {
				continue
			}
			b.turn(c, oursFor(cs, c.Threads), m)
		}
		if round == 0 && b.rounds > 1 {
			screen(cs)
		}
	}
	if b.onlyOurs(cs) {
		for range b.rounds {
			for _, c := range cs {
				if c.runs() {
					b.turn(c, nil, m)
				}
			}
		}
	}
}

// onlyOurs reports whether no peer took part, so that ours was not measured.
func (b *bench) onlyOurs(cs []*contender) bool {
	for _, c := range cs {
		if !isOurs(c) && c.runs() {
			return false
		}
	}
	return true
}

// turn measures a peer and then ours. When others were busy meanwhile and calm
// is set, both are measured again.
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
		time.Sleep(b.pause)
		us := 0.0
		if ours != nil {
			if us, err = m(ours, ours.n); err != nil {
				ours.fail("%v", err)
				return
			}
			time.Sleep(b.pause)
		}
		if b.calm > 0 && load.foreign() > b.calm && try < 40 {
			c.each = c.each[:each]
			if ours != nil {
				ours.each = ours.each[:oursEach]
			}
			continue
		}
		c.rounds = append(c.rounds, theirs)
		if ours != nil {
			ours.rounds = append(ours.rounds, us)
			c.ratios = append(c.ratios, theirs/us)
		}
		return
	}
}

// screen leaves out the settings of peers that are far behind the peer's best.
func screen(cs []*contender) {
	for _, c := range cs {
		if isOurs(c) || !c.runs() || c.Peer == "ours" {
			continue
		}
		b := best(cs, func(o *contender) bool { return o.Peer == c.Peer })
		if b != nil && median(c.rounds) > slow*median(b.rounds) {
			c.note = fmt.Sprintf("measured once: over %g times its best setting", slow)
		}
	}
}

func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}
