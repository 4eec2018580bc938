package image

import (
	"fmt"
	stdimage "image"
	"slices"
	"time"
)

// Limits bound what reading one picture may cost. They are checked before its
// pixels are decoded. A zero field stands for its default, a negative one for
// no limit.
type Limits struct {
	MaxBytes  int64 `default:"268435456"` // of the file: 256 MiB
	MaxPixels int   `default:"89478485"`  // height × width; Pillow warns from here on
	MaxSide   int   `default:"32768"`     // height, and width
	MaxFrames int   `default:"1000"`      // of a GIF, though only the first one is read
	MaxScans  int   `default:"500"`       // of a progressive JPEG; each one visits all pixels

	MaxTime time.Duration `default:"10s"` // of decoding, not of reading the file; it ends soon after

	// Formats names further formats that may be read with the decoders that a
	// program registers with the standard library. Those of [RegisterFormat],
	// which image/tiff, image/webp and image/ppm call, need no mention.
	Formats []string
}

func (l Limits) withDefaults() Limits {
	set(&l.MaxBytes, 256<<20)
	set(&l.MaxPixels, 89478485)
	set(&l.MaxSide, 32768)
	set(&l.MaxFrames, 1000)
	set(&l.MaxScans, 500)
	set(&l.MaxTime, 10*time.Second)
	return l
}

func set[T int | int64 | time.Duration](v *T, def T) {
	if *v == 0 {
		*v = def
	}
}

func (l *Limits) checkBytes(n int64) error {
	if l.MaxBytes > 0 && n > l.MaxBytes {
		return fmt.Errorf("%w: the file has %d bytes, more than Limits.MaxBytes = %d; raise the limit if the file is meant to be so large", ErrLimit, n, l.MaxBytes)
	}
	return nil
}

func (l *Limits) checkSize(w, h int) error {
	switch {
	case w <= 0 || h <= 0:
		return fmt.Errorf("%w: %d×%d pixels", ErrFormat, w, h)
	case l.MaxSide > 0 && max(w, h) > l.MaxSide:
		return fmt.Errorf("%w: %d×%d pixels, more than Limits.MaxSide = %d on one side; shrink the picture or raise the limit", ErrLimit, w, h, l.MaxSide)
	case l.MaxPixels > 0 && w > l.MaxPixels/h:
		return fmt.Errorf("%w: %d×%d pixels, more than Limits.MaxPixels = %d; shrink the picture or raise the limit", ErrLimit, w, h, l.MaxPixels)
	}
	return nil
}

func (l *Limits) allows(format string) bool { return slices.Contains(l.Formats, format) }

// check checks the size of a picture, and what else its file says.
func (l *Limits) check(f *Format, c stdimage.Config, data []byte) error {
	if err := l.checkSize(c.Width, c.Height); err != nil {
		return err
	}
	if f.Name == "gif" {
		if n := gifFrames(data); l.MaxFrames > 0 && n > l.MaxFrames {
			return fmt.Errorf("%w: %d frames, more than Limits.MaxFrames = %d", ErrLimit, n, l.MaxFrames)
		}
	}
	return nil
}

// gifFrames counts the image descriptors, without decompressing them.
func gifFrames(data []byte) int {
	if len(data) < 13 {
		return 0
	}
	i := 13 + palette(data[10])
	n := 0
	for i < len(data) {
		switch data[i] {
		case 0x21: // extension: label, then sub-blocks
			i += 2
		case 0x2C:
			if i+10 > len(data) {
				return n
			}
			n++
			i += 10 + palette(data[i+9]) + 1 // descriptor, palette, code size
		default: // trailer, or damage that the decoder will report
			return n
		}
		for i < len(data) && data[i] != 0 {
			i += int(data[i]) + 1
		}
		i++
	}
	return n
}

// palette returns the bytes of a GIF colour table.
func palette(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}
