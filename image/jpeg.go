package image

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/internal/jpeg"
)

// decodeJPEG decodes s.file to s.image.
func (s *scratch) decodeJPEG(c *LoadConfig) error {
	h, err := s.jpeg.ReadHeader(s.file)
	if h.Width > 0 { // even of a file that is damaged further on
		if err := c.Limits.checkSize(h.Width, h.Height); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	o := 1
	if c.Orient {
		o = orientation(h.EXIF)
	}
	s.sink = jpegSink{dst: &s.image, mode: c.ColorMode}
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
			return fmt.Errorf("%w: more than Limits.MaxScans = %d scans; pictures of cameras and programs have about 10", ErrLimit, c.Limits.MaxScans)
		}
		return err
	}
	if o != 1 {
		orient(&s.image, &s.turned, o)
	}
	return nil
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

// A jpegSink puts rows into an image, in its colour mode.
type jpegSink struct {
	dst      *Image
	mode     ColorMode
	channels int
}

func (k *jpegSink) Start(width, height, channels int) error {
	k.channels = channels
	k.dst.reset(height, width, k.mode.Channels())
	return nil
}

func (k *jpegSink) Row(y int, samples []uint8) {
	n := k.dst.Width * k.dst.Channels
	row := k.dst.Pix[y*n:][:n]
	switch k.channels {
	case 1:
		fromGrey(row, samples, 1, k.mode)
	case 3:
		fromRGB(row, samples, 3, k.mode)
	default:
		fromCMYK(row, samples, k.mode)
	}
}
