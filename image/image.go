// Package image reads, writes and resizes pictures, and turns them into tensors
// and back: Keras' load_img, img_to_array, array_to_img and save_img.
//
//	img, err := image.Load("cat.jpg", image.LoadConfig{TargetSize: [2]int{224, 224}})
//	x := image.ToArray(img, image.ChannelsLast) // [224 224 3], values 0…255
//
// JPEG, PNG (8 and 16 bits), GIF (first frame) and BMP are read; TIFF, WebP and
// the family of PPM too in programs that import image/tiff, image/webp or
// image/ppm. Decoding, colour conversion and resizing give the bytes that
// Pillow gives. As in Keras, colour profiles are ignored, and so are
// orientation tags unless LoadConfig.Orient is set.
//
// It is not an image editor: random transformations are in package augment.
package image

import (
	"encoding/binary"
	stdimage "image"
	"image/color"
)

// An Image is a picture with interleaved samples: row by row, pixel by pixel,
// Channels values each. It is also an image of the standard library.
//
// Any number of channels can be resized and made into arrays and back; files
// and colours have 1, 3 or 4 of them.
type Image struct {
	Width, Height int
	Channels      int      // 1 grey, 3 RGB, 4 RGB and alpha (not premultiplied)
	Pix           []uint8  // Height·Width·Channels samples, or nil if Pix16 is set
	Pix16         []uint16 // the samples of a 16-bit image
}

// New returns a black 8-bit image.
func New(height, width, channels int) *Image {
	return &Image{Width: width, Height: height, Channels: channels, Pix: make([]uint8, height*width*channels)}
}

// reset makes m an 8-bit image of the given size, in its own memory if that is
// large enough. The samples are not cleared.
func (m *Image) reset(height, width, channels int) {
	m.Height, m.Width, m.Channels, m.Pix16 = height, width, channels, nil
	m.Pix = resized(m.Pix, height*width*channels)
}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// ColorModel is that of the standard library's Gray, Gray16, NRGBA or NRGBA64.
func (m *Image) ColorModel() color.Model {
	colours, deep := m.Channels == 3 || m.Channels == 4, m.Pix16 != nil
	switch {
	case colours && deep:
		return color.NRGBA64Model
	case colours:
		return color.NRGBAModel
	case deep:
		return color.Gray16Model
	}
	return color.GrayModel
}

// Bounds begins at (0, 0).
func (m *Image) Bounds() stdimage.Rectangle { return stdimage.Rect(0, 0, m.Width, m.Height) }

// At returns the colour of a pixel; outside it is transparent or black. An
// image of 2, 5 or more channels shows its first one.
func (m *Image) At(x, y int) color.Color {
	if !stdimage.Pt(x, y).In(m.Bounds()) {
		return m.ColorModel().Convert(color.Transparent)
	}
	i, n := (y*m.Width+x)*m.Channels, m.Channels
	switch m.ColorModel() {
	case color.Gray16Model:
		return color.Gray16{Y: m.Pix16[i]}
	case color.GrayModel:
		return color.Gray{Y: m.Pix[i]}
	case color.NRGBA64Model:
		c := color.NRGBA64{R: m.Pix16[i], G: m.Pix16[i+1], B: m.Pix16[i+2], A: 0xFFFF}
		if n == 4 {
			c.A = m.Pix16[i+3]
		}
		return c
	}
	c := color.NRGBA{R: m.Pix[i], G: m.Pix[i+1], B: m.Pix[i+2], A: 255}
	if n == 4 {
		c.A = m.Pix[i+3]
	}
	return c
}

// std returns m as the standard type its encoders know best.
func (m *Image) std() stdimage.Image {
	switch {
	case m.Pix16 != nil && m.Channels == 1:
		g := stdimage.NewGray16(m.Bounds())
		for i, v := range m.Pix16 {
			binary.BigEndian.PutUint16(g.Pix[2*i:], v)
		}
		return g
	case m.Pix16 != nil:
		n := stdimage.NewNRGBA64(m.Bounds())
		for i, j := 0, 0; i < len(m.Pix16); i, j = i+m.Channels, j+8 {
			n.Pix[j+6], n.Pix[j+7] = 255, 255
			for c, v := range m.Pix16[i : i+m.Channels] {
				binary.BigEndian.PutUint16(n.Pix[j+2*c:], v)
			}
		}
		return n
	case m.Channels == 1:
		return &stdimage.Gray{Pix: m.Pix, Stride: m.Width, Rect: m.Bounds()}
	case m.Channels == 4:
		return &stdimage.NRGBA{Pix: m.Pix, Stride: 4 * m.Width, Rect: m.Bounds()}
	}
	n := stdimage.NewNRGBA(m.Bounds())
	for i, j := 0, 0; i < len(m.Pix); i, j = i+3, j+4 {
		n.Pix[j], n.Pix[j+1], n.Pix[j+2], n.Pix[j+3] = m.Pix[i], m.Pix[i+1], m.Pix[i+2], 255
	}
	return n
}

// A ColorMode says which channels an image is given when it is read.
type ColorMode string

// The colour modes. The empty one is RGB.
const (
	RGB       ColorMode = "rgb"       // 3 channels; alpha is dropped
	RGBA      ColorMode = "rgba"      // 4 channels
	Grayscale ColorMode = "grayscale" // 1 channel, (299·R + 587·G + 114·B)/1000; 16 bits stay 16 bits
)

// Channels returns 3, 4 or 1, and 0 for an unknown mode.
func (c ColorMode) Channels() int {
	switch c {
	case "", RGB:
		return 3
	case RGBA:
		return 4
	case Grayscale:
		return 1
	}
	return 0
}

// A DataFormat says where the channels are in an array.
type DataFormat string

// The data formats. The empty one is ChannelsLast.
const (
	ChannelsLast  DataFormat = "channels_last"  // height, width, channels
	ChannelsFirst DataFormat = "channels_first" // channels, height, width
)

// Valid reports whether f is one of the two formats, or empty.
func (f DataFormat) Valid() bool { return f == "" || f == ChannelsLast || f == ChannelsFirst }

// Shape returns the shape of an image's array in this format.
func (f DataFormat) Shape(height, width, channels int) [3]int {
	if f == ChannelsFirst {
		return [3]int{channels, height, width}
	}
	return [3]int{height, width, channels}
}
