package main

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
)

// fit measures whole epochs: shuffling, batches, steps, loss and accuracy.
func (b *bench) fit(s *wire.Spec, samples int) error {
	samples -= samples % s.Batch
	torch, tf := []string{"eager", "compile"}, []string{"keras2", "keras2 xla", "keras2 steps_per_execution", "keras3 xla"}
	if s.Images() {
		torch = []string{"eager channels_last", "compile channels_last"}
	}
	if s.Parts[0].Kind == "embedding" { // XLA compiles sequences for minutes
		tf = []string{"keras2", "keras2 steps_per_execution"}
	}
	ss := slices.Concat(across("ours", ""), b.variantSettings(), across("torch", torch...), across("tf", tf...))
	if s.Images() { // an epoch takes seconds: what rarely wins gets all threads only
		n := mostThreads()
		ss = slices.Concat(across("ours", ""), b.variantSettings(), across("torch", torch[0]), across("tf", tf[0]))
		ss = append(ss, setting{"torch", torch[1], n}, setting{"tf", tf[1], n}, setting{"tf", tf[2], n}, setting{"tf", tf[3], n})
	}
	if b.quick {
		n := mostThreads()
		ss = []setting{{"ours", "", n}, {"torch", torch[0], n}, {"tf", tf[0], n}}
	}
	ss = slices.DeleteFunc(ss, func(c setting) bool { return b.only != "" && c.Peer != "ours" && c.Peer != b.only })
	cs, err := b.ready(s, "fit", samples, ss, true)
	if err != nil {
		return err
	}
	defer closeAll(cs)
	b.compare(cs, 10, func(c *contender, n int) (float64, error) {
		if _, err := c.child.ask(wire.Request{Op: "reset"}); err != nil {
			return 0, err
		}
		n *= 2 // the first epoch of a call may be slower
		if c.Mode == "purego" {
			n = 1
		}
		r, err := c.child.ask(wire.Request{Op: "fit", N: n})
		return r.NS / float64(n), err
	})
	b.record(&record{Name: "fit/" + s.Name, Tolerance: tolerance(s),
		Title: fmt.Sprintf("Whole epochs of fit: %s, %d samples, batch %d, with accuracy", wire.Titles[s.Name], samples, s.Batch)}, cs)
	return nil
}
