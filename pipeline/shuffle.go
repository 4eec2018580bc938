package pipeline

import (
	"context"
	"fmt"
	"iter"

	"github.com/antler-ml/antler/internal/rng"
)

// ShuffleConfig says how [Stream.Shuffle] works.
type ShuffleConfig struct {
	Window   int    // items that wait to be drawn from; default 1024
	MaxBytes int64  // bound of their memory, by their method Bytes() int64; 0: no bound
	Seed     uint64 // the order of epoch e depends on (Seed, e) only
}

// Shuffle yields items in a random order, each drawn from a window of the next
// ones; an item comes at most Window-1 places early, but may come late by any
// number. Lists are shuffled perfectly, and without memory, by [ListShuffled].
// A window at its MaxBytes stays smaller than Window; it holds one item at least.
func (s Stream[T]) Shuffle(c ShuffleConfig) Stream[T] {
	if c.Window == 0 {
		c.Window = 1024
	}
	if c.Window < 0 || c.MaxBytes < 0 {
		return fail[T](fmt.Errorf("pipeline: Shuffle: Window is %d and MaxBytes %d, want numbers that are not negative", c.Window, c.MaxBytes))
	}
	return NewStream(s.Len(), func(ctx context.Context, epoch int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			r := rng.At(c.Seed, uint64(epoch))
			var window []T
			var zero T
			bytes := int64(0)
			draw := func() bool {
				i, last := r.IntN(len(window)), len(window)-1
				v := window[i]
				window[i], window[last] = window[last], zero
				window = window[:last]
				if c.MaxBytes > 0 {
					bytes -= bytesOf(v)
				}
				return yield(v, nil)
			}
			for v, err := range s.Items(ctx, epoch) {
				if err != nil {
					if !yield(zero, err) || !isSample(err) {
						return
					}
					continue
				}
				n := int64(0)
				if c.MaxBytes > 0 {
					n = bytesOf(v)
				}
				for len(window) > 0 && (len(window) == c.Window || c.MaxBytes > 0 && bytes+n > c.MaxBytes) {
					if !draw() {
						return
					}
				}
				window = append(window, v)
				bytes += n
			}
			for len(window) > 0 {
				if ctx.Err() != nil || !draw() {
					return
				}
			}
		}
	})
}
