package vectors

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/text"
)

// four are words at the corners of a square and one between.
func four(t *testing.T) *Vectors {
	t.Helper()
	tok := &text.Tokenizer{}
	tok.FitOnTexts(slices.Values([]string{"east east east east east north north north north west west west south south far"}))
	v, err := New(tok, []float32{9, 9, 2, 0, 0, 3, -1, 0, 0, -5, 4, 4})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestQuery(t *testing.T) {
	v := four(t)
	for q, want := range map[string]string{
		"east":                "far 0.71, north 0.00, south 0.00, west -1.00",
		"EAST":                "far 0.71, north 0.00, south 0.00, west -1.00",
		"east + north":        "far 1.00, west -0.71, south -0.71",
		"east+north":          "far 1.00, west -0.71, south -0.71",
		"north - west - east": "far 0.71, south -1.00",
		"+ far - east":        "north 0.92, west 0.38, south -0.92", // (√½-1, √½): cos 22.5° and sin 22.5°
		"- east":              "west 1.00, north 0.00, south 0.00, far -0.71",
	} {
		near, err := v.Query(q, 4)
		if err != nil {
			t.Errorf("%q: %v", q, err)
		}
		var got []string
		for _, n := range near {
			got = append(got, fmt.Sprintf("%s %.2f", v.Words[n.ID], n.Similarity+0)) // no -0
		}
		if s := strings.ReplaceAll(strings.Join(got, ", "), "-0.00", "0.00"); s != want {
			t.Errorf("%q: %s, want %s", q, s, want)
		}
	}
	for q, want := range map[string]string{
		"":             `"" is no word`,
		" ":            `is no word`,
		"+":            `ends with +`,
		"east -":       `"east -" ends with -`,
		"east + + far": `is no word`,
		"nort":         `"nort" is not among the 5 words; did you mean north?`,
		"east far":     `"east far" is 2 words (east, far)`,
	} {
		if _, err := v.Query(q, 3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", q, err, want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	tok := &text.Tokenizer{}
	tok.FitOnTexts(slices.Values([]string{"a b"}))
	for _, n := range []int{0, 4} {
		if _, err := New(tok, make([]float32, n)); err == nil {
			t.Errorf("%d numbers for 2 words and padding: no error", n)
		}
	}
	v, err := New(tok, make([]float32, 6)) // of length 0: similar to nothing
	if err != nil {
		t.Fatal(err)
	}
	if s := v.Similarity(1, 2); s != 0 {
		t.Errorf("similarity %v of zeros", s)
	}
}

// The format by its definition (word2vec.c: "%lld %lld\n", then "%s " and "%lf "...).
func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v.txt")
	if err := four(t).Write(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := "5 2\neast 2 0\nnorth 0 3\nwest -1 0\nsouth 0 -5\nfar 4 4\n"; string(b) != want {
		t.Errorf("got %q, want %q", b, want)
	}
}

func TestMeasure(t *testing.T) {
	pairs, scored, err := ParsePairs("# comment\nWord 1,Word 2,Score\nFar, east ,9.5\nnorth,far,7\n\nwest,south,1\nwest,nowhere,3\n")
	if err != nil || !scored || len(pairs) != 4 {
		t.Fatalf("%v %v %v", pairs, scored, err)
	}
	q, err := four(t).Measure(pairs, scored)
	if err != nil {
		t.Fatal(err)
	}
	// Similarities √½, √½, 0. Random: far·far is left out; far-south -√½;
	// north-east 0, north-south -1; west-east -1, west-far -√½.
	h := math.Sqrt(0.5)
	if q.Pairs != 3 || len(q.Missing) != 1 || q.Missing[0] != "nowhere" || math.Abs(q.Related-2*h/3) > 1e-12 || math.Abs(q.Random-(-2*h-2)/5) > 1e-12 {
		t.Errorf("got %+v", q)
	}
	// Of 15 comparisons one is a draw: 0 with 0.
	if math.Abs(q.Chance-14.5/15) > 1e-12 {
		t.Errorf("chance %v, want %v", q.Chance, 14.5/15)
	}
	// Ranks of similarities 1.5, 1.5, 0 and of scores 2, 1, 0: √3/2.
	if math.Abs(q.Spearman-math.Sqrt(3)/2) > 1e-12 {
		t.Errorf("spearman %v", q.Spearman)
	}
	// Places: 1 of far-east, 1 east-far, 1 north-far, 2 far-north (after east,
	// as near, which counts not), …
	if q.Rank != 1 {
		t.Errorf("rank %d", q.Rank)
	}
	if _, err := four(t).Measure(pairs[3:], false); err == nil {
		t.Error("no error for no pair")
	}
	for s, want := range map[string]string{
		"one\n":              "line 1:",
		"a b 1\nc d\n":       "line 2:",
		"a b 1\nc d high":    `line 2: the score is "high"`,
		"a\tb\t1\nc\td\tNaN": "line 2:",
	} {
		if _, _, err := ParsePairs(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", s, err, want)
		}
	}
}

func read(t *testing.T, c *Corpus) (passages []string, bad []dataset.Bad) {
	t.Helper()
	err := c.Read(context.Background(), func(s string) bool { passages = append(passages, s); return true }, func(b dataset.Bad) { bad = append(bad, b) })
	if err != nil {
		t.Fatal(err)
	}
	return passages, bad
}

func TestCorpus(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte("packed\n"))
	w.Close()
	long := strings.Repeat("word ", 40)
	write("a.txt", "\ufeffIt was\r\na dark\r\n\r\n\r\nand stormy\r\nnight")
	write("b.txt", long+"\n\nnext\n")
	write("c.txt.gz", z.String())
	write("d.txt", "good\nbad \xff\nzero \x00\nend")
	write("e.txt", "\xff\xfea\x00")
	write("f.txt", "")
	write("g.txt.gz", z.String()[:len(z.String())-9])
	write("h.png", "no text")
	c, err := OpenCorpus(dir)
	if err != nil {
		t.Fatal(err)
	}
	passages, bad := read(t, c)
	if want := []string{"It was a dark", "and stormy night", strings.TrimSpace(long), "next", "packed", "good", "end", "packed"}; !slices.Equal(passages, want) {
		t.Errorf("passages %q, want %q", passages, want)
	}
	var got []string
	for _, b := range bad {
		got = append(got, strings.TrimPrefix(b.String(), dir+string(filepath.Separator)))
	}
	want := []string{"d.txt:2: invalid UTF-8 at column 5", "d.txt:3: is binary: a zero byte at column 6", "e.txt: is UTF-16", "g.txt.gz:"}
	if len(got) != len(want) {
		t.Fatalf("bad: %q", got)
	}
	for i, w := range want {
		if !strings.HasPrefix(got[i], w) {
			t.Errorf("bad %q, want %q", got[i], w)
		}
	}
	n := 0
	if err := c.Read(context.Background(), func(string) bool { n++; return n < 3 }, func(dataset.Bad) {}); err != nil || n != 3 {
		t.Errorf("left after %d: %v", n, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.Read(ctx, func(string) bool { return true }, func(dataset.Bad) {}); err == nil {
		t.Error("a cancelled reading has no error")
	}
}

func TestWrapped(t *testing.T) {
	var page strings.Builder // broken at 60
	for i, width := range rand.New(rand.NewPCG(1, 2)).Perm(600) {
		word := strings.Repeat("x", 2+width%9)
		if n := page.Len() - strings.LastIndex(page.String(), "\n") - 1; i > 0 && n+1+len(word) > 60 {
			page.WriteString("\n" + word)
		} else {
			page.WriteString(" " + word)
		}
	}
	words := strings.Fields(page.String())
	var even strings.Builder // as many words on each line
	for i, w := range words {
		even.WriteString(w + map[bool]string{true: "\n", false: " "}[i%10 == 9])
	}
	for text, want := range map[string]bool{
		"":                   false,
		"one\n":              false,
		"one\n\ntwo words\n": true,
		strings.Repeat("buy shoes\nweather tomorrow in the north of france\nmaps\n", 20): false, // a query a line
	} {
		if wrapped([]byte(text)) != want {
			t.Errorf("wrapped(%.40q) is %v", text, !want)
		}
	}
}

func TestDataLimits(t *testing.T) {
	c := &Corpus{Text: "a a a b b c\nA b, don't (c)\n"}
	for _, x := range []struct {
		minCount, numWords int
		want               string
	}{{0, 0, "a b c don't"}, {1, 0, "a b c don't"}, {2, 0, "a b c"}, {3, 0, "a b"}, {1, 3, "a b"}, {9, 0, ""}} {
		d, err := c.Fit(context.Background(), x.minCount, x.numWords, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(d.Tokenizer.Vocabulary()[1:], " "); got != x.want || d.Found != 10 {
			t.Errorf("min count %d, %d words: %q of %d", x.minCount, x.numWords, got, d.Found)
		}
	}
}

// The pairs of an epoch are those of SkipGrams of the passages in some order,
// in batches of one size; they depend on seed and epoch alone.
func TestPairs(t *testing.T) {
	s := &Sequences{}
	var all [][]int
	for i := range 50 {
		seq := []int{1 + i%7, 1 + i%5, 8, 1 + i%3, 9, 1 + i%2}
		s.Add(seq)
		all = append(all, seq)
	}
	s.Add(nil)
	table := slices.Repeat([]float64{1}, 10)
	c := PairConfig{Vocabulary: 10, WindowSize: 2, NegativeSamples: 1, SamplingTable: table, BatchSize: 32, Seed: 3}
	positive := 0 // of one passage of 6: 2+3+4+4+3+2
	for range all {
		positive += 18
	}
	if got := s.Expected(c); got != float64(2*positive) {
		t.Errorf("%v pairs expected, want %d", got, 2*positive)
	}
	want := map[[2]int]int{}
	for _, seq := range all {
		g, err := sequence.SkipGrams(seq, 10, sequence.SkipGramConfig{WindowSize: 2, NegativeSamples: new(0.), Shuffle: new(false)})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range g.Couples {
			want[p]++
		}
	}
	epoch := func(src pipeline.Source, e int) (pairs [][3]float32) {
		n := 0
		for b, err := range src.Batches(context.Background(), e) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			for i := range 32 {
				pairs = append(pairs, [3]float32{b.X[0].At(i, 0), b.X[1].At(i, 0), b.Y[0].At(i, 0)})
			}
		}
		if n != src.Len() || n != 2*positive/32 {
			t.Errorf("%d batches, %d promised", n, src.Len())
		}
		return pairs
	}
	src := s.Pairs(c)
	first := epoch(src, 0)
	real, random := 0, 0
	for _, p := range first {
		if p[2] == 0 {
			random++
			continue
		}
		real++
		if want[[2]int{int(p[0]), int(p[1])}]--; want[[2]int{int(p[0]), int(p[1])}] < 0 {
			t.Errorf("pair %v does not occur so often", p)
		}
	}
	if d := real - random; d < -32 || d > 32 { // the last, partial batch is left out
		t.Errorf("%d real and %d random pairs", real, random)
	}
	if !slices.Equal(first, epoch(s.Pairs(c), 0)) {
		t.Error("the same epoch has other pairs")
	}
	if slices.Equal(first, epoch(src, 1)) {
		t.Error("the next epoch has the same pairs")
	}
	f := Fixed(src)
	if !slices.Equal(epoch(f, 0), epoch(f, 1)) {
		t.Error("fixed pairs change")
	}
	c.Seed = 4
	if slices.Equal(first, epoch(s.Pairs(c), 0)) {
		t.Error("another seed has the same pairs")
	}
	// Leaving early, and a context that has ended.
	for range src.Batches(context.Background(), 0) {
		break
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range src.Batches(ctx, 0) {
		if err == nil {
			t.Error("a cancelled epoch has batches")
		}
	}
}

// A text of which nothing is near anything ends with an error.
func TestNoPairs(t *testing.T) {
	s := &Sequences{}
	s.Add([]int{1})
	src := s.Pairs(PairConfig{Vocabulary: 3, WindowSize: 2, NegativeSamples: 1, SamplingTable: []float64{1, 1, 1}, BatchSize: 4})
	for _, err := range src.Batches(context.Background(), 0) {
		if err != errNoPairs {
			t.Errorf("got %v", err)
		}
	}
}

func TestGroups(t *testing.T) {
	v := four(t)
	g := v.Choose(2, 1)
	if len(g) != 2 || g[0].meets(g[1]) && v.Similarity(g[0].Word, g[1].Word) > 0.71 {
		t.Errorf("groups %v", g)
	}
	// Three points of the axes x and y: the plane shows all of the variance, and
	// distances stay.
	places, share, err := v.Plane([]Group{{Word: 1}, {Word: 2}, {Word: 3}})
	if err != nil || len(places) != 3 || math.Abs(share-1) > 1e-12 {
		t.Fatalf("%v %v %v", places, share, err)
	}
	d := func(a, b Place) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }
	if math.Abs(d(places[0], places[1])-math.Sqrt2) > 1e-12 || math.Abs(d(places[0], places[2])-2) > 1e-12 {
		t.Errorf("distances %v %v", d(places[0], places[1]), d(places[0], places[2]))
	}
	if _, _, err := v.Plane([]Group{{Word: 1}}); err == nil {
		t.Error("one word makes a plane")
	}
}

func BenchmarkPairs(b *testing.B) {
	s := &Sequences{}
	for i := range 2000 {
		var seq []int
		for k := range 100 {
			seq = append(seq, 1+(i*31+k*k*17)%5000)
		}
		s.Add(seq)
	}
	table, err := sequence.SamplingTable(5001, sequence.DefaultSamplingFactor)
	if err != nil {
		b.Fatal(err)
	}
	src := s.Pairs(PairConfig{Vocabulary: 5001, WindowSize: 5, NegativeSamples: 2, SamplingTable: table, BatchSize: 4096})
	pairs, epoch := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		epoch++
		for batch, err := range src.Batches(context.Background(), epoch) {
			if err != nil {
				b.Fatal(err)
			}
			pairs += batch.X[0].Len()
		}
	}
	b.ReportMetric(float64(pairs)/b.Elapsed().Seconds(), "pairs/s")
}
