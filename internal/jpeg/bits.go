package jpeg

import (
	"bytes"

	"github.com/antler-ml/antler/internal/kernel"
)

// A bitReader reads the entropy-coded data between two markers. They are
// copied first, without the zero bytes that follow each 0xFF: that costs little,
// and then any eight bytes can be loaded at once.
type bitReader struct {
	kernel.JPEGBits
	end int // bits of the data
}

// load copies the data at the start of src up to the next marker and returns
// their length there.
func (r *bitReader) load(src []byte) int {
	r.Buf = r.Buf[:0]
	i := 0
	for i < len(src) {
		n := bytes.IndexByte(src[i:], 0xFF)
		if n < 0 {
			r.Buf = append(r.Buf, src[i:]...)
			i = len(src)
			break
		}
		j := i + n + 1
		for j < len(src) && src[j] == 0xFF { // fill bytes
			j++
		}
		if j == len(src) || src[j] != 0 {
			r.Buf = append(r.Buf, src[i:i+n]...)
			i += n
			break
		}
		r.Buf = append(r.Buf, src[i:i+n+1]...)
		i = j + 1
	}
	r.end = 8 * len(r.Buf)
	r.Buf = append(r.Buf, zeros[:]...)
	r.Pos, r.Acc, r.N = 0, 0, 0
	return i
}

var zeros [kernel.JPEGPadding]byte

// overrun reports whether more bits were read than there are. It is asked
// after each block: the padding is more than a block can take.
func (r *bitReader) overrun() bool { return r.Pos*8-int(r.N) > r.end }

// toEnd makes zeros follow.
func (r *bitReader) toEnd() { r.Pos, r.Acc, r.N = len(r.Buf)-kernel.JPEGPadding, 0, 0 }

// look returns the entry for the next bits. It wants lookBits of them.
func (r *bitReader) look(h *huffman) uint32 { return h.look[r.Acc>>(64-lookBits)] }

// symbol reads a code whose entry e is marked for later. It wants 16 bits.
func (r *bitReader) symbol(h *huffman, e uint32) (s uint8, ok bool) {
	if n := uint(e & 63); n != 0 {
		r.Skip(n)
		return uint8(e >> 16), true
	}
	s, n := h.long(r.Acc)
	r.Skip(n)
	return s, n != 0
}

// value reads a number of size bits. It wants that many.
func (r *bitReader) value(size uint) int32 {
	v := extend(uint32(r.Acc>>1>>(63-size&63)), int(size))
	r.Skip(size)
	return v
}
