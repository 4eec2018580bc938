package ops

import (
	"sync"

	"github.com/antler-ml/antler/internal/pages"
)

// chainBuffers keeps the workers' register buffers between runs, for all programs.
var chainBuffers bufferList

// bufferList is a free list of buffers, all as large as the largest that was
// asked for.
type bufferList struct {
	mu   sync.Mutex
	free [][]float32
	size int // floats
	made int // buffers of that size
}

// reserve makes sure that n workers find a buffer of size floats without an
// allocation.
func (l *bufferList) reserve(n, size int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if size > l.size {
		l.free, l.size, l.made = l.free[:0], size, 0 // put drops the old ones
	}
	for ; l.made < n; l.made++ {
		l.free = append(l.free, pages.Floats(l.size))
	}
}

func (l *bufferList) take() []float32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k := len(l.free); k > 0 {
		b := l.free[k-1]
		l.free = l.free[:k-1]
		return b
	}
	l.made++
	return pages.Floats(l.size)
}

func (l *bufferList) put(b []float32) {
	l.mu.Lock()
	if len(b) >= l.size {
		l.free = append(l.free, b)
	}
	l.mu.Unlock()
}
