package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A demand is a line of what was asked, with what was measured for it.
type demand struct {
	asked  string
	wanted float64
	most   bool // wanted is what it may be at most, not at least
	parts  []part
	remark string
}

// A part is one of the figures that have to reach what was wanted.
type part struct {
	name  string
	value float64 // NaN: not measured
}

// askedTable holds the run against what was asked: one line for each demand.
func askedTable(r *results) string {
	var t strings.Builder
	t.WriteString("## What was asked\n\nRatios: the fastest peer's time, at the best of all its settings, by ours at our best. A demand is reached when each of its figures reaches it.\n\n")
	t.WriteString("| what was asked | wanted | measured | reached? |\n|---|---|---|---|\n")
	for _, d := range demands(r) {
		fmt.Fprintf(&t, "| %s | %s | %s | %s |\n", d.asked, d.want(), d.measured(), d.reached())
	}
	return t.String()
}

func (d demand) want() string {
	if d.most {
		return "≤ " + short(d.wanted)
	}
	return "≥ " + short(d.wanted)
}

func (d demand) ok(v float64) bool {
	if d.most {
		return v <= d.wanted
	}
	return v >= d.wanted
}

func (d demand) reached() string {
	var missing, bad []string
	worst, known := math.Inf(1), 0
	for _, p := range d.parts {
		switch {
		case math.IsNaN(p.value):
			missing = append(missing, p.name)
			continue
		case !d.ok(p.value):
			bad = append(bad, p.name)
			v := p.value / d.wanted
			if d.most {
				v = d.wanted / p.value
			}
			worst = min(worst, v)
		}
		known++
	}
	var s string
	switch {
	case known == 0:
		return "not measured"
	case len(bad) == 0 && len(missing) > 0:
		return "as far as measured; not measured: " + strings.Join(missing, ", ")
	case len(bad) == 0:
		return "**yes**"
	case len(bad) == known:
		s = "**no**"
	default:
		s = fmt.Sprintf("**in part**: %d of %d", known-len(bad), known)
	}
	s += fmt.Sprintf("; worst is %.0f %% short", 100*(1-worst))
	if len(missing) > 0 {
		s += "; not measured: " + strings.Join(missing, ", ")
	}
	return s
}

// measured names the figures one by one when they are few; of many it says
// median, worst, and which fall short.
func (d demand) measured() string {
	var known []part
	for _, p := range d.parts {
		if !math.IsNaN(p.value) {
			known = append(known, p)
		}
	}
	if len(known) == 0 {
		return "–"
	}
	worse := func(a, b part) int {
		return int(math.Copysign(1, (a.value-b.value)*map[bool]float64{false: 1, true: -1}[d.most]))
	}
	s := ""
	if len(known) <= 6 {
		var cells []string
		for _, p := range known {
			cells = append(cells, strings.TrimSpace(p.name+" "+short(p.value)))
		}
		s = strings.Join(cells, ", ")
	} else {
		var all []float64
		var below []part
		for _, p := range known {
			all = append(all, p.value)
			if !d.ok(p.value) {
				below = append(below, p)
			}
		}
		slices.SortFunc(below, worse)
		w := slices.MinFunc(known, worse)
		s = fmt.Sprintf("%d figures: median %s, worst %s (%s)", len(known), short(median(all)), short(w.value), w.name)
		if len(below) > 1 {
			var names []string
			for _, p := range below[:min(len(below), 5)] {
				names = append(names, p.name+" "+short(p.value))
			}
			s += "; short: " + strings.Join(names, ", ")
			if len(below) > 5 {
				s += fmt.Sprintf(" and %d more", len(below)-5)
			}
		}
	}
	if d.remark != "" {
		s += ". " + d.remark
	}
	return s
}

// demands are the lines of the table that the project promised, in its order.
func demands(r *results) []demand {
	fastest := func(asked string, wanted float64, keep func(*figures) bool, names ...string) demand {
		d := demand{asked: asked, wanted: wanted}
		for _, n := range names {
			rec := r.record(n)
			p := part{n, rec.against(keep).ratio()}
			if d2 := rec.against(keep); d2 != nil {
				p.name = fmt.Sprintf("%s (%s, %s)", n, peerNames[d2.peer.Peer], settingOf(d2.peer))
			}
			d.parts = append(d.parts, p)
		}
		return d
	}
	ds := []demand{
		r.squareDemand(), r.skinnyDemand(),
		fastest("training step MLP 784-512-512-10, batch 128", 1.5, anyPeer, "step/mlp"),
		fastest("training step CNN28 and CNN32", 1.2, anyPeer, "step/cnn28", "step/cnn32"),
		fastest("training step LSTM and GRU, 80 steps", 2, anyPeer, "step/lstm", "step/gru"),
		fastest("training step 10-16-1, batch 32", 30, anyPeer, "step/tiny"),
		fastest("batch-1 inference MLP, CNN28, LSTM", 2, anyPeer, "infer/mlp/1", "infer/cnn28/1", "infer/lstm/1"),
		fastest("`fit` whole epoch on MLP and CNN28 against Keras `fit`", 2, peerIs("tf"), "fit/mlp", "fit/cnn28"),
		r.memoryDemand(), r.scalingDemand(),
	}
	return append(ds, r.limitDemands()...)
}

// squareDemand holds GEMM of 512 to 2048 against the better library, both with
// the same number of threads.
func (r *results) squareDemand() demand {
	d := demand{asked: "GEMM 512–2048, 1 and 2 cores, against the best of OpenBLAS and torch", wanted: 0.95}
	r.squares(func(name string, rec *record) {
		for _, n := range threadsOf(rec) {
			if peer := rec.bestPeer(n); peer != nil {
				d.parts = append(d.parts, part{fmt.Sprintf("%s on %d", name, n), median(peer.Ratios)})
			}
		}
	})
	return d
}

// squares calls f for the square products that the demands are about.
func (r *results) squares(f func(name string, rec *record)) {
	if sec := r.section("gemm/square"); sec != nil {
		for _, rec := range sec.Records {
			if m := rec.Product.M; m >= 512 && m <= 2048 {
				f(fmt.Sprintf("%d %s", m, rec.Product.Trans), rec)
			}
		}
	}
}

// skinnyDemand holds the products of dense layers for batches of 1 and 32
// against the fastest peer, each with as many threads as suit it.
func (r *results) skinnyDemand() demand {
	d := demand{asked: "skinny and small GEMM (batch 1 and 32 of the layers above)", wanted: 1.2}
	var one []float64
	for _, c := range []string{"gemm/batch1", "gemm/batch32"} {
		sec := r.section(c)
		if sec == nil {
			continue
		}
		for _, rec := range sec.Records {
			d.parts = append(d.parts, part{strings.TrimPrefix(rec.Name, c+"/"), rec.against(anyPeer).ratio()})
			if peer := rec.bestPeer(1); peer != nil {
				one = append(one, median(peer.Ratios))
			}
		}
	}
	if len(one) > 0 {
		d.remark = fmt.Sprintf("One thread on both sides: median %s, worst %s", short(median(one)), short(slices.Min(one)))
	}
	return d
}

func (r *results) memoryDemand() demand {
	d := demand{asked: "peak resident memory of a training process against PyTorch's", wanted: 0.3, most: true}
	for _, sec := range r.Sections {
		for _, rec := range sec.Records {
			if strings.HasPrefix(rec.Name, "step/") {
				us, them := rec.memory()
				d.parts = append(d.parts, part{fmt.Sprintf("%s (%s by %s MB)", rec.Name, short(us), short(them)), us / them})
			}
		}
	}
	return d
}

func (r *results) scalingDemand() demand {
	d := demand{asked: "two cores against one, CNNs, where the machine has two real cores", wanted: 1.7}
	for _, n := range []string{"step/cnn28", "step/cnn32", "step/resnet20"} {
		d.parts = append(d.parts, part{n, r.record(n).scaling()})
	}
	rec := r.record("limits/fma")
	if one, two := rec.find("fma", "", 1), rec.find("fma", "", 2); one != nil && two != nil {
		d.remark = fmt.Sprintf("Two processes that only multiply and add: %s times one", short(median(two.Rounds)/median(one.Rounds)))
	}
	return d
}

// limitDemands are the distances from what the machine can do, and what must stay.
func (r *results) limitDemands() []demand {
	gemm := demand{asked: "GEMM by the core's measured FMA peak (512–2048, one core)", wanted: 0.9}
	r.squares(func(name string, rec *record) {
		gemm.parts = append(gemm.parts, part{name, rec.ofPeak(rec.find("ours", "", 1))})
	})
	steps := demand{asked: "CNN and LSTM steps by it (one core; arithmetic by definition, also where Winograd saves some)", wanted: 0.5}
	allocs := demand{asked: "allocations a step", wanted: 0, most: true}
	bits := demand{asked: "same bits for any worker count: models whose weights after three steps differ between 1 and 2 threads", wanted: 0, most: true}
	for _, n := range []string{"mlp", "tiny", "cnn28", "cnn32", "lstm", "gru", "resnet20"} {
		rec := r.record("step/" + n)
		one, two := rec.find("ours", "", 1), rec.find("ours", "", 2)
		if n == "cnn28" || n == "cnn32" || n == "lstm" {
			steps.parts = append(steps.parts, part{n, rec.ofPeak(one)})
		}
		if one == nil || two == nil {
			continue
		}
		allocs.parts = append(allocs.parts, part{n, max(one.Allocs, two.Allocs)})
		differ := 0.
		if one.Digest != two.Digest {
			differ = 1
		}
		bits.parts = append(bits.parts, part{n, differ})
	}
	pass := demand{asked: "the optimizer's pass (Adam) by copy bandwidth", wanted: 0.8}
	if sec := r.section("limits"); sec != nil {
		var whole []string
		for _, rec := range sec.Records {
			for _, f := range rec.Sides {
				if c := rec.copySpeed(f.Threads); c > 0 && len(f.Rounds) > 0 {
					name := fmt.Sprintf("%s on %d", strings.TrimPrefix(rec.Title, "Optimizer pass over "), f.Threads)
					switch f.Peer {
					case "adam":
						pass.parts = append(pass.parts, part{name, median(f.Rounds) / c})
					case "norm+adam":
						whole = append(whole, name+" "+short(median(f.Rounds)/c))
					}
				}
			}
		}
		pass.remark = "With the norm of the gradients before it: " + strings.Join(whole, ", ")
	}
	return []demand{gemm, steps, pass, bits, allocs}
}
