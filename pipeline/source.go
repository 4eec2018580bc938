package pipeline

import (
	"context"
	"fmt"
	"iter"
)

// Samples returns the number of samples in an epoch of src, or -1 when it is
// not known.
func Samples(src Source) int {
	if s, ok := src.(interface{ Samples() int }); ok {
		return s.Samples()
	}
	return -1
}

// RowOf returns which row of the arrays of [Arrays] a sample of a batch was, in whatever
// order they were read; -1 for sources that are not made of rows.
func RowOf(src Source, epoch, batch, sample int) int {
	if r, ok := src.(interface {
		Row(epoch, batch, sample int) int
	}); ok {
		return r.Row(epoch, batch, sample)
	}
	return -1
}

// Func is a source made of a function that yields the batches of an epoch, n
// of them (-1 when not known). f must give the same batches for the same epoch.
func Func(n int, f func(ctx context.Context, epoch int) iter.Seq2[Batch, error]) Source {
	return &function{len: n, samples: -1, f: f}
}

type function struct {
	len, samples int
	f            func(ctx context.Context, epoch int) iter.Seq2[Batch, error]
	from         func(ctx context.Context, epoch, batch int) iter.Seq2[Batch, error] // nil: only f can be asked
}

func (s *function) Len() int     { return s.len }
func (s *function) Samples() int { return s.samples }
func (s *function) Batches(ctx context.Context, epoch int) iter.Seq2[Batch, error] {
	if s.from != nil {
		return s.from(ctx, epoch, 0)
	}
	return s.f(ctx, epoch)
}

func (s *function) BatchesFrom(ctx context.Context, epoch, batch int) iter.Seq2[Batch, error] {
	if s.from != nil {
		return s.from(ctx, epoch, batch)
	}
	return dropped(ctx, s.f(ctx, epoch), epoch, batch)
}

// FromSeq is a source whose every epoch is seq; seq is started anew for each.
// Its length is not known; [Take] of it gives an endless generator an epoch.
func FromSeq(seq iter.Seq2[Batch, error]) Source {
	return Func(-1, func(ctx context.Context, _ int) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			for b, err := range seq {
				if e := ctx.Err(); e != nil {
					yield(Batch{}, e)
					return
				}
				if !yield(b, err) {
					return
				}
			}
		}
	})
}

// Take is the first n batches of each epoch of src, or all if it has fewer. Of
// a source of unknown length it promises n, and an epoch that turns out
// shorter is an error.
func Take(src Source, n int) Source {
	n = max(n, 0)
	if have := src.Len(); have >= 0 {
		n = min(n, have)
	}
	return &function{len: n, samples: -1, from: func(ctx context.Context, epoch, batch int) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			got := batch
			if got >= n {
				return
			}
			for b, err := range from(ctx, src, epoch, batch) {
				if !yield(b, err) || err != nil {
					return
				}
				if got++; got == n {
					return
				}
			}
			yield(Batch{}, fmt.Errorf("pipeline: Take: the source ended after %d batches of epoch %d, %d were asked for; take at most %d, or make it endless", got, epoch, n, got))
		}
	}}
}

// Repeat makes one epoch of n epochs of src: epoch e is its epochs n·e to
// n·e+n-1, so that no two of them are alike.
func Repeat(src Source, n int) Source {
	n = max(n, 0)
	r := &function{len: times(src.Len(), n), samples: times(Samples(src), n)}
	k := src.Len()
	whole := func(ctx context.Context, epoch, batch int) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			begin, first := 0, 0
			if k > 0 {
				begin, first = batch/k, batch%k
			}
			for i := begin; i < n; i++ {
				for b, err := range from(ctx, src, epoch*n+i, first) {
					if !yield(b, err) {
						return
					}
				}
				first = 0
			}
		}
	}
	r.f = func(ctx context.Context, epoch int) iter.Seq2[Batch, error] { return whole(ctx, epoch, 0) }
	if k > 0 {
		r.from = whole
	}
	return r
}

func times(a, n int) int {
	if a < 0 {
		return -1
	}
	return a * n
}

// Concat yields an epoch of each source, one after the other.
func Concat(srcs ...Source) Source {
	c := new(function)
	for _, s := range srcs {
		c.len, c.samples = plus(c.len, s.Len()), plus(c.samples, Samples(s))
	}
	whole := func(ctx context.Context, epoch, batch int) iter.Seq2[Batch, error] {
		return func(yield func(Batch, error) bool) {
			batch := batch // left to skip
			for _, s := range srcs {
				if n := s.Len(); batch > 0 && batch >= n {
					batch -= n
					continue
				}
				for b, err := range from(ctx, s, epoch, batch) {
					if !yield(b, err) {
						return
					}
				}
				batch = 0
			}
		}
	}
	c.f = func(ctx context.Context, epoch int) iter.Seq2[Batch, error] { return whole(ctx, epoch, 0) }
	if c.len >= 0 {
		c.from = whole
	}
	return c
}

func plus(a, b int) int {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}
