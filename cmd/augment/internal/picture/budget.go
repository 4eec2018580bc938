package picture

import "sync"

// A Budget bounds the memory of pictures that are worked on at the same time.
// One that alone is larger is let in when it is alone.
type Budget struct {
	mu        sync.Mutex
	freed     sync.Cond
	max, used int64
}

// NewBudget returns a budget of so many bytes.
func NewBudget(max int64) *Budget {
	b := &Budget{max: max}
	b.freed.L = &b.mu
	return b
}

// take waits until n bytes are free and returns how many it took. Whoever has
// taken gives back without taking more, so the wait ends.
func (b *Budget) take(n int64) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
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
