package main

import (
	"fmt"
	"slices"
	"strings"
)

var gemmTitles = map[string]string{
	"gemm/square":   "Matrix products, square",
	"gemm/batch1":   "Matrix products of dense layers, batch 1",
	"gemm/batch32":  "Matrix products of dense layers, batch 32",
	"gemm/batch128": "Matrix products of dense layers, batch 128",
}

// gemmTable is GFLOP/s by size and threads.
func gemmTable(sec *section, avx512 bool) string {
	var t strings.Builder
	fmt.Fprintf(&t, "\n## %s\n\nGFLOP/s, medians; m×n×k with the way the factors are stored (N, or T for the transpose): NN is the forward pass, NT the gradient of the input, TN that of the weights. The ratio is ours to the better peer, turn by turn.", gemmTitles[sec.Case])
	if core := sec.Records[0].Core; core > 0 {
		fmt.Fprintf(&t, " Peak of a core: %s GFLOP/s.", short(core))
	}
	t.WriteString("\n\n| product | threads | NumPy (OpenBLAS) | PyTorch | Antler | ratio: median (min–max) | of the peak |")
	line := "\n|---|---|---|---|---|---|---|"
	variants := []string{"purego"}
	if avx512 {
		t.WriteString(" Antler, AVX2 |")
		line += "---|"
		variants = []string{"AVX2", "purego"}
	}
	t.WriteString(" Antler, plain Go |" + line + "---|\n")
	for _, rec := range sec.Records {
		for _, n := range threadsOf(rec) {
			ours, ratio := rec.find("ours", "", n), "–"
			if peer := rec.bestPeer(n); peer != nil {
				ratio = span(peer.Ratios)
			}
			fmt.Fprintf(&t, "| %s | %d | %s | %s | %s | %s | %s |", strings.TrimPrefix(rec.Name, sec.Case+"/"), n,
				rec.speed("numpy", "", n), rec.speed("torch", "", n), rec.speed("ours", "", n), ratio, short(rec.ofPeak(ours)))
			for _, v := range variants {
				t.WriteString(" " + rec.speed("ours", v, n) + " |")
			}
			t.WriteString("\n")
		}
	}
	return t.String()
}

// speed is GFLOP/s, or why there is no figure.
func (rec *record) speed(peer, mode string, threads int) string {
	for _, f := range rec.Sides {
		switch {
		case f.setting != setting{peer, mode, threads}:
		case !f.runs():
			return f.Problem
		case len(f.Rounds) > 0:
			return short(rec.FLOP / median(f.Rounds))
		}
	}
	return "–"
}

// threadsOf are the thread counts of ours in a record.
func threadsOf(rec *record) (ns []int) {
	for _, f := range rec.Sides {
		if f.isOurs() && !slices.Contains(ns, f.Threads) {
			ns = append(ns, f.Threads)
		}
	}
	return ns
}

// bestPeer is the fastest peer with so many threads.
func (rec *record) bestPeer(threads int) *figures {
	return best(rec.Sides, func(f *figures) bool { return f.Peer != "ours" && f.Threads == threads })
}
