package text

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// A tally is what was counted: words with their counts, and the order of their
// first appearance, nil when that is the order of the table.
type tally struct {
	vocab     *table
	order     []int32
	documents int
	lost      int
}

// A gathering collects what several counters count, each its share of the
// batches. A counter hands over its words now and then, so that all of them
// together hold few words that are in the gathering already.
//
// The order of first appearance does not depend on who counted: a word keeps
// the number of the batch it was first seen in (as index) and its place among
// the new words of the counter in that batch (as mark).
type gathering struct {
	mu        sync.Mutex
	vocab     table
	documents int
	most      int // words that a counter may hold
	buf       []byte
	batches   int
}

// All counters together hold at most about so many words before they hand
// over, and one of them at most so many. (Variables for tests.)
var heldByAll, heldByOne = 1 << 20, 1 << 17

func newGathering(counters int) *gathering {
	if counters == 1 { // it sees every word first
		return &gathering{most: math.MaxInt}
	}
	return &gathering{most: min(heldByOne, heldByAll/counters)}
}

// relieve is called by a counter at the end of a batch.
func (g *gathering) relieve(c *counter) {
	if c.vocab.size > g.most {
		g.take(c)
	}
}

// take adds what a counter counted and empties the counter.
func (g *gathering) take(c *counter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.documents += c.documents
	if g.vocab.size == 0 {
		g.adopt(c)
		return
	}
	v := &c.vocab
	for r, from := range c.runs {
		to := v.size
		if r+1 < len(c.runs) {
			to = c.runs[r+1].first
		}
		batch := int32(from.batch)
		g.batches = max(g.batches, from.batch+1)
		for k := from.first; k < to; k++ {
			o := v.entry(k)
			g.buf = v.appendWord(g.buf[:0], k)
			id, isNew := g.vocab.intern(g.buf)
			e := g.vocab.entry(id)
			e.count += o.count
			e.docs += o.docs
			if isNew || batch < e.index {
				e.index, e.mark = batch, uint32(k-from.first)
			}
		}
	}
	v.reset()
	c.documents, c.runs = 0, c.runs[:0]
}

// adopt makes the table of a counter that of the gathering.
func (g *gathering) adopt(c *counter) {
	for r, from := range c.runs {
		to := c.vocab.size
		if r+1 < len(c.runs) {
			to = c.runs[r+1].first
		}
		g.batches = max(g.batches, from.batch+1)
		for k := from.first; k < to; k++ {
			e := c.vocab.entry(k)
			e.index, e.mark = int32(from.batch), uint32(k-from.first)
		}
	}
	g.vocab, c.vocab = c.vocab, table{}
	c.documents, c.runs = 0, c.runs[:0]
}

// all returns what the counters counted, who may be nil. They are used up.
func (g *gathering) all(counters []*counter) tally {
	counters = slices.DeleteFunc(counters, func(c *counter) bool { return c == nil })
	if len(counters) == 1 && g.vocab.size == 0 { // its order is that of the texts
		return tally{vocab: &counters[0].vocab, documents: counters[0].documents}
	}
	for _, c := range counters {
		g.take(c)
		c.vocab = table{}
	}
	return tally{vocab: &g.vocab, order: g.order(), documents: g.documents}
}

// order sorts the words by batch and place.
func (g *gathering) order() []int32 {
	starts := make([]int32, g.batches+1) // of the words of each batch
	for id := range g.vocab.size {
		starts[g.vocab.entry(id).index+1]++
	}
	for i := range g.batches {
		starts[i+1] += starts[i]
	}
	order := make([]int32, g.vocab.size)
	next := slices.Clone(starts)
	for id := range order {
		at := &next[g.vocab.entry(id).index]
		order[*at] = int32(id)
		*at++
	}
	for i := range g.batches {
		slices.SortFunc(order[starts[i]:starts[i+1]], func(a, b int32) int {
			return cmp.Compare(g.vocab.entry(int(a)).mark, g.vocab.entry(int(b)).mark)
		})
	}
	return order
}
