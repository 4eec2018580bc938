package main

import (
	"fmt"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
)

// passFloats are sizes of the memory that the optimizer's pass goes over:
// second-level cache, the MLP's weights with gradients and state, and more than
// any cache holds.
var passFloats = []int{1 << 16, 4 * 669706, 1 << 25}

// limits measures what the machine can do at most, and the optimizer's pass
// against it.
func (b *bench) limits() error {
	var fma []*contender
	for _, n := range threads {
		c := &contender{figures: &figures{setting: setting{"fma", "", n}}}
		if b.roofline == "" {
			c.Problem = "only on amd64"
		}
		fma = append(fma, c)
	}
	for range b.rounds {
		for _, c := range fma {
			if c.runs() {
				c.Rounds = append(c.Rounds, b.corePeak(c.Threads))
			}
		}
	}
	b.record(&record{Name: "limits/fma", Title: "Multiply-adds in registers"}, fma)
	for _, n := range passFloats {
		cs := b.open(across("ours", ""))
		rec := &record{Name: fmt.Sprintf("limits/pass/%d", n), Title: fmt.Sprintf("Optimizer pass over %.3g MB", float64(4*n)/1e6)}
		var all []*contender
		for _, c := range cs {
			if c.runs() {
				all = append(all, b.passes(c, n)...)
			}
		}
		closeAll(cs)
		b.record(rec, all)
	}
	return nil
}

// passes takes copy and optimizer in turns; Rounds are GB/s.
func (b *bench) passes(c *contender, floats int) []*contender {
	kinds := []struct {
		name  string
		bytes float64 // of each float in the slab
	}{{"copy", 4}, {"copy whole", 4}, {"adam", 7}, {"norm+adam", 8}}
	var out []*contender
	for _, k := range kinds {
		out = append(out, &contender{figures: &figures{setting: setting{k.name, "", c.Threads}}})
	}
	for round := range b.rounds + 1 { // the first one warms up
		for i, k := range kinds {
			n := max(1, int(b.block.Seconds()/4*20e9/(k.bytes*float64(floats))))
			r, err := c.child.ask(wire.Request{Op: "pass", Pass: k.name, Floats: floats, N: n})
			if err != nil {
				out[i].fail("%v", err)
			} else if round > 0 {
				out[i].Rounds = append(out[i].Rounds, k.bytes*float64(floats)*float64(n)/r.NS)
			}
		}
	}
	return out
}
