package image

import (
	"fmt"
	"io/fs"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/tensor"
)

// ToArray returns the samples of m as numbers, 0…255 (0…65535 for 16 bits).
// Keras: img_to_array.
func ToArray(m *Image, f DataFormat) *tensor.Tensor {
	s := f.Shape(m.Height, m.Width, m.Channels)
	t := tensor.New(s[0], s[1], s[2])
	toFloats(t.Data(), m, f)
	return t
}

// LoadArray is [ToArray] of [Load], but writes to dst and recycles all other
// memory; pipelines use it. dst must have the samples of c.TargetSize.
func LoadArray(dst []float32, path string, c LoadConfig, f DataFormat) error {
	return loadArray(dst, nil, path, c, f)
}

// LoadArrayFS is [LoadArray] for a file of a file system.
func LoadArrayFS(dst []float32, fsys fs.FS, name string, c LoadConfig, f DataFormat) error {
	return loadArray(dst, fsys, name, c, f)
}

// DecodeArray is [LoadArray] for a file that is in memory already, such as one
// of an archive. It keeps nothing of data.
func DecodeArray(dst []float32, data []byte, c LoadConfig, f DataFormat) error {
	if err := c.check(); err != nil {
		return err
	}
	if err := c.Limits.checkBytes(int64(len(data))); err != nil {
		return &DecodeError{Cause: err}
	}
	s := scratches.Get().(*scratch)
	s.config = c
	own := s.file
	s.file = data
	defer func() {
		s.file = own
		s.reader.Reset(nil)
		scratches.Put(s)
	}()
	m, err := decode(s, "", &s.config)
	if err != nil {
		return err
	}
	return intoFloats(dst, m, f, "the picture")
}

func loadArray(dst []float32, fsys fs.FS, name string, c LoadConfig, f DataFormat) error {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	if fsys == nil {
		fsys = &s.disk
	}
	s.config = c
	m, err := loadScratch(s, fsys, name, &s.config)
	if err != nil {
		return err
	}
	return intoFloats(dst, m, f, name)
}

func intoFloats(dst []float32, m *Image, f DataFormat, name string) error {
	if n := m.Height * m.Width * m.Channels; n != len(dst) {
		return fmt.Errorf("image: %s has %d×%d×%d = %d samples, the array %d; set TargetSize", name, m.Height, m.Width, m.Channels, n, len(dst))
	}
	toFloats(dst, m, f)
	return nil
}

func toFloats(dst []float32, m *Image, f DataFormat) {
	switch {
	case m.Pix16 != nil:
		spreadFloats(dst, m.Pix16, m.Channels, f)
	case f != ChannelsFirst || m.Channels == 1:
		kernel.BytesToFloats(dst, m.Pix)
	default:
		spreadFloats(dst, m.Pix, m.Channels, f)
	}
}

func spreadFloats[T uint8 | uint16](dst []float32, pix []T, c int, f DataFormat) {
	dst = dst[:len(pix)]
	if f != ChannelsFirst || c == 1 {
		for i, v := range pix {
			dst[i] = float32(v)
		}
		return
	}
	plane := len(pix) / c
	for k := range c {
		out := dst[k*plane:][:plane]
		for i := range out {
			out[i] = float32(pix[i*c+k])
		}
	}
}

// ArrayConfig says how numbers become a picture.
type ArrayConfig struct {
	DataFormat DataFormat `default:"channels_last"`
	Scale      *bool      `default:"true"` // stretch the array's least to its largest number over 0…255; else take them as they are
}

// FromArray makes a picture of an array of rank 3. Keras wants 1, 3 or 4
// channels; here there may be any number, though only those can be written to
// files. Fractions are cut off. Numbers outside 0…255 only occur without scaling:
// with one channel they make a picture of 16 bits, limited to 0…65535; with
// more they keep their low byte, as in Keras.
// Keras: array_to_img.
func FromArray(x *tensor.Tensor, c ArrayConfig) (*Image, error) {
	s := x.Shape()
	if len(s) != 3 {
		return nil, fmt.Errorf("image: FromArray: the array has shape %v, want rank 3 (one picture)", s)
	}
	if !c.DataFormat.Valid() {
		return nil, fmt.Errorf("image: FromArray: DataFormat is %q, want %q or %q", c.DataFormat, ChannelsLast, ChannelsFirst)
	}
	h, w, n := s[0], s[1], s[2]
	if c.DataFormat == ChannelsFirst {
		n, h, w = s[0], s[1], s[2]
	}
	if n < 1 {
		return nil, fmt.Errorf("image: FromArray: shape %v has no channels in %s", s, c.DataFormat.name())
	}
	m := New(h, w, n)
	FromFloats(m, x.Data(), c)
	return m, nil
}

func (f DataFormat) name() DataFormat {
	if f == "" {
		return ChannelsLast
	}
	return f
}

// FromFloats is [FromArray] without allocation: it sets the samples of m, which
// has the size and channels already, from the numbers in c.DataFormat.
func FromFloats(m *Image, data []float32, c ArrayConfig) {
	lo, hi := minMax(data)
	scale := c.Scale == nil || *c.Scale
	top := hi - lo
	if m.Channels == 1 && !scale && hi > 255 {
		m.Pix16 = resized(m.Pix16, len(data))
		for i, v := range data {
			m.Pix16[i] = uint16(min(max(v, 0), 65535))
		}
		m.Pix = nil
		return
	}
	m.Pix, m.Pix16 = resized(m.Pix, len(data)), nil
	plane, n := m.Height*m.Width, m.Channels
	for i, v := range data {
		if scale {
			v -= lo
			if top != 0 {
				v /= top
			}
			v *= 255
		}
		j := i
		if c.DataFormat == ChannelsFirst {
			j = i%plane*n + i/plane
		}
		m.Pix[j] = truncate8(v)
	}
}

// truncate8 is numpy's astype("uint8") on amd64 and arm64 compilers: to an
// integer, then its low byte. NaN and infinity give 0.
func truncate8(v float32) uint8 {
	if v > -1<<31 && v < 1<<31 {
		return uint8(int32(v))
	}
	return 0
}

// minMax returns the least and largest number; NaN if there is one.
func minMax(data []float32) (lo, hi float32) {
	if len(data) == 0 {
		return 0, 0
	}
	lo, hi = data[0], data[0]
	for _, v := range data {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}
