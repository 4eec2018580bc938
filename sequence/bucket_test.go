package sequence

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

func TestLengths(t *testing.T) {
	l := new(Lengths)
	if l.Percentile(50) != 0 || l.Whole(1) != 1 || l.Max() != 0 || l.Padding(3) != 0 {
		t.Error("lengths of nothing")
	}
	a, b := LengthsOf([][]int{{}, {1}, {1, 2}}), LengthsOf([][]int{{1, 2}, make([]int, 10)})
	l.Merge(a)
	l.Merge(b)
	if l.Count() != 5 || l.Total() != 15 || l.Empty() != 1 || l.Max() != 10 {
		t.Errorf("count %d, total %d, empty %d, max %d", l.Count(), l.Total(), l.Empty(), l.Max())
	}
	for p, want := range map[float64]int{0: 0, 20: 0, 21: 1, 40: 1, 50: 2, 80: 2, 81: 10, 100: 10} {
		if got := l.Percentile(p); got != want {
			t.Errorf("percentile %v is %d, want %d", p, got, want)
		}
	}
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	near("Whole(2)", l.Whole(2), 0.8)
	near("Kept(2)", l.Kept(2), 7./15)
	near("Padding(2)", l.Padding(2), 3./10)
	near("Padding(10)", l.Padding(10), 35./50)
}

// Boundaries are compared with the best of all choices.
func TestBoundariesPadLeast(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 300 {
		l := new(Lengths)
		for range 1 + r.IntN(30) {
			l.Add(r.IntN(12) * (1 + r.IntN(3)))
		}
		n, maxlen := 1+r.IntN(4), r.IntN(2)*(1+r.IntN(20))
		cut := func(k int) int {
			if maxlen > 0 {
				return min(k, maxlen)
			}
			return k
		}
		cost := func(bounds []int) int {
			cells := 0
			for k, times := range l.counts {
				i, _ := slices.BinarySearch(bounds, cut(k))
				cells += times * bounds[i]
			}
			return cells
		}
		got := l.Boundaries(n, maxlen)
		if len(got) > n || !slices.IsSorted(got) || got[len(got)-1] != cut(l.Max()) {
			t.Fatalf("round %d: boundaries %v", round, got)
		}
		best := math.MaxInt
		top := cut(l.Max())
		var try func(from int, bounds []int)
		try = func(from int, bounds []int) {
			best = min(best, cost(append(slices.Clone(bounds), top)))
			if len(bounds) < n-1 {
				for b := from; b < top; b++ {
					try(b+1, append(slices.Clone(bounds), b))
				}
			}
		}
		try(0, nil)
		if cost(got) != best {
			t.Fatalf("round %d: boundaries %v cost %d cells, the best cost %d", round, got, cost(got), best)
		}
	}
}

func TestBucketed(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var seqs [][]int
	y := tensor.New(100, 2)
	for i := range 100 {
		s := make([]int, r.IntN(40))
		for k := range s {
			s[k] = 100*i + k + 1
		}
		seqs = append(seqs, s)
		y.Set(float32(i), i, 0)
		y.Set(float32(-i), i, 1)
	}
	for _, c := range []BucketConfig{
		{BatchSize: 8},
		{BatchSize: 8, Shuffle: true, Seed: 3},
		{BatchSize: 7, Shuffle: true, DropLast: true, Buckets: 3},
		{BatchSize: 200, PadConfig: PadConfig{MaxLen: 10, Padding: Post, Truncating: Post, Value: -1}},
		{Boundaries: []int{5, 50}},
	} {
		s, err := Bucketed(seqs, y, c)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[int]bool{}
		batches, cells, padding := 0, 0, 0
		shapes := map[int]bool{}
		for b, err := range s.Batches(context.Background(), 1) {
			if err != nil {
				t.Fatal(err)
			}
			batches++
			x := b.X[0]
			shapes[x.Dim(1)] = true
			for k := range x.Dim(0) {
				i := int(b.Y[0].At(k, 0))
				if seen[i] || b.Y[0].At(k, 1) != -float32(i) {
					t.Errorf("%v: sequence %d comes twice or has a wrong target", c, i)
				}
				seen[i] = true
				row := x.Slice(0, k, k+1).Data()
				want, err := Pad([][]int{seqs[i]}, PadConfig{MaxLen: x.Dim(1), Padding: c.Padding, Truncating: c.Truncating, Value: c.Value})
				if x.Dim(1) > 0 && (err != nil || !slices.Equal(row, want.Data())) {
					t.Errorf("%v: row of sequence %d is %v, want %v", c, i, row, want)
				}
				cells += x.Dim(1)
				padding += x.Dim(1) - min(len(seqs[i]), x.Dim(1))
			}
		}
		if batches != s.Len() || len(seen) != s.Samples() || !c.DropLast && len(seen) != 100 {
			t.Errorf("%v: %d batches of %d samples, want %d of %d", c, batches, len(seen), s.Len(), s.Samples())
		}
		if got, want := s.Padding(), float64(padding)/float64(cells); !c.DropLast && math.Abs(got-want) > 1e-12 {
			t.Errorf("%v: Padding is %v, want %v", c, got, want)
		}
		if c.Boundaries == nil && s.Padding() > s.PaddingWithout() || len(shapes) > len(s.Boundaries()) {
			t.Errorf("%v: %v, %d shapes", c, s, len(shapes))
		}
		// An epoch is the same every time, and another one is not when shuffled.
		order := func(epoch int) string {
			o := ""
			for b := range s.Batches(context.Background(), epoch) {
				o += fmt.Sprint(b.Y[0].Data())
			}
			return o
		}
		if first := order(1); first != order(1) || c.Shuffle == (order(1) == order(2)) {
			t.Errorf("%v: order of epochs", c)
		}
	}
}

func TestBucketedErrors(t *testing.T) {
	seqs := [][]int{{1}, {1, 2, 3}}
	for _, c := range []struct {
		want string
		s    [][]int
		y    *tensor.Tensor
		c    BucketConfig
	}{
		{"no sequences", nil, nil, BucketConfig{}},
		{"BatchSize is -1", seqs, nil, BucketConfig{BatchSize: -1}},
		{"Buckets is -1", seqs, nil, BucketConfig{Buckets: -1}},
		{"MaxLen is -1", seqs, nil, BucketConfig{PadConfig: PadConfig{MaxLen: -1}}},
		{`Padding is "left"`, seqs, nil, BucketConfig{PadConfig: PadConfig{Padding: "left"}}},
		{"one target for each", seqs, tensor.Arange(3), BucketConfig{}},
		{"want rising lengths", seqs, nil, BucketConfig{Boundaries: []int{3, 3}}},
		{"sequence 1 has 3 elements", seqs, nil, BucketConfig{Boundaries: []int{2}}},
	} {
		if _, err := Bucketed(c.s, c.y, c.c); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want one with %q", err, c.want)
		}
	}
}

func TestPadRow(t *testing.T) {
	row := []int{9, 9, 9}
	if PadRow(row, []int{1, 2}, -1, PadConfig{}); !slices.Equal(row, []int{-1, 1, 2}) {
		t.Errorf("got %v", row)
	}
	if PadRow(row, []int{1, 2, 3, 4}, -1, PadConfig{Truncating: Post}); !slices.Equal(row, []int{1, 2, 3}) {
		t.Errorf("got %v", row)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	PadRow(row, []int{1}, 0, PadConfig{Padding: "left"})
}
