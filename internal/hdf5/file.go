package hdf5

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// A File is an open HDF5 file. It may be read by several goroutines, but not at
// the same time.
type File struct {
	r          io.ReaderAt
	size       int64
	base       int64 // where the first byte of HDF5 is
	offsetSize int
	lengthSize int
	root       int64
	headers    map[int64]*header
	links      map[int64]map[string]link
	linkCount  int64
	heaps      map[int64]map[int][]byte // collections of strings
	heapBytes  int64
	closer     io.Closer
}

// Open opens the file with a name.
func Open(name string) (*File, error) {
	r, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	st, err := r.Stat()
	if err == nil && st.IsDir() {
		err = &os.PathError{Op: "read", Path: name, Err: fmt.Errorf("it is a directory")}
	}
	var f *File
	if err == nil {
		f, err = New(r, st.Size())
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	f.closer = r
	return f, nil
}

// Close closes a file of [Open].
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

var magic = []byte("\x89HDF\r\n\x1a\n")

// Is reports whether the first bytes of a file are those of HDF5.
func Is(head []byte) bool { return bytes.HasPrefix(head, magic) }

// New reads the beginning of a file of size bytes.
func New(r io.ReaderAt, size int64) (*File, error) {
	f := &File{r: r, size: size, offsetSize: 8, lengthSize: 8, headers: map[int64]*header{},
		links: map[int64]map[string]link{}, heaps: map[int64]map[int][]byte{}}
	for base := int64(0); ; {
		if size-base < int64(len(magic)) {
			return nil, &Error{Offset: -1, Err: fmt.Errorf("%w: the file has no HDF5 signature", ErrNotHDF5)}
		}
		var b [8]byte
		if _, err := r.ReadAt(b[:], base); err != nil {
			return nil, &Error{Offset: base, Err: err}
		}
		if Is(b[:]) {
			f.base = base
			break
		}
		base = max(512, base*2) // behind a block of the user's
	}
	if err := f.superblock(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *File) superblock() error {
	w := f.walk()
	c := w.read(f.base, int(min(f.size-f.base, 128)))
	c.skip(len(magic))
	v := c.version("the superblock", 0, 3)
	if v < 2 {
		c.skip(4) // versions of parts
	}
	f.offsetSize, f.lengthSize = c.u8(), c.u8()
	for _, n := range []int{f.offsetSize, f.lengthSize} {
		if c.err == nil && n != 2 && n != 4 && n != 8 {
			c.fail("addresses of %d bytes; want 2, 4 or 8", n)
		}
	}
	if c.err != nil {
		return c.err
	}
	if v < 2 {
		c.skip(1 + 2 + 2 + 4)
		if v == 1 {
			c.skip(4)
		}
	} else {
		c.skip(1)
	}
	c.skip(2 * f.offsetSize) // base, and free space or an extension
	end := c.uint(f.offsetSize)
	if c.err == nil && (end > uint64(f.size) || int64(end) > f.size-f.base && int64(end) > f.size) {
		c.fail("the file is cut off: it should have %d bytes and has %d", end, f.size)
	}
	if v < 2 {
		c.skip(2 * f.offsetSize) // driver, name of the root
	}
	f.root = c.address()
	if v >= 2 {
		c.checksum()
	}
	if c.err == nil && f.root == undefined {
		c.fail("the file has no root group")
	}
	return c.err
}
