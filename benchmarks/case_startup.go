package main

import (
	"path/filepath"
	"time"
)

// startup measures how long processes take to get going and what they hold.
func (b *bench) startup() error {
	s := modelNamed("mlp")
	file := filepath.Join(b.tmp, "startup.npz")
	if err := writeCase(file, s, s.Batch); err != nil {
		return err
	}
	var rows []*startRow
	for _, st := range []setting{{"ours", "", 1}, {"numpy", "", 1}, {"torch", "eager", 1}, {"tf", "function", 1}} {
		rows = append(rows, &startRow{setting: st})
	}
	for range b.rounds {
		for _, r := range rows {
			if r.problem == "" {
				if err := b.startOnce(r, s, file); err != nil {
					r.problem = err.Error()
				}
			}
		}
	}
	b.report.startTable(rows)
	return nil
}

// A startRow holds the times of one side in ms and its memory in MB.
type startRow struct {
	setting
	problem            string
	ready, step        []float64
	idle, after, peaks []float64
}

func (b *bench) startOnce(r *startRow, s *spec, file string) error {
	begin := time.Now()
	c, err := b.start(r.setting)
	if err != nil {
		return err
	}
	defer c.stop()
	ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
	r.ready = append(r.ready, ms(c.ready))
	now, _ := resident(c.cmd.Process.Pid)
	r.idle = append(r.idle, now)
	if r.Peer == "numpy" { // trains nothing
		return nil
	}
	if _, err := c.ask(request{Op: "load", Model: s, File: file, Mode: r.Mode}); err != nil {
		return err
	}
	if _, err := c.ask(request{Op: "steps", N: 1}); err != nil {
		return err
	}
	r.step = append(r.step, ms(time.Since(begin)))
	now, peak := resident(c.cmd.Process.Pid)
	r.after, r.peaks = append(r.after, now), append(r.peaks, peak)
	return nil
}
