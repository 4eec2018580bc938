package main

import (
	"strings"
	"testing"
	"time"
)

// fake makes contenders that have no process.
func fake(settings ...setting) []*contender {
	var cs []*contender
	for _, s := range settings {
		cs = append(cs, &contender{figures: &figures{setting: s}})
	}
	return cs
}

func TestMismatchIsReportedInsteadOfATime(t *testing.T) {
	cs := fake(setting{"ours", "", 1}, setting{"torch", "eager", 1}, setting{"tf", "xla", 1})
	cs[0].Losses = []float64{2.4, 2.3, 2.2}
	cs[1].Losses = []float64{2.4, 2.3, 2.3}
	cs[2].Losses = []float64{2.4, 2.3, 2.20001}
	checkLosses(cs, 1e-4)
	if cs[1].runs() || !cs[0].runs() || !cs[2].runs() {
		t.Fatalf("problems: %q %q %q", cs[0].Problem, cs[1].Problem, cs[2].Problem)
	}
	table := timeTable(&record{Name: "step/mlp", Title: "T", Sides: sides(cs)})
	if !strings.Contains(table, "| PyTorch, eager | 1 | – | – | | | | MISMATCH, not timed: of the first losses number 3 is 2.3, ours 2.2 |") {
		t.Error(table)
	}
}

func TestScreening(t *testing.T) {
	cs := fake(setting{"torch", "eager", 1}, setting{"torch", "compile", 1}, setting{"tf", "xla", 1}, setting{"gorgonia", "", 1}, setting{"gomlx", "", 1})
	for i, ms := range []float64{10, 16, 50, 39, 41} {
		cs[i].Rounds = []float64{ms}
	}
	screen(cs)
	for i, again := range []bool{true, false, true, true, false} {
		if (cs[i].Note == "") != again {
			t.Errorf("%v: note %q", cs[i].setting, cs[i].Note)
		}
	}
}

func TestTurns(t *testing.T) {
	ours, peer, slowPeer, plain := setting{"ours", "", 1}, setting{"torch", "eager", 1}, setting{"torch", "compile", 1}, setting{"ours", "purego", 1}
	cs := fake(ours, plain, peer, slowPeer)
	b := &bench{rounds: 5, block: time.Microsecond}
	b.compare(cs, 1000, func(c *contender, n int) (float64, error) {
		return map[setting]float64{ours: 10, peer: 20, slowPeer: 40, plain: 100}[c.setting], nil
	})
	if n := cs[0].n; n != 100 {
		t.Errorf("%d units of ours, want 100: a block is 1 µs and one takes 10 ns", n)
	}
	// ours is measured with each peer: 5 times with one, once with the other
	for i, want := range []int{6, variantRounds, 5, 1} {
		if got := len(cs[i].Rounds); got != want {
			t.Errorf("%v: %d rounds, want %d", cs[i].setting, got, want)
		}
	}
	if r := cs[2].Ratios; len(r) != 5 || r[0] != 2 {
		t.Errorf("ratios %v, want 5 times 2", r)
	}
}

// With no peer at hand ours is measured alone, in blocks of the asked length.
func TestCompareAlone(t *testing.T) {
	cs := fake(setting{"ours", "", 1}, setting{"torch", "eager", 1})
	cs[1].Problem = "not installed"
	b := &bench{rounds: 3, block: time.Microsecond}
	b.compare(cs, 1000, func(c *contender, n int) (float64, error) { return 10, nil })
	if len(cs[0].Rounds) != 3 || cs[0].n != 100 || len(cs[1].Rounds) != 0 {
		t.Errorf("%d rounds of %d units", len(cs[0].Rounds), cs[0].n)
	}
}

// What plain Go takes too long for is measured once, or not at all.
func TestSlowVariants(t *testing.T) {
	cs := fake(setting{"ours", "", 1}, setting{"ours", "purego", 1}, setting{"ours", "AVX2", 1})
	b := &bench{rounds: 3, block: time.Microsecond}
	b.compare(cs, 1000, func(c *contender, n int) (float64, error) {
		if c.Mode == "AVX2" {
			return 0, errTooSlow
		}
		return map[string]float64{"": 10, "purego": 1e4}[c.Mode], nil
	})
	if len(cs[0].Rounds) != 3 || len(cs[1].Rounds) != 1 || len(cs[2].Rounds) != 0 || cs[2].Problem != "" {
		t.Errorf("rounds %d %d %d, problem %q", len(cs[0].Rounds), len(cs[1].Rounds), len(cs[2].Rounds), cs[2].Problem)
	}
}

func TestWanted(t *testing.T) {
	for _, c := range []struct {
		asked, name string
		want        bool
	}{{"", "gemm/square", true}, {"step", "step/mlp", true}, {"step/mlp", "step/mlp", true}, {"gemm,fit", "fit/mlp", true}, {"st", "step/mlp", false}} {
		if wanted(c.asked, c.name) != c.want {
			t.Errorf("wanted(%q, %q) is %v", c.asked, c.name, !c.want)
		}
	}
}
