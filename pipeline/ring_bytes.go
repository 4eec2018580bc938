package pipeline

import (
	"context"
	"fmt"

	"github.com/antler-ml/antler/tensor"
)

// ringBytes keeps the memory of a ring of slots below a bound. Only the
// goroutine that fills the slots uses it.
type ringBytes struct {
	max  int64
	ring []*slot
	free chan *slot
}

// room makes room for a copy of b in s: where the ring would hold too much, the
// memory of free slots goes, and slots that come back are waited for.
func (r *ringBytes) room(ctx context.Context, s *slot, b Batch) error {
	need := int64(0)
	for _, ts := range [3][]*tensor.Tensor{b.X, b.Y, b.W} {
		for _, t := range ts {
			if t != nil {
				need += 4 * int64(t.Len())
			}
		}
	}
	if need > r.max {
		return fmt.Errorf("pipeline: PrefetchBytes: a batch has %d bytes, but maxBytes is %d; raise it, or make batches smaller", need, r.max)
	}
	if s.fits(b) {
		return nil
	}
	s.release()
	var spare []*slot
	for r.held()+need > r.max {
		select {
		case t := <-r.free:
			t.release()
			spare = append(spare, t)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	s.bytes = need
	for _, t := range spare {
		r.free <- t // never blocks: it holds all slots
	}
	return nil
}

func (r *ringBytes) held() int64 {
	n := int64(0)
	for _, s := range r.ring {
		n += s.bytes
	}
	return n
}

// fits reports whether a copy of b takes no new memory.
func (s *slot) fits(b Batch) bool {
	for g, ts := range [3][]*tensor.Tensor{b.X, b.Y, b.W} {
		if len(ts) != len(s.parts[g]) {
			return false
		}
		for i, t := range ts {
			if t != nil && cap(s.parts[g][i].buf) < t.Len() {
				return false
			}
		}
	}
	return true
}

// release lets go of the slot's memory.
func (s *slot) release() {
	s.parts, s.bytes = [3][]part{}, 0
}
