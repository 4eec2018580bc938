package pipeline

import (
	"context"
	"errors"
	"github.com/antler-ml/antler/internal/rng"
	"iter"
	"slices"
	"strings"
	"testing"
)

// count is the stream of 0 … n-1, plus 100·epoch.
func count(n int) Stream[int] {
	return NewStream(n, func(_ context.Context, epoch int) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if !yield(100*epoch+i, nil) {
					return
				}
			}
		}
	})
}

func items[T any](t *testing.T, s Stream[T], epoch int) []T {
	t.Helper()
	got, err := s.Collect(t.Context(), epoch)
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() >= 0 && s.Len() != len(got) {
		t.Errorf("Len is %d, the epoch has %d items", s.Len(), len(got))
	}
	return got
}

func TestStreamParts(t *testing.T) {
	for _, c := range []struct {
		name string
		s    Stream[int]
		len  int
		want []int // of epoch 1
	}{
		{"zero", Stream[int]{}, 0, nil},
		{"list", List([]int{3, 1, 2}), 3, []int{3, 1, 2}},
		{"each", Each(ints(3)), -1, []int{0, 1, 2}},
		{"take", count(5).Take(2), 2, []int{100, 101}},
		{"take more", count(2).Take(5), 2, []int{100, 101}},
		{"take none", Each(ints(3)).Take(0), 0, nil},
		{"take of unknown", Each(ints(3)).Take(2), -1, []int{0, 1}},
		{"skip", count(5).Skip(3), 2, []int{103, 104}},
		{"skip all", count(5).Skip(9), 0, nil},
		{"shard 0 of 3", count(7).Shard(0, 3), 3, []int{100, 103, 106}},
		{"shard 2 of 3", count(7).Shard(2, 3), 2, []int{102, 105}},
		{"shard without items", count(1).Shard(2, 3), 0, nil},
		{"repeat", count(2).Repeat(2), 4, []int{200, 201, 300, 301}},
		{"repeat none", count(2).Repeat(0), 0, nil},
	} {
		if c.s.Len() != c.len {
			t.Errorf("%s: Len %d, want %d", c.name, c.s.Len(), c.len)
		}
		if got := items(t, c.s, 1); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if _, err := count(3).Shard(3, 3).Collect(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "part 3 of 3") {
		t.Errorf("%v", err)
	}
}

func TestChan(t *testing.T) {
	ch := make(chan int, 5)
	for i := range 5 {
		ch <- i
	}
	close(ch)
	s := Chan(ch)
	if got := items(t, s.Take(2), 0); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("%v", got)
	}
	if got := items(t, s, 1); !slices.Equal(got, []int{2, 3, 4}) {
		t.Errorf("%v", got)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	if _, err := Chan(make(chan int)).Collect(ctx, 0); err != why {
		t.Errorf("an empty channel and an ended context: %v", err)
	}
}

// An ordinary error ends the epoch; that of one sample does not.
func TestStreamErrors(t *testing.T) {
	bad := errors.New("bad")
	for _, c := range []struct {
		err  error
		want int
	}{{bad, 2}, {&SampleError{Err: bad}, 4}} {
		s := Each(func(yield func(int, error) bool) {
			_ = yield(0, nil) && yield(1, c.err) && yield(2, nil) && yield(3, nil)
		})
		for name, s := range map[string]Stream[int]{"each": s, "repeat": s.Repeat(1), "take": s.Take(4), "shard": s.Shard(0, 1)} {
			n := 0
			for range s.Items(t.Context(), 0) {
				n++
			}
			if n != c.want {
				t.Errorf("%s: %d items with %v", name, n, c.err)
			}
		}
	}
}

func TestStreamCancel(t *testing.T) {
	for _, s := range []Stream[int]{count(50), count(50).Repeat(2), count(50).Shard(0, 1), List(make([]int, 50))} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n, last := 0, error(nil)
		for _, err := range s.Items(ctx, 0) {
			if n++; n == 3 {
				cancel()
			}
			last = err
		}
		if n != 4 || last != context.Canceled {
			t.Errorf("%d items, last error %v", n, last)
		}
	}
}

func TestListShuffled(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 5, 64, 1000} {
		list := items(t, count(n), 0)
		s := ListShuffled(list, 7)
		a, b := items(t, s, 0), items(t, s, 1)
		if !slices.Equal(a, items(t, s, 0)) {
			t.Errorf("%d: an epoch is not the same twice", n)
		}
		if n > 60 && (slices.Equal(a, b) || slices.Equal(a, list) || slices.Equal(a, items(t, ListShuffled(list, 8), 0))) {
			t.Errorf("%d: orders do not differ", n)
		}
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, list) || !slices.Equal(b, list) {
			t.Errorf("%d: not a permutation", n)
		}
	}
}

// Every item should come to every place equally often: chi-squared of 10×10
// cells from 4,000 permutations, 81 degrees of freedom; 140 is passed by chance
// once in 20,000 times, and the seeds are fixed.
func TestPermutationIsUniform(t *testing.T) {
	const n, trials = 10, 4000
	var cells [n][n]int
	for seed := range trials {
		p := rng.NewPermutation(n, uint64(seed))
		for i := range n {
			cells[i][p.At(i)]++
		}
	}
	x := 0.0
	for _, row := range cells {
		for _, c := range row {
			d := float64(c) - trials/n
			x += d * d / (trials / n)
		}
	}
	if x > 140 {
		t.Errorf("chi-squared is %v", x)
	}
}
