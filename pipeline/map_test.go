package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
)

func ints(n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
	}
}

// scramble takes a time that depends on i, so that workers finish out of order.
func scramble(i int) {
	for range (i * 7919) % 50 {
		runtime.Gosched()
	}
}

func TestMapKeepsOrder(t *testing.T) {
	want := make([]int, 500)
	for i := range want {
		want[i] = i * i
	}
	for _, workers := range []int{0, 1, 2, 7} {
		for _, procs := range []int{1, 2, 4} {
			old := runtime.GOMAXPROCS(procs)
			leaktest.None(t, func() {
				var got []int
				for v, err := range Map(t.Context(), ints(500), workers, func(_ context.Context, i int) (int, error) {
					scramble(i)
					return i * i, nil
				}) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, v)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%d workers: wrong order", workers)
				}
			})
			runtime.GOMAXPROCS(old)
		}
	}
}

func TestMapEmpty(t *testing.T) {
	for range Map(t.Context(), ints(0), 2, func(context.Context, int) (int, error) { return 0, nil }) {
		t.Error("something out of nothing")
	}
}

func TestMapIsBounded(t *testing.T) {
	const workers = 3
	var running, most, begun atomic.Int64
	done := 0
	for range Map(t.Context(), ints(200), workers, func(_ context.Context, i int) (int, error) {
		n := running.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		begun.Add(1)
		scramble(i)
		running.Add(-1)
		return i, nil
	}) {
		done++
		if ahead := int(begun.Load()) - done; ahead > 2*workers {
			t.Fatalf("%d items ahead of the consumer", ahead)
		}
	}
	if most.Load() > workers {
		t.Errorf("%d at once", most.Load())
	}
}

func TestMapErrorsKeepTheirPlaceAndName(t *testing.T) {
	bad := errors.New("unexpected EOF")
	var got []string
	for v, err := range Map(t.Context(), ints(6), 4, func(_ context.Context, i int) (string, error) {
		switch i {
		case 2:
			return "", bad
		case 4:
			panic("boom")
		}
		return fmt.Sprint(i), nil
	}) {
		if err == nil {
			got = append(got, v)
			continue
		}
		var se *SampleError
		if !errors.As(err, &se) || se.Index != len(got) {
			t.Errorf("error %v at place %d", err, len(got))
		}
		var pe *PanicError
		if len(got) == 2 && !errors.Is(err, bad) || len(got) == 4 && (!errors.As(err, &pe) || !strings.Contains(err.Error(), "sample 4: panic: boom") || !strings.Contains(err.Error(), "map_test.go")) {
			t.Errorf("%v", err)
		}
		got = append(got, "error")
	}
	if want := []string{"0", "1", "error", "3", "error", "5"}; !slices.Equal(got, want) {
		t.Errorf("got %v want %v", got, want)
	}
}

type named string

func (n named) Name() string { return string(n) }

func TestMapNamesTheSample(t *testing.T) {
	in := func(yield func(named, error) bool) { yield("cats/17.jpg", nil) }
	for _, err := range Map(t.Context(), in, 1, func(context.Context, named) (int, error) { panic(errors.New("x")) }) {
		if err == nil || !strings.HasPrefix(err.Error(), "pipeline: sample 0 (cats/17.jpg): panic: x") {
			t.Errorf("%v", err)
		}
	}
}

func TestMapInputErrorsAndPanics(t *testing.T) {
	eof := errors.New("disk gone")
	in := func(yield func(int, error) bool) {
		if !yield(1, nil) || !yield(0, eof) {
			return
		}
		panic("feeder")
	}
	var got []error
	leaktest.None(t, func() {
		for _, err := range Map(t.Context(), in, 2, func(_ context.Context, i int) (int, error) { return i, nil }) {
			got = append(got, err)
		}
	})
	if len(got) != 3 || got[0] != nil || got[1] != eof || !strings.Contains(got[2].Error(), "sample 2: panic: feeder") {
		t.Errorf("%v", got)
	}
}

func TestMapLeavingEarly(t *testing.T) {
	for stop := range 40 {
		leaktest.None(t, func() {
			n := 0
			for range Map(t.Context(), ints(1000), 1+stop%7, func(ctx context.Context, i int) (int, error) {
				scramble(i)
				return i, nil
			}) {
				if n == stop {
					break
				}
				n++
			}
		})
	}
}

func TestMapCancel(t *testing.T) {
	for stop := range 20 {
		leaktest.None(t, func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			n := 0
			var last error
			for _, err := range Map(ctx, ints(1000), 3, func(ctx context.Context, i int) (int, error) {
				if i > stop+100 {
					<-ctx.Done() // a worker that is stuck until cancelled
					return 0, ctx.Err()
				}
				return i, nil
			}) {
				if n == stop {
					cancel()
				}
				n++
				last = err
			}
			if n != stop+2 || last != context.Canceled {
				t.Errorf("stop %d: %d results, last error %v", stop, n, last)
			}
		})
	}
}

// A panic of the loop body passes through Map and leaves nothing behind.
func TestMapConsumerPanics(t *testing.T) {
	leaktest.None(t, func() {
		defer func() {
			if recover() != "consumer" {
				t.Error("panic lost")
			}
		}()
		for range Map(t.Context(), ints(100), 3, func(_ context.Context, i int) (int, error) { return i, nil }) {
			panic("consumer")
		}
	})
}

func BenchmarkMap(b *testing.B) {
	b.ReportAllocs()
	n := 0
	for range Map(b.Context(), func(yield func(int, error) bool) {
		for b.Loop() && yield(0, nil) {
		}
	}, 2, func(_ context.Context, i int) (int, error) { return i, nil }) {
		n++
	}
}
