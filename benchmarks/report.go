package main

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
)

// A report gathers tables in Markdown, for the terminal and for a file.
type report struct {
	head  func() string // machine, versions, date: known at the end only
	rows  []string      // of the summary
	gemms []string
	body  strings.Builder
}

// required is what issue and documentation promise: the fastest peer's time by ours.
var required = map[string]float64{
	"step/mlp": 1.5, "step/cnn28": 1.2, "step/cnn32": 1.2, "step/lstm": 2, "step/gru": 2, "step/tiny": 30,
	"infer/mlp/1": 2, "infer/cnn28/1": 2, "infer/lstm/1": 2, "fit/mlp": 2, "fit/cnn28": 2,
}

func (r *report) section(text string) {
	r.body.WriteString("\n" + text)
	fmt.Print("\n" + text)
}

// String is the whole document.
func (r *report) String() string {
	var s strings.Builder
	s.WriteString("# Antler and its peers\n\n" + r.head() + "\n")
	if len(r.rows)+len(r.gemms) > 0 {
		s.WriteString("\n## Summary\n\nEach side at its fastest setting. Ratios are the peer's time by ours: above 1 we are faster.\n\n")
	}
	if len(r.rows) > 0 {
		s.WriteString("| case | Antler | PyTorch | ratio | TensorFlow | ratio | fastest peer, at least | two cores against one | peak memory by PyTorch's |\n|---|---|---|---|---|---|---|---|---|\n")
		s.WriteString(strings.Join(r.rows, ""))
	}
	if len(r.gemms) > 0 {
		s.WriteString("\n| matrix products | threads | ratio to the best of NumPy and PyTorch: median over the sizes | worst |\n|---|---|---|---|\n" + strings.Join(r.gemms, ""))
	}
	return s.String() + r.body.String()
}

func (r *report) save(path string) error {
	if path == "" {
		return nil
	}
	return os.WriteFile(path, []byte(r.String()), 0o644)
}

func scaled(xs []float64, by float64) []float64 {
	ys := make([]float64, len(xs))
	for i, x := range xs {
		ys[i] = x * by
	}
	return ys
}

// timeTable has a line for each contender.
func (r *report) timeTable(title, unit string, cs []*contender, tolerance float64) {
	var t strings.Builder
	fmt.Fprintf(&t, "## %s\n\n| setting | threads | %s: median (min–max) | its time by ours, same threads | MB when ready | peak MB | |\n|---|---|---|---|---|---|---|\n", title, unit)
	for _, c := range cs {
		if !c.runs() {
			fmt.Fprintf(&t, "| %s | %d | – | – | | | %s |\n", c, c.Threads, c.problem)
			continue
		}
		fmt.Fprintf(&t, "| %s | %d | %s | %s | %s | %s | %s |\n", c, c.Threads, span(scaled(c.rounds, 1e-6)), span(c.ratios), short(c.idle), short(c.peak), c.note)
	}
	if i := slices.IndexFunc(cs, func(c *contender) bool { return isOurs(c) && c.runs() }); i >= 0 {
		fmt.Fprintf(&t, "\nFirst losses (ours): %.6f; all sides that were timed agree to %g.\n", cs[i].losses, tolerance)
	}
	r.section(t.String())
}

// latencyTable has a line for each contender, with percentiles of all calls.
func (r *report) latencyTable(title string, cs []*contender) {
	var t strings.Builder
	fmt.Fprintf(&t, "## %s\n\n| setting | threads | µs a call: median | 99th percentile | its median by ours, same threads | |\n|---|---|---|---|---|---|\n", title)
	for _, c := range cs {
		if !c.runs() {
			fmt.Fprintf(&t, "| %s | %d | – | – | – | %s |\n", c, c.Threads, c.problem)
			continue
		}
		fmt.Fprintf(&t, "| %s | %d | %s | %s | %s | %s |\n", c, c.Threads, short(quantile(c.each, .5)/1e3), short(quantile(c.each, .99)/1e3), span(c.ratios), c.note)
	}
	r.section(t.String())
}

func (r *report) startTable(rows []*startRow) {
	var t strings.Builder
	t.WriteString("## Start of a process\n\nOne thread. Ready: libraries are loaded. Trained: the MLP 784-512-512-10 has done its first step.\n\n")
	t.WriteString("| setting | ready, ms | trained, ms | MB when ready | MB when trained | peak MB | |\n|---|---|---|---|---|---|---|\n")
	for _, s := range rows {
		fmt.Fprintf(&t, "| %s | %s | %s | %s | %s | %s | %s |\n", s, span(s.ready), span(s.step), short(median(s.idle)), short(median(s.after)), short(median(s.peaks)), s.problem)
	}
	r.section(t.String())
}

// summary adds the line of a case.
func (r *report) summary(name string, cs []*contender) {
	ours := best(cs, isOurs)
	if ours == nil {
		r.rows = append(r.rows, fmt.Sprintf("| %s | did not run | | | | | | | |\n", name))
		return
	}
	cell := func(c *contender) string { return fmt.Sprintf("%s (%s)", clock(median(c.rounds)), settingOf(c)) }
	row := []string{name, cell(ours)}
	fastest := math.Inf(1)
	var torchPeak, oursPeak []float64
	for _, peer := range []string{"torch", "tf"} {
		c := best(cs, func(c *contender) bool { return c.Peer == peer })
		if c == nil {
			row = append(row, "–", "–")
			continue
		}
		ratios := c.ratios
		if c.Threads != ours.Threads {
			ratios = scaled(c.rounds, 1/median(ours.rounds))
		}
		fastest = min(fastest, median(ratios))
		row = append(row, cell(c), span(ratios))
		if peer == "torch" && c.peak > 0 {
			torchPeak, oursPeak = append(torchPeak, c.peak), append(oursPeak, ours.peak)
		}
	}
	need := ""
	if least, ok := required[name]; ok && !math.IsInf(fastest, 1) {
		need = fmt.Sprintf("%s, wanted %g", short(fastest), least)
	}
	one, two := oursFor(cs, 1), oursFor(cs, 2)
	scaling := ""
	if one != nil && two != nil && len(one.rounds) > 0 && len(two.rounds) > 0 {
		scaling = short(median(one.rounds) / median(two.rounds))
	}
	memory := ""
	if len(torchPeak) > 0 {
		memory = fmt.Sprintf("%s (%s by %s MB)", short(oursPeak[0]/torchPeak[0]), short(oursPeak[0]), short(torchPeak[0]))
	}
	r.rows = append(r.rows, "| "+strings.Join(append(row, need, scaling, memory), " | ")+" |\n")
}

func settingOf(c *contender) string {
	s := fmt.Sprintf("%d thread", c.Threads)
	if c.Threads > 1 {
		s += "s"
	}
	if c.Mode != "" {
		s = c.Mode + ", " + s
	}
	return s
}

// clock prints a time with its unit.
func clock(ns float64) string {
	switch {
	case ns < 1e6:
		return short(ns/1e3) + " µs"
	case ns < 1e9:
		return short(ns/1e6) + " ms"
	}
	return short(ns/1e9) + " s"
}
