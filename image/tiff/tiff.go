// Package tiff makes package image read TIFF files: import it for its effect.
//
//	import _ "github.com/antler-ml/antler/image/tiff"
//
// The first picture of a file is read: grey, RGB, RGBA, CMYK and palettes of up
// to 16 bits, uncompressed or with LZW, Deflate, PackBits or fax coding.
package tiff

import (
	stdimage "image"
	"io"

	"golang.org/x/image/tiff"

	"github.com/antler-ml/antler/image"
)

func init() {
	image.RegisterFormat(image.Format{
		Name: "tiff", Magic: []string{"II*\x00", "MM\x00*"},
		DecodeConfig: tiff.DecodeConfig, Decode: decode,
		EXIF:       func(data []byte) []byte { return data },
		LeastBytes: least,
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
	d := readDirectory(r)
	return d.fax() && d.photometric == 1
}
