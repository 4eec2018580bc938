package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
)

// infer measures single calls of a model.
func (b *bench) infer(s *wire.Spec) error {
	torch, tf := []string{"eager", "compile"}, []string{"function", "xla"}
	if s.Images() {
		torch = []string{"eager", "eager channels_last", "compile channels_last"}
	}
	ss := slices.Concat(across("ours", ""), b.variantSettings(), across("torch", torch...), across("tf", tf...))
	if s.Name == "mlp" {
		ss = append(ss, goSettings()...)
	}
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
	together(cs, func(c *contender) {
		if _, err := c.child.ask(wire.Request{Op: "load", Model: s, File: file, Mode: c.Mode}); err != nil {
			c.fail("%v", err)
		}
	})
	forward, _ := s.FLOP()
	for _, batch := range batches {
		checkValues(cs, wire.Request{Op: "predict", Batch: batch, N: 1})
		b.compare(cs, calls, func(c *contender, n int) (float64, error) {
			r, err := c.child.ask(wire.Request{Op: "predict", Batch: batch, N: n})
			c.each = append(c.each, r.Each...)
			return median(r.Each), err
		})
		for _, c := range cs {
			if c.runs() && len(c.each) > 0 {
				c.Median, c.P99 = quantile(c.each, .5), quantile(c.each, .99)
			}
		}
		b.record(&record{Name: fmt.Sprintf("infer/%s/%d", s.Name, batch), FLOP: forward * float64(batch),
			Title: fmt.Sprintf("Inference: %s, batch %d", wire.Titles[s.Name], batch)}, cs)
	}
	return nil
}

// checkValues takes everybody out whose answer to q is not ours.
func checkValues(cs []*contender, q wire.Request) {
	answers := make([][]float64, len(cs))
	at := map[*contender]int{}
	for i, c := range cs {
		at[c] = i
	}
	together(cs, func(c *contender) {
		if q.Gemm != nil && tooLarge(c, *q.Gemm) {
			return
		}
		r, err := c.child.ask(q)
		if err != nil {
			c.fail("%v", err)
		}
		answers[at[c]] = r.Values
	})
	i := slices.IndexFunc(cs, func(c *contender) bool { return c.isOurs() && c.runs() })
	for j, c := range cs {
		if i < 0 || !c.runs() || answers[j] == nil {
			continue
		}
		if why := agree(answers[i], answers[j], 1e-4); why != "" {
			c.fail("MISMATCH, not timed: of the results %s", why)
		}
	}
}
