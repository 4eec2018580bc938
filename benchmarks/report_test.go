package main

import (
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
)

// side is a setting with one time in ms.
func side(peer, mode string, threads int, ms float64, ratios ...float64) *figures {
	return &figures{setting: setting{peer, mode, threads}, Rounds: []float64{ms * 1e6}, Ratios: ratios}
}

func stepRecord(name string) *record {
	rec := &record{Name: name, Title: "T", FLOP: 0.2e9, Core: 100, Sides: []*figures{
		side("ours", "", 1, 4), side("ours", "", 2, 2), side("ours", "purego", 2, 50),
		side("torch", "eager", 1, 9, 2.2), side("torch", "compile", 2, 6, 3), side("tf", "xla", 2, 5, 2.5), side("gorgonia", "", 1, 40, 10),
	}}
	rec.Sides[0].Peak, rec.Sides[1].Peak = 18, 20
	rec.Sides[3].Peak, rec.Sides[4].Peak = 700, 800
	rec.Sides[0].Digest, rec.Sides[1].Digest = "a", "a"
	return rec
}

func TestSummaryRow(t *testing.T) {
	got := summaryRow(stepRecord("step/mlp"), []string{"torch", "tf", "gorgonia", "gomlx"}, false)
	// 40 ms by 2 ms is 20: Gorgonia has one thread at its best, ours two. 0.2 GFLOP in 2 ms are half of 2×100 GFLOP/s.
	want := "| step/mlp | 2.00 ms (2 threads) | 50.0 ms | 6.00 ms (compile, 2 threads) | 3.00 (3.00–3.00) | 5.00 ms (xla, 2 threads) | 2.50 (2.50–2.50) | " +
		"40.0 ms (1 thread) | 20.0 (20.0–20.0) | – | – | 2.00 | 0.5 | 0.0286 (20.0 by 700 MB) |\n"
	if got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestDuelTakesTheFastestOfEach(t *testing.T) {
	rec := stepRecord("step/mlp")
	if d := rec.against(anyPeer); d.peer.Peer != "tf" || d.ratio() != 2.5 {
		t.Errorf("against %v: %v", d.peer.setting, d.ratios)
	}
	rec.Sides[5].Problem = "MISMATCH"
	if d := rec.against(anyPeer); d.peer.Mode != "compile" || d.ratio() != 3 {
		t.Errorf("against %v: %v", d.peer.setting, d.ratios)
	}
	if d := rec.against(peerIs("tf")); d != nil || !math.IsNaN(d.ratio()) {
		t.Error("a peer that did not run has a ratio")
	}
}

func gemmRecord(name string, m int, ratio1, ratio2, gflops float64) *record {
	p := wire.Product{M: m, N: m, K: m, Trans: "NN"}
	ms := p.FLOP() / gflops / 1e6
	return &record{Name: name, Product: &p, FLOP: p.FLOP(), Core: 100, Sides: []*figures{
		side("ours", "", 1, ms), side("ours", "", 2, ms/2), side("numpy", "", 1, ms*ratio1, ratio1), side("torch", "", 1, ms*9, 9), side("numpy", "", 2, ms/2*ratio2, ratio2),
	}}
}

func asked(t *testing.T, r *results, start string) []string {
	t.Helper()
	for line := range strings.Lines(askedTable(r)) {
		if strings.HasPrefix(line, "| "+start) {
			return strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | ")
		}
	}
	t.Fatalf("no line %q in\n%s", start, askedTable(r))
	return nil
}

func TestAsked(t *testing.T) {
	r := &results{Sections: []*section{
		{Case: "gemm/square", Records: []*record{gemmRecord("gemm/square/256×256×256 NN", 256, 0.1, 0.1, 1),
			gemmRecord("gemm/square/512×512×512 NN", 512, 1, 0.96, 92), gemmRecord("gemm/square/1024×1024×1024 NN", 1024, 0.94, 1.2, 89)}},
		{Case: "gemm/batch32", Records: []*record{gemmRecord("gemm/batch32/a", 32, 1.1, 1.3, 50), gemmRecord("gemm/batch32/b", 32, 3, 2, 50)}},
		{Case: "step/mlp", Records: []*record{stepRecord("step/mlp")}},
		{Case: "step/cnn28", Records: []*record{stepRecord("step/cnn28")}},
		{Case: "limits", Records: []*record{
			{Name: "limits/fma", Sides: []*figures{{setting: setting{"fma", "", 1}, Rounds: []float64{100}}, {setting: setting{"fma", "", 2}, Rounds: []float64{190}}}},
			{Name: "limits/pass/8", Title: "Optimizer pass over 1 MB", Sides: []*figures{
				{setting: setting{"copy", "", 1}, Rounds: []float64{40}}, {setting: setting{"copy whole", "", 1}, Rounds: []float64{50}},
				{setting: setting{"adam", "", 1}, Rounds: []float64{45}}, {setting: setting{"norm+adam", "", 1}, Rounds: []float64{35}}}}}},
	}}
	r.record("step/cnn28").Sides[1].Digest = "b"
	r.record("step/cnn28").Sides[1].Allocs = 2
	for start, want := range map[string][]string{
		"GEMM 512":        {"≥ 0.95", "512 NN on 1 1.00, 512 NN on 2 0.96, 1024 NN on 1 0.94, 1024 NN on 2 1.20", "**in part**: 3 of 4; worst is 1 % short"},
		"skinny":          {"≥ 1.20", "a 1.30, b 2.00. One thread on both sides: median 2.05, worst 1.10", "**yes**"},
		"training step M": {"≥ 1.50", "step/mlp (TensorFlow, xla, 2 threads) 2.50", "**yes**"},
		"training step C": {"≥ 1.20", "step/cnn28 (TensorFlow, xla, 2 threads) 2.50", "as far as measured; not measured: step/cnn32"},
		"training step 1": {"≥ 30.0", "–", "not measured"},
		"two cores":       {"≥ 1.70", "step/cnn28 2.00. Two processes that only multiply and add: 1.90 times one", "as far as measured; not measured: step/cnn32, step/resnet20"},
		"peak resident":   {"≤ 0.3", "step/mlp (20.0 by 700 MB) 0.0286, step/cnn28 (20.0 by 700 MB) 0.0286", "**yes**"},
		"GEMM by":         {"≥ 0.9", "512 NN 0.92, 1024 NN 0.89", "**in part**: 1 of 2; worst is 1 % short"},
		"CNN and LSTM":    {"≥ 0.5", "cnn28 0.5", "as far as measured; not measured: cnn32, lstm"},
		"the optimizer":   {"≥ 0.8", "1 MB on 1 0.9. With the norm of the gradients before it: 1 MB on 1 0.7", "**yes**"},
		"same bits":       {"≤ 0", "mlp 0, cnn28 1.00", "**in part**: 1 of 2; worst is 100 % short"},
		"allocations":     {"≤ 0", "mlp 0, cnn28 2.00", "**in part**: 1 of 2; worst is 100 % short"},
	} {
		if got := asked(t, r, start); !reflect.DeepEqual(got[1:], want) {
			t.Errorf("%s:\ngot  %q\nwant %q", start, got[1:], want)
		}
	}
}

// Many figures become median, worst and those that fall short.
func TestManyFigures(t *testing.T) {
	d := demand{wanted: 1}
	for i, v := range []float64{0.5, 2, 0.9, 3, 4, 5, 6} {
		d.parts = append(d.parts, part{string(rune('a' + i)), v})
	}
	if got, want := d.measured(), "7 figures: median 3.00, worst 0.5 (a); short: a 0.5, c 0.9"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := d.reached(), "**in part**: 5 of 7; worst is 50 % short"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGemmTable(t *testing.T) {
	rec := gemmRecord("gemm/square/512×512×512 NN", 512, 1.25, 1.5, 90)
	rec.Sides = append(rec.Sides, &figures{setting: setting{"ours", "purego", 2}, Note: errTooSlow.Error()})
	got := gemmTable(&section{Case: "gemm/square", Records: []*record{rec}}, false)
	for _, want := range []string{
		"| 512×512×512 NN | 1 | 72.0 | 10.0 | 90.0 | 1.25 (1.25–1.25) | 0.9 | – |\n",
		"| 512×512×512 NN | 2 | 120 | – | 180 | 1.50 (1.50–1.50) | 0.9 | – |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no line %s in%s", want, got)
		}
	}
}

// Results survive their file; merged ones keep the newer of two sections.
func TestResultsTravel(t *testing.T) {
	old := &results{Machine: "m", Versions: map[string]string{"go": "1", "torch": "2"}, Sections: []*section{
		{Case: "step/mlp", Commit: "old", Records: []*record{stepRecord("step/mlp")}}, {Case: "startup", Commit: "old", Records: []*record{{Name: "startup"}}}}}
	fresh := &results{Machine: "m", Versions: map[string]string{"go": "3"}, Sections: []*section{
		{Case: "step/mlp", Commit: "new", Begin: time.Unix(5, 0).UTC(), Load: 0.5, Took: time.Minute, Records: []*record{stepRecord("step/mlp")}}}}
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.json"), filepath.Join(dir, "b.json")
	for path, r := range map[string]*results{a: old, b: fresh} {
		if err := r.save(path, ""); err != nil {
			t.Fatal(err)
		}
		back, err := readResults(path)
		if err != nil || !reflect.DeepEqual(back, r) {
			t.Fatalf("%v\nwrote %+v\nread  %+v", err, r, back)
		}
	}
	out := filepath.Join(dir, "out.md")
	if err := mergeAll([]string{a, b}, out); err != nil {
		t.Fatal(err)
	}
	old.merge(fresh)
	if s := old.section("step/mlp"); s.Commit != "new" || len(old.Sections) != 2 || old.Versions["go"] != "3" || old.Versions["torch"] != "2" {
		t.Errorf("merged: %+v", old)
	}
	text := reportOf(old)
	for _, want := range []string{"Commit: new; old.", "Other programs used 50 % of the machine meanwhile: loaded machine, ratios only.", "no AVX-512", "## T"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the report", want)
		}
	}
	if r, err := readIfThere(filepath.Join(dir, "none.json")); err != nil || len(r.Sections) != 0 {
		t.Errorf("a file that is not there: %v %v", r, err)
	}
}

func TestFastestFMA(t *testing.T) {
	out := "goos: linux\nBenchmarkFMA/AVX512\n--- SKIP: BenchmarkFMA/AVX512\nBenchmarkFMA/AVX2         \t    2131\t     28151 ns/op\t        68.20 GFLOP/s\nBenchmarkFMA/AVX2 \t 2131\t 28151 ns/op\t 70.5 GFLOP/s\nPASS\n"
	if got := fastestFMA(out); got != 70.5 {
		t.Errorf("got %g, want 70.5", got)
	}
}
