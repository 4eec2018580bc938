package main

import (
	"fmt"
	"slices"
	"strings"
)

// gemmTable is GFLOP/s by size and threads.
type gemmTable struct {
	text     strings.Builder
	variants bool
	ratios   map[int][]float64 // by threads: ratio to the best peer, one for each size
}

func (r *report) gemmBegin(title string, variants bool) *gemmTable {
	t := &gemmTable{variants: variants, ratios: map[int][]float64{}}
	fmt.Fprintf(&t.text, "## %s\n\nGFLOP/s, medians; m×n×k with the way the factors are stored (N, or T for the transpose). The ratio is ours to the better peer, turn by turn.\n\n", title)
	t.text.WriteString("| product | threads | NumPy (OpenBLAS) | PyTorch | Antler | ratio: median (min–max) |")
	line := "\n|---|---|---|---|---|---|"
	if variants {
		t.text.WriteString(" Antler, AVX2 | Antler, plain Go |")
		line += "---|---|"
	}
	t.text.WriteString(line + "\n")
	return t
}

// row adds the lines of a size and forgets problems that belong to it alone.
func (t *gemmTable) row(p product, cs []*contender) {
	speed := func(c *contender) string {
		switch {
		case c == nil:
			return "–"
		case !c.runs():
			return c.problem
		}
		return short(p.flops() / median(c.rounds))
	}
	find := func(peer, mode string, n int) *contender {
		i := slices.IndexFunc(cs, func(c *contender) bool { return c.Peer == peer && c.Mode == mode && c.Threads == n })
		if i < 0 {
			return nil
		}
		return cs[i]
	}
	for _, n := range threads {
		peer := best(cs, func(c *contender) bool { return c.Peer != "ours" && c.Threads == n })
		ratio := "–"
		if peer != nil && len(peer.ratios) > 0 {
			ratio = span(peer.ratios)
			t.ratios[n] = append(t.ratios[n], median(peer.ratios))
		}
		fmt.Fprintf(&t.text, "| %d×%d×%d %s | %d | %s | %s | %s | %s |", p.M, p.N, p.K, p.Trans, n,
			speed(find("numpy", "", n)), speed(find("torch", "", n)), speed(find("ours", "", n)), ratio)
		if t.variants {
			fmt.Fprintf(&t.text, " %s | %s |", speed(find("ours", "AVX2", n)), speed(find("ours", "purego", n)))
		}
		t.text.WriteString("\n")
	}
}

func (r *report) gemmEnd(name string, t *gemmTable) {
	for _, n := range threads {
		if rs := t.ratios[n]; len(rs) > 0 {
			r.gemms = append(r.gemms, fmt.Sprintf("| %s | %d | %s | %s |\n", name, n, short(median(rs)), short(slices.Min(rs))))
		}
	}
	r.section(t.text.String())
}
