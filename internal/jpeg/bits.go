package jpeg

import (
	"bytes"
	"encoding/binary"
)

// A bitReader reads the entropy-coded data between two markers. They are
// copied first, without the zero bytes that follow each 0xFF: that costs little,
// and then any eight bytes can be loaded at once.
type bitReader struct {
	buf []byte // the data, then padding
	pos int    // next byte to load
	acc uint64 // n bits, from the top; what is below them is right too, but may be cut
	n   uint   // 0…63
	end int    // bits of the data
}

// padding is more than a block can take: 64 coefficients of at most 31 bits
// and 63 corrections, and what is loaded ahead. The end is checked after each
// block.
const padding = 512

// load copies the data at the start of src up to the next marker and returns
// their length there.
func (r *bitReader) load(src []byte) int {
	r.buf = r.buf[:0]
	i := 0
	for i < len(src) {
		n := bytes.IndexByte(src[i:], 0xFF)
		if n < 0 {
			r.buf = append(r.buf, src[i:]...)
			i = len(src)
			break
		}
		j := i + n + 1
		for j < len(src) && src[j] == 0xFF { // fill bytes
			j++
		}
		if j == len(src) || src[j] != 0 {
			r.buf = append(r.buf, src[i:i+n]...)
			i += n
			break
		}
		r.buf = append(r.buf, src[i:i+n+1]...)
		i = j + 1
	}
	r.end = 8 * len(r.buf)
	r.buf = append(r.buf, zeros[:]...)
	r.pos, r.acc, r.n = 0, 0, 0
	return i
}

var zeros [padding]byte

// refill loads bits until there are at least 56.
func (r *bitReader) refill() {
	r.acc |= binary.BigEndian.Uint64(r.buf[r.pos:]) >> (r.n & 63)
	r.pos += int(63-r.n) >> 3
	r.n |= 56
}

// overrun reports whether more bits were read than there are.
func (r *bitReader) overrun() bool { return r.pos*8-int(r.n) > r.end }

// skip drops n bits.
func (r *bitReader) skip(n uint) {
	r.acc <<= n & 63
	r.n -= n
}

// symbol reads a code of a table made for symbols, or returns one that was
// marked for later. It wants 16 bits.
func (r *bitReader) symbol(h *huffman) (s uint8, ok bool) {
	e := h.look[r.acc>>(64-lookBits)]
	if n := uint(e & 63); n != 0 {
		r.skip(n)
		return uint8(e >> 16), true
	}
	s, n := h.long(r.acc)
	r.skip(n)
	return s, n != 0
}

// value reads a number of size bits. It wants that many.
func (r *bitReader) value(size uint) int32 {
	v := extend(uint32(r.acc>>1>>(63-size&63)), int(size))
	r.skip(size)
	return v
}
