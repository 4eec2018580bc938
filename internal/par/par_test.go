package par

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func withWorkers(t testing.TB, n int) {
	SetWorkers(n)
	t.Cleanup(func() { SetWorkers(0) })
}

func TestForCoversEachIndexOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		withWorkers(t, workers)
		for _, n := range []int{-1, 0, 1, 2, 63, 64, 65, 1000} {
			for _, grain := range []int{-1, 0, 1, 3, 64, 2000} {
				seen := make([]int32, max(n, 0))
				For(n, grain, func(lo, hi int) {
					if g := max(grain, 1); lo%g != 0 || hi != min(n, lo+g) {
						t.Errorf("n %d, grain %d: chunk [%d, %d)", n, grain, lo, hi)
					}
					for i := lo; i < hi; i++ {
						atomic.AddInt32(&seen[i], 1)
					}
				})
				for i, c := range seen {
					if c != 1 {
						t.Fatalf("workers %d, n %d, grain %d: index %d ran %d times", workers, n, grain, i, c)
					}
				}
			}
		}
	}
}

func TestForWorkerNumbersAreExclusive(t *testing.T) {
	withWorkers(t, 3)
	var busy [3]atomic.Int32
	for range 50 {
		ForWorker(100, 1, func(w, lo, hi int) {
			if busy[w].Add(1) != 1 {
				t.Error("two chunks ran with one worker number at a time")
			}
			runtime.Gosched()
			busy[w].Add(-1)
		})
	}
}

func TestNestedLoopsRunInline(t *testing.T) {
	withWorkers(t, 2)
	var total atomic.Int32
	For(8, 1, func(lo, hi int) {
		own := 0 // not atomic: the race detector sees a violation
		For(10, 1, func(lo, hi int) { own++ })
		total.Add(int32(own))
	})
	if total.Load() != 80 {
		t.Fatalf("got %d inner chunks, want 80", total.Load())
	}
}

func TestConcurrentCallers(t *testing.T) {
	withWorkers(t, 3)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			sums := make([]int, 50)
			for range 100 {
				For(len(sums), 1, func(lo, hi int) { sums[lo]++ })
			}
			for i, s := range sums {
				if s != 100 {
					t.Errorf("chunk %d ran %d times, want 100", i, s)
				}
			}
		})
	}
	wg.Wait()
}

func TestPanicsReachTheCaller(t *testing.T) {
	for _, workers := range []int{1, 2, 5} {
		withWorkers(t, workers)
		for bad := range 20 {
			want := fmt.Errorf("chunk %d", bad)
			func() {
				defer func() {
					if got := recover(); got != want {
						t.Fatalf("recovered %v, want %v", got, want)
					}
				}()
				For(20, 1, func(lo, hi int) {
					if lo == bad {
						panic(want)
					}
				})
				t.Fatal("For returned")
			}()
		}
		n := atomic.Int32{}
		For(20, 1, func(lo, hi int) { n.Add(1) })
		if n.Load() != 20 {
			t.Fatalf("after panics a loop ran %d chunks, want 20", n.Load())
		}
	}
}

func TestGoexitInABody(t *testing.T) {
	withWorkers(t, 2)
	for range 20 { // whichever worker it hits, later loops still run
		var wg sync.WaitGroup
		wg.Go(func() {
			defer func() { recover() }()
			For(4, 1, func(lo, hi int) { runtime.Goexit() })
		})
		wg.Wait()
	}
	var n atomic.Int32
	For(10, 1, func(lo, hi int) { n.Add(1) })
	if n.Load() != 10 {
		t.Fatalf("got %d chunks, want 10", n.Load())
	}
}

func TestForAllocatesNothing(t *testing.T) {
	withWorkers(t, 2)
	var sum atomic.Int64
	body := func(lo, hi int) { sum.Add(1) }
	workerBody := func(w, lo, hi int) { sum.Add(1) }
	if n := testing.AllocsPerRun(100, func() { For(64, 1, body); ForWorker(64, 1, workerBody) }); n != 0 {
		t.Fatalf("got %v allocations a run, want 0", n)
	}
}

func TestWorkers(t *testing.T) {
	if Workers() != runtime.GOMAXPROCS(0) {
		t.Fatalf("got %d workers, want GOMAXPROCS = %d", Workers(), runtime.GOMAXPROCS(0))
	}
	withWorkers(t, 5)
	if Workers() != 5 {
		t.Fatalf("got %d workers, want 5", Workers())
	}
	SetWorkers(-1)
	if Workers() != runtime.GOMAXPROCS(0) {
		t.Fatal("SetWorkers(-1) did not restore the default")
	}
}

func ExampleFor() {
	squares := make([]int, 6)
	For(len(squares), 2, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			squares[i] = i * i
		}
	})
	fmt.Println(squares)
	// Output: [0 1 4 9 16 25]
}

func BenchmarkForEmpty(b *testing.B) {
	body := func(lo, hi int) {}
	for b.Loop() {
		For(4, 1, body)
	}
}
