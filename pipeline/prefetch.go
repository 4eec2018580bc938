package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
	"sync"
)

// Prefetch runs src ahead of its consumer, by up to n batches, in a goroutine
// of its own, so that making batches overlaps with training on them. With
// n <= 0 it returns src.
//
// The batches are copied into a ring of n+2 recycled ones: one being filled, n
// waiting, one with the consumer, valid until its loop body ends.
func Prefetch(src Source, n int) Source {
	if n <= 0 {
		return src
	}
	return &prefetch{src: src, n: n}
}

// PrefetchBytes is [Prefetch] whose ring holds at most maxBytes bytes: it runs
// ahead by fewer batches, down to none, while batches are large. A batch that
// alone has more is an error.
func PrefetchBytes(src Source, n int, maxBytes int64) Source {
	return &prefetch{src: src, n: max(n, 1), part: (*Budget)(nil).Join("PrefetchBytes", max(maxBytes, 1))}
}

// PrefetchWithin is [PrefetchBytes] bounded by its part of a budget.
func PrefetchWithin(src Source, n int, b *Budget) Source {
	return &prefetch{src: src, n: max(n, 1), part: b.Join("PrefetchWithin", 0)}
}

type prefetch struct {
	src  Source
	n    int
	part *Part // its bound is that of a ring; nil: none
	free pool
}

func (p *prefetch) Len() int     { return p.src.Len() }
func (p *prefetch) Samples() int { return Samples(p.src) }

func (p *prefetch) Row(epoch, batch, sample int) int { return RowOf(p.src, epoch, batch, sample) }

func (p *prefetch) Batches(ctx context.Context, epoch int) iter.Seq2[Batch, error] {
	return p.BatchesFrom(ctx, epoch, 0)
}

func (p *prefetch) BatchesFrom(ctx context.Context, epoch, batch int) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		most, err := p.part.Bound()
		if err != nil {
			yield(Batch{}, err)
			return
		}
		run, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		ring := make([]*slot, p.n+2)
		free, full := make(chan *slot, len(ring)), make(chan *slot, p.n)
		for i := range ring {
			ring[i] = p.free.get()
			free <- ring[i]
		}
		r := &ringBytes{max: most, part: p.part, ring: ring, free: free}
		r.begin()
		defer func() {
			cancel()
			wg.Wait()
			r.end()
			for _, s := range ring {
				p.free.put(s)
			}
		}()
		wg.Go(func() { p.fill(run, epoch, batch, r, free, full) })
		var last error
		for s := range full {
			var b Batch
			if last = s.err; last == nil {
				b = s.batch()
			}
			if !yield(b, last) {
				return
			}
			free <- s
		}
		// The end of ctx may have kept the source from saying so itself; an
		// epoch cut short must not look like a whole one.
		if err := ctx.Err(); err != nil && !errors.Is(last, err) {
			yield(Batch{}, err)
		}
	}
}

// fill sends the batches of an epoch, from the given one on, to full and closes it.
func (p *prefetch) fill(ctx context.Context, epoch, batch int, r *ringBytes, free, full chan *slot) {
	defer close(full)
	// send reports whether to go on.
	send := func(b Batch, err error) bool {
		var s *slot
		select {
		case s = <-free:
		case <-ctx.Done():
			return false
		}
		if s.err = err; err == nil && r.max > 0 {
			s.err = r.room(ctx, s, b)
		}
		if s.err == nil {
			s.err = s.copyFrom(b)
		}
		select {
		case full <- s:
			return true
		case <-ctx.Done():
			return false
		}
	}
	defer func() {
		if v := recover(); v != nil {
			err := &PanicError{Value: v, Stack: debug.Stack()}
			send(Batch{}, fmt.Errorf("pipeline: Prefetch: batch %d of epoch %d: %w", batch, epoch, err))
		}
	}()
	for b, err := range from(ctx, p.src, epoch, batch) {
		if !send(b, err) {
			return
		}
		batch++
	}
}
