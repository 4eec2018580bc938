package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// reportOf is the whole document, in Markdown.
func reportOf(r *results) string {
	var s strings.Builder
	s.WriteString("# Antler and its peers\n\n" + headOf(r) + "\n" + askedTable(r) + "\n" + summaryTable(r))
	for _, c := range caseNames() {
		if sec := r.section(c); sec != nil {
			s.WriteString(sectionTables(sec, r.AVX512))
		}
	}
	return s.String()
}

// headOf says what was measured where and how.
func headOf(r *results) string {
	var s strings.Builder
	var vs []string
	for _, k := range slices.Sorted(maps.Keys(r.Versions)) {
		vs = append(vs, k+" "+r.Versions[k])
	}
	fmt.Fprintf(&s, "- Machine: %s.\n- Versions: %s.\n", r.Machine, strings.Join(vs, ", "))
	for _, k := range slices.Sorted(maps.Keys(r.Missing)) {
		fmt.Fprintf(&s, "- Left out: %s, %s.\n", peerNames[k], r.Missing[k])
	}
	var commits []string
	var took time.Duration
	load, begin := 0.0, time.Time{}
	for _, sec := range r.Sections {
		if c := sec.Commit; !slices.Contains(commits, c) {
			commits = append(commits, c)
		}
		took += sec.Took
		load += sec.Load * sec.Took.Seconds()
		if begin.IsZero() || sec.Begin.Before(begin) {
			begin = sec.Begin
		}
	}
	fmt.Fprintf(&s, "- Commit: %s.\n", strings.Join(commits, "; "))
	fmt.Fprintf(&s, "- %s, %.0f minutes, %d rounds in turns (peer, ours, next peer, ours …), medians, blocks of %v.\n", begin.Format("2 January 2006"), took.Minutes(), r.Rounds, r.Block)
	if took > 0 {
		load /= took.Seconds()
	}
	fmt.Fprintf(&s, "- Other programs used %.0f %% of the machine meanwhile", 100*load)
	if r.Calm > 0 {
		fmt.Fprintf(&s, "; turns with more than %g %% were repeated", 100*r.Calm)
	} else if load > 0.05 {
		s.WriteString(": loaded machine, ratios only")
	}
	s.WriteString(".\n")
	if !r.AVX512 {
		s.WriteString("- This machine has no AVX-512: Antler's figures are those of its AVX2 kernels, and there is no forced AVX2 column beside them.\n")
	}
	if r.Note != "" {
		fmt.Fprintf(&s, "- %s.\n", r.Note)
	}
	return s.String()
}

// sectionTables are the tables of one case.
func sectionTables(sec *section, avx512 bool) string {
	switch {
	case sec.Case == "limits":
		return limitsTable(sec)
	case sec.Case == "startup":
		return startTable(sec.Records[0])
	case strings.HasPrefix(sec.Case, "gemm/"):
		return gemmTable(sec, avx512)
	}
	var s strings.Builder
	for _, rec := range sec.Records {
		if strings.HasPrefix(rec.Name, "infer/") {
			s.WriteString(latencyTable(rec))
		} else {
			s.WriteString(timeTable(rec))
		}
	}
	return s.String()
}

func scaled(xs []float64, by float64) []float64 {
	ys := make([]float64, len(xs))
	for i, x := range xs {
		ys[i] = x * by
	}
	return ys
}

// ofPeak is which share of the machine's multiply-adds a side reached.
func (rec *record) ofPeak(f *figures) float64 {
	if f == nil || rec.Core == 0 || rec.FLOP == 0 || len(f.Rounds) == 0 {
		return math.NaN()
	}
	return rec.FLOP / median(f.Rounds) / (rec.Core * float64(f.Threads))
}

// find is the side of that setting, when it ran; else nil.
func (rec *record) find(peer, mode string, threads int) *figures {
	if rec == nil {
		return nil
	}
	for _, f := range rec.Sides {
		if f.setting == (setting{peer, mode, threads}) && f.runs() && len(f.Rounds) > 0 {
			return f
		}
	}
	return nil
}

// timeTable has a line for each setting.
func timeTable(rec *record) string {
	var t strings.Builder
	unit := "step"
	if strings.HasPrefix(rec.Name, "fit/") {
		unit = "epoch"
	}
	fmt.Fprintf(&t, "\n## %s\n\n| setting | threads | ms a%s %s: median (min–max) | its time by ours, same threads | of the peak | MB when ready | peak MB | |\n|---|---|---|---|---|---|---|---|\n", rec.Title, map[bool]string{true: "n"}[unit == "epoch"], unit)
	for _, f := range rec.Sides {
		if !f.runs() {
			fmt.Fprintf(&t, "| %s | %d | – | – | | | | %s |\n", f, f.Threads, f.Problem)
			continue
		}
		fmt.Fprintf(&t, "| %s | %d | %s | %s | %s | %s | %s | %s |\n", f, f.Threads, span(scaled(f.Rounds, 1e-6)), span(f.Ratios), short(rec.ofPeak(f)), short(f.Idle), short(f.Peak), f.Note)
	}
	if i := slices.IndexFunc(rec.Sides, func(f *figures) bool { return f.isOurs() && f.runs() }); i >= 0 {
		fmt.Fprintf(&t, "\nFirst losses (ours): %.6f; all sides that were timed agree to %g.", rec.Sides[i].Losses, rec.Tolerance)
	}
	if rec.FLOP > 0 {
		fmt.Fprintf(&t, " Products and convolutions of a step: %s GFLOP.", short(rec.FLOP/1e9))
	}
	if rec.Core > 0 {
		fmt.Fprintf(&t, " Peak of a core: %s GFLOP/s.", short(rec.Core))
	}
	return t.String() + "\n"
}

// latencyTable has a line for each setting, with percentiles of all calls.
func latencyTable(rec *record) string {
	var t strings.Builder
	fmt.Fprintf(&t, "\n## %s\n\n| setting | threads | µs a call: median | 99th percentile | its median by ours, same threads | |\n|---|---|---|---|---|---|\n", rec.Title)
	for _, f := range rec.Sides {
		if !f.runs() {
			fmt.Fprintf(&t, "| %s | %d | – | – | – | %s |\n", f, f.Threads, f.Problem)
			continue
		}
		fmt.Fprintf(&t, "| %s | %d | %s | %s | %s | %s |\n", f, f.Threads, short(f.Median/1e3), short(f.P99/1e3), span(f.Ratios), f.Note)
	}
	return t.String()
}

func startTable(rec *record) string {
	var t strings.Builder
	fmt.Fprintf(&t, "\n## %s\n\nOne thread. Ready: libraries are loaded. Trained: the MLP 784-512-512-10 has done its first step.\n\n", rec.Title)
	t.WriteString("| setting | ready, ms | trained, ms | MB when ready | MB when trained | peak MB | |\n|---|---|---|---|---|---|---|\n")
	for _, f := range rec.Sides {
		after, peak := "–", "–"
		if len(f.After) > 0 {
			after, peak = short(median(f.After)), short(f.Peak)
		}
		fmt.Fprintf(&t, "| %s | %s | %s | %s | %s | %s | %s |\n", f, span(f.Ready), span(f.Trained), short(f.Idle), after, peak, f.Problem)
	}
	return t.String()
}

// limitsTable has what the machine can do, and the optimizer's pass beside it.
func limitsTable(sec *section) string {
	var t strings.Builder
	t.WriteString("\n## Limits of the machine\n\nMultiply-adds: processes that do nothing else, in registers, with the widest vectors. Copy counts what is read and what is written; \"whole\" copies large pieces. ")
	t.WriteString("Adam reads 4 arrays and writes 3; with the norm of the gradients, which comes before it in training, it reads one more time.\n\n")
	t.WriteString("| what | threads | GFLOP/s or GB/s: median (min–max) | by the better copy |\n|---|---|---|---|\n")
	for _, rec := range sec.Records {
		for _, f := range rec.Sides {
			if !f.runs() {
				fmt.Fprintf(&t, "| %s: %s | %d | – | %s |\n", rec.Title, f.Peer, f.Threads, f.Problem)
				continue
			}
			by := math.NaN()
			if c := rec.copySpeed(f.Threads); c > 0 && !strings.HasPrefix(f.Peer, "copy") {
				by = median(f.Rounds) / c
			}
			fmt.Fprintf(&t, "| %s: %s | %d | %s | %s |\n", rec.Title, f.Peer, f.Threads, span(f.Rounds), short(by))
		}
	}
	return t.String()
}

// copySpeed is that of the better copy with so many threads; 0 when unknown.
func (rec *record) copySpeed(threads int) (gbs float64) {
	for _, f := range rec.Sides {
		if strings.HasPrefix(f.Peer, "copy") && f.Threads == threads && len(f.Rounds) > 0 {
			gbs = max(gbs, median(f.Rounds))
		}
	}
	return gbs
}
