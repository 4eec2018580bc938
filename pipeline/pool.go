package pipeline

import (
	"fmt"
	"slices"
	"sync"

	"github.com/antler-ml/antler/tensor"
)

// A slot is the recycled memory of one batch.
type slot struct {
	b     Batch
	parts [3][]part // X, Y, W
	order []int
	shape []int // scratch
	bytes int64 // of the parts, as ringBytes counts them
	err   error
}

// A part is one tensor of a slot. The header is kept as long as the shape stays.
type part struct {
	buf []float32
	t   *tensor.Tensor
}

// tensor returns tensor i of group g (0 X, 1 Y, 2 W) with n samples of the
// given shape. Its contents are what the slot held before.
func (s *slot) tensor(g, i, n int, shape []int) *tensor.Tensor {
	for len(s.parts[g]) <= i {
		s.parts[g] = append(s.parts[g], part{})
	}
	p := &s.parts[g][i]
	if p.t != nil && p.t.Shape()[0] == n && slices.Equal(p.t.Shape()[1:], shape) {
		return p.t
	}
	size := n
	for _, d := range shape {
		size *= d
	}
	if cap(p.buf) < size {
		p.buf = make([]float32, size)
	}
	p.t = tensor.From(p.buf[:size:size], append([]int{n}, shape...)...)
	return p.t
}

// trim sets the number of tensors in group g.
func (s *slot) trim(g, n int) {
	if len(s.parts[g]) > n {
		s.parts[g] = s.parts[g][:n]
	}
}

// batch returns the batch made of the slot's tensors.
func (s *slot) batch() Batch {
	s.b.X, s.b.Y, s.b.W = fill(s.b.X, s.parts[0]), fill(s.b.Y, s.parts[1]), fill(s.b.W, s.parts[2])
	return s.b
}

func fill(ts []*tensor.Tensor, parts []part) []*tensor.Tensor {
	ts = ts[:0]
	for i := range parts {
		ts = append(ts, parts[i].t)
	}
	return ts
}

// copyFrom makes the slot a deep copy of b.
func (s *slot) copyFrom(b Batch) error {
	for g, ts := range [3][]*tensor.Tensor{b.X, b.Y, b.W} {
		s.trim(g, len(ts))
		for i, t := range ts {
			if t == nil || len(t.Shape()) == 0 {
				return fmt.Errorf("pipeline: batch tensor %s[%d] is nil or a scalar; its first axis must be the sample", "XYW"[g:g+1], i)
			}
			copy(s.tensor(g, i, t.Shape()[0], t.Shape()[1:]).Data(), t.Data())
		}
	}
	return nil
}

// held returns the bytes of the slot's memory.
func (s *slot) held() int64 {
	n := int64(0)
	for _, ps := range s.parts {
		for _, p := range ps {
			n += 4 * int64(cap(p.buf))
		}
	}
	return n
}

// bytes returns the size of the batch's numbers.
func (b *Batch) bytes() int64 {
	n := int64(0)
	for _, ts := range [3][]*tensor.Tensor{b.X, b.Y, b.W} {
		for _, t := range ts {
			if t != nil {
				n += 4 * int64(t.Len())
			}
		}
	}
	return n
}

// A pool keeps slots between epochs, so that an epoch allocates nothing after
// the first one. Each running epoch has slots of its own.
type pool struct {
	mu   sync.Mutex
	free []*slot
}

func (p *pool) get() *slot {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		s := p.free[n-1]
		p.free = p.free[:n-1]
		return s
	}
	return new(slot)
}

func (p *pool) put(s *slot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, s)
}

// A bin is where samples wait for their batch, and that batch.
type bin struct {
	rows  []Sample
	bytes int64 // of the rows, where they are counted
	slot  slot
}

func (b *bin) empty() {
	clear(b.rows) // let go of what they hold
	b.rows, b.bytes = b.rows[:0], 0
}

// bins keeps bins between epochs, as pool keeps slots.
type bins struct {
	mu   sync.Mutex
	free [][]bin
}

func (p *bins) get(n int) []bin {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := len(p.free); k > 0 {
		b := p.free[k-1]
		p.free = p.free[:k-1]
		return b
	}
	return make([]bin, n)
}

func (p *bins) put(b []bin) {
	for i := range b {
		b[i].empty()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, b)
}
