package pipeline

import (
	"context"
	"fmt"

	"github.com/antler-ml/antler/tensor"
)

// ringBytes keeps the memory of a ring of slots below a bound. Only the
// goroutine that fills the slots uses it.
type ringBytes struct {
	max  int64 // 0: no bound
	part *Part
	ring []*slot
	free chan *slot
}

// room makes room for a copy of b in s: where the ring would hold too much, the
// memory of free slots goes, and slots that come back are waited for.
func (r *ringBytes) room(ctx context.Context, s *slot, b Batch) error {
	need := b.bytes()
	if need > r.max {
		return fmt.Errorf("pipeline: %s: %w", r.part.stage, r.part.tooSmall("a batch has", need))
	}
	if s.fits(b) {
		return nil
	}
	r.release(s)
	var spare []*slot
	for r.held()+need > r.max {
		select {
		case t := <-r.free:
			r.release(t)
			spare = append(spare, t)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	s.bytes = need
	r.part.Hold(need)
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

// release lets go of a slot's memory.
func (r *ringBytes) release(s *slot) {
	r.part.Hold(-s.bytes)
	s.release()
}

// begin makes slots that held batches before count, and go where they are too
// many.
func (r *ringBytes) begin() {
	if r.max == 0 {
		return
	}
	r.part.Hold(r.held())
	for _, s := range r.ring {
		if r.held() > r.max {
			r.release(s)
		}
	}
}

// end makes them count no more: nobody runs ahead.
func (r *ringBytes) end() { r.part.Hold(-r.held()) }

// release lets go of the slot's memory.
func (s *slot) release() { s.b, s.parts, s.bytes = Batch{}, [3][]part{}, 0 }
