package main

import (
	"fmt"
	"path/filepath"
	"slices"
)

// tolerance is how much the first losses of two sides may differ, relative to
// the loss (absolutely below 1): float32 sums in another order, and after two
// updates of Adam, which turns tiny gradients into full steps. Batch
// normalisation multiplies that: PyTorch and TensorFlow differ there from each
// other, and from themselves in another mode, by as much as from us.
func tolerance(s *spec) float64 {
	if s.Name == "resnet20" {
		return 1e-3
	}
	return 1e-5
}

const lossesCompared = 3

// stepSettings are all settings of a training step, or few for a quick run.
func (b *bench) stepSettings(s *spec) []setting {
	torch, tf := []string{"eager", "compile"}, []string{"function", "xla"}
	if s.images() {
		torch = []string{"eager", "eager channels_last", "compile", "compile channels_last"}
	}
	if b.quick {
		torch, tf = torch[len(torch)/2-1:len(torch)/2], tf[:1]
	}
	ss := slices.Concat(across("ours", ""), b.variantSettings(), across("torch", torch...))
	if b.quick {
		return append(ss, setting{"tf", tf[0], threads[len(threads)-1]})
	}
	return append(ss, across("tf", tf...)...)
}

// variantSettings are ours without AVX-512 and without assembly, on all threads.
func (b *bench) variantSettings() []setting {
	if !b.variants {
		return nil
	}
	n := threads[len(threads)-1]
	return []setting{{"ours", "AVX2", n}, {"ours", "purego", n}}
}

// step measures one training step of a model.
func (b *bench) step(s *spec) error {
	cs, err := b.ready(s, "step", s.Batch, b.stepSettings(s), false)
	if err != nil {
		return err
	}
	defer closeAll(cs)
	b.compare(cs, 400, func(c *contender, n int) (float64, error) {
		if _, err := c.child.ask(request{Op: "reset"}); err != nil {
			return 0, err
		}
		if _, err := c.child.ask(request{Op: "steps", N: 2}); err != nil {
			return 0, err
		}
		r, err := c.child.ask(request{Op: "steps", N: n})
		return r.NS / float64(n), err
	})
	b.report.timeTable(fmt.Sprintf("Training step: %s, batch %d", titles[s.Name], s.Batch), "ms a step", cs, tolerance(s))
	b.report.summary("step/"+s.Name, cs)
	return nil
}

// ready starts the contenders, gives all of them the same model and data,
// checks that they learn the same, and takes their memory after some steps.
func (b *bench) ready(s *spec, kind string, samples int, ss []setting, accuracy bool) ([]*contender, error) {
	file := filepath.Join(b.tmp, kind+"-"+s.Name+".npz")
	if err := writeCase(file, s, samples); err != nil {
		return nil, err
	}
	cs := b.open(ss)
	for _, c := range cs {
		if c.runs() {
			c.losses = b.firstLosses(c, request{Op: "load", Model: s, File: file, Mode: c.Mode, Accuracy: accuracy})
		}
	}
	checkLosses(cs, tolerance(s))
	return cs, nil
}

func (b *bench) firstLosses(c *contender, load request) []float64 {
	if _, err := c.child.ask(load); err != nil {
		c.fail("%v", err)
		return nil
	}
	r, err := c.child.ask(request{Op: "losses", N: lossesCompared})
	if err == nil {
		_, err = c.child.ask(request{Op: "steps", N: 3})
	}
	if err != nil {
		c.fail("%v", err)
		return nil
	}
	_, c.peak = resident(c.child.cmd.Process.Pid)
	return r.Losses
}

// checkLosses takes everybody out whose first losses are not ours.
func checkLosses(cs []*contender, tolerance float64) {
	i := slices.IndexFunc(cs, func(c *contender) bool { return isOurs(c) && c.runs() })
	for _, c := range cs {
		if !c.runs() {
			continue
		}
		if i < 0 {
			c.fail("not compared: ours did not run")
			continue
		}
		if why := agree(cs[i].losses, c.losses, tolerance); why != "" {
			c.fail("MISMATCH, not timed: of the first losses %s", why)
		}
	}
}
