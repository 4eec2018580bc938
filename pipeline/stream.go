package pipeline

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/antler-ml/antler/internal/rng"
)

// A Stream yields the items of one epoch: file names, rows, pictures, samples.
// Like a [Source] it starts anew for every epoch, and the same epoch gives the
// same items. An item belongs to whoever received it; streams do not recycle.
//
// An error takes the place of its item. After a [*SampleError] the loop may go
// on (see [Stream.Tolerate]); every other error ends the epoch.
//
// Streams become batches for training by [Batched].
type Stream[T any] struct {
	n    int
	f    func(ctx context.Context, epoch int) iter.Seq2[T, error]
	from func(ctx context.Context, epoch, first int) iter.Seq2[T, error] // nil: only f can be asked
}

// NewStream is the stream of n items (-1 when not known) that f yields.
func NewStream[T any](n int, f func(ctx context.Context, epoch int) iter.Seq2[T, error]) Stream[T] {
	return Stream[T]{n: max(n, -1), f: f}
}

// seekable is a stream that can begin at any item.
func seekable[T any](n int, from func(ctx context.Context, epoch, first int) iter.Seq2[T, error]) Stream[T] {
	s := NewStream(n, func(ctx context.Context, epoch int) iter.Seq2[T, error] { return from(ctx, epoch, 0) })
	s.from = from
	return s
}

// Len returns the number of items in an epoch, -1 when it is not known.
func (s Stream[T]) Len() int {
	if s.f == nil {
		return 0
	}
	return s.n
}

// Items yields the items of an epoch. When ctx ends, its error comes last.
func (s Stream[T]) Items(ctx context.Context, epoch int) iter.Seq2[T, error] {
	return s.ItemsFrom(ctx, epoch, 0)
}

// ItemsFrom yields the items of an epoch from the given one on. Lists, and what
// [Apply], Timed, Take, Repeat and Tolerate (unless it skips) make of them, begin
// there at once; other streams make the items before and drop them.
func (s Stream[T]) ItemsFrom(ctx context.Context, epoch, first int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if s.f == nil {
			return
		}
		var items iter.Seq2[T, error]
		switch {
		case first <= 0:
			items = s.f(ctx, epoch)
		case s.from != nil:
			items = s.from(ctx, epoch, first)
		default:
			items = counted(s.f(ctx, epoch), new(first))
		}
		var zero T
		ended := false
		for v, err := range items {
			if e := ctx.Err(); e != nil {
				yield(zero, context.Cause(ctx))
				return
			}
			if !yield(v, err) {
				return
			}
			if err != nil && !isSample(err) {
				ended = true
				break
			}
		}
		if ctx.Err() != nil && !ended { // cut short must not look like whole
			yield(zero, context.Cause(ctx))
		}
	}
}

// fail is a stream whose every epoch is an error.
func fail[T any](err error) Stream[T] {
	return NewStream(-1, func(context.Context, int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			var zero T
			yield(zero, err)
		}
	})
}

// List is the stream of the given items, in their order. The slice is kept.
func List[T any](items []T) Stream[T] {
	return seekable(len(items), func(_ context.Context, _, first int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			for _, v := range items[min(first, len(items)):] {
				if !yield(v, nil) {
					return
				}
			}
		}
	})
}

// ListShuffled is [List] in a new order in every epoch. The order depends on
// (seed, epoch) only and takes no memory.
func ListShuffled[T any](items []T, seed uint64) Stream[T] {
	n := len(items)
	return seekable(n, func(_ context.Context, epoch, first int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			p := rng.NewPermutation(n, rng.Mix(seed, uint64(epoch)))
			for i := first; i < n; i++ {
				if !yield(items[p.At(i)], nil) {
					return
				}
			}
		}
	})
}

// Each is the stream whose every epoch is seq, started anew each time.
func Each[T any](seq iter.Seq2[T, error]) Stream[T] {
	return NewStream(-1, func(context.Context, int) iter.Seq2[T, error] { return seq })
}

// Chan is the stream of what ch receives until it is closed. A channel cannot
// be read again: an epoch takes up where the one before ended, so such a
// stream is neither reproducible nor resumable. [Stream.Take] makes epochs of
// an endless one.
func Chan[T any](ch <-chan T) Stream[T] {
	return NewStream(-1, func(ctx context.Context, _ int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			for {
				select {
				case v, ok := <-ch:
					if !ok || !yield(v, nil) {
						return
					}
				case <-ctx.Done():
					return // Items says why
				}
			}
		}
	})
}

// Collect returns the items of an epoch. It ends at the first error.
func (s Stream[T]) Collect(ctx context.Context, epoch int) ([]T, error) {
	items := slices.Grow([]T(nil), max(s.n, 0))
	for v, err := range s.Items(ctx, epoch) {
		if err != nil {
			return items, err
		}
		items = append(items, v)
	}
	return items, nil
}

// Take is the first n items of each epoch, or all if it has fewer.
func (s Stream[T]) Take(n int) Stream[T] {
	have := s.Len()
	if n = max(n, 0); have >= 0 {
		have = min(n, have)
	} else if n == 0 {
		have = 0
	}
	return seekable(have, func(ctx context.Context, epoch, first int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			got := first
			if got >= n {
				return
			}
			for v, err := range s.ItemsFrom(ctx, epoch, first) {
				if !yield(v, err) {
					return
				}
				if got++; got == n {
					return
				}
			}
		}
	})
}

// Skip is each epoch without its first n items.
func (s Stream[T]) Skip(n int) Stream[T] {
	have := s.Len()
	if n = max(n, 0); have >= 0 {
		have = max(0, have-n)
	}
	return s.keep(have, func(i int) bool { return i >= n })
}

// Shard is part i of n of each epoch: its items i, i+n, i+2n … The parts for
// all i hold every item once. The items of other parts are read and dropped;
// to read less, shard the list of files.
func (s Stream[T]) Shard(i, n int) Stream[T] {
	if n < 1 || i < 0 || i >= n {
		return fail[T](fmt.Errorf("pipeline: Shard: part %d of %d, want parts 0 to n-1 of at least 1", i, n))
	}
	have := s.Len()
	if have >= 0 {
		have = (have - i + n - 1) / n
	}
	return s.keep(have, func(k int) bool { return k%n == i })
}

// keep is the n items whose place satisfies ok, and the errors that end epochs.
func (s Stream[T]) keep(n int, ok func(i int) bool) Stream[T] {
	return NewStream(n, func(ctx context.Context, epoch int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			i := 0
			for v, err := range s.Items(ctx, epoch) {
				if (ok(i) || err != nil && !isSample(err)) && !yield(v, err) {
					return
				}
				i++
			}
		}
	})
}

// filter is the items that satisfy ok, and all errors.
func (s Stream[T]) filter(ok func(T) bool) Stream[T] {
	return NewStream(-1, func(ctx context.Context, epoch int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			for v, err := range s.Items(ctx, epoch) {
				if (err != nil || ok(v)) && !yield(v, err) {
					return
				}
			}
		}
	})
}

// Repeat makes one epoch of n epochs of s: epoch e is its epochs n·e to
// n·e+n-1, so that no two of them are alike.
func (s Stream[T]) Repeat(n int) Stream[T] {
	n = max(n, 0)
	return seekable(times(s.Len(), n), func(ctx context.Context, epoch, first int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			begin, first := 0, first // left to skip
			if k := s.Len(); k > 0 {
				begin, first = first/k, first%k
			}
			for i := begin; i < n; i++ {
				items := s.Items(ctx, epoch*n+i)
				switch {
				case first == 0:
				case s.Len() > 0:
					items, first = s.ItemsFrom(ctx, epoch*n+i, first), 0
				default: // nobody knows where the next epoch begins
					items = counted(items, &first)
				}
				for v, err := range items {
					if !yield(v, err) || err != nil && !isSample(err) {
						return
					}
				}
			}
		}
	})
}

// counted leaves out items while *n is above 0, and counts it down.
func counted[T any](items iter.Seq2[T, error], n *int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range items {
			if *n > 0 && (err == nil || isSample(err)) {
				*n--
				continue
			}
			if !yield(v, err) {
				return
			}
		}
	}
}
