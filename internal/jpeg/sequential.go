package jpeg

import "encoding/binary"

// A fault is what is wrong with the data of a block.
type fault uint8

const (
	badCode fault = iota + 1
	longRun
)

func (f fault) Error() string {
	if f == badCode {
		return "a Huffman code that does not exist"
	}
	return "a run of zeros beyond the end of a block"
}

// block reads the coefficients of one block, which are zero before. The DC
// coefficient is left out; its difference from the last one is returned.
//
// This is the inner loop of the whole decoder: the state of the reader stays
// in registers, most codes take one look-up together with the bits of their
// value, and ends of blocks need no branch of their own.
func (r *bitReader) block(b *[64]int16, dc, ac *huffman) (diff int32, f fault) {
	r.refill()
	buf, pos, acc, n := r.buf, r.pos, r.acc, r.n
	e := dc.look[acc>>(64-lookBits)]
	if e&later == 0 {
		acc <<= e & 63
		n -= uint(e & 63)
		diff = int32(e) >> 16
	} else {
		symbol, l := uint8(e>>16), uint(e&63)
		if l == 0 {
			if symbol, l = dc.long(acc); l == 0 {
				return 0, badCode
			}
		}
		acc <<= l & 63
		size := uint(symbol & 15)
		diff = extend(uint32(acc>>1>>(63-size)), int(size))
		acc <<= size
		n -= l + size
	}
	k := uint32(1)
	for k < 64 {
		acc |= binary.BigEndian.Uint64(buf[pos:]) >> (n & 63)
		pos += int(63-n) >> 3
		n |= 56
		e := ac.look[acc>>(64-lookBits)]
		if e&later == 0 {
			acc <<= e & 63
			n -= uint(e & 63)
			k += e >> 8 & 0xFF
			b[zigzag[k&0xFF]&63] = int16(e >> 16)
			k++
			continue
		}
		symbol, l := uint8(e>>16), uint(e&63)
		if l == 0 {
			if symbol, l = ac.long(acc); l == 0 {
				return 0, badCode
			}
		}
		acc <<= l & 63
		n -= l
		size := uint(symbol & 15)
		if size == 0 && symbol != 0xF0 { // a long code for the end
			k = endOfBlock
			break
		}
		v := extend(uint32(acc>>1>>(63-size)), int(size))
		acc <<= size
		n -= size
		k += uint32(symbol >> 4)
		b[zigzag[k&0xFF]&63] = int16(v)
		k++
	}
	r.pos, r.acc, r.n = pos, acc, n
	if k > 64 && k < endOfBlock {
		f = longRun
	}
	return diff, f
}

// chunk is how many MCUs are read before they are transformed: few enough to
// stay in the first-level cache.
const chunk = 16

// decodeOnce decodes a sequential picture of one scan, a row of MCUs at a time.
func (d *Decoder) decodeOnce() error {
	sc := &d.scan
	d.begin()
	// The blocks of a chunk, row by row of blocks, component by component.
	var at [4]int
	size := 0
	for i, c := range sc.comps[:sc.n] {
		at[i] = size
		size += chunk * int(c.h) * int(c.v) * 64
	}
	d.coefs = resized(d.coefs, size)
	for y := range d.mcusY {
		if err := d.late(); err != nil {
			return err
		}
		d.out.shift()
		for x := 0; x < d.mcusX; x += chunk {
			n := min(chunk, d.mcusX-x)
			clear(d.coefs)
			for m := range n {
				if err := d.restartIfDue(); err != nil {
					return err
				}
				if sc.empty {
					continue
				}
				for i, c := range sc.comps[:sc.n] {
					h := int(c.h)
					for v := range int(c.v) {
						first := at[i] + 64*(v*chunk*h+m*h)
						if err := d.blocks(c, d.coefs[first:first+64*h], y); err != nil {
							return err
						}
					}
				}
			}
			for i, c := range sc.comps[:sc.n] {
				h := int(c.h)
				for v := range int(c.v) {
					first := at[i] + 64*v*chunk*h
					c.inverse(v, x*h, d.coefs[first:first+64*n*h])
				}
			}
		}
		d.out.write(d, y)
	}
	return nil
}

// blocks reads the blocks of a component that lie side by side in an MCU.
func (d *Decoder) blocks(c *component, coefs []int16, y int) error {
	for ; len(coefs) >= 64; coefs = coefs[64:] {
		b := (*[64]int16)(coefs)
		diff, f := d.bits.block(b, c.dc, c.ac)
		c.pred += diff
		b[0] = int16(c.pred)
		if f == badCode || f != 0 && !d.config.AllowTruncated || d.bits.overrun() {
			if err := d.ended(y, f); err != nil {
				return err
			}
		}
	}
	return nil
}
