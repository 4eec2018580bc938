package picture

import (
	"runtime/debug"
	"sync"
)

// A Budget bounds the memory of pictures that are worked on at the same time.
// One that alone is larger is let in when it is alone.
type Budget struct {
	mu        sync.Mutex
	freed     sync.Cond
	max, used int64
	limit     int64 // the collector's
}

// NewBudget returns a budget of so many bytes. The collector of garbage is told
// to work harder as they fill.
func NewBudget(max int64) *Budget {
	debug.SetMemoryLimit(max)
	b := &Budget{max: max, limit: max}
	b.freed.L = &b.mu
	return b
}

// take waits until n bytes are free and returns how many it took. Whoever has
// taken gives back without taking more, so the wait ends.
func (b *Budget) take(n int64) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n > b.limit {
		b.limit = n + n/8
		debug.SetMemoryLimit(b.limit)
	}
	n = min(n, b.max)
	for b.used+n > b.max {
		b.freed.Wait()
	}
	b.used += n
	return n
}

func (b *Budget) giveBack(n int64) {
	b.mu.Lock()
	b.used -= n
	b.mu.Unlock()
	b.freed.Broadcast()
}
