package sequence

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The definition, without seeds: every pair within the window, once.
func TestSkipGramsAreThePairsOfTheWindow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		seq := make([]int, r.IntN(20))
		for i := range seq {
			seq[i] = r.IntN(6)
		}
		window := 1 + r.IntN(7)
		g, err := SkipGrams(seq, 6, SkipGramConfig{WindowSize: window, NegativeSamples: new(1.5), Seed: r.Uint64(), Fast: r.IntN(2) == 0})
		if err != nil {
			t.Fatal(err)
		}
		count := map[[2]int]int{}
		pairs := 0
		for i, w := range seq {
			for j, v := range seq {
				if w != 0 && v != 0 && i != j && max(i-j, j-i) <= window {
					count[[2]int{w, v}]++
					pairs++
				}
			}
		}
		negatives := 0
		for i, p := range g.Couples {
			if g.Labels[i] == 1 {
				count[p]--
				continue
			}
			negatives++
			if !slices.Contains(seq, p[0]) || p[0] == 0 || p[1] < 1 || p[1] > 5 {
				t.Errorf("random pair %v of %v", p, seq)
			}
		}
		for p, n := range count {
			if n != 0 {
				t.Errorf("pair %v of %v: %d too few", p, seq, n)
			}
		}
		if want := int(float64(pairs) * 1.5); negatives != want {
			t.Errorf("%d random pairs, want %d", negatives, want)
		}
	}
}

func TestSkipGramsSeq(t *testing.T) {
	corpus := [][]int{{1, 2, 3}, {}, {4, -1}, {5, 0, 6, 7, 8}, {2, 2}}
	c := SkipGramConfig{Seed: 5}
	i := 0
	for g, err := range SkipGramsSeq(slices.Values(corpus), 9, c) {
		want, wantErr := SkipGrams(corpus[i], 9, SkipGramConfig{Seed: 5 + uint64(i)})
		if (err != nil) != (wantErr != nil) || err != nil && !strings.Contains(err.Error(), "sequence 2: ") {
			t.Fatalf("sequence %d: error %v, want %v", i, err, wantErr)
		}
		if !slices.Equal(g.Couples, want.Couples) || !slices.Equal(g.Labels, want.Labels) {
			t.Errorf("sequence %d: %v, want %v", i, g, want)
		}
		i++
	}
	if i != len(corpus) {
		t.Errorf("%d sequences, want %d", i, len(corpus))
	}
	for range SkipGramsSeq(slices.Values(corpus), 9, c) {
		break // must not panic
	}
	// A setting that is wrong is said once.
	n := 0
	for _, err := range SkipGramsSeq(slices.Values(corpus), 1, c) {
		if n++; err == nil {
			t.Error("no error")
		}
	}
	if n != 1 {
		t.Errorf("%d errors, want 1", n)
	}
}

func TestGramsAsTensors(t *testing.T) {
	a, b, l := Grams{Couples: [][2]int{{1, 2}, {3, 4}}, Labels: []int{1, 0}}.Tensors()
	if a.Dim(0) != 2 || a.Dim(1) != 1 || a.At(1, 0) != 3 || b.At(0, 0) != 2 || l.At(0, 0) != 1 || l.At(1, 0) != 0 {
		t.Errorf("got %v %v %v", a, b, l)
	}
}

func TestSkipGramErrors(t *testing.T) {
	for _, c := range []struct {
		want  string
		seq   []int
		vocab int
		c     SkipGramConfig
	}{
		{"vocabulary size is 3000000000", []int{1}, 3e9, SkipGramConfig{}},
		{"position 0 holds 3000000000", []int{3e9}, 5, SkipGramConfig{}},
		{"make 7999998000 pairs", slices.Repeat([]int{1}, 2000), 5, SkipGramConfig{WindowSize: 2000, NegativeSamples: new(2000.)}},
		{"vocabulary size is -1", []int{1}, -1, SkipGramConfig{}},
		{"WindowSize is -2", []int{1}, 5, SkipGramConfig{WindowSize: -2}},
		{"NegativeSamples is -0.5", []int{1}, 5, SkipGramConfig{NegativeSamples: new(-0.5)}},
		{"NegativeSamples is NaN", []int{1}, 5, SkipGramConfig{NegativeSamples: new(math.NaN())}},
		{"size 1 has no words to draw", []int{1, 2}, 1, SkipGramConfig{}},
		{"position 1 holds -3", []int{1, -3}, 5, SkipGramConfig{}},
		{"position 0 holds -3", []int{-3, 1}, 5, SkipGramConfig{}},
		{"sampling table has 2 entries", []int{1, 2}, 5, SkipGramConfig{SamplingTable: []float64{1, 1}}},
	} {
		if _, err := SkipGrams(c.seq, c.vocab, c.c); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want one with %q", err, c.want)
		}
	}
	for _, c := range []struct {
		size   int
		factor float64
	}{{0, 1}, {-1, 1}, {5, 0}, {5, -1}, {5, math.NaN()}, {5, math.Inf(1)}} {
		if _, err := SamplingTable(c.size, c.factor); err == nil {
			t.Errorf("SamplingTable(%d, %v) has no error", c.size, c.factor)
		}
	}
	if _, _, err := RemoveLongSequences(3, [][]int{{1}}, []int{}); err == nil {
		t.Error("no error for a missing label")
	}
}

// What Fast draws is even: every word is drawn, and every place is reached,
// about equally often.
func TestFastDrawsAreEven(t *testing.T) {
	q := &quick{}
	q.seed(1)
	const rounds, n = 20000, 7
	drawn, places := [n]int{}, [n][n]int{}
	for range rounds {
		var x [n]uint32
		q.below(x[:], n)
		for _, v := range x {
			drawn[v]++
		}
		p := []uint64{0, 1, 2, 3, 4, 5, 6}
		q.shufflePairs(p)
		for i, v := range p {
			places[v][i]++
		}
	}
	// Five standard deviations of a binomial count.
	even := func(what string, count, trials int, p float64) {
		mean := float64(trials) * p
		if math.Abs(float64(count)-mean) > 5*math.Sqrt(mean*(1-p)) {
			t.Errorf("%s: %d, want about %.0f", what, count, mean)
		}
	}
	for v := range n {
		even("drawn", drawn[v], rounds*n, 1./n)
		for i := range n {
			even("place", places[v][i], rounds, 1./n)
		}
	}
	words := []uint32{0, 1}
	first := 0
	for range rounds {
		q.shuffleWords(words)
		first += int(words[0])
	}
	even("of two", first, rounds, 0.5)
}
