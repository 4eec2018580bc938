package pipeline

import (
	"context"
	"fmt"
	"iter"

	"github.com/antler-ml/antler/internal/rng"
)

// ShuffleConfig says how [Stream.Shuffle] works.
type ShuffleConfig struct {
	Window   int   // items that wait to be drawn from; default 1024
	MaxBytes int64 // bound of their memory, by their method Bytes() int64; 0: the stage's part of Budget, without one no bound
	Budget   *Budget
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
	part := c.Budget.Join("Shuffle", c.MaxBytes)
	return NewStream(s.Len(), func(ctx context.Context, epoch int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			r := rng.At(c.Seed, uint64(epoch))
			var window []T
			var zero T
			most, err := part.Bound()
			if err != nil {
				yield(zero, err)
				return
			}
			bytes := int64(0) // of the window, and of the item in the consumer's hands
			defer func() { part.Hold(-bytes) }()
			draw := func() bool {
				i, last := r.IntN(len(window)), len(window)-1
				v := window[i]
				window[i], window[last] = window[last], zero
				window = window[:last]
				n := int64(0)
				if most > 0 {
					n, _ = sizeOf(v)
				}
				more := yield(v, nil)
				bytes -= n
				part.Hold(-n)
				return more
			}
			for v, err := range s.Items(ctx, epoch) {
				if err != nil {
					if !yield(zero, err) || !isSample(err) {
						return
					}
					continue
				}
				n := int64(0)
				if most > 0 {
					if n, err = part.sizeOf(v, "leave MaxBytes and Budget out"); err != nil {
						yield(zero, err)
						return
					}
					if n > most && c.Budget != nil {
						yield(zero, fmt.Errorf("pipeline: Shuffle: %w", part.tooSmall("an item has", n)))
						return
					}
				}
				for len(window) > 0 && (len(window) == c.Window || most > 0 && bytes+n > most) {
					if !draw() {
						return
					}
				}
				window = append(window, v)
				bytes += n
				part.Hold(n)
			}
			for len(window) > 0 {
				if ctx.Err() != nil || !draw() {
					return
				}
			}
		}
	})
}
