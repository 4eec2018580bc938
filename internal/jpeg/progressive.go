package jpeg

import "math/bits"

// decodeScan reads one of several scans into the coefficients of the picture.
func (d *Decoder) decodeScan() error {
	sc := &d.scan
	d.begin()
	if !sc.interlaced { // block by block, without those that fill up MCUs
		c := sc.comps[0]
		for y := range c.bh {
			if err := d.late(); err != nil {
				return err
			}
			for i := y * c.stride; i < y*c.stride+c.bw; i++ {
				if err := d.restartIfDue(); err != nil {
					return err
				}
				if sc.empty {
					continue
				}
				d.lastGood = y / int(c.v)
				if err := d.scanBlock(c, i, d.lastGood); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for y := range d.mcusY {
		if err := d.late(); err != nil {
			return err
		}
		for x := range d.mcusX {
			if err := d.restartIfDue(); err != nil {
				return err
			}
			if sc.empty {
				continue
			}
			d.lastGood = y
			for _, c := range sc.comps[:sc.n] {
				h := int(c.h)
				for v := range int(c.v) {
					first := (y*int(c.v)+v)*c.stride + x*h
					for i := range h {
						if err := d.scanBlock(c, first+i, y); err != nil {
							return err
						}
					}
				}
			}
		}
	}
	return nil
}

// scanBlock reads what a scan has of block i of a component.
//
// A progressive picture keeps its coefficients in the order of the zigzag, and
// for each block a word with a bit for each that is not zero: most of the work
// of refining scans is to find those.
func (d *Decoder) scanBlock(c *component, i, y int) error {
	sc, r := &d.scan, &d.bits
	if sc.runs > 0 && c.masks[i]&sc.band == 0 { // nothing comes, and nothing is corrected
		sc.runs--
		return nil
	}
	b := (*[64]int16)(c.coefs[64*i:])
	var f fault
	switch {
	case !d.header.Progressive:
		var diff int32
		diff, f = r.block(b, c.dc, c.ac)
		c.pred += diff
		b[0] = int16(c.pred)
	case sc.ss == 0 && sc.ah == 0:
		var diff int32
		diff, f = r.difference(c.dc)
		c.pred += diff
		b[0] = int16(c.pred << sc.al)
	case sc.ss == 0:
		r.Refill()
		b[0] |= int16(r.Acc>>63) << sc.al
		r.Skip(1)
	case sc.ah > 0:
		f = r.refine(b, &c.masks[i], c.ac, sc)
	case sc.runs > 0: // a first scan of coefficients that are there already
		sc.runs--
	default:
		f = r.band(b, &c.masks[i], c.ac, sc)
	}
	if f == badCode || f != 0 && !d.config.AllowTruncated || r.overrun() {
		return d.ended(y, f)
	}
	return nil
}

// band reads coefficients ss to se for the first time.
func (r *bitReader) band(b *[64]int16, mask *uint64, h *huffman, sc *scan) fault {
	k, end, al, m := sc.ss, sc.se, sc.al&15, *mask
	defer func() { *mask = m }()
	for k <= end {
		r.Refill()
		e := r.look(h)
		v := int16(0)
		if e&later == 0 {
			r.Skip(uint(e & 63))
			k += int(e >> 8 & 0xFF)
			v = int16(e>>16) << al
		} else {
			s, ok := r.symbol(h, e)
			if !ok {
				return badCode
			}
			run, size := int(s>>4), uint(s&15)
			if size == 0 && run < 15 {
				sc.runs = r.run(run) - 1
				return 0
			}
			k += run + 1
			v = int16(r.value(size)) << al
		}
		if v != 0 { // no run of 16 zeros
			at := min(k-1, 63)
			b[at] = v
			m |= 1 << at
		}
	}
	if k > end+1 {
		return longRun
	}
	return 0
}

// run reads the number of blocks that end early: 2^size and size more bits.
func (r *bitReader) run(size int) int {
	n := 1<<size + int(r.Acc>>1>>(63-size))
	r.Skip(uint(size))
	return n
}

// refine reads one more bit of the coefficients ss to se.
func (r *bitReader) refine(b *[64]int16, mask *uint64, h *huffman, sc *scan) (f fault) {
	k, plus, m := sc.ss, int16(1)<<sc.al, *mask
	if sc.runs == 0 {
		for k <= sc.se {
			r.Refill()
			s, ok := r.symbol(h, r.look(h))
			if !ok {
				return badCode
			}
			run, size := int(s>>4), s&15
			v := int16(0)
			if size != 0 { // any size but 1 is wrong; libjpeg takes it for 1
				v = plus
				if r.Acc>>63 == 0 {
					v = -plus
				}
				r.Skip(1)
			} else if run < 15 {
				sc.runs = r.run(run)
				break
			}
			// On to the place after run zeros; corrections of coefficients
			// that are not zero lie on the way.
			for {
				zeros := bits.TrailingZeros64(m >> k)
				if zeros > run {
					k += run
					break
				}
				if k += zeros; k > sc.se {
					break
				}
				run -= zeros
				r.correct(&b[k], plus)
				k++
			}
			if v != 0 {
				if k > sc.se {
					f = longRun
				}
				at := min(k, 63)
				b[at] = v
				*mask |= 1 << at
			}
			k++
		}
	}
	if sc.runs > 0 {
		sc.runs--
		if k <= sc.se {
			for rest := m & sc.band >> k << k; rest != 0; rest &= rest - 1 {
				r.correct(&b[bits.TrailingZeros64(rest)], plus)
			}
		}
	}
	return f
}

// correct reads the next bit of a coefficient that is not zero.
func (r *bitReader) correct(p *int16, plus int16) {
	if r.N == 0 {
		r.Refill()
	}
	bit := r.Acc >> 63
	r.Skip(1)
	if bit != 0 && *p&plus == 0 {
		if *p > 0 {
			*p += plus
		} else {
			*p -= plus
		}
	}
}

// rows copies block i to dst, in the order of rows.
func (c *component) rows(dst *[64]int16, i int) {
	b := (*[64]int16)(c.coefs[64*i:])
	*dst = [64]int16{b[0]}
	for rest := c.masks[i] &^ 1; rest != 0; rest &= rest - 1 {
		k := bits.TrailingZeros64(rest)
		dst[zigzag[k]] = b[k]
	}
}
