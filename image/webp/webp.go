// Package webp makes package image read WebP files: import it for its effect.
//
//	import _ "github.com/antler-ml/antler/image/webp"
//
// Lossy, lossless and transparent still pictures are read; animated ones are
// refused.
package webp

import (
	"encoding/binary"
	"errors"
	stdimage "image"
	"io"

	"golang.org/x/image/webp"

	"github.com/antler-ml/antler/image"
)

func init() {
	image.RegisterFormat(image.Format{
		Name: "webp", Magic: []string{"RIFF????WEBPVP8"},
		DecodeConfig: webp.DecodeConfig,
		Decode:       decode,
		EXIF:         exif,
	})
}

var errAnimated = errors.New("it is animated, and only still WebP pictures are read; save its first frame as a picture of its own")

func decode(r io.Reader, _ bool) (stdimage.Image, error) {
	var head [21]byte
	if at, ok := r.(io.ReaderAt); ok {
		if n, _ := at.ReadAt(head[:], 0); n == len(head) && string(head[12:16]) == "VP8X" && head[20]&2 != 0 {
			return nil, errAnimated
		}
	}
	m, err := webp.Decode(r)
	switch s := m.(type) {
	case *stdimage.YCbCr:
		return rgb(s, nil, 0), err
	case *stdimage.NYCbCrA:
		return rgb(&s.YCbCr, s.A, s.AStride), err
	}
	return m, err
}

// exif returns the contents of the EXIF chunk.
func exif(data []byte) []byte {
	for i := 12; i+8 <= len(data); {
		n := int64(binary.LittleEndian.Uint32(data[i+4:]))
		if int64(i)+8+n > int64(len(data)) {
			return nil
		}
		if string(data[i:i+4]) == "EXIF" {
			e := data[i+8 : i+8+int(n)]
			if len(e) > 6 && string(e[:6]) == "Exif\x00\x00" { // as some programs write it
				e = e[6:]
			}
			return e
		}
		i += 8 + int(n) + int(n)&1
	}
	return nil
}
