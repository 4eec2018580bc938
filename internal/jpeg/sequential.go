package jpeg

import "github.com/antler-ml/antler/internal/kernel"

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
func (r *bitReader) block(b *[64]int16, dc, ac *huffman) (diff int32, f fault) {
	if diff, f = r.difference(dc); f != 0 {
		return 0, f
	}
	k := 1
	for k < 64 {
		if k = kernel.JPEGCoefs(&r.JPEGBits, b, &ac.look, &zigzag, k); k >= 64 {
			break
		}
		r.Refill()
		s, ok := r.symbol(ac, r.look(ac))
		if !ok {
			return 0, badCode
		}
		size := uint(s & 15)
		if size == 0 && s != 0xF0 { // a long code for the end
			return diff, 0
		}
		k += int(s>>4) + 1
		b[zigzag[(k-1)&0xFF]] = int16(r.value(size))
	}
	if k > 64 && k < endOfBlock {
		f = longRun
	}
	return diff, f
}

// difference reads a DC coefficient, less the last one.
func (r *bitReader) difference(h *huffman) (int32, fault) {
	r.Refill()
	e := r.look(h)
	if e&later == 0 {
		r.Skip(uint(e & 63))
		return int32(e) >> 16, 0
	}
	s, ok := r.symbol(h, e)
	if !ok {
		return 0, badCode
	}
	return r.value(uint(s & 15)), 0
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
