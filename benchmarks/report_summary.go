package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A duel is the comparison of the fastest setting of a peer with the fastest
// of ours.
type duel struct {
	ours, peer *figures
	ratios     []float64 // the peer's time by ours; above 1 we are faster
}

// against is the duel with the fastest setting of the peers that keep accepts;
// nil when one side did not run. Both with as many threads as suit them.
func (rec *record) against(keep func(*figures) bool) *duel {
	if rec == nil {
		return nil
	}
	ours := best(rec.Sides, func(f *figures) bool { return f.isOurs() })
	peer := best(rec.Sides, func(f *figures) bool { return f.Peer != "ours" && keep(f) })
	if ours == nil || peer == nil {
		return nil
	}
	d := &duel{ours, peer, peer.Ratios}
	if peer.Threads != ours.Threads || len(d.ratios) == 0 { // not measured in one turn
		d.ratios = scaled(peer.Rounds, 1/median(ours.Rounds))
	}
	return d
}

func anyPeer(*figures) bool { return true }

func peerIs(names ...string) func(*figures) bool {
	return func(f *figures) bool { return slices.Contains(names, f.Peer) }
}

// ratio is the median; NaN of no duel.
func (d *duel) ratio() float64 {
	if d == nil {
		return math.NaN()
	}
	return median(d.ratios)
}

// scaling is how much faster ours is with two threads than with one.
func (rec *record) scaling() float64 {
	one, two := rec.find("ours", "", 1), rec.find("ours", "", 2)
	if one == nil || two == nil {
		return math.NaN()
	}
	return median(one.Rounds) / median(two.Rounds)
}

// memory is our peak, at our fastest setting, by the smallest of any setting of
// PyTorch; NaN when unknown.
func (rec *record) memory() (ours, torch float64) {
	torch = math.NaN()
	if rec == nil {
		return math.NaN(), torch
	}
	for _, f := range rec.Sides {
		if f.Peer == "torch" && f.Peak > 0 && !(f.Peak >= torch) {
			torch = f.Peak
		}
	}
	f := best(rec.Sides, func(f *figures) bool { return f.isOurs() })
	if f == nil || f.Peak == 0 {
		return math.NaN(), torch
	}
	return f.Peak, torch
}

// summaryTable has a line for each step, fit and inference.
func summaryTable(r *results) string {
	var t strings.Builder
	t.WriteString("## Summary\n\nEach side at its fastest setting; ratios are its time by ours: above 1 we are faster. Plain Go is ours without assembly.\n\n")
	head, line := "| case | Antler |", "\n|---|---|"
	if r.AVX512 {
		head, line = head+" AVX2 |", line+"---|"
	}
	head, line = head+" plain Go |", line+"---|"
	peers := []string{"torch", "tf", "gorgonia", "gomlx"}
	for _, p := range peers {
		head, line = head+" "+peerNames[p]+" | ratio |", line+"---|---|"
	}
	t.WriteString(head + " two cores against one | of the peak | peak memory by PyTorch's |" + line + "---|---|---|\n")
	for _, c := range caseNames() {
		sec := r.section(c)
		if sec == nil || strings.HasPrefix(c, "gemm/") || c == "limits" || c == "startup" {
			continue
		}
		for _, rec := range sec.Records {
			t.WriteString(summaryRow(rec, peers, r.AVX512))
		}
	}
	return t.String()
}

func summaryRow(rec *record, peers []string, avx512 bool) string {
	ours := best(rec.Sides, func(f *figures) bool { return f.isOurs() })
	if ours == nil {
		return fmt.Sprintf("| %s | did not run |\n", rec.Name)
	}
	cell := func(f *figures) string {
		if f == nil {
			return "–"
		}
		return fmt.Sprintf("%s (%s)", clock(median(f.Rounds)), settingOf(f))
	}
	mode := func(m string) string {
		f := best(rec.Sides, func(f *figures) bool { return f.Peer == "ours" && f.Mode == m })
		if f == nil {
			return "–"
		}
		return clock(median(f.Rounds))
	}
	row := []string{rec.Name, cell(ours)}
	if avx512 {
		row = append(row, mode("AVX2"))
	}
	row = append(row, mode("purego"))
	for _, p := range peers {
		if d := rec.against(peerIs(p)); d != nil {
			row = append(row, cell(d.peer), span(d.ratios))
		} else {
			row = append(row, "–", "–")
		}
	}
	memory := "–"
	if us, them := rec.memory(); us/them > 0 {
		memory = fmt.Sprintf("%s (%s by %s MB)", short(us/them), short(us), short(them))
	}
	row = append(row, short(rec.scaling()), short(rec.ofPeak(ours)), memory)
	return "| " + strings.Join(row, " | ") + " |\n"
}

func settingOf(f *figures) string {
	s := fmt.Sprintf("%d thread", f.Threads)
	if f.Threads > 1 {
		s += "s"
	}
	if f.Mode != "" {
		s = f.Mode + ", " + s
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
