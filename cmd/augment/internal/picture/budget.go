package picture

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// A Budget bounds the memory of pictures that are worked on at the same time.
// One that alone is larger is let in when it is alone.
type Budget struct {
	mu        sync.Mutex
	freed     sync.Cond
	max, used int64
	there     int64 // bytes that were there before
	limit     int64 // the collector's, beyond them
}

// little is a heap whose garbage is not worth the time to look for it.
const little = 8 << 20

// NewBudget returns a budget of so many bytes beside what is there already, such
// as the boxes of all pictures. The collector of garbage is told to work harder
// as they fill.
func NewBudget(max int64) *Budget {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > little { // what of it is garbage is worth knowing
		runtime.GC()
		runtime.ReadMemStats(&m)
	}
	there := int64(m.HeapAlloc)
	debug.SetMemoryLimit(there + max)
	b := &Budget{max: max, there: there, limit: max}
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
		debug.SetMemoryLimit(b.there + b.limit)
	}
	n = min(n, b.max)
	for b.used+n > b.max {
		b.freed.Wait()
	}
	b.used += n
	return n
}

// try is take if that need not wait.
func (b *Budget) try(n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+n > b.max {
		return false
	}
	b.used += n
	return true
}

func (b *Budget) giveBack(n int64) {
	b.mu.Lock()
	b.used -= n
	b.mu.Unlock()
	b.freed.Broadcast()
}
