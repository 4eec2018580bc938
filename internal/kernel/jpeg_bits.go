package kernel

import "encoding/binary"

// A JPEGBits reads the entropy-coded data of a JPEG, without the zero bytes
// that follow each 0xFF there. The assembly reads the fields by offset;
// TestJPEGBitsLayout holds both together.
type JPEGBits struct {
	Buf []byte // the data, then JPEGPadding bytes
	Pos int    // next byte to load
	Acc uint64 // N bits, from the top; what is below them is right too, but may be cut
	N   uint   // 0…63
}

// JPEGLook is how many bits a look-up of a Huffman code takes.
const JPEGLook = 10

// JPEGPadding is more than a block can take: 64 coefficients of at most 31 bits
// and 63 corrections, and what is loaded ahead.
const JPEGPadding = 512

// An entry of a look-up table: the low byte is the number of bits it takes, the
// second byte how far it goes on in the block, the upper half the value that
// it puts at the place before. An end of block goes far beyond the block; it
// and a long run of zeros put a zero where there is one.
//
// With JPEGLater set the code is known but not the value, whose bits were too
// many: the low byte is the length of the code, the upper half its symbol. The
// length of a code that is longer than a look-up is 0 there.
const JPEGLater = 0x80

// Refill loads bits until there are at least 56.
func (r *JPEGBits) Refill() {
	r.Acc |= binary.BigEndian.Uint64(r.Buf[r.Pos:]) >> (r.N & 63)
	r.Pos += int(63-r.N) >> 3
	r.N |= 56
}

// Skip drops n bits.
func (r *JPEGBits) Skip(n uint) {
	r.Acc <<= n & 63
	r.N -= n
}

// JPEGCoefs reads coefficients from place k < 64 of the zigzag on, until the
// block is full (then it returns 64 or more) or a code is longer than a
// look-up. The padding must be ahead of r.Pos.
func JPEGCoefs(r *JPEGBits, block *[64]int16, look *[1 << JPEGLook]uint32, zigzag *[256]uint8, k int) int {
	_ = r.Buf[r.Pos+JPEGPadding/2]
	return jpegCoefs(r, block, look, zigzag, k)
}

func jpegCoefsGo(r *JPEGBits, block *[64]int16, look *[1 << JPEGLook]uint32, zigzag *[256]uint8, k int) int {
	buf, pos, acc, n := r.Buf, r.Pos, r.Acc, r.N
more:
	for k < 64 {
		acc |= binary.BigEndian.Uint64(buf[pos:]) >> (n & 63)
		pos += int(63-n) >> 3
		n |= 56
		e := look[acc>>(64-JPEGLook)]
		// 56 bits are enough for five look-ups. To load bits before each of
		// them would make each wait for the load.
		for range 5 {
			if e&JPEGLater != 0 {
				break
			}
			acc <<= e & 63
			n -= uint(e & 63)
			k += int(e >> 8 & 0xFF)
			block[zigzag[(k-1)&0xFF]&63] = int16(e >> 16)
			if k >= 64 {
				break more
			}
			e = look[acc>>(64-JPEGLook)]
		}
		switch l := uint(e & 63); {
		case e&JPEGLater == 0:
			continue
		case l == 0:
			break more
		default:
			acc |= binary.BigEndian.Uint64(buf[pos:]) >> (n & 63)
			pos += int(63-n) >> 3
			n |= 56
			size := uint(e>>16) & 15
			acc <<= l
			v := int32(acc >> (64 - size))
			if acc>>63 == 0 {
				v -= 1<<size - 1
			}
			acc <<= size
			n -= l + size
			k += int(e>>20&15) + 1
			block[zigzag[(k-1)&0xFF]&63] = int16(v)
		}
	}
	r.Pos, r.Acc, r.N = pos, acc, n
	return k
}
