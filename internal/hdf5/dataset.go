package hdf5

import (
	"errors"
	"fmt"
	"slices"
)

// Layouts of a dataset's bytes.
const (
	compact    = 0
	contiguous = 1
	chunked    = 2
	virtual    = 3
)

// A Dataset is an array in a file. Its elements are read when they are asked for.
type Dataset struct {
	object
	Type    Type
	space   space
	layout  int
	data    []byte // of a compact dataset
	where   block  // of a contiguous one
	chunks  chunkIndex
	filters []int
	fill    []byte
}

// Shape returns the size of each axis; none for a single value.
func (d *Dataset) Shape() []int { return slices.Clone(d.space.shape) }

// Len is the number of elements.
func (d *Dataset) Len() int { return d.space.count }

// describe reads everything but the elements.
func (d *Dataset) describe() error {
	var found [3]bool
	for _, m := range d.h.messages {
		if m.kind == msgExternal {
			return at(m.at, "the elements are in another file; such datasets are not read")
		}
		m, err := d.f.resolve(m)
		if err != nil {
			return err
		}
		c := d.f.cursor(m)
		switch m.kind {
		case msgDataspace:
			d.space, found[0] = c.dataspace(), true
		case msgDatatype:
			d.Type, found[1] = c.datatype(0), true
		case msgLayout:
			d.readLayout(c)
			found[2] = true
		case msgFilters:
			d.filters = c.filters()
		case msgFill:
			d.fill = c.fill()
		}
		if c.err != nil {
			return c.err
		}
	}
	if found != [3]bool{true, true, true} {
		return at(d.h.addr, "want a dataset; it is something else")
	}
	if d.space.count > 0 && d.Type.Size > (1<<62)/d.space.count {
		return at(d.h.addr, "%d elements of %d bytes", d.space.count, d.Type.Size)
	}
	if len(d.fill) != d.Type.Size {
		d.fill = nil
	}
	if d.layout == chunked && len(d.chunks.shape) != len(d.space.shape) {
		return at(d.h.addr, "chunks with %d axes of a dataset with %d", len(d.chunks.shape), len(d.space.shape))
	}
	return nil
}

// fill reads the value of elements that were never written.
func (c *cursor) fill() []byte {
	v := c.version("the fill value", 1, 3)
	if v < 3 {
		c.skip(2)
		if c.u8() == 0 {
			return nil
		}
	} else if c.u8()&0x20 == 0 {
		return nil
	}
	if v < 3 && c.left() < 4 {
		return nil
	}
	n := c.u32()
	if uint64(n) > uint64(c.left()) {
		return nil
	}
	return c.take(int(n))
}

func (d *Dataset) readLayout(c *cursor) {
	v := c.version("the layout", 1, 4)
	if v < 3 {
		d.oldLayout(c)
		return
	}
	switch d.layout = c.u8(); d.layout {
	case compact:
		d.data = c.take(c.u16())
	case contiguous:
		d.where = block{c.address(), c.length()}
	case chunked:
		if v == 3 {
			d.chunks.tree1(c, c.u8()-1)
		} else {
			d.chunks.read(c)
		}
	case virtual:
		c.fail("the elements are in other files (a virtual dataset); such datasets are not read")
	default:
		c.fail("layout %d is unknown", d.layout)
	}
}

// oldLayout reads versions 1 and 2.
func (d *Dataset) oldLayout(c *cursor) {
	n := c.u8()
	d.layout = c.u8()
	c.skip(5)
	switch d.layout {
	case contiguous:
		d.where.addr = c.address()
		d.where.length = 0
		total := uint64(1)
		for range n {
			total *= uint64(c.u32())
		}
		d.where.length = unlimited // its size follows from shape and type
	case chunked:
		d.chunks.tree1(c, n-1)
	case compact:
		c.skip(4 * n)
		if size := c.u32(); uint64(size) <= uint64(c.left()) {
			d.data = c.take(int(size))
		} else {
			c.fail("want %d bytes of data, the message has %d", size, c.left())
		}
	default:
		c.fail("layout %d is unknown", d.layout)
	}
}

// bytesOf calls use with pieces of the elements, in order. A piece holds whole
// elements; use must not keep it.
func (d *Dataset) bytesOf(use func(first int, b []byte) error) error {
	size := d.space.count * d.Type.Size
	if size == 0 {
		return nil
	}
	switch d.layout {
	case compact:
		if len(d.data) < size {
			return at(d.h.addr, "%d elements of %d bytes in %d bytes", d.space.count, d.Type.Size, len(d.data))
		}
		return use(0, d.data[:size])
	case contiguous:
		if d.where.addr == undefined {
			return d.unwritten(size, use)
		}
		if err := d.inFile(size); err != nil {
			return err
		}
		step := max(1, 1<<18/d.Type.Size)
		buf := make([]byte, min(size, step*d.Type.Size))
		for first := 0; first < d.space.count; first += step {
			b := buf[:min(step, d.space.count-first)*d.Type.Size]
			if _, err := d.f.r.ReadAt(b, d.where.addr+int64(first)*int64(d.Type.Size)); err != nil {
				return &Error{Offset: d.where.addr, Err: err}
			}
			if err := use(first, b); err != nil {
				return err
			}
		}
		return nil
	}
	b, err := d.readChunks(size)
	if err != nil {
		return err
	}
	return use(0, b)
}

// inFile checks the place of a contiguous dataset.
func (d *Dataset) inFile(size int) error {
	if d.where.length != unlimited && d.where.length < uint64(size) {
		return at(d.h.addr, "%d elements of %d bytes in %d bytes", d.space.count, d.Type.Size, d.where.length)
	}
	if int64(size) > d.f.size-d.where.addr {
		return at(d.where.addr, "want %d bytes of data; the file ends after %d", size, d.f.size-d.where.addr)
	}
	return nil
}

// unwritten gives the fill value of a dataset that no one wrote to. No file
// holds many of those, and a short file must not ask for much memory.
func (d *Dataset) unwritten(size int, use func(int, []byte) error) error {
	if int64(size) > max(d.f.size, 1<<16) {
		return at(d.h.addr, "%d bytes that were never written in a file of %d", size, d.f.size)
	}
	return use(0, d.blank(size))
}

func (d *Dataset) blank(size int) []byte {
	b := make([]byte, size)
	if d.fill != nil {
		for i := 0; i < size; i += len(d.fill) {
			copy(b[i:], d.fill)
		}
	}
	return b
}

// checkSize refuses a shape that the file cannot hold, before memory is taken.
func (d *Dataset) checkSize() error {
	size := int64(d.space.count) * int64(d.Type.Size)
	most := max(d.f.size, 1<<16)
	if d.layout == chunked && slices.Contains(d.filters, deflate) {
		most *= deflateRatio
	}
	if size > most {
		return at(d.h.addr, "shape %v needs %d bytes; the file has %d", d.space.shape, size, d.f.size)
	}
	return nil
}

// Floats reads the elements, row by row.
func (d *Dataset) Floats() ([]float32, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	dst := make([]float32, d.space.count)
	return dst, d.ReadFloats(dst)
}

// Check reports whether [Dataset.Floats] could work: numbers, and no more of
// them than the file can hold.
func (d *Dataset) Check() error {
	return in(d.path, errors.Join(d.Type.number(), d.checkSize()))
}

// ReadFloats reads the elements into dst, which has room for exactly them.
func (d *Dataset) ReadFloats(dst []float32) error {
	if err := d.Check(); err != nil {
		return err
	}
	if len(dst) != d.space.count {
		return in(d.path, fmt.Errorf("it has %d elements; want %d", d.space.count, len(dst)))
	}
	if d.plain() {
		return in(d.path, d.readInPlace(dst))
	}
	return in(d.path, d.bytesOf(func(first int, b []byte) error {
		d.Type.floats(dst[first:first+len(b)/d.Type.Size], b)
		return nil
	}))
}

// Ints reads integers, row by row. Booleans are 0 and 1.
func (d *Dataset) Ints() ([]int64, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	if d.Type.Class == Float {
		return nil, in(d.path, fmt.Errorf("want integers, got %v", d.Type))
	}
	dst := make([]int64, d.space.count)
	return dst, in(d.path, d.bytesOf(func(first int, b []byte) error {
		for i := range len(b) / d.Type.Size {
			dst[first+i] = d.Type.integer(b[i*d.Type.Size:])
		}
		return nil
	}))
}

// Bytes reads whole numbers of one byte each, row by row.
func (d *Dataset) Bytes() ([]byte, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	if d.Type.Size != 1 || d.Type.Class == Float {
		return nil, in(d.path, fmt.Errorf("want bytes, got %v", d.Type))
	}
	dst := make([]byte, d.space.count)
	return dst, in(d.path, d.bytesOf(func(first int, b []byte) error {
		copy(dst[first:], b)
		return nil
	}))
}

// Doubles reads numbers in full precision, row by row.
func (d *Dataset) Doubles() ([]float64, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	dst := make([]float64, d.space.count)
	return dst, in(d.path, d.bytesOf(func(first int, b []byte) error {
		for i := range len(b) / d.Type.Size {
			dst[first+i] = d.Type.float(b[i*d.Type.Size:])
		}
		return nil
	}))
}

// Strings reads strings, row by row.
func (d *Dataset) Strings() ([]string, error) {
	if err := d.checkSize(); err != nil {
		return nil, in(d.path, err)
	}
	out := make([]string, 0, d.space.count)
	return out[:d.space.count], in(d.path, d.bytesOf(func(first int, b []byte) error {
		s, err := d.f.strings(d.Type, b, len(b)/d.Type.Size)
		out = append(out, s...)
		return err
	}))
}
