package kernel

import (
	"math/bits"
	"sync"
)

// buffers lends workers their strips. A buffer is kept for ever once made, so
// that steps allocate nothing; there are never more than run at once.
var buffers struct {
	mu   sync.Mutex
	free [48][]*convBuffer // by size class
}

type convBuffer struct{ x []float32 }

func getBuffer(n int) *convBuffer {
	class := bits.Len(uint(n))
	buffers.mu.Lock()
	defer buffers.mu.Unlock()
	if l := buffers.free[class]; len(l) > 0 {
		b := l[len(l)-1]
		buffers.free[class] = l[:len(l)-1]
		return b
	}
	return &convBuffer{make([]float32, 1<<class)}
}

func (b *convBuffer) put() {
	class := bits.Len(uint(len(b.x))) - 1
	buffers.mu.Lock()
	buffers.free[class] = append(buffers.free[class], b)
	buffers.mu.Unlock()
}
