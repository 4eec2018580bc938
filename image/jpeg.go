package image

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/internal/jpeg"
)

// decodeJPEG decodes s.file, and resizes it where that can be done on the way.
func (s *scratch) decodeJPEG(c *LoadConfig) (*Image, error) {
	h, err := s.jpeg.ReadHeader(s.file)
	if h.Width > 0 { // even of a file that is damaged further on
		if err := c.Limits.checkSize(h.Width, h.Height); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	o := 1
	if c.Orient {
		o = orientation(h.EXIF)
	}
	s.sink = jpegSink{s: s, c: c, dst: &s.image, whole: o != 1}
	if o != 1 {
		s.sink.dst = &s.turned
	}
	cfg := jpeg.Config{AllowTruncated: c.AllowTruncated, MaxScans: max(c.Limits.MaxScans, 0), Deadline: s.reader.deadline}
	if c.Draft {
		cfg.Luma = c.ColorMode == Grayscale
		cfg.Scale = draftScale(h.Height, h.Width, c.TargetSize, o >= 5)
	}
	if err := s.jpeg.Decode(cfg, &s.sink); err != nil {
		if errors.Is(err, jpeg.ErrScans) {
			return nil, fmt.Errorf("%w: more than Limits.MaxScans = %d scans; pictures of cameras and programs have about 10", ErrLimit, c.Limits.MaxScans)
		}
		return nil, err
	}
	if s.sink.streams {
		return s.endStream(), nil
	}
	if o != 1 {
		orient(&s.image, &s.turned, o)
	}
	return &s.image, nil
}

// draftScale returns the most that a picture can be divided by while it stays
// as large as the target. Pillow: Image.draft.
func draftScale(h, w int, target [2]int, across bool) int {
	if target == [2]int{} {
		return 1
	}
	if across {
		h, w = w, h
	}
	most := min(h/target[0], w/target[1])
	for _, s := range []int{8, 4, 2} {
		if most >= s {
			return s
		}
	}
	return 1
}

// A jpegSink puts rows into an image, in its colour mode, or into a stream.
type jpegSink struct {
	s        *scratch
	c        *LoadConfig
	dst      *Image
	whole    bool // do not resize yet
	streams  bool
	channels int
}

func (k *jpegSink) Start(width, height, channels int) error {
	k.channels = channels
	n := k.c.ColorMode.Channels()
	if k.streams = !k.whole && k.s.beginStream(height, width, n, k.c); k.streams {
		st := &k.s.stream
		st.row = resized(st.row, width*n+behind)
		return nil
	}
	k.dst.reset(height, width, n)
	return nil
}

// behind is how much a stream may read behind a row.
const behind = 16

func (k *jpegSink) Row(y int, samples []uint8) {
	mode := k.c.ColorMode
	var row []uint8
	if !k.streams {
		n := k.dst.Width * k.dst.Channels
		row = k.dst.Pix[y*n:][:n]
	} else {
		st := &k.s.stream
		if st.c == k.channels && cap(samples) >= len(samples)+behind { // in the right mode already
			k.s.streamRow(y, samples[:len(samples)+behind])
			return
		}
		row = st.row[:st.in]
	}
	switch k.channels {
	case 1:
		fromGrey(row, samples, 1, mode)
	case 3:
		fromRGB(row, samples, 3, mode)
	default:
		fromCMYK(row, samples, mode)
	}
	if k.streams {
		k.s.streamRow(y, k.s.stream.row)
	}
}
