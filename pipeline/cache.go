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
			bytes := int64(0)
			for v, err := range s.Items(ctx, 0) {
				if err != nil && !isSample(err) {
					yield(zero, err)
					return
				}
				if bytes += bytesOf(v); maxBytes > 0 && bytes > maxBytes {
					yield(zero, fmt.Errorf("pipeline: Cache: the first %d items have %d bytes, but maxBytes is %d; raise it, or use CacheFile", len(have)+1, bytes, maxBytes))
					return
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
			kept, full = have, true
			mu.Unlock()
		}
	})
}
