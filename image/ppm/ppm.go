// Package ppm makes package image read the netpbm formats PBM, PGM and PPM:
// import it for its effect.
//
//	import _ "github.com/antler-ml/antler/image/ppm"
//
// Plain text and binary files (P1 to P6) of up to 16 bits are read, with the
// samples that Pillow gives: another greatest value than 255 is scaled, and grey
// of more than 8 bits has 16 bits. Of several pictures in a file the first is read.
package ppm

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	stdimage "image"
	"image/color"
	"io"
	"math"

	"github.com/antler-ml/antler/image"
)

func init() {
	f := image.Format{Name: "ppm", DecodeConfig: config, Decode: decode, LeastBytes: least}
	for kind := '1'; kind <= '6'; kind++ {
		for _, c := range " \t\r\n\v\f#" {
			f.Magic = append(f.Magic, "P"+string(kind)+string(c))
		}
	}
	image.RegisterFormat(f)
}

type header struct {
	kind          byte // '1' … '6'
	width, height int
	top           int // the greatest value
}

func (h *header) channels() int {
	if h.kind == '3' || h.kind == '6' {
		return 3
	}
	return 1
}

func (h *header) plain() bool { return h.kind <= '3' }

// read reads the header, up to the one white space before binary samples.
func (h *header) read(r *bufio.Reader) error {
	var magic [2]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return err
	}
	h.kind, h.top = magic[1], 1
	fields := []struct {
		name string
		v    *int
		most int
	}{{"width", &h.width, math.MaxInt32}, {"height", &h.height, math.MaxInt32}, {"greatest value", &h.top, 65535}}
	if h.kind == '1' || h.kind == '4' {
		fields = fields[:2]
	}
	for _, f := range fields {
		v, err := number(r)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if v < 1 || v > f.most {
			return fmt.Errorf("the %s is %d, want 1…%d", f.name, v, f.most)
		}
		*f.v = v
	}
	return nil
}

func space(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// comment reads the rest of a line.
func comment(r *bufio.Reader) error {
	for {
		if c, err := r.ReadByte(); err != nil || c == '\n' || c == '\r' {
			return early(err)
		}
	}
}

// number reads a number and the white space after it. Comments go from # to
// the end of the line.
func number(r *bufio.Reader) (int, error) {
	v, digits := 0, 0
	for {
		c, err := r.ReadByte()
		switch {
		case errors.Is(err, io.EOF) && digits > 0:
			return v, nil
		case errors.Is(err, io.EOF):
			return 0, io.ErrUnexpectedEOF
		case err != nil:
			return 0, err
		case c >= '0' && c <= '9':
			if digits++; digits > 10 {
				return 0, errors.New("a number has more than 10 digits")
			}
			v = 10*v + int(c-'0')
		case c == '#':
			if err := comment(r); err != nil {
				return 0, err
			}
		case !space(c):
			return 0, fmt.Errorf("%q is not a digit", c)
		case digits > 0:
			return v, nil
		}
	}
}

func config(r io.Reader) (stdimage.Config, error) {
	var h header
	if err := h.read(bufio.NewReader(r)); err != nil {
		return stdimage.Config{}, err
	}
	m := color.NRGBAModel
	if h.channels() == 1 {
		m = color.GrayModel
	}
	return stdimage.Config{Width: h.width, Height: h.height, ColorModel: m}, nil
}

func least(_ stdimage.Config, data []byte) int64 {
	var h header
	if h.read(bufio.NewReader(bytes.NewReader(data))) != nil {
		return 0
	}
	samples := int64(h.width) * int64(h.height) * int64(h.channels())
	switch {
	case h.kind == '4':
		return int64(h.width+7) / 8 * int64(h.height)
	case h.kind == '1':
		return samples
	case h.plain():
		return 2*samples - 1
	case h.top > 255:
		return 2 * samples
	}
	return samples
}

func decode(from io.Reader, deep bool) (stdimage.Image, error) {
	r := bufio.NewReader(from)
	var h header
	if err := h.read(r); err != nil {
		return nil, err
	}
	m := &image.Image{Width: h.width, Height: h.height, Channels: h.channels()}
	n := h.width * h.height * m.Channels
	if h.top > 255 && (m.Channels == 1 || deep) {
		m.Pix16 = make([]uint16, n)
	} else {
		m.Pix = make([]uint8, n)
	}
	switch {
	case h.kind == '1':
		return m, bitsPlain(m.Pix, r)
	case h.kind == '4':
		return m, bits(m, r)
	case h.kind != '2' && h.kind != '3' && h.top == 255:
		_, err := io.ReadFull(r, m.Pix)
		return m, early(err)
	}
	scale := scaling(h.top, m.Pix16 != nil)
	for i := range n {
		v, err := h.sample(r)
		switch {
		case err != nil:
			return nil, early(err)
		case v > h.top && h.plain():
			return nil, fmt.Errorf("a sample is %d, more than the greatest value %d", v, h.top)
		}
		if v = int(scale[min(v, h.top)]); m.Pix16 != nil {
			m.Pix16[i] = uint16(v)
		} else {
			m.Pix[i] = uint8(v)
		}
	}
	return m, nil
}

// scaling is the table from samples up to top to 8 or 16 bits. Python rounds
// halves to even.
func scaling(top int, deep bool) []uint16 {
	most := 255.0
	if deep {
		most = 65535
	}
	t := make([]uint16, top+1)
	for v := range t {
		t[v] = uint16(math.RoundToEven(float64(v) / float64(top) * most))
	}
	return t
}

func (h *header) sample(r *bufio.Reader) (int, error) {
	if h.plain() {
		return number(r)
	}
	a, err := r.ReadByte()
	if err != nil || h.top < 256 {
		return int(a), err
	}
	b, err := r.ReadByte()
	return int(binary.BigEndian.Uint16([]byte{a, b})), err
}

// bitsPlain reads digits 0 (white) and 1 (black), which need no space between them.
func bitsPlain(dst []uint8, r *bufio.Reader) error {
	for i := 0; i < len(dst); {
		c, err := r.ReadByte()
		switch {
		case err != nil:
			return early(err)
		case c == '0' || c == '1':
			dst[i] = 255 * ('1' - c)
			i++
		case c == '#':
			if err := comment(r); err != nil {
				return err
			}
		case !space(c):
			return fmt.Errorf("%q is not 0 or 1", c)
		}
	}
	return nil
}

// bits reads rows of whole bytes.
func bits(m *image.Image, r *bufio.Reader) error {
	row := make([]byte, (m.Width+7)/8)
	for y := range m.Height {
		if _, err := io.ReadFull(r, row); err != nil {
			return early(err)
		}
		for x := range m.Width {
			m.Pix[y*m.Width+x] = 255 * (1 - row[x/8]>>(7-x%8)&1)
		}
	}
	return nil
}

// early makes the end of the file an error: samples are missing.
func early(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
