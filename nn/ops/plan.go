package ops

import (
	"math"
	"slices"
)

// A block is one stretch of memory: a result together with its views and with
// what is computed in its place, or the workspace of an op.
type block struct {
	size        int
	first, last int       // steps from which and to which, inclusive, it holds data
	offset      int       // in the arena; -1 until placed
	data        []float32 // memory of a variable or constant, outside the arena
	into        *block    // merged into another one
}

func (b *block) find() *block {
	for b.into != nil {
		if b.into.into != nil {
			b.into = b.into.into // shortens the way of the next caller
		}
		b = b.into
	}
	return b
}

// A plan says where each result of a list of nodes lives.
type plan struct {
	of              map[*Value]*block
	scratch         []*block // one per node; nil when it needs none
	size, unplanned int      // floats: of the arena, and of all results and workspaces on their own
}

// kept maps a result that outlives its last use to its place in the arena, -1
// for anywhere.
type kept map[*Value]int

// makePlan plans the memory of nodes. Values in keep hold their data until the
// end and are never overwritten. Persistent ones hold it across runs too. With
// share false every result has memory of its own.
func makePlan(nodes []*node, keep kept, persistent map[*Value]bool, share bool) *plan {
	p := &plan{of: map[*Value]*block{}, scratch: make([]*block, len(nodes))}
	end := len(nodes)
	base := map[*Value]*Value{} // the value whose memory a view shows
	last := map[*Value]int{}    // last step that needs a base's memory
	for t, n := range nodes {
		for _, v := range n.in {
			last[base[v]] = t
		}
		for _, v := range n.out {
			base[v] = v
			if isView(n) {
				base[v] = base[n.in[0]]
			}
			last[base[v]] = t
		}
	}
	fixed := map[*Value]int{}
	for v, offset := range keep {
		last[base[v]] = end
		if offset >= 0 {
			fixed[base[v]] = offset
		}
	}
	var blocks []*block
	add := func(b *block) *block {
		blocks = append(blocks, b)
		p.unplanned += b.size
		return b
	}
	for t, n := range nodes {
		if l, ok := n.op.(*leaf); ok && l.kind != inputLeaf {
			p.of[n.out[0]] = &block{size: n.out[0].Size(), data: l.data.Data()}
			continue
		}
		if isView(n) {
			p.of[n.out[0]] = p.of[n.in[0]]
			continue
		}
		for i, v := range n.out {
			b := add(&block{size: v.Size(), first: t, last: last[v], offset: -1})
			if _, ok := n.op.(*leaf); ok || persistent[v] {
				b.first = -1 // inputs are fed before the first step
			}
			if offset, ok := fixed[v]; ok {
				b.offset = offset
			}
			if i == 0 && share {
				p.reuse(n, t, b)
			}
			p.of[v] = b
		}
		if s, ok := n.op.(Scratcher); ok {
			if size := s.Scratch(shapesOf(n.in)); size > 0 {
				p.scratch[t] = add(&block{size: size, first: t, last: t, offset: -1})
			}
		}
	}
	if !share {
		for _, b := range blocks {
			b.first, b.last = -1, end
		}
	}
	p.size = placeBlocks(blocks)
	return p
}

// reuse lets b, the first result of node n at step t, take the memory of an
// operand that dies there.
func (p *plan) reuse(n *node, t int, b *block) {
	op, ok := n.op.(InPlacer)
	if !ok {
		return
	}
	for i, v := range n.in {
		old := p.of[v].find()
		if old.data != nil || old.last != t || old.size != b.size || !op.InPlace(i) {
			continue
		}
		safe := true // also where the same memory is another operand
		for j, w := range n.in {
			safe = safe && (p.of[w].find() != old || op.InPlace(j))
		}
		if safe {
			b.first = old.first
			old.into = b
			return
		}
	}
}

const lineFloats = 16 // a cache line

// placeBlocks gives every block an offset such that blocks that live at the same
// time do not overlap, and returns the floats used. Large blocks go first, each
// into the tightest gap between those that were placed before it.
func placeBlocks(blocks []*block) int {
	blocks = slices.DeleteFunc(slices.Clone(blocks), func(b *block) bool { return b.into != nil })
	slices.SortStableFunc(blocks, func(a, b *block) int {
		if (a.offset >= 0) != (b.offset >= 0) { // those with a fixed place
			return b.offset - a.offset
		}
		return b.size - a.size
	})
	total := 0
	var placed []*block // by offset
	for _, b := range blocks {
		if b.offset < 0 {
			b.offset = tightest(placed, b)
		}
		at, _ := slices.BinarySearchFunc(placed, b.offset, func(q *block, offset int) int { return q.offset - offset })
		placed = slices.Insert(placed, at, b)
		total = max(total, b.offset+b.size)
	}
	return total
}

func tightest(placed []*block, b *block) int {
	best, gap, free := -1, math.MaxInt, 0
	for _, q := range placed {
		if q.last < b.first || b.last < q.first {
			continue
		}
		if g := q.offset - free; g >= b.size && g < gap {
			best, gap = free, g
		}
		free = max(free, (q.offset+q.size+lineFloats-1)/lineFloats*lineFloats)
	}
	if best < 0 {
		return free
	}
	return best
}
