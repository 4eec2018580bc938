package picture

import (
	"bytes"
	stdimage "image"
	"image/color"
	_ "image/gif" // so that the headers of these are known
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"github.com/antler-ml/antler/image"
)

// A head is what the beginning of a file says of its picture.
type head struct {
	format        string // jpeg, png …; empty when it is not known
	width, height int
	mode          image.ColorMode // that keeps all its channels
	deep          bool            // more than 8 bits
	palette       color.Palette
}

// probe reads the header. What it cannot read is left to the decoder, whose
// errors explain more.
func probe(data []byte) (h head) {
	h.mode = image.RGB
	defer func() {
		if recover() != nil { // not all decoders are ours
			h = head{mode: image.RGB}
		}
	}()
	c, format, err := stdimage.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		if len(data) > 2 && data[0] == 'P' && (data[1] == '1' || data[1] == '2' || data[1] == '4' || data[1] == '5') {
			h.format, h.mode = "ppm", image.Grayscale
		}
		return h
	}
	h.format, h.width, h.height = format, c.Width, c.Height
	if p, ok := c.ColorModel.(color.Palette); ok {
		h.palette = p
		for _, c := range p {
			if _, _, _, a := c.RGBA(); a != 0xffff {
				h.mode = image.RGBA
			}
		}
		return h
	}
	switch c.ColorModel {
	case color.GrayModel:
		h.mode = image.Grayscale
	case color.Gray16Model:
		h.mode, h.deep = image.Grayscale, true
	case color.NRGBAModel, color.NYCbCrAModel:
		h.mode = image.RGBA
	case color.NRGBA64Model:
		h.mode, h.deep = image.RGBA, true
	case color.RGBA64Model:
		h.deep = true
	}
	return h
}
