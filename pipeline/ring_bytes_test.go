package pipeline

import (
	"context"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
	"github.com/antler-ml/antler/tensor"
)

// sizes is a source of batches of so many numbers, each i+1, that counts how
// many were made.
func sizes(made *int, list ...int) Source {
	return Func(len(list), func(context.Context, int) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			for i, n := range list {
				if made != nil {
					*made++
				}
				if !yield(Batch{X: []*tensor.Tensor{tensor.Full(float32(i+1), n)}}, nil) {
					return
				}
			}
		}
	})
}

func TestPrefetchBytesGivesTheSame(t *testing.T) {
	var list []int
	for i := range 60 {
		list = append(list, 1+i*7919%25)
	}
	want := collect(t, sizes(nil, list...), 0)
	for _, bytes := range []int64{100, 120, 400, 1 << 20} {
		for _, n := range []int{1, 4, 16} {
			p := PrefetchBytes(sizes(nil, list...), n, bytes)
			leaktest.None(t, func() {
				for range 2 {
					if got := collect(t, p, 0); !slices.EqualFunc(got, want, slices.Equal) {
						t.Errorf("%d bytes, %d ahead: other batches", bytes, n)
					}
				}
			})
			held := int64(0) // by the ring, whose slots are back in the pool
			for _, s := range p.(*prefetch).free.free {
				for _, part := range s.parts[0] {
					held += 4 * int64(cap(part.buf))
				}
			}
			if held > bytes {
				t.Errorf("%d bytes, %d ahead: the ring holds %d bytes", bytes, n, held)
			}
		}
	}
}

// A bound of two batches: one in hand and one waiting, and a third is made but
// finds no room. Leaving the loop gives back the one in hand, so that a fourth
// may be made before the producer sees that it is over.
func TestPrefetchBytesRunsAhead(t *testing.T) {
	made := 0
	n := 0
	p := PrefetchBytes(sizes(&made, slices.Repeat([]int{10}, 20)...), 8, 80)
	for range p.Batches(t.Context(), 0) {
		if n++; n == 5 {
			for range 100 {
				runtime.Gosched()
			}
			break
		}
	}
	if made > 8 { // read after the goroutine has ended
		t.Errorf("%d batches made when 5 were used", made)
	}
}

func TestPrefetchBytesErrors(t *testing.T) {
	leaktest.None(t, func() {
		var last error
		for _, err := range PrefetchBytes(sizes(nil, 5, 30), 2, 100).Batches(t.Context(), 0) {
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), "a batch has 120 bytes, but maxBytes is 100") {
			t.Errorf("%v", last)
		}
	})
	// Left early while the producer waits for room.
	leaktest.None(t, func() {
		for range PrefetchBytes(sizes(nil, 20, 20, 20), 4, 80).Batches(t.Context(), 0) {
			for range 50 {
				runtime.Gosched()
			}
			break
		}
	})
}

func TestPrefetchBytesRecycles(t *testing.T) {
	src := Arrays(seq(640, 100), nil, ArraysConfig{BatchSize: 8})
	p := PrefetchBytes(src, 2, 1<<20)
	epoch := func() {
		for _, err := range p.Batches(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	epoch()
	if n := testing.AllocsPerRun(5, epoch); n > 32 { // for the epoch, none for its 80 batches
		t.Errorf("%v allocations in an epoch", n)
	}
}
