package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
)

// The filters that are known.
const (
	deflate  = 1
	shuffle  = 2
	fletcher = 3
)

// filters reads the pipeline that chunks went through.
func (c *cursor) filters() (ids []int) {
	v := c.version("the filters", 1, 2)
	n := c.u8()
	if v == 1 {
		c.skip(6)
	}
	if c.err == nil && n > maxFilters {
		c.fail("%d filters; HDF5 knows %d at most", n, maxFilters)
	}
	for range n {
		id, name := c.u16(), 0
		if v == 1 || id >= 256 {
			name = c.u16()
		}
		c.skip(2)
		values := c.u16()
		if v == 1 {
			name = (name + 7) &^ 7
		}
		label := text(c.take(name))
		c.skip(4 * values)
		if v == 1 && values%2 == 1 {
			c.skip(4)
		}
		if c.err != nil {
			return nil
		}
		if id < deflate || id > fletcher {
			c.fail("the data went through filter %d %q; known are deflate, shuffle and fletcher32", id, label)
			return nil
		}
		ids = append(ids, id)
	}
	return ids
}

// unfilter undoes the filters of a chunk of size bytes. Bit i of mask says that
// filter i was left out.
func unfilter(b []byte, ids []int, mask uint32, element, size int) ([]byte, error) {
	for i := len(ids) - 1; i >= 0; i-- {
		if mask>>i&1 != 0 {
			continue
		}
		var err error
		switch ids[i] {
		case deflate:
			b, err = inflate(b, size+4*len(ids))
		case shuffle:
			b = unshuffle(b, element)
		case fletcher:
			b, err = unfletcher(b)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(b) != size {
		return nil, fmt.Errorf("a chunk of %d bytes; want %d", len(b), size)
	}
	return b, nil
}

// inflate decompresses no more than most bytes.
func inflate(b []byte, most int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("deflate: %w", err)
	}
	var out bytes.Buffer
	out.Grow(min(most+bytes.MinRead, 4*len(b)+bytes.MinRead))
	n, err := io.Copy(&out, io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("deflate: %w", err)
	}
	if n > int64(most) {
		return nil, fmt.Errorf("deflate: more than the %d bytes of a chunk", most)
	}
	return out.Bytes(), nil
}

// unshuffle puts the bytes of an element side by side again: first came the
// first bytes of all elements, then the second ones.
func unshuffle(b []byte, element int) []byte {
	n := len(b) / element
	if element < 2 || n < 2 {
		return b
	}
	out := make([]byte, len(b))
	for j := range element {
		plane := b[j*n : (j+1)*n]
		for i, v := range plane {
			out[i*element+j] = v
		}
	}
	copy(out[n*element:], b[n*element:])
	return out
}

// unfletcher takes the checksum from the end.
func unfletcher(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, errors.New("fletcher32: the chunk has no checksum")
	}
	data := b[:len(b)-4]
	got, want := binary.LittleEndian.Uint32(b[len(b)-4:]), fletcher32(data)
	// HDF5 before 1.6.3 wrote the bytes of each half the other way round.
	old := want>>8&0x00ff00ff | want&0x00ff00ff<<8
	if got != want && got != old {
		return nil, fmt.Errorf("fletcher32: the checksum is %08x, that of the bytes is %08x; the file is damaged", got, want)
	}
	return data, nil
}
