package pipeline

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
)

func TestShuffle(t *testing.T) {
	s := count(100).Shuffle(ShuffleConfig{Window: 10, Seed: 3})
	a, b := items(t, s, 0), items(t, s, 1)
	if !slices.Equal(a, items(t, s, 0)) {
		t.Error("an epoch is not the same twice")
	}
	for i, v := range a {
		if v > i+9 {
			t.Errorf("item %d came at place %d, out of a window of 10", v, i)
		}
	}
	for i := range b {
		b[i] -= 100
	}
	if slices.Equal(a, b) || slices.IsSorted(a) {
		t.Error("orders do not differ")
	}
	slices.Sort(a)
	slices.Sort(b)
	if want := items(t, count(100), 0); !slices.Equal(a, want) || !slices.Equal(b, want) {
		t.Error("not a permutation")
	}
	if got := items(t, count(5).Shuffle(ShuffleConfig{Window: 1}), 0); !slices.IsSorted(got) {
		t.Errorf("a window of one: %v", got)
	}
	if _, err := count(5).Shuffle(ShuffleConfig{Window: -1}).Collect(t.Context(), 0); err == nil {
		t.Error("a negative window")
	}
}

type sized int

func (s sized) Bytes() int64 { return int64(s) }

// A window of 10 bytes holds two items of 5: none comes two places early.
func TestShuffleBytes(t *testing.T) {
	list := slices.Repeat([]sized{5}, 50)
	read, most := 0, 0
	s := Each(func(yield func(sized, error) bool) {
		for _, v := range list {
			if read++; !yield(v, nil) {
				return
			}
		}
	}).Shuffle(ShuffleConfig{MaxBytes: 10})
	n := 0
	for range s.Items(t.Context(), 0) {
		most = max(most, read-n)
		n++
	}
	if n != 50 || most != 3 { // two in the window, and the one that came
		t.Errorf("%d items, at most %d read ahead", n, most)
	}
	if got := items(t, List([]sized{50, 60}).Shuffle(ShuffleConfig{MaxBytes: 10}), 0); !slices.Equal(got, []sized{50, 60}) {
		t.Errorf("items above the bound: %v", got)
	}
}

func TestZip(t *testing.T) {
	leaktest.None(t, func() {
		got := items(t, Zip(count(3), List([]string{"a", "b", "c"})), 1)
		if want := []Pair[int, string]{{100, "a"}, {101, "b"}, {102, "c"}}; !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
		for range Zip(count(3), count(3)).Items(t.Context(), 0) {
			break
		}
	})
	disk := errors.New("disk gone")
	bad := Each(func(yield func(int, error) bool) { yield(0, disk) })
	for _, c := range []struct {
		s    Stream[Pair[int, int]]
		want string
	}{
		{Zip(count(3), count(2)), "the streams have 3 and 2 items"},
		{Zip(count(3), Each(ints(2))), "the second stream ended after 2 items of epoch 0"},
		{Zip(Each(ints(2)), count(3)), "the first stream ended after 2 items of epoch 0"},
		{Zip(count(1), bad), "disk gone"},
		{Zip(bad, count(1)), "disk gone"},
	} {
		leaktest.None(t, func() {
			if _, err := c.s.Collect(t.Context(), 0); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	if n := (Pair[named, int]{"a.png", 1}).Name(); n != "a.png" {
		t.Error(n)
	}
}

func TestInterleave(t *testing.T) {
	a, b, c := List([]int{1, 2, 3, 4, 5}), List([]int{10, 20}), List([]int{})
	leaktest.None(t, func() {
		if got := items(t, Interleave(0, a, b, c), 0); !slices.Equal(got, []int{1, 10, 2, 20, 3, 4, 5}) {
			t.Errorf("%v", got)
		}
		if got := items(t, Interleave(2, a, c, b), 0); !slices.Equal(got, []int{1, 2, 10, 20, 3, 4, 5}) {
			t.Errorf("%v", got)
		}
		if got := items(t, Interleave[int](1), 0); len(got) != 0 {
			t.Errorf("%v", got)
		}
		for range Interleave(1, a, b).Items(t.Context(), 0) {
			break
		}
	})
}

func TestCache(t *testing.T) {
	runs := 0
	s := Each(iter.Seq2[int, error](func(yield func(int, error) bool) {
		runs++
		_ = yield(1, nil) && yield(0, &SampleError{Name: "x", Err: errors.New("bad")}) && yield(2, nil)
	})).Cache(0)
	for range s.Items(t.Context(), 0) {
		break // an epoch that was left early is not kept
	}
	for epoch := range 3 {
		check(t, told(t, s, func(v int) string { return string(rune('0' + v)) }), "1", "error: sample 0 (x): bad", "2")
		if runs != 2 {
			t.Errorf("%d runs after epoch %d", runs, epoch)
		}
	}
	// The items are those of epoch 0, whichever epoch runs first.
	if got := items(t, count(2).Cache(0), 5); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("%v", got)
	}
	if _, err := List([]sized{4, 4, 4}).Cache(10).Collect(t.Context(), 0); err == nil || !strings.Contains(err.Error(), "the first 3 items have 12 bytes, but maxBytes is 10") {
		t.Errorf("%v", err)
	}
}
