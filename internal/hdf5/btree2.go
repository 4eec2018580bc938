package hdf5

import "math/bits"

// sizeFor is how many bytes hold numbers up to limit.
func sizeFor(limit uint64) int {
	if limit == 0 {
		return 1
	}
	return (bits.Len64(limit)-1)/8 + 1
}

// tree2 is a tree of version 2: records in nodes of one size.
type tree2 struct {
	w       *walk
	kind    int
	node    int // bytes of a node
	record  int // bytes of a record
	levels  []treeLevel
	visit   func(c *cursor) error
	visited int
}

// treeLevel is what nodes at a height above the leaves can hold.
type treeLevel struct {
	most    int    // records of a node
	total   uint64 // records below
	pointer int    // bytes that point to a node of the level below
}

// tree2 calls visit with each record of the tree at an address.
func (w *walk) tree2(addr int64, kind int, visit func(c *cursor) error) error {
	c := w.read(addr, 22+w.f.offsetSize+w.f.lengthSize)
	c.signature("BTHD")
	c.version("the tree", 0, 0)
	if k := c.u8(); c.err == nil && k != kind {
		c.fail("a tree of type %d; want %d", k, kind)
	}
	node, record, depth := c.u32(), c.u16(), c.u16()
	c.skip(2)
	root, n := c.address(), c.u16()
	c.length()
	c.checksum()
	if c.err == nil && (record == 0 || node < 64 || int64(node) > w.f.size || depth >= maxTree) {
		c.fail("a tree with nodes of %d bytes, records of %d and %d levels", node, record, depth+1)
	}
	if c.err != nil || root == undefined || n == 0 {
		return c.err
	}
	t := &tree2{w: w, kind: kind, node: int(node), record: record, visit: visit}
	const around = 10 // bytes of a node that are no records
	leaf := treeLevel{most: (t.node - around) / record}
	leaf.total = uint64(leaf.most)
	t.levels = []treeLevel{leaf}
	counts := sizeFor(leaf.total)
	for u := 1; u <= depth; u++ {
		below := t.levels[u-1]
		l := treeLevel{pointer: w.f.offsetSize + counts}
		if u > 1 {
			l.pointer += sizeFor(below.total)
		}
		l.most = (t.node - around - l.pointer) / (record + l.pointer)
		if l.most < 1 || below.total > 1<<40 {
			return at(addr, "a tree with %d levels of nodes of %d bytes", depth+1, node)
		}
		l.total = uint64(l.most+1)*below.total + uint64(l.most)
		t.levels = append(t.levels, l)
	}
	return t.read(root, n, depth)
}

// read visits the records of a node, and of those below it in between.
func (t *tree2) read(addr int64, n, height int) error {
	l := t.levels[height]
	if n > l.most {
		return at(addr, "a node with %d records; it has room for %d", n, l.most)
	}
	size := 6 + n*t.record + 4
	sign := "BTLF"
	if height > 0 {
		size += (n + 1) * l.pointer
		sign = "BTIN"
	}
	c := t.w.read(addr, size)
	c.signature(sign)
	c.version("the node", 0, 0)
	if k := c.u8(); c.err == nil && k != t.kind {
		c.fail("a node of type %d; want %d", k, t.kind)
	}
	records := c.sub(n * t.record)
	pointers := c.sub(size - 10 - n*t.record)
	c.checksum()
	if c.err != nil {
		return c.err
	}
	for i := range n + 1 {
		if height > 0 {
			p := pointers.sub(l.pointer)
			child, count := p.address(), int(p.uint(sizeFor(uint64(t.levels[0].most))))
			if p.err != nil {
				return p.err
			}
			if err := t.read(child, count, height-1); err != nil {
				return err
			}
		}
		if i == n {
			break
		}
		if err := t.visit(records.sub(t.record)); err != nil {
			return err
		}
	}
	return nil
}
