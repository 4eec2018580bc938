package pipeline

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/antler-ml/antler/internal/rng"
)

// A Place says which item of a stream this is. Randomness that is drawn from
// it does not depend on workers.
type Place struct{ Epoch, Index int }

// Rand returns the random numbers of this place.
func (p Place) Rand(seed uint64) *rand.Rand {
	return rng.At(seed, uint64(p.Epoch), uint64(p.Index))
}

// ApplyConfig says how [Apply] runs.
type ApplyConfig[A any] struct {
	Workers int // 0: one for each processor

	// Ahead is how many items may be under way, worked on or done and waiting to
	// be asked for; default 2·Workers, at least Workers. With as many as there
	// are in some batches, workers go on while the consumer is busy with one.
	Ahead int

	// MaxBytes bounds the memory of the items under way, beside the bound of
	// Ahead items; 0: the stage's part of Budget, without one no bound. Cost says
	// how many bytes an item needs, what becomes of it included; without it,
	// the item's method Bytes() int64 is asked. An item that alone needs more is
	// an error.
	MaxBytes int64
	Cost     func(A) int64
	Budget   *Budget
}

// Apply is the stream of f of every item of s, in the order of s, computed by
// several workers. Errors and panics of f become a [*SampleError], as in [Map].
func Apply[A, B any](s Stream[A], c ApplyConfig[A], f func(context.Context, Place, A) (B, error)) Stream[B] {
	part := c.Budget.Join("Apply", c.MaxBytes)
	return seekable(s.Len(), func(ctx context.Context, epoch, first int) iter.Seq2[B, error] {
		in := func(ctx context.Context) iter.Seq2[placed[A], error] {
			return func(yield func(placed[A], error) bool) {
				p := Place{Epoch: epoch, Index: first}
				for v, err := range s.ItemsFrom(ctx, epoch, first) {
					if !yield(placed[A]{p, v}, err) {
						return
					}
					p.Index++
				}
			}
		}
		m := mapping[placed[A], B]{in: in, first: first, workers: c.Workers, ahead: c.Ahead, part: part,
			f: func(ctx context.Context, a placed[A]) (B, error) { return f(ctx, a.Place, a.item) }}
		m.cost = func(a placed[A]) (int64, error) {
			if c.Cost != nil {
				return c.Cost(a.item), nil
			}
			if _, ok := any(a.item).(string); ok { // a name, as of a file, is less than what becomes of it
				return 0, fmt.Errorf("pipeline: Apply: %s, but nobody says what a string costs; say it with Cost", part.allows())
			}
			return part.sizeOf(a.item, "say how many bytes an item needs with Cost")
		}
		return m.run(ctx)
	})
}

// placed is an item that knows its place.
type placed[A any] struct {
	Place
	item A
}

func (p placed[A]) Name() string { return nameOf(p.item) }
