package pipeline

import (
	"context"
	"fmt"
	"iter"
)

// A Pair is an item of each of two streams.
type Pair[A, B any] struct {
	A A
	B B
}

// Name returns the names of both, where they have any.
func (p Pair[A, B]) Name() string {
	a, b := nameOf(p.A), nameOf(p.B)
	if a != "" && b != "" {
		return a + ", " + b
	}
	return a + b
}

func (p Pair[A, B]) size() (int64, bool) {
	a, okA := sizeOf(p.A)
	b, okB := sizeOf(p.B)
	return a + b, okA && okB
}

// Zip yields the items of a and b in pairs. Streams of different lengths are an
// error, before the first pair where the lengths are known. An error on either
// side takes the place of the pair.
func Zip[A, B any](a Stream[A], b Stream[B]) Stream[Pair[A, B]] {
	na, nb := a.Len(), b.Len()
	if na >= 0 && nb >= 0 && na != nb {
		return fail[Pair[A, B]](fmt.Errorf("pipeline: Zip: the streams have %d and %d items; Take the shorter length of both", na, nb))
	}
	return NewStream(max(na, nb), func(ctx context.Context, epoch int) iter.Seq2[Pair[A, B], error] {
		return func(yield func(Pair[A, B], error) bool) {
			next, stop := iter.Pull2(b.Items(ctx, epoch))
			defer stop()
			n := 0
			for va, err := range a.Items(ctx, epoch) {
				vb, errB, ok := next()
				if !ok && err == nil {
					err = fmt.Errorf("pipeline: Zip: the second stream ended after %d items of epoch %d, the first goes on", n, epoch)
				}
				if err == nil || isSample(err) && errB != nil && !isSample(errB) {
					err = errB // the graver one
				}
				if err != nil {
					va, vb = *new(A), *new(B)
				}
				if !yield(Pair[A, B]{va, vb}, err) || err != nil && !isSample(err) {
					return
				}
				n++
			}
			if ctx.Err() != nil {
				return
			}
			if _, err, ok := next(); ok && err == nil {
				yield(Pair[A, B]{}, fmt.Errorf("pipeline: Zip: the first stream ended after %d items of epoch %d, the second goes on", n, epoch))
			} else if ok {
				yield(Pair[A, B]{}, err)
			}
		}
	})
}

// Interleave yields block items of each stream in turn (0: one) until all have
// ended. Streams that end sooner drop out.
func Interleave[T any](block int, streams ...Stream[T]) Stream[T] {
	n := 0
	for _, s := range streams {
		n = plus(n, s.Len())
	}
	block = max(block, 1)
	return NewStream(n, func(ctx context.Context, epoch int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			nexts := make([]func() (T, error, bool), len(streams))
			for i, s := range streams {
				next, stop := iter.Pull2(s.Items(ctx, epoch))
				defer stop()
				nexts[i] = next
			}
			for running := len(streams); running > 0; {
				for i, next := range nexts {
					for range block {
						if nexts[i] == nil {
							break
						}
						v, err, ok := next()
						if !ok {
							nexts[i] = nil
							running--
							break
						}
						if !yield(v, err) || err != nil && !isSample(err) {
							return
						}
					}
				}
			}
		}
	})
}
