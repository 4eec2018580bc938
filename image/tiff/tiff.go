// Package tiff makes package image read TIFF files: import it for its effect.
//
//	import _ "github.com/antler-ml/antler/image/tiff"
//
// The first picture of a file is read: grey, RGB, RGBA, CMYK and palettes of up
// to 16 bits, uncompressed or with LZW, Deflate, PackBits or fax coding.
package tiff

import (
	"encoding/binary"
	stdimage "image"
	"io"

	"golang.org/x/image/tiff"

	"github.com/antler-ml/antler/image"
)

func init() {
	image.RegisterFormat(image.Format{
		Name: "tiff", Magic: []string{"II*\x00", "MM\x00*"},
		DecodeConfig: tiff.DecodeConfig, Decode: decode,
		EXIF: func(data []byte) []byte { return data },
	})
}

func decode(r io.Reader, _ bool) (stdimage.Image, error) {
	m, err := tiff.Decode(r)
	if err != nil {
		return nil, err
	}
	if g, ok := m.(*stdimage.Gray); ok {
		if at, ok := r.(io.ReaderAt); ok && faxBlackIsZero(at) {
			for i, v := range g.Pix {
				g.Pix[i] = ^v
			}
		}
	}
	return m, nil
}

// faxBlackIsZero reports whether the first picture has fax coding and 0 for
// black. x/image takes the white runs of the code for white then, where they
// are zeros, and so black.
func faxBlackIsZero(r io.ReaderAt) bool {
	var b [12]byte
	if _, err := r.ReadAt(b[:8], 0); err != nil {
		return false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(b[4:]))
	if _, err := r.ReadAt(b[:2], at); err != nil {
		return false
	}
	fax, blackIsZero := false, false
	for i := range int64(order.Uint16(b[:])) {
		if _, err := r.ReadAt(b[:], at+2+12*i); err != nil {
			return false
		}
		const compression, photometric = 259, 262
		switch v := order.Uint16(b[8:]); order.Uint16(b[:]) {
		case compression:
			fax = v >= 2 && v <= 4
		case photometric:
			blackIsZero = v == 1
		}
	}
	return fax && blackIsZero
}
