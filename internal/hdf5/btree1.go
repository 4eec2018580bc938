package hdf5

// Groups of the first kind: a tree (version 1) of tables of names, with the
// letters in a heap.

func (g *Group) symbolTable(m message) error {
	c := g.f.cursor(m)
	tree, heap := c.address(), c.address()
	if c.err != nil {
		return c.err
	}
	w := g.f.walk()
	letters, err := w.localHeap(heap)
	if err != nil {
		return err
	}
	return w.tree1(tree, 0, g.f.lengthSize, maxTree, func(_ *cursor, child int64) error {
		return g.symbols(w.read(child, 8), w, letters)
	})
}

// localHeap reads the letters of a group's names.
func (w *walk) localHeap(addr int64) (*cursor, error) {
	c := w.read(addr, 8+2*w.f.lengthSize+w.f.offsetSize)
	c.signature("HEAP")
	c.version("the heap", 0, 0)
	c.skip(3)
	size := c.length()
	c.length()
	data := c.address()
	if c.err == nil && size > uint64(w.f.size) {
		c.fail("a heap of %d bytes; the file has %d", size, w.f.size)
	}
	if c.err != nil {
		return nil, c.err
	}
	letters := w.read(data, int(size))
	return letters, letters.err
}

// tree1 calls leaf with the key and the address of each entry of a tree.
func (w *walk) tree1(addr int64, kind, keySize, depth int, leaf func(key *cursor, child int64) error) error {
	head := 8 + 2*w.f.offsetSize
	c := w.read(addr, head)
	c.signature("TREE")
	if k := c.u8(); c.err == nil && k != kind {
		c.fail("a tree of type %d; want %d", k, kind)
	}
	level, n := c.u8(), c.u16()
	if c.err == nil && level >= depth {
		c.fail("the tree has %d levels here; it may have %d", level, depth)
	}
	if c.err != nil {
		return c.err
	}
	c = w.read(addr+int64(head), n*(keySize+w.f.offsetSize))
	for range n {
		key := c.sub(keySize)
		child := c.address()
		if c.err != nil {
			return c.err
		}
		var err error
		if level == 0 {
			err = leaf(key, child)
		} else {
			err = w.tree1(child, kind, keySize, level, leaf)
		}
		if err != nil {
			return err
		}
	}
	return c.err
}

// symbols reads a table of names.
func (g *Group) symbols(c *cursor, w *walk, letters *cursor) error {
	c.signature("SNOD")
	c.version("the table of names", 1, 1)
	c.skip(1)
	n := c.u16()
	if c.err != nil {
		return c.err
	}
	c = w.read(c.pos(), n*(2*g.f.offsetSize+24))
	for range n {
		name := c.uint(g.f.offsetSize)
		l := link{addr: c.address()}
		kind := c.u32()
		c.skip(4)
		scratch := c.sub(16)
		if c.err != nil {
			return c.err
		}
		if name >= uint64(len(letters.b)) {
			return at(c.pos(), "a name at %d of a heap of %d bytes", name, len(letters.b))
		}
		if kind == 2 {
			value := uint64(scratch.u32())
			if value >= uint64(len(letters.b)) {
				return at(c.pos(), "a link at %d of a heap of %d bytes", value, len(letters.b))
			}
			l = link{addr: undefined, soft: text(letters.b[value:])}
		}
		if err := g.add(text(letters.b[name:]), l); err != nil {
			return err
		}
	}
	return c.err
}
