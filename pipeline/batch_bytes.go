package pipeline

import "fmt"

// batchBytes keeps samples that wait for their batches, and batches, below a
// bound.
type batchBytes struct {
	max     int64 // 0: no bound
	part    *Part
	bins    []bin
	waiting int64 // bytes of samples
	slots   int64 // of batches
	counted bool  // batches of earlier epochs are in slots
}

// came counts a sample that was put into a bin.
func (r *batchBytes) came(b *bin, v Sample) {
	if r.max == 0 {
		return
	}
	n := v.Bytes()
	b.bytes += n
	r.waiting += n
	r.part.Hold(n)
}

// gone counts the samples of a bin no more.
func (r *batchBytes) gone(b *bin) {
	r.waiting -= b.bytes
	r.part.Hold(-b.bytes)
}

// largest returns the bin whose batch must come early so that a sample of n
// bytes can wait, or -1.
func (r *batchBytes) largest(n int64) int {
	if r.max == 0 || r.waiting+n <= r.max/2 {
		return -1
	}
	k := -1
	for i := range r.bins {
		if len(r.bins[i].rows) > 0 && (k < 0 || r.bins[i].bytes > r.bins[k].bytes) {
			k = i
		}
	}
	return k
}

// make makes room for n numbers as tensor i of group g of s: where there is too
// little, the memory of other batches goes.
func (r *batchBytes) make(s *slot, g, i, n int) error {
	if r.max == 0 {
		return nil
	}
	if !r.counted {
		r.counted = true
		for k := range r.bins {
			r.grow(r.bins[k].slot.held())
		}
	}
	have := int64(0)
	if i < len(s.parts[g]) {
		have = 4 * int64(cap(s.parts[g][i].buf))
	}
	need := 4 * int64(n)
	if need <= have {
		return nil
	}
	for k := range r.bins {
		if t := &r.bins[k].slot; t != s && r.waiting+r.slots+need-have > r.max {
			r.grow(-t.held())
			t.release()
		}
	}
	if all := r.waiting + r.slots + need - have; all > r.max {
		return fmt.Errorf("pipeline: Batched: a batch and the samples of it and of others have %d bytes, but %s; raise it, or make BatchSize smaller", all, r.part.allows())
	}
	r.grow(need - have)
	return nil
}

func (r *batchBytes) grow(n int64) {
	r.slots += n
	r.part.Hold(n)
}

// end counts nothing any more.
func (r *batchBytes) end() { r.part.Hold(-r.waiting - r.slots) }
