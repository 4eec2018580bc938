package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
	"golang.org/x/sys/cpu"
)

// tolerance is how much the first losses of two sides may differ, relative to
// the loss (absolutely below 1): float32 sums in another order, and after two
// updates of Adam, which turns tiny gradients into full steps. Batch
// normalisation multiplies that: PyTorch and TensorFlow differ there from each
// other, and from themselves in another mode, by as much as from us.
func tolerance(s *wire.Spec) float64 {
	if s.Name == "resnet20" {
		return 1e-3
	}
	return 1e-5
}

const lossesCompared = 3

// stepSettings are all settings of a training step, or few for a quick run.
func (b *bench) stepSettings(s *wire.Spec) []setting {
	torch, tf := []string{"eager", "compile"}, []string{"function", "xla"}
	if s.Images() {
		torch = []string{"eager", "eager channels_last", "compile", "compile channels_last"}
	}
	if b.quick {
		n := mostThreads()
		return append(across("ours", ""), setting{"torch", torch[len(torch)/2-1], n}, setting{"tf", tf[0], n})
	}
	ss := slices.Concat(across("ours", ""), b.variantSettings(), across("torch", torch...))
	return slices.Concat(ss, across("tf", tf...), goSettings())
}

// goSettings are those of the peers in Go. GoMLX runs operations side by side,
// or one after the other, which suits one thread.
func goSettings() []setting {
	return append(across("gorgonia", ""), setting{"gomlx", "sequential", 1}, setting{"gomlx", "parallel", mostThreads()})
}

// variantSettings are ours without AVX-512 and without assembly, on all
// threads. Where there is no AVX-512, ours is AVX2 already.
func (b *bench) variantSettings() []setting {
	if !b.variants {
		return nil
	}
	ss := []setting{{"ours", "purego", mostThreads()}}
	if cpu.X86.HasAVX512F {
		ss = append([]setting{{"ours", "AVX2", mostThreads()}}, ss...)
	}
	return ss
}

// step measures one training step of a model.
func (b *bench) step(s *wire.Spec) error {
	cs, err := b.ready(s, "step", s.Batch, b.stepSettings(s), false)
	if err != nil {
		return err
	}
	defer closeAll(cs)
	_, flop := s.FLOP()
	rec := &record{Name: "step/" + s.Name, Title: fmt.Sprintf("Training step: %s, batch %d", wire.Titles[s.Name], s.Batch),
		FLOP: flop * float64(s.Batch), Tolerance: tolerance(s)}
	rec.Core = b.corePeak(1)
	b.compare(cs, 400, func(c *contender, n int) (float64, error) {
		if _, err := c.child.ask(wire.Request{Op: "reset"}); err != nil {
			return 0, err
		}
		if _, err := c.child.ask(wire.Request{Op: "steps", N: 2}); err != nil {
			return 0, err
		}
		r, err := c.child.ask(wire.Request{Op: "steps", N: n})
		return r.NS / float64(n), err
	})
	rec.Core = max(rec.Core, b.corePeak(1))
	b.record(rec, cs)
	return nil
}

// ready starts the contenders, gives all of them the same model and data,
// checks that they learn the same, and takes their memory after some steps.
func (b *bench) ready(s *wire.Spec, kind string, samples int, ss []setting, accuracy bool) ([]*contender, error) {
	file := filepath.Join(b.tmp, kind+"-"+s.Name+".npz")
	if err := writeCase(file, s, samples); err != nil {
		return nil, err
	}
	cs := b.open(ss)
	detail("started")
	together(cs, func(c *contender) {
		defer func() { detail("%v, %d threads: ready", c.setting, c.Threads) }()
		if err := b.firstSteps(c, wire.Request{Op: "load", Model: s, File: file, Mode: c.Mode, Accuracy: accuracy}); err != nil {
			c.fail("%v", err)
		}
	})
	checkLosses(cs, tolerance(s))
	return cs, nil
}

// firstSteps takes the first losses, memory and allocations.
func (b *bench) firstSteps(c *contender, load wire.Request) error {
	if _, err := c.child.ask(load); err != nil {
		return err
	}
	r, err := c.child.ask(wire.Request{Op: "losses", N: lossesCompared})
	if err != nil {
		return err
	}
	c.Losses, c.Digest = r.Losses, r.Digest
	few, more := 3, 0 // a call of Fit allocates, so only the difference is a step's
	if c.isOurs() {
		more = 20
	}
	one, err := c.child.ask(wire.Request{Op: "steps", N: few})
	if err != nil {
		return err
	}
	if more > 0 {
		all, err := c.child.ask(wire.Request{Op: "steps", N: few + more})
		if err != nil {
			return err
		}
		c.Allocs = max(0, (all.Allocs-one.Allocs)/float64(more))
	}
	_, c.Peak = resident(c.child.cmd.Process.Pid)
	return nil
}

// checkLosses takes everybody out whose first losses are not ours.
func checkLosses(cs []*contender, tolerance float64) {
	i := slices.IndexFunc(cs, func(c *contender) bool { return c.isOurs() && c.runs() })
	for _, c := range cs {
		if !c.runs() {
			continue
		}
		if i < 0 {
			c.fail("not compared: ours did not run")
			continue
		}
		if why := agree(cs[i].Losses, c.Losses, tolerance); why != "" {
			c.fail("MISMATCH, not timed: of the first losses %s", why)
		}
	}
}
