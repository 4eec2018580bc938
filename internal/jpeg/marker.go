package jpeg

import (
	"encoding/binary"
	"fmt"
)

// Markers: the byte after 0xFF.
const (
	sof0 = 0xC0 // baseline
	sof1 = 0xC1 // extended sequential
	sof2 = 0xC2 // progressive
	dht  = 0xC4
	dac  = 0xCC
	rst0 = 0xD0
	soi  = 0xD8
	eoi  = 0xD9
	sos  = 0xDA
	dqt  = 0xDB
	dnl  = 0xDC
	dri  = 0xDD
	app0 = 0xE0
	app1 = 0xE1
	appE = 0xEE
	tem  = 0x01
)

// zigzag gives the place of each coefficient in the order of rows. A run that
// leaves the block ends on its last coefficient.
var zigzag = func() (z [256]uint8) {
	for i := range z {
		z[i] = 63
	}
	i := 0
	for diagonal := range 15 {
		for k := range diagonal + 1 {
			x, y := k, diagonal-k
			if diagonal%2 == 1 {
				x, y = y, x
			}
			if x < 8 && y < 8 {
				z[i] = uint8(8*y + x)
				i++
			}
		}
	}
	return z
}()

// next returns the next marker and moves behind it. Bytes before it are
// skipped, as every decoder does.
func (d *Decoder) next() (byte, error) {
	for d.pos < len(d.data) {
		if d.data[d.pos] != 0xFF {
			d.pos++
			continue
		}
		for d.pos < len(d.data) && d.data[d.pos] == 0xFF {
			d.pos++
		}
		if d.pos == len(d.data) {
			break
		}
		d.pos++
		if m := d.data[d.pos-1]; m != 0 {
			return m, nil
		}
	}
	return 0, fmt.Errorf("%w: no end marker", ErrTruncated)
}

// segment returns the contents of the marker segment at d.pos and moves behind it.
func (d *Decoder) segment(marker byte) ([]byte, error) {
	if d.pos+2 > len(d.data) {
		return nil, fmt.Errorf("%w: in marker FF%02X", ErrTruncated, marker)
	}
	n := int(binary.BigEndian.Uint16(d.data[d.pos:]))
	if n < 2 {
		return nil, damaged("marker FF%02X has length %d", marker, n)
	}
	if d.pos+n > len(d.data) {
		return nil, fmt.Errorf("%w: in marker FF%02X", ErrTruncated, marker)
	}
	s := d.data[d.pos+2 : d.pos+n]
	d.pos += n
	return s, nil
}

// readHeader reads up to the first scan, whose marker it leaves.
func (d *Decoder) readHeader() error {
	if len(d.data) < 2 || d.data[0] != 0xFF || d.data[1] != soi {
		return damaged("it does not begin with FFD8")
	}
	d.pos = 2
	for {
		at := d.pos
		m, err := d.next()
		if err != nil {
			return err
		}
		if m == sos {
			if d.comps == nil {
				return damaged("a scan comes before the size")
			}
			d.pos = at
			d.header.Space = d.space()
			return nil
		}
		if m == eoi {
			return damaged("it ends before its first scan")
		}
		if err := d.marker(m); err != nil {
			return err
		}
	}
}

// marker reads any segment but those of scans.
func (d *Decoder) marker(m byte) error {
	if m == tem || m >= rst0 && m <= soi {
		return nil
	}
	s, err := d.segment(m)
	if err != nil {
		return err
	}
	switch {
	case m == dht:
		return d.readHuffman(s)
	case m == dqt:
		return d.readQuant(s)
	case m == dri:
		if len(s) != 2 {
			return damaged("the restart interval has %d bytes", len(s))
		}
		d.interval = int(binary.BigEndian.Uint16(s))
	case m == sof0 || m == sof1 || m == sof2:
		return d.readFrame(m, s)
	case m == dac:
		return unsupported("arithmetic coding")
	case m >= 0xC3 && m <= 0xCF && m != 0xC8:
		return unsupported("%s (marker FF%02X)", frameName(m), m)
	case m == app0 && len(s) >= 14 && string(s[:5]) == "JFIF\x00":
		d.jfif = true
	case m == app1 && len(s) > 6 && string(s[:6]) == "Exif\x00\x00" && d.header.EXIF == nil:
		d.header.EXIF = s[6:]
	case m == appE && len(s) >= 12 && string(s[:5]) == "Adobe":
		d.adobe = int(s[11])
	}
	return nil
}

func (d *Decoder) readQuant(s []byte) error {
	for len(s) > 0 {
		wide, id := s[0]>>4, s[0]&15
		n := 64 * (1 + int(wide))
		if id > 3 || wide > 1 || len(s) < 1+n {
			return damaged("a quantisation table is short or has number %d", id)
		}
		t := &d.quants[id]
		t.set = true
		for i := range 64 {
			if wide == 0 {
				t.table[zigzag[i]] = uint16(s[1+i])
			} else {
				t.table[zigzag[i]] = binary.BigEndian.Uint16(s[1+2*i:])
			}
		}
		s = s[1+n:]
	}
	return nil
}

func (d *Decoder) readFrame(m byte, s []byte) error {
	if d.comps != nil {
		return damaged("it has two frames")
	}
	if len(s) < 6 || len(s) != 6+3*int(s[5]) {
		return damaged("the frame header has %d bytes", len(s))
	}
	h := &d.header
	h.Height, h.Width = int(binary.BigEndian.Uint16(s[1:])), int(binary.BigEndian.Uint16(s[3:]))
	h.Components, h.Progressive = int(s[5]), m == sof2
	if s[0] != 8 {
		return unsupported("%d bits a sample, only 8 are read", s[0])
	}
	if h.Height == 0 || h.Width == 0 {
		return damaged("%d×%d pixels", h.Width, h.Height)
	}
	n := h.Components
	if n != 1 && n != 3 && n != 4 {
		return unsupported("%d components", n)
	}
	d.comps = d.compsArray[:n]
	d.maxH, d.maxV = 1, 1
	for i := range d.comps {
		b, c := s[6+3*i:], &d.comps[i]
		c.id, c.h, c.v, c.tq = b[0], b[1]>>4, b[1]&15, b[2]
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.tq > 3 {
			return damaged("component %d has sampling %d×%d and quantisation table %d", i, c.h, c.v, c.tq)
		}
		for _, o := range d.comps[:i] {
			if o.id == c.id {
				return damaged("two components have number %d", c.id)
			}
		}
		if n == 1 { // one component is coded block by block
			c.h, c.v = 1, 1
		}
		d.maxH, d.maxV = max(d.maxH, int(c.h)), max(d.maxV, int(c.v))
		c.latched, c.coefs = false, c.coefs[:0]
		for k := range c.acc {
			c.acc[k] = -1
		}
		c.prevAcc = [10]int8{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1}
	}
	d.mcusX, d.mcusY = ceilDiv(h.Width, 8*d.maxH), ceilDiv(h.Height, 8*d.maxV)
	for i := range d.comps {
		c := &d.comps[i]
		c.bw = ceilDiv(h.Width*int(c.h), 8*d.maxH)
		c.bh = ceilDiv(h.Height*int(c.v), 8*d.maxV)
		c.stride, c.height = d.mcusX*int(c.h), d.mcusY*int(c.v)
	}
	return nil
}

// space tells the colour space by the markers of JFIF and Adobe, and by the
// names of the components where neither is there.
func (d *Decoder) space() Space {
	switch c := d.comps; len(c) {
	case 1:
		return Gray
	case 3:
		switch {
		case d.jfif:
			return YCbCr
		case d.adobe == 0:
			return RGB
		case d.adobe < 0 && c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B':
			return RGB
		}
		return YCbCr
	}
	if d.adobe > 0 {
		return YCCK
	}
	return CMYK
}
