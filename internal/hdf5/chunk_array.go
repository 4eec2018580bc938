package hdf5

import "math/bits"

// arrayOfChunks reads the indexes that are arrays: entry i is chunk i.
type arrayOfChunks struct {
	w     *walk
	bytes int // of a chunk
	add   func(c *cursor, i uint64, k chunk) error
	entry int // bytes of an entry
	kind  int // 1: chunks were filtered
}

// entries reads n entries, the first of which is number i.
func (a *arrayOfChunks) entries(c *cursor, i uint64, n int) error {
	for j := range n {
		k := chunk{addr: c.address(), size: uint64(a.bytes)}
		if a.kind == 1 {
			k.size = c.uint(a.entry - a.w.f.offsetSize - 4)
			k.mask = c.u32()
		}
		if err := a.add(c, i+uint64(j), k); err != nil {
			return err
		}
	}
	return c.err
}

func (a *arrayOfChunks) head(c *cursor, sign string) {
	c.signature(sign)
	c.version("the index of chunks", 0, 0)
	a.kind = c.u8()
	if c.err == nil && a.kind > 1 {
		c.fail("an index of the unknown kind %d", a.kind)
	}
}

func (a *arrayOfChunks) readEntry(c *cursor) {
	a.entry = c.u8()
	least := a.w.f.offsetSize
	if a.kind == 1 {
		least += 5
	}
	if c.err == nil && (a.entry < least || a.entry > least+8) {
		c.fail("entries of %d bytes", a.entry)
	}
}

// paged reads n entries on pages that lie behind prefix. used has a bit for
// each page; nil: all are used.
func (a *arrayOfChunks) paged(addr int64, i uint64, n, page uint64, used []byte) error {
	for p := uint64(0); p*page < n; p++ {
		if used == nil || int(p/8) < len(used) && used[p/8]&(0x80>>(p%8)) != 0 {
			count := int(min(page, n-p*page))
			c := a.w.read(addr+int64(p*(page*uint64(a.entry)+4)), count*a.entry+4)
			body := *c
			c.skip(count * a.entry)
			if c.checksum(); c.err != nil {
				return c.err
			}
			if err := a.entries(&body, i+p*page, count); err != nil {
				return err
			}
		}
	}
	return nil
}

// room refuses more entries than the file has bytes.
func (a *arrayOfChunks) room(c *cursor, n uint64) {
	if c.err == nil && (n > uint64(a.w.f.size) || n*uint64(a.entry) > uint64(a.w.f.size)) {
		c.fail("an index of %d chunks in a file of %d bytes", n, a.w.f.size)
	}
}

func (a *arrayOfChunks) fixed(addr int64) error {
	f := a.w.f
	c := a.w.read(addr, 8+f.lengthSize+f.offsetSize+4)
	a.head(c, "FAHD")
	a.readEntry(c)
	pageBits := c.u8()
	n, data := c.length(), c.address()
	c.checksum()
	if c.err == nil && pageBits > 32 {
		c.fail("pages of 2^%d entries", pageBits)
	}
	a.room(c, n)
	if c.err != nil || data == undefined {
		return c.err
	}
	page := uint64(1) << pageBits
	prefix := 6 + f.offsetSize
	if n <= page {
		c = a.w.read(data, prefix+int(n)*a.entry+4)
		return a.data(c, "FADB", prefix, 0, int(n))
	}
	pages := (n + page - 1) / page
	prefix += int(pages+7) / 8
	c = a.w.read(data, prefix+4)
	a.head(c, "FADB")
	c.skip(f.offsetSize)
	used := c.take(int(pages+7) / 8)
	if c.checksum(); c.err != nil {
		return c.err
	}
	return a.paged(c.pos(), 0, n, page, used)
}

// data reads a block of entries without pages.
func (a *arrayOfChunks) data(c *cursor, sign string, prefix int, i uint64, n int) error {
	a.head(c, sign)
	c.skip(prefix - 6)
	body := *c
	c.skip(n * a.entry)
	if c.checksum(); c.err != nil {
		return c.err
	}
	return a.entries(&body, i, n)
}

func (a *arrayOfChunks) extensible(addr int64) error {
	f := a.w.f
	c := a.w.read(addr, 12+6*f.lengthSize+f.offsetSize+4)
	a.head(c, "EAHD")
	a.readEntry(c)
	maxBits, direct, least, pointers, pageBits := c.u8(), c.u8(), c.u8(), c.u8(), c.u8()
	c.skip(4 * f.lengthSize)
	stored := c.length() // the highest number of a chunk, and 1
	c.skip(f.lengthSize)
	index := c.address()
	c.checksum()
	power := func(x int) bool { return x > 0 && x&(x-1) == 0 }
	if c.err == nil && (maxBits == 0 || maxBits > 64 || !power(least) || !power(pointers) || pageBits > 32 || 1<<min(maxBits, 30) < least) {
		c.fail("an index of 2^%d chunks in blocks of %d", maxBits, least)
	}
	// stored counts holes too, so the file may have fewer bytes; what is read is
	// bounded block by block.
	if c.err != nil || index == undefined {
		return c.err
	}
	supers := 1 + maxBits - (bits.Len(uint(least)) - 1)
	inIndex := 2 * (bits.Len(uint(pointers)) - 1) // super blocks whose blocks the index itself lists
	blocks := 2 * (pointers - 1)
	tables := max(0, supers-inIndex)
	offset := (maxBits + 7) / 8
	page := uint64(1) << pageBits

	c = a.w.read(index, 6+f.offsetSize+direct*a.entry+(blocks+tables)*f.offsetSize+4)
	sum := *c
	sum.skip(len(c.b) - 4)
	if sum.checksum(); sum.err != nil {
		return sum.err
	}
	a.head(c, "EAIB")
	c.skip(f.offsetSize)
	if err := a.entries(c, 0, direct); err != nil {
		return err
	}
	next := uint64(direct)
	for u := 0; u < supers && u < 2*62 && next < stored; u++ {
		count, size := 1<<(u/2), uint64(least)<<((u+1)/2)
		if size > uint64(f.size) {
			return at(c.pos(), "blocks of %d entries in a file of %d bytes", size, f.size)
		}
		list, paged := c, false
		var used []byte
		pages := 0
		if u >= inIndex {
			table := c.address()
			if c.err != nil {
				return c.err
			}
			if table == undefined {
				next += uint64(count) * size
				continue
			}
			bitmap := 0
			if paged = size > page; paged {
				pages = (int(size/page) + 7) / 8
				bitmap = count * pages
			}
			t := a.w.read(table, 6+f.offsetSize+offset+bitmap+count*f.offsetSize+4)
			sum := *t
			sum.skip(len(t.b) - 4)
			if sum.checksum(); sum.err != nil {
				return sum.err
			}
			a.head(t, "EASB")
			t.skip(f.offsetSize + offset)
			used = t.take(bitmap)
			list = t
		}
		for b := range count {
			data := list.address()
			if list.err != nil {
				return list.err
			}
			if data == undefined {
				next += size
				continue
			}
			prefix := 6 + f.offsetSize + offset
			var err error
			if paged {
				d := a.w.read(data, prefix+4)
				a.head(d, "EADB")
				d.skip(prefix - 6)
				if d.checksum(); d.err != nil {
					return d.err
				}
				err = a.paged(d.pos(), next, size, page, used[b*pages:(b+1)*pages])
			} else {
				err = a.data(a.w.read(data, prefix+int(size)*a.entry+4), "EADB", prefix, next, int(size))
			}
			if err != nil {
				return err
			}
			next += size
		}
	}
	return nil
}
