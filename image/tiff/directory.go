package tiff

import (
	"bytes"
	"encoding/binary"
	stdimage "image"
	"io"
)

// A directory is some of what a TIFF says of its first picture.
type directory struct {
	compression, photometric uint32
	bits, samples            uint32 // of a sample, of a pixel
}

// The values of compression that matter here.
const (
	none       = 1
	faxLeast   = 2
	faxMost    = 4
	lzw        = 5
	deflate    = 8
	deflateOld = 32946
	packBits   = 32773
)

func (d directory) fax() bool { return d.compression >= faxLeast && d.compression <= faxMost }

// readDirectory reads as far as the file makes sense.
func readDirectory(r io.ReaderAt) directory {
	d := directory{compression: none, bits: 1, samples: 1}
	var b [12]byte
	if _, err := r.ReadAt(b[:8], 0); err != nil {
		return d
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(b[4:]))
	if _, err := r.ReadAt(b[:2], at); err != nil {
		return d
	}
	for i := range int64(order.Uint16(b[:])) {
		if _, err := r.ReadAt(b[:], at+2+12*i); err != nil {
			return d
		}
		const long = 4
		v := uint32(order.Uint16(b[8:]))
		if order.Uint16(b[2:]) == long {
			v = order.Uint32(b[8:])
		}
		switch order.Uint16(b[:]) {
		case 258: // bits per sample: of three and more they are elsewhere
			if order.Uint32(b[4:]) > 2 {
				var s [2]byte
				if _, err := r.ReadAt(s[:], int64(order.Uint32(b[8:]))); err != nil {
					continue
				}
				v = uint32(order.Uint16(s[:]))
			}
			d.bits = v
		case 259:
			d.compression = v
		case 262:
			d.photometric = v
		case 277:
			d.samples = v
		}
	}
	return d
}

// least is the length of a file in which all is as short as its coding can make
// it: PackBits makes at most 128 bytes of two, deflate 1032 of one, LZW 4096 of
// a code of 12 bits, and the latest fax coding a row of one bit.
func least(c stdimage.Config, data []byte) int64 {
	d := readDirectory(bytes.NewReader(data))
	row := (int64(c.Width)*int64(min(d.bits, 64))*int64(min(d.samples, 16)) + 7) / 8
	n := row * int64(c.Height)
	switch {
	case d.compression == none:
		return n
	case d.compression == packBits:
		return n / 64
	case d.compression == deflate || d.compression == deflateOld:
		return n / 1032
	case d.compression == lzw:
		return n / (4096 * 8 / 12)
	case d.fax():
		return int64(c.Height) / 8
	}
	return 0
}
