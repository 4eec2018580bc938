package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
)

func TestApplyIsTheSameForAnyWorkers(t *testing.T) {
	draw := func(_ context.Context, p Place, v int) (string, error) {
		scramble(p.Index)
		return fmt.Sprint(v, p, p.Rand(3).IntN(1000)), nil
	}
	want := items(t, Apply(count(200), ApplyConfig[int]{Workers: 1}, draw), 2)
	if !strings.HasPrefix(want[7], "207 {2 7}") {
		t.Errorf("item 7 is %q", want[7])
	}
	for _, workers := range []int{0, 2, 3, 8} {
		for _, bytes := range []int64{0, 10, 35} {
			leaktest.None(t, func() {
				c := ApplyConfig[int]{Workers: workers, MaxBytes: bytes, Cost: func(v int) int64 { return int64(v % 11) }}
				if got := items(t, Apply(count(200), c, draw), 2); !slices.Equal(got, want) {
					t.Errorf("%d workers, %d bytes: other items", workers, bytes)
				}
			})
		}
	}
}

// What is under way never costs more than MaxBytes.
func TestApplyKeepsItsBudget(t *testing.T) {
	const max = 20
	cost := func(v int) int64 { return int64(v%7) + 1 }
	var used, most atomic.Int64
	s := Apply(count(300), ApplyConfig[int]{Workers: 8, MaxBytes: max, Cost: cost}, func(_ context.Context, p Place, v int) (int, error) {
		n := used.Add(cost(v))
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		scramble(v)
		if v%10 == 3 {
			used.Add(-cost(v)) // its bytes come back when the error is consumed, or never
			panic("odd one")
		}
		return v, nil
	})
	n := 0
	for v, err := range s.Items(t.Context(), 0) {
		if err == nil {
			used.Add(-cost(v))
		}
		n++
	}
	if n != 300 || most.Load() > max || most.Load() < 8 {
		t.Errorf("%d items, at most %d bytes at once", n, most.Load())
	}
}

func TestApplyItemAboveTheBudget(t *testing.T) {
	s := Apply(List([]string{"a.png", "big.png", "c.png"}), ApplyConfig[string]{MaxBytes: 6, Cost: func(s string) int64 { return int64(len(s)) }},
		func(_ context.Context, _ Place, s string) (string, error) { return s, nil })
	var got []string
	for v, err := range s.Items(t.Context(), 0) {
		if err != nil {
			v = err.Error()
		}
		got = append(got, v)
	}
	if len(got) != 3 || got[2] != "c.png" || !strings.Contains(got[1], "sample 1 (big.png): it needs 7 bytes, but MaxBytes is 6") {
		t.Errorf("%q", got)
	}
}

// Stages above are cancelled when the loop is left, wherever they wait.
func TestApplyLeavingEarly(t *testing.T) {
	same := func(_ context.Context, _ Place, v int) (int, error) { return v, nil }
	// open is a channel of 20 items that is never closed.
	open := func() chan int {
		ch := make(chan int, 20)
		for i := range 20 {
			ch <- i
		}
		return ch
	}
	for stop := range 18 {
		leaktest.None(t, func() {
			c := ApplyConfig[int]{Workers: 2, MaxBytes: 1, Cost: func(int) int64 { return 1 }}
			for v, err := range Apply(Apply(Chan(open()), c, same), c, same).Items(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				if v == stop {
					break
				}
			}
		})
	}
	leaktest.None(t, func() {
		defer func() {
			if recover() != "consumer" {
				t.Error("panic lost")
			}
		}()
		for range Apply(Chan(open()), ApplyConfig[int]{}, same).Items(t.Context(), 0) {
			panic("consumer")
		}
	})
}

// corrupt is a stream of "0" … "n-1" of which every tenth panics or fails.
func corrupt(n int) Stream[string] {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%d.png", i)
	}
	return Apply(List(names), ApplyConfig[string]{Workers: 3}, func(_ context.Context, p Place, s string) (string, error) {
		switch p.Index % 20 {
		case 5:
			return "", errors.New("unexpected EOF")
		case 15:
			panic(errors.New("index out of range"))
		}
		return s, nil
	})
}

func TestTolerate(t *testing.T) {
	q := new(Quarantine)
	s := corrupt(40).Tolerate(TolerateConfig[string]{OnError: Skip, Quarantine: q})
	for range 2 { // the list has each sample once
		got := items(t, s, 0)
		if len(got) != 36 || slices.Contains(got, "5.png") || got[5] != "6.png" || s.Len() != -1 {
			t.Errorf("skip: %v", got)
		}
	}
	var names []string
	for _, b := range q.List() {
		names = append(names, b.Name)
	}
	if want := []string{"5.png", "15.png", "25.png", "35.png"}; !slices.Equal(names, want) {
		t.Errorf("quarantine: %v", names)
	}
	var buf bytes.Buffer
	if n, err := q.WriteTo(&buf); err != nil || n != int64(buf.Len()) ||
		!strings.HasPrefix(buf.String(), `{"name":"5.png","index":5,"epoch":0,"reason":"unexpected EOF"}`+"\n") {
		t.Errorf("%v %s", err, buf.String())
	}

	got := items(t, corrupt(40).Tolerate(TolerateConfig[string]{OnError: Placeholder, Placeholder: func(e *SampleError) string { return "for " + e.Name }}), 0)
	if len(got) != 40 || got[5] != "for 5.png" {
		t.Errorf("placeholder: %v", got)
	}
	if got := items(t, corrupt(6).Tolerate(TolerateConfig[string]{OnError: Placeholder}), 0); got[5] != "" {
		t.Errorf("placeholder without function: %v", got)
	}

	all, err := corrupt(40).Check(t.Context())
	if err != nil || len(all.List()) != 4 {
		t.Errorf("check: %v %v", all.List(), err)
	}
}

// The list has exactly the thousand bad samples among ten thousand, in any order
// of epochs, and the good ones all come.
func TestQuarantineIsExact(t *testing.T) {
	q := new(Quarantine)
	good := items(t, corrupt(10000).Tolerate(TolerateConfig[string]{OnError: Skip, Quarantine: q}), 1)
	bad := map[string]bool{}
	for _, b := range q.List() {
		bad[b.Name] = true
	}
	if len(good) != 9000 || len(bad) != 1000 || len(q.List()) != 1000 {
		t.Fatalf("%d good, %d bad", len(good), len(bad))
	}
	for i := 5; i < 10000; i += 10 {
		if !bad[fmt.Sprintf("%d.png", i)] {
			t.Errorf("%d.png is not listed", i)
		}
	}
}

func TestApplyAllocatesNothing(t *testing.T) {
	n := 100
	s := Apply(Each(func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
	}), ApplyConfig[int]{Workers: 2}, func(_ context.Context, p Place, v int) (int, error) { return v + p.Index, nil })
	epoch := func() {
		for _, err := range s.Items(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	few := testing.AllocsPerRun(5, epoch)
	n = 10000
	if many := testing.AllocsPerRun(5, epoch); many > few+20 { // the scheduler allocates now and then
		t.Errorf("%v allocations for 100 items, %v for 10000", few, many)
	}
}

func TestTolerateErrors(t *testing.T) {
	disk := errors.New("disk gone")
	none := Apply(count(3), ApplyConfig[int]{}, func(context.Context, Place, int) (string, error) { return "", errors.New("bad") })
	for _, c := range []struct {
		s    Stream[string]
		c    TolerateConfig[string]
		want string
	}{
		{corrupt(40), TolerateConfig[string]{}, "sample 5 (5.png): unexpected EOF"},
		{corrupt(40), TolerateConfig[string]{OnError: Skip, MaxBad: 3}, "more than MaxBad = 3 samples of epoch 0 cannot be used; the last: pipeline: sample 35 (35.png)"},
		{none, TolerateConfig[string]{OnError: Skip}, "none of the 3 samples of epoch 0 can be used"},
		{none, TolerateConfig[string]{OnError: Placeholder}, "none of the 3 samples"},
		{Each(func(yield func(string, error) bool) { yield("", disk) }), TolerateConfig[string]{OnError: Skip}, "disk gone"},
	} {
		var last error
		for _, err := range c.s.Tolerate(c.c).Repeat(2).Items(t.Context(), 0) {
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), c.want) {
			t.Errorf("got %v, want %q", last, c.want)
		}
	}
}
