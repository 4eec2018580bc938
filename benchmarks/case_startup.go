package main

import (
	"path/filepath"
	"time"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
)

// startup measures how long processes take to get going and what they hold.
func (b *bench) startup() error {
	s := wire.Named("mlp")
	file := filepath.Join(b.tmp, "startup.npz")
	if err := writeCase(file, s, s.Batch); err != nil {
		return err
	}
	settings := []setting{{"ours", "", 1}, {"numpy", "", 1}, {"torch", "eager", 1}, {"tf", "function", 1}}
	if !b.quick {
		settings = append(settings, setting{"gorgonia", "", 1}, setting{"gomlx", "sequential", 1})
	}
	var cs []*contender
	for _, st := range settings {
		cs = append(cs, &contender{figures: &figures{setting: st}})
	}
	for range b.rounds {
		for _, c := range cs {
			if c.runs() {
				if err := b.startOnce(c, s, file); err != nil {
					c.fail("%v", err)
				}
			}
		}
	}
	b.record(&record{Name: "startup", Title: "Start of a process"}, cs)
	return nil
}

func (b *bench) startOnce(c *contender, s *wire.Spec, file string) error {
	begin := time.Now()
	process, err := b.start(c.setting)
	if err != nil {
		return err
	}
	defer process.stop()
	ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
	c.Ready = append(c.Ready, ms(process.ready))
	c.Idle, _ = resident(process.cmd.Process.Pid)
	if c.Peer == "numpy" { // trains nothing
		return nil
	}
	if _, err := process.ask(wire.Request{Op: "load", Model: s, File: file, Mode: c.Mode}); err != nil {
		return err
	}
	if _, err := process.ask(wire.Request{Op: "steps", N: 1}); err != nil {
		return err
	}
	c.Trained = append(c.Trained, ms(time.Since(begin)))
	now, peak := resident(process.cmd.Process.Pid)
	c.After, c.Peak = append(c.After, now), max(c.Peak, peak)
	return nil
}
