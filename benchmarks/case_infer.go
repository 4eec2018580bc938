package main

import (
	"fmt"
	"path/filepath"
	"slices"
)

// infer measures single calls of a model.
func (b *bench) infer(s *spec) error {
	torch, tf := []string{"eager", "compile"}, []string{"function", "xla"}
	if s.images() {
		torch = []string{"eager", "eager channels_last", "compile channels_last"}
	}
	ss := slices.Concat(across("ours", ""), across("torch", torch...), across("tf", tf...))
	batches, calls := []int{1, 8, 64}, 1000
	if b.quick {
		ss = []setting{{"ours", "", 1}, {"torch", torch[0], 1}, {"tf", tf[0], 1}}
		batches, calls = batches[:1], 200
	}
	file := filepath.Join(b.tmp, "infer-"+s.Name+".npz")
	if err := writeCase(file, s, slices.Max(batches)); err != nil {
		return err
	}
	cs := b.open(ss)
	defer closeAll(cs)
	for _, c := range cs {
		if c.runs() {
			if _, err := c.child.ask(request{Op: "load", Model: s, File: file, Mode: c.Mode}); err != nil {
				c.fail("%v", err)
			}
		}
	}
	for _, batch := range batches {
		checkValues(cs, request{Op: "predict", Batch: batch, N: 1})
		b.compare(cs, calls, func(c *contender, n int) (float64, error) {
			r, err := c.child.ask(request{Op: "predict", Batch: batch, N: n})
			c.each = append(c.each, r.Each...)
			return median(r.Each), err
		})
		b.report.latencyTable(fmt.Sprintf("Inference: %s, batch %d", titles[s.Name], batch), cs)
		b.report.summary(fmt.Sprintf("infer/%s/%d", s.Name, batch), cs)
	}
	return nil
}

// checkValues takes everybody out whose answer to q is not ours.
func checkValues(cs []*contender, q request) {
	var want []float64
	for _, c := range cs {
		if !c.runs() {
			continue
		}
		r, err := c.child.ask(q)
		switch {
		case err != nil:
			c.fail("%v", err)
		case want == nil && isOurs(c):
			want = r.Values
		default:
			if why := agree(want, r.Values, 1e-4); why != "" {
				c.fail("MISMATCH, not timed: of the results %s", why)
			}
		}
	}
}
