package hdf5

import (
	"math/bits"
)

// deflateRatio is the most that deflate can shorten data.
const deflateRatio = 1032

// Kinds of indexes of chunks. The first is that of layout 3, the others have
// these numbers in layout 4.
const (
	treeOfChunks    = 0
	singleChunk     = 1
	implicitChunks  = 2
	fixedArray      = 3
	extensibleArray = 4
	newTreeOfChunks = 5
)

// A chunkIndex says where the pieces of a dataset are.
type chunkIndex struct {
	kind     int
	shape    []int // of a chunk
	addr     int64
	size     uint64 // of the single chunk, when it was filtered; 0: as it is
	mask     uint32
	whole    bool // chunks that stick out at the end are not filtered
	pageBits int
}

// A chunk is one piece, at offset, which is counted in elements.
type chunk struct {
	offset []int
	addr   int64
	size   uint64
	mask   uint32
	plain  bool // was not filtered
}

// tree1 reads the layout of chunks in a tree of version 1.
func (x *chunkIndex) tree1(c *cursor, rank int) {
	x.addr = c.address()
	x.axes(c, rank, 4)
}

func (x *chunkIndex) axes(c *cursor, rank, size int) {
	if c.err == nil && (rank < 1 || rank > maxRank) {
		c.fail("chunks with %d axes", rank)
	}
	total := uint64(1)
	for range rank {
		n := c.uint(size)
		if c.err == nil && (n == 0 || n > 1<<32 || total*n > 1<<40) {
			c.fail("a chunk with an axis of %d", n)
		}
		if c.err != nil {
			return
		}
		total *= n
		x.shape = append(x.shape, int(n))
	}
	c.skip(size) // bytes of an element
}

// read reads the layout of version 4.
func (x *chunkIndex) read(c *cursor) {
	flags, rank, size := c.u8(), c.u8()-1, c.u8()
	x.axes(c, rank, size)
	x.whole = flags&1 != 0
	x.kind = c.u8()
	switch x.kind {
	case singleChunk:
		if flags&2 != 0 {
			x.size, x.mask = c.length(), c.u32()
		}
	case implicitChunks:
	case fixedArray:
		x.pageBits = c.u8()
	case extensibleArray:
		c.skip(5)
	case newTreeOfChunks:
		c.skip(6)
	default:
		c.fail("an index of chunks of the unknown kind %d", x.kind)
	}
	x.addr = c.address()
}

// readChunks puts the chunks together to size bytes.
func (d *Dataset) readChunks(size int) ([]byte, error) {
	x := &d.chunks
	if x.addr == undefined {
		var b []byte
		err := d.unwritten(size, func(_ int, blank []byte) error { b = blank; return nil })
		return b, err
	}
	bytes := d.Type.Size
	for _, n := range x.shape {
		bytes *= n // ≤ 1<<40 elements of 1<<30 bytes would not fit
		if bytes < 0 || bytes > 1<<40 {
			return nil, at(d.h.addr, "chunks of %v elements", x.shape)
		}
	}
	chunks, err := d.listChunks(bytes)
	if err != nil {
		return nil, err
	}
	// What the chunks can hold at most is all the memory there will be.
	most := max(uint64(d.f.size), 1<<16)
	for i := range chunks {
		c := &chunks[i]
		if x.whole && d.sticksOut(c.offset) {
			c.plain = true
		}
		if c.size > uint64(d.f.size) {
			return nil, at(c.addr, "a chunk of %d bytes; the file has %d", c.size, d.f.size)
		}
		most += min(c.size*deflateRatio, uint64(bytes))
	}
	if uint64(size) > most {
		return nil, at(d.h.addr, "shape %v needs %d bytes; the %d chunks hold %d at most", d.space.shape, size, len(chunks), most)
	}
	out := d.blank(size)
	w := d.f.walk()
	for _, c := range chunks {
		b := w.block(block{c.addr, c.size})
		if b.err != nil {
			return nil, b.err
		}
		ids := d.filters
		if c.plain {
			ids = nil
		}
		data, err := unfilter(b.b, ids, c.mask, d.Type.Size, bytes)
		if err != nil {
			return nil, &Error{Offset: c.addr, Err: err}
		}
		d.place(out, data, c.offset)
	}
	return out, nil
}

// sticksOut reports whether a chunk goes beyond the dataset's end.
func (d *Dataset) sticksOut(offset []int) bool {
	for i, o := range offset {
		if o+d.chunks.shape[i] > d.space.shape[i] {
			return true
		}
	}
	return false
}

// place copies a chunk to where it belongs, without what sticks out.
func (d *Dataset) place(out, data []byte, offset []int) {
	rank := len(offset)
	size, shape, chunk := d.Type.Size, d.space.shape, d.chunks.shape
	rows := make([]int, rank) // of the chunk that are inside
	for i := range rows {
		rows[i] = min(chunk[i], shape[i]-offset[i])
		if rows[i] <= 0 {
			return
		}
	}
	at := make([]int, rank)
	for {
		from, to := 0, 0
		for i := range at {
			from = from*chunk[i] + at[i]
			to = to*shape[i] + offset[i] + at[i]
		}
		n := rows[rank-1] * size
		copy(out[to*size:to*size+n], data[from*size:from*size+n])
		i := rank - 2
		for ; i >= 0; i-- {
			if at[i]++; at[i] < rows[i] {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

// listChunks reads the index. bytes are those of a chunk before filters.
func (d *Dataset) listChunks(bytes int) ([]chunk, error) {
	x := &d.chunks
	w := d.f.walk()
	var chunks []chunk
	add := func(c *cursor, k chunk) error {
		if c.err != nil {
			return c.err
		}
		for i, o := range k.offset {
			if o < 0 || o%x.shape[i] != 0 {
				return at(c.pos(), "a chunk at %v; chunks have the shape %v", k.offset, x.shape)
			}
			if o >= d.space.shape[i] { // left over from when the dataset was larger
				return nil
			}
		}
		if k.addr != undefined {
			chunks = append(chunks, k)
		}
		return nil
	}
	rank := len(x.shape)
	switch x.kind {
	case treeOfChunks:
		return chunks, w.tree1(x.addr, 1, 8+8*(rank+1), maxTree, func(key *cursor, child int64) error {
			k := chunk{size: uint64(key.u32()), mask: key.u32(), addr: child}
			for range rank {
				k.offset = append(k.offset, int(key.uint(8)))
			}
			return add(key, k)
		})
	case newTreeOfChunks:
		filtered := len(d.filters) > 0
		kind := 10
		if filtered {
			kind = 11
		}
		return chunks, w.tree2(x.addr, kind, func(c *cursor) error {
			k := chunk{addr: c.address(), size: uint64(bytes)}
			if filtered {
				k.size = c.uint(c.left() - 4 - 8*rank)
				k.mask = c.u32()
			}
			for i := range rank {
				k.offset = append(k.offset, scaled(c.uint(8), x.shape[i]))
			}
			return add(c, k)
		})
	case singleChunk:
		k := chunk{offset: make([]int, rank), addr: x.addr, size: uint64(bytes), mask: x.mask}
		if x.size > 0 {
			k.size = x.size
		}
		return []chunk{k}, nil
	}
	g, err := d.grid()
	if err != nil {
		return nil, err
	}
	if x.kind == implicitChunks {
		if g.count > uint64(d.f.size)/uint64(bytes) {
			return nil, at(d.h.addr, "%d chunks of %d bytes in a file of %d", g.count, bytes, d.f.size)
		}
		for i := range g.count {
			c := &cursor{f: d.f}
			if err := add(c, chunk{offset: g.offset(i), addr: x.addr + int64(i)*int64(bytes), size: uint64(bytes)}); err != nil {
				return nil, err
			}
		}
		return chunks, nil
	}
	a := arrayOfChunks{w: w, bytes: bytes, add: func(c *cursor, i uint64, k chunk) error {
		if c.err != nil {
			return c.err
		}
		if i >= g.count {
			return nil
		}
		k.offset = g.offset(i)
		return add(c, k)
	}}
	if x.kind == fixedArray {
		return chunks, a.fixed(x.addr)
	}
	return chunks, a.extensible(x.addr)
}

// scaled is an offset that is counted in chunks.
func scaled(n uint64, chunk int) int {
	hi, lo := bits.Mul64(n, uint64(chunk))
	if hi != 0 || lo > 1<<62 {
		return -1
	}
	return int(lo)
}

// A grid counts chunks row by row. An axis without limit comes first.
type grid struct {
	axes  []int // the order in which they are counted
	sizes []uint64
	chunk []int
	count uint64
}

func (d *Dataset) grid() (*grid, error) {
	x := &d.chunks
	g := &grid{chunk: x.shape, count: 1}
	for i := range x.shape {
		if d.space.most[i] == unlimited {
			g.axes = append([]int{i}, g.axes...)
		} else {
			g.axes = append(g.axes, i)
		}
	}
	for _, i := range g.axes {
		most := d.space.most[i]
		if most == unlimited {
			most = uint64(d.space.shape[i])
		}
		n := (most + uint64(x.shape[i]) - 1) / uint64(x.shape[i])
		g.sizes = append(g.sizes, n)
		hi, lo := bits.Mul64(g.count, n)
		if hi != 0 {
			return nil, at(d.h.addr, "shape %v in chunks of %v", d.space.most, x.shape)
		}
		g.count = lo
	}
	return g, nil
}

// offset is that of the chunk with a number.
func (g *grid) offset(n uint64) []int {
	at := make([]int, len(g.axes))
	for k := len(g.axes) - 1; k >= 0; k-- {
		i := g.axes[k]
		at[i] = scaled(n%g.sizes[k], g.chunk[i])
		n /= g.sizes[k]
	}
	return at
}
