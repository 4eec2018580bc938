package pipeline

import (
	"context"
	"sync"
)

// A budget is a semaphore of bytes, taken and given back in the same order. A
// single goroutine takes.
type budget struct {
	mu        sync.Mutex
	max, used int64
	taken     []int64 // what was taken and not given back, oldest first
	freed     chan struct{}
}

func newBudget(max int64) *budget { return &budget{max: max, freed: make(chan struct{}, 1)} }

// take waits until n bytes are free, at most max, or until ctx ends.
func (b *budget) take(ctx context.Context, n int64) bool {
	for {
		b.mu.Lock()
		if b.used+n <= b.max {
			b.used += n
			b.taken = append(b.taken, n)
			b.mu.Unlock()
			return true
		}
		b.mu.Unlock()
		select {
		case <-b.freed:
		case <-ctx.Done():
			return false
		}
	}
}

// giveBack frees the oldest bytes taken.
func (b *budget) giveBack() {
	b.mu.Lock()
	if len(b.taken) > 0 { // else a panic of the input, which took none
		b.used -= b.taken[0]
		copy(b.taken, b.taken[1:])
		b.taken = b.taken[:len(b.taken)-1]
	}
	b.mu.Unlock()
	select {
	case b.freed <- struct{}{}:
	default:
	}
}
