package pipeline

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
	"github.com/antler-ml/antler/tensor"
)

func TestPrefetchGivesTheSame(t *testing.T) {
	src := Arrays(seq(37, 3), nil, ArraysConfig{BatchSize: 5, Shuffle: true})
	want := collect(t, src, 2)
	for n := range 6 {
		for _, procs := range []int{1, 2} {
			old := runtime.GOMAXPROCS(procs)
			p := Prefetch(src, n)
			leaktest.None(t, func() {
				if got := collect(t, p, 2); !slices.EqualFunc(got, want, slices.Equal) {
					t.Errorf("n=%d: %v, want %v", n, got, want)
				}
			})
			runtime.GOMAXPROCS(old)
			if p.Len() != src.Len() || Samples(p) != 37 {
				t.Errorf("Len %d Samples %d", p.Len(), Samples(p))
			}
		}
	}
}

// While the consumer holds a batch, the producer runs ahead as far as it can;
// the held batch must not change.
func TestPrefetchKeepsTheHeldBatch(t *testing.T) {
	p := Prefetch(Arrays(seq(40), nil, ArraysConfig{BatchSize: 1}), 3)
	i := float32(0)
	for b, err := range p.Batches(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			runtime.Gosched()
		}
		if b.X[0].Data()[0] != i {
			t.Fatalf("batch %v became %v", i, b.X[0].Data()[0])
		}
		i++
	}
}

func TestPrefetchLeavingEarly(t *testing.T) {
	p := Prefetch(Arrays(seq(100), seq(100), ArraysConfig{BatchSize: 1}), 4)
	for stop := range 20 {
		leaktest.None(t, func() {
			n := 0
			for _, err := range p.Batches(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
				if n == stop {
					break
				}
				n++
			}
		})
	}
	if got := flat(collect(t, p, 0)); !slices.Equal(got, seq(100).Data()) {
		t.Errorf("after early ends: %v", got)
	}
}

func TestPrefetchErrors(t *testing.T) {
	bad := errors.New("bad sector")
	src := Func(-1, func(context.Context, int) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			if !yield(Batch{X: []*tensor.Tensor{seq(2)}}, nil) || !yield(Batch{}, bad) ||
				!yield(Batch{X: []*tensor.Tensor{tensor.New()}}, nil) {
				return
			}
			panic("source")
		}
	})
	var got []error
	leaktest.None(t, func() {
		for _, err := range Prefetch(src, 1).Batches(t.Context(), 4) {
			got = append(got, err)
		}
	})
	if len(got) != 4 || got[0] != nil || got[1] != bad || !strings.Contains(got[2].Error(), "scalar") ||
		!strings.Contains(got[3].Error(), "batch 3 of epoch 4: panic: source") {
		t.Errorf("%v", got)
	}
}

// An epoch that ctx cuts short always ends with an error, also when the source
// takes no notice of ctx.
func TestPrefetchCancel(t *testing.T) {
	deaf := FromSeq(func(yield func(Batch, error) bool) {
		for yield(Batch{X: []*tensor.Tensor{seq(1)}}, nil) {
		}
	})
	for name, src := range map[string]Source{"arrays": Arrays(seq(100), nil, ArraysConfig{BatchSize: 1}), "deaf": deaf} {
		for stop := range 10 {
			leaktest.None(t, func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				n := 0
				var last error
				for _, err := range Prefetch(src, 2).Batches(ctx, 0) {
					if n == stop {
						cancel()
					}
					n++
					last = err
				}
				if last != context.Canceled {
					t.Errorf("%s: last error %v after %d batches", name, last, n)
				}
			})
		}
	}
}

func TestPrefetchRecycles(t *testing.T) {
	p := Prefetch(Arrays(seq(640, 100), nil, ArraysConfig{BatchSize: 8}), 2)
	epoch := func() {
		for _, err := range p.Batches(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	epoch()
	if n := testing.AllocsPerRun(5, epoch); n > 30 { // for the epoch, none for its 80 batches
		t.Errorf("%v allocations in an epoch", n)
	}
}
