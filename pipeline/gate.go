package pipeline

import (
	"context"
	"sync"
)

// A gate is a semaphore of bytes, taken and given back in the same order. A
// single goroutine takes.
type gate struct {
	mu        sync.Mutex
	max, used int64
	taken     []int64 // what was taken and not given back, oldest first
	freed     chan struct{}
	part      *Part
}

func newGate(max int64, part *Part) *gate {
	return &gate{max: max, part: part, freed: make(chan struct{}, 1)}
}

// take waits until n bytes are free, at most max, or until ctx ends.
func (g *gate) take(ctx context.Context, n int64) bool {
	for {
		g.mu.Lock()
		if g.used+n <= g.max {
			g.used += n
			g.taken = append(g.taken, n)
			g.part.Hold(n)
			g.mu.Unlock()
			return true
		}
		g.mu.Unlock()
		select {
		case <-g.freed:
		case <-ctx.Done():
			return false
		}
	}
}

// giveBack frees the oldest bytes taken.
func (g *gate) giveBack() {
	g.mu.Lock()
	if len(g.taken) > 0 { // else a panic of the input, which took none
		g.used -= g.taken[0]
		g.part.Hold(-g.taken[0])
		copy(g.taken, g.taken[1:])
		g.taken = g.taken[:len(g.taken)-1]
	}
	g.mu.Unlock()
	select {
	case g.freed <- struct{}{}:
	default:
	}
}

// end gives back what is taken, when nobody takes or gives back any more.
func (g *gate) end() {
	g.part.Hold(-g.used)
	g.used, g.taken = 0, nil
}
