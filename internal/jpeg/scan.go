package jpeg

import (
	"fmt"
	"time"
)

// A scan is one pass over some of the components.
type scan struct {
	comps      [4]*component
	n          int // of comps
	ss, se     int // the band of coefficients, in zigzag order
	ah, al     uint
	interlaced bool   // several components, whole MCUs
	runs       int    // blocks that an end-of-band run still covers
	band       uint64 // the bits ss to se
	left       int    // MCUs until the next restart
	restart    int    // number of the next restart marker
	empty      bool   // the data have ended; blocks stay as they are
}

// plausible refuses pictures whose file is too short for the blocks that they
// claim: each takes a bit at least, and two where all is in one scan.
func (d *Decoder) plausible() error {
	if d.config.AllowTruncated {
		return nil
	}
	blocks := 0
	for i := range d.comps {
		blocks += d.comps[i].bw * d.comps[i].bh
	}
	bits := 2 * blocks
	if d.header.Progressive {
		bits = blocks
	}
	if have := len(d.data) - d.pos; have < bits/8 {
		return fmt.Errorf("%w: %d bytes cannot hold %d×%d pixels", ErrTruncated, have, d.header.Width, d.header.Height)
	}
	return nil
}

// decode reads all scans and writes the picture.
func (d *Decoder) decode() error {
	whole := false // the coefficients of the whole picture are kept
	for {
		m, err := d.next()
		if err != nil {
			if !whole || !d.complete() {
				if !d.config.AllowTruncated {
					return err
				}
				d.truncated = true
			}
			break
		}
		if m == eoi {
			break
		}
		if m != sos {
			if err := d.marker(m); err != nil {
				if !d.config.AllowTruncated || d.scans == 0 {
					return err
				}
				d.truncated = true
				break
			}
			continue
		}
		if d.scans++; d.config.MaxScans > 0 && d.scans > d.config.MaxScans {
			return fmt.Errorf("%w: more than %d", ErrScans, d.config.MaxScans)
		}
		if err := d.readScan(); err != nil {
			if !d.config.AllowTruncated || !whole {
				return err
			}
			d.truncated = true
			break
		}
		if !d.header.Progressive && d.scans == 1 && d.scan.n == len(d.comps) {
			return d.decodeOnce()
		}
		if !whole {
			whole = true
			for i := range d.comps {
				c := &d.comps[i]
				c.coefs = resized(c.coefs, 64*c.stride*c.height)
				clear(c.coefs)
				c.masks = resized(c.masks, c.stride*c.height)
				clear(c.masks)
			}
		}
		if err := d.decodeScan(); err != nil {
			return err
		}
	}
	if !whole {
		return damaged("it has no scan")
	}
	return d.outputAll()
}

// complete reports whether every coefficient is known to its last bit.
func (d *Decoder) complete() bool {
	for i := range d.comps {
		for _, a := range d.comps[i].acc {
			if a != 0 {
				return false
			}
		}
	}
	return true
}

// readScan reads the header of a scan and makes its Huffman tables ready.
func (d *Decoder) readScan() error {
	s, err := d.segment(sos)
	if err != nil {
		return err
	}
	if len(s) < 4 || len(s) != 4+2*int(s[0]) || s[0] > 4 || s[0] == 0 {
		return damaged("a scan header has %d bytes", len(s))
	}
	sc := &d.scan
	*sc = scan{n: int(s[0])}
	tail := s[1+2*sc.n:]
	sc.ss, sc.se, sc.ah, sc.al = int(tail[0]), int(tail[1]), uint(tail[2]>>4), uint(tail[2]&15)
	if !d.header.Progressive { // the fields mean nothing, and libjpeg only warns of them
		sc.ss, sc.se, sc.ah, sc.al = 0, 63, 0, 0
	} else if sc.ss > sc.se || sc.se > 63 || sc.ss == 0 && sc.se != 0 || sc.ss > 0 && sc.n > 1 ||
		sc.al > 13 || sc.ah != 0 && sc.al != sc.ah-1 {
		return damaged("a scan of coefficients %d to %d with bits %d to %d of %d components", sc.ss, sc.se, sc.ah, sc.al, sc.n)
	}
	sc.band = ^uint64(0) >> (63 - sc.se) >> sc.ss << sc.ss
	blocks := 0
	for i := range sc.n {
		id, tables := s[1+2*i], s[2+2*i]
		for k := range d.comps {
			if d.comps[k].id == id {
				sc.comps[i] = &d.comps[k]
			}
		}
		c := sc.comps[i]
		if c == nil {
			return damaged("a scan of component %d, which does not exist", id)
		}
		for _, o := range sc.comps[:i] {
			if o == c {
				return damaged("a scan has component %d twice", id)
			}
		}
		blocks += int(c.h) * int(c.v)
		if err := d.useTables(c, tables); err != nil {
			return err
		}
	}
	sc.interlaced = sc.n > 1
	if sc.interlaced && blocks > 10 {
		return damaged("a scan has %d blocks in an MCU, at most 10 are allowed", blocks)
	}
	if d.header.Progressive {
		for _, c := range sc.comps[:sc.n] {
			c.note(sc, d.scans)
		}
	} else {
		for _, c := range sc.comps[:sc.n] {
			clear(c.acc[:])
		}
	}
	return nil
}

// note records how exactly the coefficients of c are known after a scan.
func (c *component) note(sc *scan, scans int) {
	for k := min(sc.ss, 1); k <= max(sc.se, 9); k++ {
		if k < len(c.prevAcc) {
			c.prevAcc[k] = 0
			if scans > 1 {
				c.prevAcc[k] = c.acc[k]
			}
		}
	}
	for k := sc.ss; k <= sc.se; k++ {
		c.acc[k] = int8(sc.al)
	}
}

// useTables makes ready what a scan of c needs.
func (d *Decoder) useTables(c *component, tables uint8) error {
	sc := &d.scan
	if !c.latched {
		if !d.quants[c.tq].set {
			return damaged("quantisation table %d is missing", c.tq)
		}
		c.latched, c.quant = true, d.quants[c.tq].table
		c.steps.Set(&c.quant)
	}
	dc, ac := tables>>4, tables&15
	if dc > 3 || ac > 3 {
		return damaged("a scan uses Huffman tables %d and %d", dc, ac)
	}
	c.dc, c.ac = &d.dc[dc], &d.ac[ac]
	if sc.ss == 0 && sc.ah == 0 {
		if !c.dc.set {
			return damaged("Huffman table %d for DC is missing", dc)
		}
		if err := c.dc.prepare(forDC); err != nil {
			return err
		}
	}
	if sc.se > 0 {
		use := forAC
		if d.header.Progressive {
			use = forBand
			if sc.ah > 0 {
				use = forSymbol
			}
		}
		if !c.ac.set {
			return damaged("Huffman table %d for AC is missing", ac)
		}
		return c.ac.prepare(use)
	}
	return nil
}

// begin starts to read the entropy-coded data of a scan.
func (d *Decoder) begin() {
	sc := &d.scan
	sc.left, sc.restart, sc.runs, sc.empty = d.interval, 0, 0, false
	for _, c := range sc.comps[:sc.n] {
		c.pred = 0
	}
	d.pos += d.bits.load(d.data[d.pos:])
}

// restartIfDue goes on to the next interval when one is finished. It is called
// before each MCU.
func (d *Decoder) restartIfDue() error {
	sc := &d.scan
	if d.interval == 0 {
		return nil
	}
	if sc.left > 0 {
		sc.left--
		return nil
	}
	sc.left = d.interval - 1
	at := d.pos
	m, err := d.next()
	if want := byte(rst0 + sc.restart); err != nil || m != want {
		d.pos = at
		if err == nil {
			err = damaged("marker FF%02X where restart marker FF%02X is due", m, want)
			if m == eoi {
				err = fmt.Errorf("%w: the end marker is where restart marker FF%02X is due", ErrTruncated, want)
			}
		}
		return d.give(err)
	}
	sc.restart = (sc.restart + 1) & 7
	sc.runs = 0
	for _, c := range sc.comps[:sc.n] {
		c.pred = 0
	}
	d.pos += d.bits.load(d.data[d.pos:])
	sc.empty = false
	return nil
}

// give takes note of damage: an error, or the end of the data of this scan.
func (d *Decoder) give(err error) error {
	if !d.config.AllowTruncated {
		return err
	}
	d.scan.empty, d.truncated = true, true
	return nil
}

// ended is called when a block took more bits than there are, or has a fault.
// Where that is allowed, zeros follow up to the end of the MCU.
func (d *Decoder) ended(row int, f fault) error {
	err := fmt.Errorf("%w: in row %d of %d", ErrTruncated, row*8*d.maxV, d.header.Height)
	if at := d.pos; !d.bits.overrun() {
		err = damaged("%v, in row %d of %d", f, row*8*d.maxV, d.header.Height)
	} else if m, e := d.next(); e == nil && m != eoi {
		d.pos = at
		err = damaged("marker FF%02X within the data, in row %d of %d", m, row*8*d.maxV, d.header.Height)
	}
	d.bits.toEnd()
	return d.give(err)
}

func (d *Decoder) late() error {
	if !d.config.Deadline.IsZero() && time.Now().After(d.config.Deadline) {
		return ErrDeadline
	}
	return nil
}
