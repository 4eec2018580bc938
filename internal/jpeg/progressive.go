package jpeg

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
			row := c.coefs[64*y*c.stride:][:64*c.bw]
			for ; len(row) > 0; row = row[64:] {
				if err := d.restartIfDue(); err != nil {
					return err
				}
				if sc.empty {
					continue
				}
				d.lastGood = y / int(c.v)
				if err := d.scanBlock(c, (*[64]int16)(row), d.lastGood); err != nil {
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
					row := c.coefs[64*((y*int(c.v)+v)*c.stride+x*h):]
					for i := range h {
						if err := d.scanBlock(c, (*[64]int16)(row[64*i:]), y); err != nil {
							return err
						}
					}
				}
			}
		}
	}
	return nil
}

// scanBlock reads what a scan has of one block.
func (d *Decoder) scanBlock(c *component, b *[64]int16, y int) error {
	sc, r := &d.scan, &d.bits
	f := fault(0)
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
	case sc.runs > 0 && sc.ah == 0:
		sc.runs--
		return nil
	case sc.ah == 0:
		f = r.band(b, c.ac, sc)
	default:
		f = r.refine(b, c.ac, sc)
	}
	if f == badCode || f != 0 && !d.config.AllowTruncated || r.overrun() {
		return d.ended(y, f)
	}
	return nil
}

// band reads coefficients ss to se for the first time.
func (r *bitReader) band(b *[64]int16, h *huffman, sc *scan) fault {
	k, end, al := uint32(sc.ss), uint32(sc.se), sc.al&15
	for k <= end {
		r.Refill()
		e := r.look(h)
		if e&later == 0 {
			r.Skip(uint(e & 63))
			k += e >> 8 & 0xFF
			b[zigzag[(k-1)&0xFF]] = int16(e>>16) << al
			continue
		}
		s, ok := r.symbol(h, e)
		if !ok {
			return badCode
		}
		run, size := uint(s>>4), uint(s&15)
		if size == 0 && run < 15 {
			sc.runs = 1<<run - 1
			if run > 0 {
				sc.runs += int(r.Acc >> (64 - run))
				r.Skip(run)
			}
			return 0
		}
		k += uint32(run)
		b[zigzag[k&0xFF]&63] = int16(r.value(size)) << al
		k++
	}
	if k > end+1 {
		return longRun
	}
	return 0
}

// refine reads one more bit of the coefficients ss to se.
func (r *bitReader) refine(b *[64]int16, h *huffman, sc *scan) (f fault) {
	k, end := sc.ss, sc.se
	plus := int16(1) << sc.al
	if sc.runs == 0 {
		for k <= end {
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
				sc.runs = 1 << run
				if run > 0 {
					sc.runs += int(r.Acc >> (64 - uint(run)))
					r.Skip(uint(run))
				}
				break
			}
			// On to the place after run zeros; corrections of coefficients
			// that are not zero lie on the way.
			for ; k <= end; k++ {
				p := &b[zigzag[k]]
				if *p == 0 {
					if run == 0 {
						break
					}
					run--
					continue
				}
				r.correct(p, plus)
			}
			if v != 0 {
				b[zigzag[k]] = v
				if k > end {
					f = longRun
				}
			}
			k++
		}
	}
	if sc.runs > 0 {
		for ; k <= end; k++ {
			if p := &b[zigzag[k]]; *p != 0 {
				r.correct(p, plus)
			}
		}
		sc.runs--
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
