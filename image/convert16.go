package image

import (
	"encoding/binary"
	stdimage "image"
)

// convert16 makes dst a 16-bit picture, if src is one and it is to stay so.
// What src.Pix has of colours premultiplied with alpha is not taken.
func convert16(dst *Image, src stdimage.Image, mode ColorMode, deep bool) bool {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	var at func(y int) []uint8 // big-endian samples of a row
	from := 4
	switch s := src.(type) {
	case *stdimage.Gray16:
		deep = deep || mode == Grayscale
		from = 1
		at = func(y int) []uint8 { return s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):][:2*w] }
	case *stdimage.NRGBA64:
		at = func(y int) []uint8 { return s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):][:8*w] }
	case *stdimage.RGBA64:
		if !s.Opaque() {
			return false
		}
		at = func(y int) []uint8 { return s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):][:8*w] }
	case *Image:
		deep = deep || s.Channels == 1 && mode == Grayscale
		if s.Pix16 == nil || !deep {
			return false
		}
		c := mode.Channels()
		*dst = Image{Width: w, Height: h, Channels: c, Pix: dst.Pix, Pix16: resized(dst.Pix16, w*h*c)}
		for i := range w * h {
			pixel16(dst.Pix16[i*c:][:c], s.Pix16[i*s.Channels:][:s.Channels])
		}
		return true
	default:
		return false
	}
	if !deep {
		return false
	}
	c := mode.Channels()
	*dst = Image{Width: w, Height: h, Channels: c, Pix: dst.Pix, Pix16: resized(dst.Pix16, w*h*c)}
	var p [4]uint16
	for y := range h {
		row := at(y)
		for x := range w {
			for i := range from {
				p[i] = binary.BigEndian.Uint16(row[2*(x*from+i):])
			}
			pixel16(dst.Pix16[(y*w+x)*c:][:c], p[:from])
		}
	}
	return true
}

// pixel16 gives a pixel as many channels as dst has.
func pixel16(dst, p []uint16) {
	grey := len(p) < 3
	if len(dst) == 1 {
		dst[0] = p[0]
		if !grey {
			dst[0] = uint16((uint64(p[0])*19595 + uint64(p[1])*38470 + uint64(p[2])*7471 + 0x8000) >> 16)
		}
		return
	}
	if grey {
		dst[0], dst[1], dst[2] = p[0], p[0], p[0]
	} else {
		copy(dst[:3], p)
	}
	if len(dst) == 4 {
		dst[3] = 0xFFFF
		if len(p) == 4 {
			dst[3] = p[3]
		}
	}
}
