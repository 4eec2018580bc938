package main

import (
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
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
func session(t *testing.T, args ...string) func(wire.Request) wire.Reply {
	t.Helper()
	qr, qw := io.Pipe()
	rr, rw := io.Pipe()
	go func() { rw.CloseWithError(runWorker(args, qr, rw)) }()
	dec, enc := json.NewDecoder(rr), json.NewEncoder(qw)
	read := func() (r wire.Reply) {
		if err := dec.Decode(&r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	if read().Versions["go"] == "" {
		t.Fatal("no version in the first line")
	}
	t.Cleanup(func() { qw.Close() })
	return func(q wire.Request) wire.Reply {
		if err := enc.Encode(q); err != nil {
			t.Fatal(err)
		}
		return read()
	}
}

// Every model builds, travels through its file and learns the same again after
// a reset.
func TestWorker(t *testing.T) {
	for _, s := range wire.Models {
		small := *s
		small.Batch = 2
		file := filepath.Join(t.TempDir(), "case.npz")
		if err := writeCase(file, &small, 4); err != nil {
			t.Fatal(err)
		}
		ask := session(t)
		ask(wire.Request{Op: "load", Model: &small, File: file, Accuracy: !small.Binary()})
		first := ask(wire.Request{Op: "losses", N: lossesCompared})
		if first.Error != "" || len(first.Losses) != lossesCompared || first.Losses[0] == first.Losses[1] {
			t.Fatalf("%s: %+v", s.Name, first)
		}
		ask(wire.Request{Op: "reset"})
		if again := ask(wire.Request{Op: "losses", N: lossesCompared}); !reflect.DeepEqual(first, again) {
			t.Errorf("%s: %v after a reset, %v before", s.Name, again, first)
		}
		for _, q := range []wire.Request{{Op: "steps", N: 2}, {Op: "fit", N: 1}} {
			if r := ask(q); r.Error != "" || r.NS <= 0 {
				t.Errorf("%s: %s: %+v", s.Name, q.Op, r)
			}
		}
		if r := ask(wire.Request{Op: "predict", Batch: 3, N: 2}); len(r.Each) != 2 || len(r.Values) != s.Parts[len(s.Parts)-1].Units {
			t.Errorf("%s: predict: %+v", s.Name, r)
		}
		if r := ask(wire.Request{Op: "dance"}); r.Error == "" {
			t.Error("an unknown op is no error")
		}
	}
}

func TestProductValues(t *testing.T) {
	ask := session(t)
	for _, trans := range []string{"NN", "TN", "NT", "TT"} {
		p := wire.Product{M: 2, N: 3, K: 5, Trans: trans}
		a := func(i, k int) float64 {
			return float64(wire.Factor(map[bool]int{false: i*5 + k, true: k*2 + i}[trans[0] == 'T']))
		}
		b := func(k, j int) float64 {
			return float64(wire.Factor(7 + map[bool]int{false: k*3 + j, true: j*5 + k}[trans[1] == 'T']))
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
		r := ask(wire.Request{Op: "gemm", Gemm: &p, N: 1})
		if why := agree([]float64{abs, first, last}, r.Values, 1e-6); why != "" {
			t.Errorf("%s: %s", trans, why)
		}
	}
}

// Forcing AVX2 must reach every topic of package kernel that has more.
func TestTopics(t *testing.T) {
	names, err := filepath.Glob("../internal/kernel/*_amd64.go")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`impl\.Register\("(\w+)", "AVX512"`).FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(topics, m[1]) {
				t.Errorf("%s: topic %s is missing from topics", name, m[1])
			}
		}
	}
}

// A pass over the slab reaches all of it, however it is cut.
func TestPasses(t *testing.T) {
	ask := session(t, "-threads", "2")
	for _, kind := range []string{"copy", "copy whole", "adam", "norm+adam"} {
		if r := ask(wire.Request{Op: "pass", Pass: kind, Floats: 4 * (passChunk + 3), N: 2}); r.Error != "" || r.NS <= 0 {
			t.Errorf("%s: %+v", kind, r)
		}
	}
	if r := ask(wire.Request{Op: "pass", Pass: "dance", Floats: 64, N: 1}); r.Error == "" {
		t.Error("an unknown pass is no error")
	}
}
