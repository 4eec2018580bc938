package pipeline

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// Cache keeps the items of s in memory: they are computed once, in the first
// epoch that runs to its end, and are the same in every epoch, namely those of
// epoch 0; so put random stages after it. maxBytes bounds their memory, by their
// method Bytes() int64; 0: no bound. Items must not be changed by who
// receives them. Bad samples are kept as such.
func (s Stream[T]) Cache(maxBytes int64) Stream[T] {
	return s.cache((*Budget)(nil).Join("Cache", maxBytes))
}

// CacheWithin is [Stream.Cache] bounded by its part of a budget.
func (s Stream[T]) CacheWithin(b *Budget) Stream[T] { return s.cache(b.Join("Cache", 0)) }

func (s Stream[T]) cache(part *Part) Stream[T] {
	type item struct {
		v   T
		err error
	}
	var mu sync.Mutex
	var kept []item
	full := false
	return NewStream(s.Len(), func(ctx context.Context, _ int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			mu.Lock()
			have, ok := kept, full
			mu.Unlock()
			if ok {
				for _, i := range have {
					if !yield(i.v, i.err) {
						return
					}
				}
				return
			}
			var zero T
			most, err := part.Bound()
			if err != nil {
				yield(zero, err)
				return
			}
			bytes := int64(0)
			done := false
			defer func() {
				if !done {
					part.Hold(-bytes)
				}
			}()
			for v, err := range s.Items(ctx, 0) {
				if err != nil && !isSample(err) {
					yield(zero, err)
					return
				}
				if most > 0 && err == nil {
					n, err := part.sizeOf(v, "give no bound")
					if err != nil {
						yield(zero, err)
						return
					}
					if bytes+n > most {
						yield(zero, fmt.Errorf("pipeline: Cache: the first %d items have %d bytes, but %s; raise it, or use CacheFile", len(have)+1, bytes+n, part.allows()))
						return
					}
					bytes += n
					part.Hold(n)
				}
				have = append(have, item{v, err})
				if !yield(v, err) {
					return
				}
			}
			if ctx.Err() != nil {
				return
			}
			mu.Lock()
			if done = !full; done { // another epoch may have been as fast
				kept, full = have, true
			}
			mu.Unlock()
		}
	})
}
