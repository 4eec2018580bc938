package hdf5

import "math/bits"

// A fractal heap keeps links and attributes of objects with many of them, as
// messages. Its space is a table of blocks that grow by twos.
type fractalHeap struct {
	w          *walk
	idSize     int
	offsetSize int // bytes of an offset in the heap's space
	lengthSize int
	maxManaged uint64
	huge       int64 // tree of objects that are too long for blocks
	hugeCount  uint64
	filtered   bool
	checked    bool // blocks have checksums
	width      int
	start      uint64 // bytes of the first blocks
	maxDirect  uint64
	root       int64
	rows       int
	hugeAt     map[uint64]block
	blocks     map[int64]*cursor
}

func (w *walk) fractalHeap(addr int64) (*fractalHeap, error) {
	h := &fractalHeap{w: w, blocks: map[int64]*cursor{}}
	size := 22 + 12*w.f.lengthSize + 3*w.f.offsetSize
	c := w.read(addr, size+4)
	c.signature("FRHP")
	c.version("the fractal heap", 0, 0)
	h.idSize = c.u16()
	h.filtered = c.u16() > 0
	h.checked = c.u8()&2 != 0
	h.maxManaged = uint64(c.u32())
	c.length()
	h.huge = c.address()
	c.length()
	c.address()
	for range 4 {
		c.length()
	}
	c.length()
	h.hugeCount = c.length()
	c.length()
	c.length()
	h.width = c.u16()
	h.start, h.maxDirect = c.length(), c.length()
	heapBits := c.u16()
	c.u16()
	h.root = c.address()
	h.rows = c.u16()
	if c.err == nil && h.filtered {
		c.fail("the heap is compressed; such heaps are not read")
	}
	c.checksum()
	power := func(x uint64) bool { return x > 0 && x&(x-1) == 0 }
	if c.err == nil && (!power(h.start) || !power(h.maxDirect) || !power(uint64(h.width)) || h.maxDirect < h.start ||
		heapBits > 64 || heapBits == 0 || h.maxDirect > uint64(w.f.size)+1<<16) {
		c.fail("a heap of %d-bit offsets with blocks of %d to %d bytes, %d in a row", heapBits, h.start, h.maxDirect, h.width)
	}
	h.offsetSize = (heapBits + 7) / 8
	h.lengthSize = min(sizeFor(h.maxDirect), sizeFor(h.maxManaged))
	return h, c.err
}

// object returns the object that an id stands for.
func (h *fractalHeap) object(id *cursor) (*cursor, error) {
	start := *id
	first := id.u8()
	if id.err == nil && first>>6 != 0 {
		id.fail("an id of version %d", first>>6)
	}
	if id.err != nil {
		return nil, id.err
	}
	switch first >> 4 & 3 {
	case 0:
		offset, length := id.uint(h.offsetSize), id.uint(h.lengthSize)
		if id.err != nil {
			return nil, id.err
		}
		return h.managed(offset, length)
	case 1:
		return h.hugeObject(id)
	case 2:
		n := first&15 + 1
		if h.idSize > 18 {
			n = (first&15)<<8 + id.u8() + 1
		}
		c := id.sub(n)
		return c, c.err
	}
	start.fail("an id of type 3")
	return nil, start.err
}

// hugeObject is one with a place of its own in the file.
func (h *fractalHeap) hugeObject(id *cursor) (*cursor, error) {
	if h.idSize >= 1+h.w.f.offsetSize+h.w.f.lengthSize {
		b := block{id.address(), id.length()}
		if id.err != nil {
			return nil, id.err
		}
		c := h.w.block(b)
		return c, c.err
	}
	if h.hugeAt == nil {
		h.hugeAt = map[uint64]block{}
		err := h.w.tree2(h.huge, 1, func(c *cursor) error {
			b := block{c.address(), c.length()}
			h.hugeAt[c.length()] = b
			return c.err
		})
		if err != nil {
			return nil, err
		}
	}
	key := id.uint(min(id.left(), 8))
	b, ok := h.hugeAt[key]
	if !ok {
		return nil, at(id.pos(), "the heap has no object %d", key)
	}
	c := h.w.block(b)
	return c, c.err
}

// rowSize is the size of the blocks of a row.
func (h *fractalHeap) rowSize(row int) uint64 {
	if row == 0 {
		return h.start
	}
	return h.start << (row - 1)
}

// directRows is how many rows have blocks with data; those after have tables.
func (h *fractalHeap) directRows() int {
	return bits.Len64(h.maxDirect) - bits.Len64(h.start) + 2
}

// managed returns length bytes at an offset of the heap's space.
func (h *fractalHeap) managed(offset, length uint64) (*cursor, error) {
	addr, rows, base := h.root, h.rows, uint64(0)
	size := h.start
	for depth := 0; rows > 0; depth++ {
		if depth > maxTree {
			return nil, at(addr, "the heap has more than %d levels", maxTree)
		}
		row, rowBase := 0, base
		for ; ; row++ {
			if row >= rows || row > 60 {
				return nil, at(addr, "the heap has no offset %d", offset)
			}
			size = h.rowSize(row)
			if offset-rowBase < size*uint64(h.width) {
				break
			}
			rowBase += size * uint64(h.width)
		}
		col := (offset - rowBase) / size
		c, err := h.table(addr, rows)
		if err != nil {
			return nil, err
		}
		table := *c
		table.skip((row*h.width + int(col)) * h.w.f.offsetSize)
		if addr = table.address(); table.err != nil {
			return nil, table.err
		}
		base = rowBase + col*size
		if rows = 0; row >= h.directRows() {
			rows = bits.Len64(size) - bits.Len64(h.start*uint64(h.width)) + 1
		}
	}
	c, err := h.direct(addr, size)
	if err != nil {
		return nil, err
	}
	if offset < base || offset-base > size || length > size-(offset-base) {
		return nil, at(c.at, "an object at %d of %d bytes; the block has %d", offset-base, length, size)
	}
	b := *c
	b.skip(int(offset - base))
	return b.sub(int(length)), b.err
}

// table reads an indirect block: addresses of blocks.
func (h *fractalHeap) table(addr int64, rows int) (*cursor, error) {
	if c := h.blocks[addr]; c != nil {
		return c, nil
	}
	n := rows * h.width * h.w.f.offsetSize
	c := h.w.read(addr, 5+h.w.f.offsetSize+h.offsetSize+n+4)
	c.signature("FHIB")
	c.version("the heap's table", 0, 0)
	c.skip(h.w.f.offsetSize + h.offsetSize)
	table := c.sub(n)
	c.checksum()
	if c.err != nil {
		return nil, c.err
	}
	h.blocks[addr] = table
	return table, nil
}

// direct reads a block of data. Offsets count from its first byte.
func (h *fractalHeap) direct(addr int64, size uint64) (*cursor, error) {
	if c := h.blocks[addr]; c != nil {
		return c, nil
	}
	if size > uint64(h.w.f.size) {
		return nil, at(addr, "a block of %d bytes; the file has %d", size, h.w.f.size)
	}
	whole := h.w.read(addr, int(size))
	c := *whole
	c.signature("FHDB")
	c.version("the heap's block", 0, 0)
	c.skip(h.w.f.offsetSize + h.offsetSize)
	if h.checked && c.err == nil {
		place := c.take(4)
		if c.err == nil {
			var got [4]byte
			copy(got[:], place)
			clear(place)
			sum := lookup3(whole.b)
			if want := uint32(got[0]) | uint32(got[1])<<8 | uint32(got[2])<<16 | uint32(got[3])<<24; sum != want {
				c.fail("the block's checksum is %08x, that of its bytes is %08x; the file is damaged", want, sum)
			}
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	h.blocks[addr] = whole
	return whole, nil
}

// dense visits the messages that an index of a heap lists. skip is what stands
// before the id in a record.
func (f *File) dense(heap, index int64, kind, skip int, visit func(c *cursor) error) error {
	if heap == undefined {
		return nil
	}
	w := f.walk()
	h, err := w.fractalHeap(heap)
	if err != nil {
		return err
	}
	return w.tree2(index, kind, func(c *cursor) error {
		c.skip(skip)
		o, err := h.object(c.sub(min(h.idSize, c.left())))
		if err != nil {
			return err
		}
		return visit(o)
	})
}

func (g *Group) denseLinks(m message) error {
	heap, names, err := g.f.denseInfo(m, 8)
	if err != nil {
		return err
	}
	return g.f.dense(heap, names, 5, 4, g.link)
}

// denseInfo reads where links or attributes are. order is the size of the
// highest order of creation.
func (f *File) denseInfo(m message, order int) (heap, names int64, err error) {
	c := f.cursor(m)
	c.version("the message", 0, 0)
	if c.u8()&1 != 0 {
		c.skip(order)
	}
	heap, names = c.address(), c.address()
	return heap, names, c.err
}
