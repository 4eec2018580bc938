// Package encode turns arrays into picture files, and into numbers of a type.
package encode

import (
	"bytes"
	"fmt"
	stdimage "image"
	"image/jpeg"
	"image/png"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/tensor"
)

// An Encoder keeps its memory from picture to picture. Each worker has one.
type Encoder struct {
	Quality int // of JPEG

	out    bytes.Buffer
	pix    []uint8
	buffer *png.EncoderBuffer
}

// Get and Put make an Encoder the pool of its own PNG encoder.
func (e *Encoder) Get() *png.EncoderBuffer  { return e.buffer }
func (e *Encoder) Put(b *png.EncoderBuffer) { e.buffer = b }

// Picture encodes an array of height × width × channels, numbers from 0 to 255,
// rounded and limited to that. With a depth of 257 a PNG has 16 bits. With
// stretch the least number becomes 0 and the greatest 255, as with Keras'
// save_to_dir. The result is valid until the next call.
func (e *Encoder) Picture(x *tensor.Tensor, format string, depth float32, stretch bool) ([]byte, error) {
	d := x.Shape()
	h, w, ch := d[0], d[1], d[2]
	if ch != 1 && ch != 3 && ch != 4 {
		return nil, fmt.Errorf("a picture file has 1, 3 or 4 channels, this array %d; use --format npz", ch)
	}
	rect := stdimage.Rect(0, 0, w, h)
	if stretch {
		m, err := image.FromArray(x, image.ArrayConfig{})
		if err != nil {
			return nil, err
		}
		x = image.ToArray(m, image.ChannelsLast)
	} else if depth != 1 && format == "png" {
		return e.encode(deep(rect, x.Data(), ch, depth), format)
	}
	return e.encode(e.picture(rect, x.Data(), ch, format), format)
}

// level rounds to 0 … 255.
func level(v float32) uint8 {
	if v >= 254.5 {
		return 255
	}
	if v > 0 { // not NaN
		return uint8(v + 0.5)
	}
	return 0
}

// picture makes a picture of the standard library, of the type that its encoder
// is fast with.
func (e *Encoder) picture(rect stdimage.Rectangle, data []float32, ch int, format string) stdimage.Image {
	w, n := rect.Dx(), rect.Dx()*rect.Dy()
	if cap(e.pix) < 4*n {
		e.pix = make([]uint8, 4*n)
	}
	if ch == 1 {
		pix := e.pix[:n]
		for i, v := range data[:n] {
			pix[i] = level(v)
		}
		return &stdimage.Gray{Pix: pix, Stride: w, Rect: rect}
	}
	pix := e.pix[:4*n]
	if ch == 4 && format == "png" {
		for i, v := range data[:4*n] {
			pix[i] = level(v)
		}
		return &stdimage.NRGBA{Pix: pix, Stride: 4 * w, Rect: rect}
	}
	for i, q := 0, pix; len(q) >= 4; i, q = i+ch, q[4:] {
		p := data[i : i+3]
		q[0], q[1], q[2], q[3] = level(p[0]), level(p[1]), level(p[2]), 255
	}
	return &stdimage.RGBA{Pix: pix, Stride: 4 * w, Rect: rect}
}

// deep makes a picture of 16 bits.
func deep(rect stdimage.Rectangle, data []float32, ch int, depth float32) stdimage.Image {
	value := func(v float32) uint16 {
		if v *= depth; v >= 65534.5 {
			return 65535
		}
		return uint16(max(v, 0) + 0.5)
	}
	if ch == 1 {
		m := stdimage.NewGray16(rect)
		for i, v := range data {
			u := value(v)
			m.Pix[2*i], m.Pix[2*i+1] = uint8(u>>8), uint8(u)
		}
		return m
	}
	m := stdimage.NewNRGBA64(rect)
	for i := 0; i*ch < len(data); i++ {
		q := m.Pix[8*i:][:8]
		q[6], q[7] = 255, 255
		for c, v := range data[i*ch:][:ch] {
			u := value(v)
			q[2*c], q[2*c+1] = uint8(u>>8), uint8(u)
		}
	}
	return m
}

func (e *Encoder) encode(m stdimage.Image, format string) ([]byte, error) {
	e.out.Reset()
	if format == "jpg" {
		if err := jpeg.Encode(&e.out, m, &jpeg.Options{Quality: e.Quality}); err != nil {
			return nil, err
		}
		return e.out.Bytes(), nil
	}
	return e.Mask(m)
}

// Mask encodes a mask as PNG. The result is valid until the next call.
func (e *Encoder) Mask(m stdimage.Image) ([]byte, error) {
	e.out.Reset()
	enc := png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: e}
	if err := enc.Encode(&e.out, m); err != nil {
		return nil, err
	}
	return e.out.Bytes(), nil
}
