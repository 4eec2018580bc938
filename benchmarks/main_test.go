package main

import (
	"encoding/json"
	"io"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestQuantiles(t *testing.T) {
	xs := []float64{5, 1, 4, 2, 3, 6}
	if m := median(xs); m != 3.5 {
		t.Errorf("median %g, want 3.5", m)
	}
	for p, want := range map[float64]float64{0: 1, 0.5: 3, 0.99: 6, 1: 6} {
		if q := quantile(xs, p); q != want {
			t.Errorf("quantile %g is %g, want %g", p, q, want)
		}
	}
	if !math.IsNaN(median(nil)) || span(nil) != "–" {
		t.Error("nothing has no median")
	}
}

func TestAgree(t *testing.T) {
	for _, c := range []struct {
		want, got []float64
		ok        bool
	}{
		{[]float64{2, 1}, []float64{2.00019, 1}, true}, // relative to 2
		{[]float64{2, 1}, []float64{2.00021, 1}, false},
		{[]float64{0.01}, []float64{0.01009}, true}, // absolute below 1
		{[]float64{1}, []float64{math.NaN()}, false},
		{[]float64{1, 1}, []float64{1}, false},
	} {
		if why := agree(c.want, c.got, 1e-4); (why == "") != c.ok {
			t.Errorf("agree(%v, %v) = %q", c.want, c.got, why)
		}
	}
}

func TestGroups(t *testing.T) {
	gs := groups("# numpy\nnumpy==1\nx==2\n\n# torch\ntorch==3\n")
	want := []group{{"numpy", []string{"numpy==1", "x==2"}}, {"torch", []string{"torch==3"}}}
	if !reflect.DeepEqual(gs, want) {
		t.Errorf("got %v, want %v", gs, want)
	}
	for _, g := range groups(requirements) {
		for _, p := range g.packages {
			if !strings.Contains(p, "==") {
				t.Errorf("%s: %s is not pinned", g.name, p)
			}
		}
	}
}

// session talks to our worker in this process.
func session(t *testing.T, args ...string) func(request) reply {
	t.Helper()
	qr, qw := io.Pipe()
	rr, rw := io.Pipe()
	go func() { rw.CloseWithError(runWorker(args, qr, rw)) }()
	dec, enc := json.NewDecoder(rr), json.NewEncoder(qw)
	read := func() (r reply) {
		if err := dec.Decode(&r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	if read().Versions["go"] == "" {
		t.Fatal("no version in the first line")
	}
	t.Cleanup(func() { qw.Close() })
	return func(q request) reply {
		if err := enc.Encode(q); err != nil {
			t.Fatal(err)
		}
		return read()
	}
}

// Every model builds, travels through its file and learns the same again after
// a reset.
func TestWorker(t *testing.T) {
	for _, s := range models {
		small := *s
		small.Batch = 2
		file := filepath.Join(t.TempDir(), "case.npz")
		if err := writeCase(file, &small, 4); err != nil {
			t.Fatal(err)
		}
		ask := session(t)
		ask(request{Op: "load", Model: &small, File: file, Accuracy: !small.binary()})
		first := ask(request{Op: "losses", N: lossesCompared})
		if first.Error != "" || len(first.Losses) != lossesCompared || first.Losses[0] == first.Losses[1] {
			t.Fatalf("%s: %+v", s.Name, first)
		}
		ask(request{Op: "reset"})
		if again := ask(request{Op: "losses", N: lossesCompared}); !reflect.DeepEqual(first, again) {
			t.Errorf("%s: %v after a reset, %v before", s.Name, again, first)
		}
		for _, q := range []request{{Op: "steps", N: 2}, {Op: "fit", N: 1}} {
			if r := ask(q); r.Error != "" || r.NS <= 0 {
				t.Errorf("%s: %s: %+v", s.Name, q.Op, r)
			}
		}
		if r := ask(request{Op: "predict", Batch: 3, N: 2}); len(r.Each) != 2 || len(r.Values) != s.Parts[len(s.Parts)-1].Units {
			t.Errorf("%s: predict: %+v", s.Name, r)
		}
		if r := ask(request{Op: "dance"}); r.Error == "" {
			t.Error("an unknown op is no error")
		}
	}
}

func TestProductValues(t *testing.T) {
	ask := session(t)
	for _, trans := range []string{"NN", "TN", "NT", "TT"} {
		p := product{2, 3, 5, trans}
		a := func(i, k int) float64 {
			return float64(factor(map[bool]int{false: i*5 + k, true: k*2 + i}[trans[0] == 'T']))
		}
		b := func(k, j int) float64 {
			return float64(factor(7 + map[bool]int{false: k*3 + j, true: j*5 + k}[trans[1] == 'T']))
		}
		var abs, first, last float64
		for i := range 2 {
			for j := range 3 {
				last = 0
				for k := range 5 {
					last += a(i, k) * b(k, j)
				}
				if abs += math.Abs(last); i+j == 0 {
					first = last
				}
			}
		}
		r := ask(request{Op: "gemm", Gemm: &p, N: 1})
		if why := agree([]float64{abs, first, last}, r.Values, 1e-6); why != "" {
			t.Errorf("%s: %s", trans, why)
		}
	}
}

// fake makes contenders that have no process.
func fake(settings ...setting) []*contender {
	var cs []*contender
	for _, s := range settings {
		cs = append(cs, &contender{setting: s, child: nil})
	}
	return cs
}

func TestMismatchIsReportedInsteadOfATime(t *testing.T) {
	cs := fake(setting{"ours", "", 1}, setting{"torch", "eager", 1}, setting{"tf", "xla", 1})
	cs[0].losses = []float64{2.4, 2.3, 2.2}
	cs[1].losses = []float64{2.4, 2.3, 2.3}
	cs[2].losses = []float64{2.4, 2.3, 2.20001}
	checkLosses(cs, 1e-4)
	if cs[1].runs() || !cs[0].runs() || !cs[2].runs() {
		t.Fatalf("problems: %q %q %q", cs[0].problem, cs[1].problem, cs[2].problem)
	}
	r := &report{head: func() string { return "head" }}
	r.timeTable("T", "ms", cs, 1e-4)
	if !strings.Contains(r.String(), "| PyTorch, eager | 1 | – | – | | | MISMATCH, not timed: of the first losses number 3 is 2.3, ours 2.2 |") {
		t.Error(r.String())
	}
}

func TestSummary(t *testing.T) {
	cs := fake(setting{"ours", "", 1}, setting{"ours", "", 2}, setting{"ours", "AVX2", 2},
		setting{"torch", "eager", 1}, setting{"torch", "compile", 2}, setting{"tf", "xla", 2})
	for i, ms := range []float64{4, 2, 1, 9, 6, 5} {
		cs[i].rounds = []float64{ms * 1e6}
	}
	cs[1].peak, cs[4].peak = 20, 800
	cs[4].ratios, cs[5].ratios = []float64{3}, []float64{2.5}
	r := &report{head: func() string { return "head" }}
	r.summary("step/mlp", cs)
	want := "| step/mlp | 2.00 ms (2 threads) | 6.00 ms (compile, 2 threads) | 3.00 (3.00–3.00) | 5.00 ms (xla, 2 threads) | 2.50 (2.50–2.50) | 2.50, wanted 1.5 | 2.00 | 0.025 (20.0 by 800 MB) |\n"
	if r.rows[0] != want {
		t.Errorf("got  %swant %s", r.rows[0], want)
	}
}

func TestScreening(t *testing.T) {
	cs := fake(setting{"torch", "eager", 1}, setting{"torch", "compile", 1}, setting{"tf", "xla", 1})
	for i, ms := range []float64{10, 16, 40} {
		cs[i].rounds = []float64{ms}
	}
	screen(cs)
	if cs[0].note != "" || cs[1].note == "" || cs[2].note != "" {
		t.Errorf("notes %q %q %q", cs[0].note, cs[1].note, cs[2].note)
	}
}

// With no peer at hand ours is measured alone, in blocks of the asked length.
func TestCompareAlone(t *testing.T) {
	cs := fake(setting{"ours", "", 1}, setting{"torch", "eager", 1})
	cs[1].problem = "not installed"
	b := &bench{rounds: 3, block: time.Microsecond}
	b.compare(cs, 1000, func(c *contender, n int) (float64, error) { return 10, nil })
	if len(cs[0].rounds) != 3 || cs[0].n != 100 || len(cs[1].rounds) != 0 {
		t.Errorf("%d rounds of %d units", len(cs[0].rounds), cs[0].n)
	}
}

func TestWanted(t *testing.T) {
	for _, c := range []struct {
		asked, name string
		want        bool
	}{{"", "gemm", true}, {"step", "step/mlp", true}, {"step/mlp", "step/mlp", true}, {"gemm,fit", "fit/mlp", true}, {"st", "step/mlp", false}} {
		if wanted(c.asked, c.name) != c.want {
			t.Errorf("wanted(%q, %q) is %v", c.asked, c.name, !c.want)
		}
	}
}
