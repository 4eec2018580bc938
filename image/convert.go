package image

import (
	stdimage "image"
	"image/color"

	"github.com/disintegration/imaging"
)

// FromImage converts any picture of the standard library. Grey pictures of 16
// bits stay so in the mode Grayscale; of others the high byte is taken.
func FromImage(src stdimage.Image, mode ColorMode) *Image {
	m := new(Image)
	convert(m, src, mode, false, new(ycbcrRows))
	return m
}

// convert makes dst the picture src in the given mode, as Pillow's convert
// does. One thing differs: of 16-bit grey samples that become RGB or RGBA the
// high byte is taken, where Pillow replaces all above 255 by 255. With deep,
// samples of 16 bits stay so in every mode.
func convert(dst *Image, src stdimage.Image, mode ColorMode, deep bool, r *ycbcrRows) {
	if convert16(dst, src, mode, deep) {
		return
	}
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	dst.reset(h, w, mode.Channels())
	stride := w * dst.Channels
	row := func(y int) []uint8 { return dst.Pix[y*stride : (y+1)*stride] }
	if s, ok := src.(*stdimage.YCbCr); ok && fancy(s) {
		for y := range h {
			r.rgb(s, y)
			fromRGB(row(y), r.out, 3, mode)
		}
		return
	}
	switch s := src.(type) {
	case *Image:
		for y := range h {
			fromPixels(row(y), s, y, mode)
		}
	case *stdimage.Gray:
		for y := range h {
			fromGrey(row(y), s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):][:w], 1, mode)
		}
	case *stdimage.Gray16:
		for y := range h {
			fromGrey(row(y), s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):][:2*w], 2, mode)
		}
	case *stdimage.NRGBA:
		for y := range h {
			fromRGB(row(y), s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):][:4*w], 4, mode)
		}
	case *stdimage.RGBA:
		if !s.Opaque() {
			generic(dst, src, mode)
			return
		}
		for y := range h {
			fromRGB(row(y), s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):][:4*w], 4, mode)
		}
	case *stdimage.NRGBA64:
		for y := range h {
			fromRGB64(row(y), s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):][:8*w], mode)
		}
	case *stdimage.RGBA64:
		if !s.Opaque() {
			generic(dst, src, mode)
			return
		}
		for y := range h {
			fromRGB64(row(y), s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):][:8*w], mode)
		}
	case *stdimage.Paletted:
		var lut [256][4]uint8 // an index beyond the palette is black, as in Pillow
		for i := range lut {
			lut[i][3] = 255
		}
		for i, c := range s.Palette[:min(len(s.Palette), 256)] {
			n := color.NRGBAModel.Convert(c).(color.NRGBA)
			lut[i] = [4]uint8{n.R, n.G, n.B, n.A}
		}
		for y := range h {
			out := row(y)
			for x, i := range s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):][:w] {
				fromRGB(out[x*dst.Channels:(x+1)*dst.Channels], lut[i][:], 4, mode)
			}
		}
	case *stdimage.CMYK:
		for y := range h {
			fromCMYK(row(y), s.Pix[s.PixOffset(b.Min.X, b.Min.Y+y):][:4*w], mode)
		}
	default:
		generic(dst, src, mode)
	}
}

// generic converts types that none of the formats read by default produce.
func generic(dst *Image, src stdimage.Image, mode ColorMode) {
	n := imaging.Clone(src) // never of a Paletted: with a bad index imaging panics in a goroutine
	stride := dst.Width * dst.Channels
	for y := range dst.Height {
		fromRGB(dst.Pix[y*stride:(y+1)*stride], n.Pix[y*n.Stride:][:4*dst.Width], 4, mode)
	}
}

// fromPixels writes row y of an image in a mode.
func fromPixels(dst []uint8, s *Image, y int, mode ColorMode) {
	n := s.Width * s.Channels
	var p []uint8
	if s.Pix16 != nil {
		p = make([]uint8, n)
		for i, v := range s.Pix16[y*n:][:n] {
			p[i] = uint8(v >> 8)
		}
	} else {
		p = s.Pix[y*n:][:n]
	}
	if s.Channels == 3 || s.Channels == 4 {
		fromRGB(dst, p, s.Channels, mode)
		return
	}
	fromGrey(dst, p, s.Channels, mode)
}

// luma is Pillow's conversion of RGB to L.
func luma(r, g, b uint8) uint8 {
	return uint8((uint32(r)*19595 + uint32(g)*38470 + uint32(b)*7471 + 0x8000) >> 16)
}

// fromRGB writes a row of RGB (n = 3) or RGBA (n = 4) samples in a mode.
func fromRGB(dst, src []uint8, n int, mode ColorMode) {
	switch mode {
	case Grayscale:
		for i := range dst {
			s := src[i*n : i*n+3]
			dst[i] = luma(s[0], s[1], s[2])
		}
	case RGBA:
		if n == 4 {
			copy(dst, src)
			return
		}
		for i, j := 0, 0; i+4 <= len(dst); i, j = i+4, j+3 {
			d, s := dst[i:i+4], src[j:j+3]
			d[0], d[1], d[2], d[3] = s[0], s[1], s[2], 255
		}
	default:
		if n == 3 {
			copy(dst, src)
			return
		}
		for i, j := 0, 0; i+3 <= len(dst); i, j = i+3, j+4 {
			d, s := dst[i:i+3], src[j:j+3]
			d[0], d[1], d[2] = s[0], s[1], s[2]
		}
	}
}

// fromRGB64 takes the high byte of each big-endian sample.
func fromRGB64(dst, src []uint8, mode ColorMode) {
	c := mode.Channels()
	for x := 0; x < len(src)/8; x++ {
		p := [4]uint8{src[8*x], src[8*x+2], src[8*x+4], src[8*x+6]}
		fromRGB(dst[x*c:(x+1)*c], p[:], 4, mode)
	}
}

// fromGrey takes every step-th byte as a grey sample.
func fromGrey(dst, src []uint8, step int, mode ColorMode) {
	c := mode.Channels()
	if c == 1 && step == 1 {
		copy(dst, src)
		return
	}
	for x := 0; x < len(src)/step; x++ {
		v := src[x*step]
		switch d := dst[x*c : (x+1)*c]; c {
		case 1:
			d[0] = v
		case 4:
			d[0], d[1], d[2], d[3] = v, v, v, 255
		default:
			d[0], d[1], d[2] = v, v, v
		}
	}
}

// fromCMYK converts as Pillow does.
func fromCMYK(dst, src []uint8, mode ColorMode) {
	c := mode.Channels()
	for x := 0; x < len(src)/4; x++ {
		s := src[4*x : 4*x+4]
		nk := int(255 - s[3])
		p := [3]uint8{}
		for i := range p {
			p[i] = uint8(max(nk-mulDiv255(int(s[i]), nk), 0))
		}
		fromRGB(dst[x*c:(x+1)*c], p[:], 3, mode)
	}
}

// mulDiv255 is a·b/255, rounded.
func mulDiv255(a, b int) int {
	t := a*b + 128
	return (t>>8 + t) >> 8
}
