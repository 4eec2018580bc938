package hdf5

import "bytes"

// A cursor reads fields of a structure. After the first mistake it gives zeros;
// err tells.
type cursor struct {
	f   *File
	b   []byte
	at  int64 // of b in the file
	p   int
	err error
}

func (c *cursor) pos() int64 { return c.at + int64(c.p) }
func (c *cursor) left() int  { return len(c.b) - c.p }

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = at(c.pos(), format, args...)
	}
}

// take returns the next n bytes, nil when there are not as many.
func (c *cursor) take(n int) []byte {
	if c.err != nil || n < 0 || n > c.left() {
		c.fail("want %d more bytes, the structure has %d", n, c.left())
		return nil
	}
	b := c.b[c.p : c.p+n : c.p+n]
	c.p += n
	return b
}

// sub is a cursor over the next n bytes.
func (c *cursor) sub(n int) *cursor {
	pos := c.pos()
	b := c.take(n)
	return &cursor{f: c.f, b: b, at: pos, err: c.err}
}

func (c *cursor) skip(n int) { c.take(n) }

// uint reads a number of n bytes, low ones first.
func (c *cursor) uint(n int) uint64 {
	b := c.take(n)
	if n > 8 {
		c.fail("a number of %d bytes; want 8 at most", n)
		return 0
	}
	var x uint64
	for i, v := range b {
		x |= uint64(v) << (8 * i)
	}
	return x
}

func (c *cursor) u8() int     { return int(c.uint(1)) }
func (c *cursor) u16() int    { return int(c.uint(2)) }
func (c *cursor) u32() uint32 { return uint32(c.uint(4)) }

// length reads a size or a count.
func (c *cursor) length() uint64 { return c.uint(c.f.lengthSize) }

// address reads a place in the file; undefined when there is none.
func (c *cursor) address() int64 {
	x := c.uint(c.f.offsetSize)
	if x == 1<<(8*c.f.offsetSize)-1 { // of 8 bytes: 1<<64 is 0
		return undefined
	}
	if x > uint64(c.f.size) {
		c.fail("an address of %d; the file ends at %d", x, c.f.size-c.f.base)
		return undefined
	}
	return int64(x) + c.f.base
}

// undefined is the address of what is not there.
const undefined = int64(-1)

// signature wants four letters.
func (c *cursor) signature(want string) {
	if got := c.take(4); c.err == nil && string(got) != want {
		c.p -= 4
		c.fail("want %q, got %q", want, got)
	}
}

// version wants one of the versions up to most.
func (c *cursor) version(what string, least, most int) int {
	v := c.u8()
	if c.err == nil && (v < least || v > most) {
		c.p--
		c.fail("%s has version %d; known are %d to %d", what, v, least, most)
	}
	return v
}

// checksum wants the next four bytes to be the checksum of all before.
func (c *cursor) checksum() {
	sum := lookup3(c.b[:c.p])
	if got := c.u32(); c.err == nil && got != sum {
		c.p -= 4
		c.fail("the checksum is %08x, that of the bytes is %08x; the file is damaged", got, sum)
	}
}

// text is a string that ends with the first zero.
func text(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// walk reads the pieces of one structure (a tree, a header). Pieces do not
// overlap in a sound file, so together they are no longer than the file; loops
// end there.
type walk struct {
	f    *File
	left int64
}

func (f *File) walk() *walk { return &walk{f, f.size + 1<<10} }

// read reads n bytes at an address.
func (w *walk) read(addr int64, n int) *cursor {
	c := &cursor{f: w.f, at: addr}
	switch {
	case addr == undefined:
		c.at = 0
		c.fail("a structure that must be there has no address")
	case addr < 0 || n < 0 || addr > w.f.size || int64(n) > w.f.size-addr:
		c.fail("want %d bytes, the file has %d bytes", n, w.f.size)
	case int64(n) > w.left:
		c.fail("the structure goes in circles")
	default:
		w.left -= int64(n)
		c.b = make([]byte, n)
		if _, err := w.f.r.ReadAt(c.b, addr); err != nil {
			c.b, c.err = nil, &Error{Offset: addr, Err: err}
		}
	}
	return c
}
