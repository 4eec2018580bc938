package jpeg

import (
	"bytes"

	"github.com/antler-ml/antler/internal/kernel"
)

// lookBits is how many bits the first look-up of a Huffman code takes. Most
// codes are found by it, with the bits that follow them.
const lookBits = kernel.JPEGLook

// A purpose says what the look-up table of a code holds. In sequential scans
// and first scans of a band, that is a whole coefficient.
type purpose uint8

const (
	forDC purpose = iota
	forAC
	forBand   // AC of a progressive scan, where symbols without a value begin runs of ends
	forSymbol // the symbol only
)

// A huffman is a Huffman code and its look-up table.
type huffman struct {
	set    bool
	counts [16]uint8 // codes of each length
	vals   [256]uint8
	n      int // of vals

	built  bool
	use    purpose
	look   [1 << lookBits]uint32
	limit  [18]uint32 // the first 16-bit value that is no code of this length or less
	offset [17]int32  // place in vals of a code of this length, less the code
}

// The entries of the look-up table are those of package kernel. With later set
// the low bits are the length of the code, or 0 for codes of more than
// lookBits, and the upper half is its symbol.
const (
	later      = kernel.JPEGLater
	endOfBlock = 128 // how far an end of block goes on
)

func (d *Decoder) readHuffman(s []byte) error {
	for len(s) > 0 {
		if len(s) < 17 {
			return damaged("a Huffman table is short")
		}
		class, id := s[0]>>4, s[0]&15
		n := 0
		for _, c := range s[1:17] {
			n += int(c)
		}
		if class > 1 || id > 3 || n > 256 || len(s) < 17+n {
			return damaged("a Huffman table has class %d, number %d and %d codes", class, id, n)
		}
		h := &d.dc[id]
		if class == 1 {
			h = &d.ac[id]
		}
		// Most pictures use the tables of the standard: keep what is built.
		if !h.built || h.n != n || !bytes.Equal(h.counts[:], s[1:17]) || !bytes.Equal(h.vals[:n], s[17:17+n]) {
			h.built = false
			h.n = n
			copy(h.counts[:], s[1:17])
			clear(h.vals[:])
			copy(h.vals[:], s[17:17+n])
		}
		h.set = true
		s = s[17+n:]
	}
	return nil
}

// prepare makes the look-up table for a use.
func (h *huffman) prepare(use purpose) error {
	if h.built && h.use == use {
		return nil
	}
	h.built = false
	for i := range h.look {
		h.look[i] = later // no code of lookBits or less
	}
	code, at := uint32(0), 0
	for length := 1; length <= 16; length++ {
		n := int(h.counts[length-1])
		h.offset[length] = int32(at) - int32(code)
		if code+uint32(n) > 1<<length {
			return damaged("a Huffman table has too many codes of %d bits", length)
		}
		for range n {
			symbol := h.vals[at]
			if use == forDC && symbol > 15 {
				return damaged("a Huffman table has DC symbol %d", symbol)
			}
			if length <= lookBits {
				h.fill(code<<(lookBits-length), length, symbol, use)
			}
			code++
			at++
		}
		h.limit[length] = code << (16 - length)
		code <<= 1
	}
	h.limit[17] = 1 << 16
	h.built, h.use = true, use
	return nil
}

// fill sets the entries that begin with a code of the given length.
func (h *huffman) fill(first uint32, length int, symbol uint8, use purpose) {
	run, size := uint32(symbol>>4), int(symbol&15)
	if use == forDC {
		run = 0
	}
	free := lookBits - length
	for rest := range uint32(1) << free {
		e := &h.look[first+rest]
		switch {
		case use == forSymbol || size > free || use == forBand && size == 0 && run < 15:
			*e = uint32(symbol)<<16 | later | uint32(length)
		case size == 0 && use != forDC && run < 15:
			*e = endOfBlock<<8 | uint32(length)
		default:
			v := extend(rest>>(free-size), size)
			*e = uint32(uint16(v))<<16 | (run+1)<<8 | uint32(length+size)
		}
	}
}

// extend is the number that size bits stand for: those with a leading zero are
// negative.
func extend(bits uint32, size int) int32 {
	if size == 0 || bits>>(size-1) != 0 {
		return int32(bits)
	}
	return int32(bits) - (1<<size - 1)
}

// long finds a code of more than lookBits bits at the top of acc. A length of
// 0 says that there is none.
func (h *huffman) long(acc uint64) (symbol uint8, length uint) {
	top := uint32(acc >> 48)
	for l := uint(lookBits + 1); l <= 16; l++ {
		if top < h.limit[l] {
			return h.vals[uint8(int32(top>>(16-l))+h.offset[l])], l
		}
	}
	return 0, 0
}
