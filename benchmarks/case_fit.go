package main

import (
	"fmt"
	"slices"
)

// fit measures whole epochs: shuffling, batches, steps, loss and accuracy.
func (b *bench) fit(s *spec, samples int) error {
	samples -= samples % s.Batch
	torch, tf := []string{"eager", "compile"}, []string{"keras2", "keras2 xla", "keras2 steps_per_execution", "keras3 xla"}
	if s.images() {
		torch = []string{"eager channels_last", "compile channels_last"}
	}
	ss := slices.Concat(across("ours", ""), across("torch", torch...), across("tf", tf...))
	if b.quick {
		n := threads[len(threads)-1]
		ss = []setting{{"ours", "", n}, {"torch", torch[0], n}, {"tf", tf[0], n}}
	}
	cs, err := b.ready(s, "fit", samples, ss, true)
	if err != nil {
		return err
	}
	defer closeAll(cs)
	b.compare(cs, 10, func(c *contender, n int) (float64, error) {
		if _, err := c.child.ask(request{Op: "reset"}); err != nil {
			return 0, err
		}
		r, err := c.child.ask(request{Op: "fit", N: 2 * n})
		return r.NS / float64(2*n), err
	})
	title := fmt.Sprintf("Whole epochs of fit: %s, %d samples, batch %d, with accuracy", titles[s.Name], samples, s.Batch)
	b.report.timeTable(title, "ms an epoch", cs, tolerance(s))
	b.report.summary("fit/"+s.Name, cs)
	return nil
}
