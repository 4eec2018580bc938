package image

import (
	"errors"
	"fmt"
	stdimage "image"
	"io"
	"io/fs"
	"runtime/debug"
	"slices"
	"time"

	"github.com/antler-ml/antler/internal/printable"
)

// LoadConfig says how a picture is read. The zero value reads it as RGB in its
// own size.
type LoadConfig struct {
	ColorMode       ColorMode     `default:"rgb"`
	TargetSize      [2]int        // height and width to resize to; zero: the picture's own size
	Interpolation   Interpolation `default:"nearest"` // of the resizing
	KeepAspectRatio bool          // cut the picture to the target's proportions before resizing, from its middle
	Keep16          bool          // colours of 16 bits stay so; else their high byte is taken, as in Keras. Grey ones always stay.
	Orient          bool          // turn the picture as its EXIF orientation says; Keras does not
	AllowTruncated  bool          // of a JPEG that ends early the rest is grey, as with Pillow's LOAD_TRUNCATED_IMAGES

	// Draft decodes a JPEG at 1/2, 1/4 or 1/8 of its size when that is no less
	// than TargetSize, and only its luminance for Grayscale. That is faster, but
	// the samples are not those of a whole picture that is then resized: they
	// are those of Pillow's draft mode.
	Draft  bool
	Limits Limits
}

func (c *LoadConfig) check() error {
	if c.ColorMode.Channels() == 0 {
		return fmt.Errorf("image: color mode is %q, want %q, %q or %q", c.ColorMode, RGB, RGBA, Grayscale)
	}
	if _, err := c.Interpolation.filter(); err != nil {
		return err
	}
	if h, w := c.TargetSize[0], c.TargetSize[1]; (h != 0 || w != 0) && (h < 1 || w < 1) {
		return fmt.Errorf("image: target size is %d×%d (height × width), want both at least 1, or both 0 for the picture's own size", h, w)
	}
	c.Limits = c.Limits.withDefaults()
	return nil
}

// Load reads a picture file.
// Keras: load_img. The errors of pictures that cannot be decoded are *[DecodeError].
func Load(path string, c LoadConfig) (*Image, error) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	return load(s, &s.disk, path, c)
}

// LoadFS reads a picture file of a file system.
func LoadFS(fsys fs.FS, name string, c LoadConfig) (*Image, error) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	return load(s, fsys, name, c)
}

// Decode reads a picture from a reader.
func Decode(r io.Reader, c LoadConfig) (*Image, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	if err := s.read(r, 0, &c.Limits); err != nil {
		return nil, name("", err)
	}
	m, err := decode(s, "", &c)
	return s.take(m), err
}

func load(s *scratch, fsys fs.FS, name string, c LoadConfig) (*Image, error) {
	s.config = c
	m, err := loadScratch(s, fsys, name, &s.config)
	return s.take(m), err
}

// loadScratch returns an image in the memory of s.
func loadScratch(s *scratch, fsys fs.FS, path string, c *LoadConfig) (*Image, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	f, err := fsys.Open(path)
	if err != nil {
		return nil, fmt.Errorf("image: %w", readable(err))
	}
	defer f.Close()
	size := int64(0)
	if st, err := f.Stat(); err == nil {
		if st.IsDir() {
			return nil, fmt.Errorf("image: %s is a directory, not a picture", printable.Name(path))
		}
		size = st.Size()
		if err := c.Limits.checkBytes(size); err != nil {
			return nil, &DecodeError{Path: path, Cause: err}
		}
	}
	if err := s.read(f, size, &c.Limits); err != nil {
		return nil, name(path, err)
	}
	return decode(s, path, c)
}

// name makes an error of reading one of the picture, or of the file.
func name(path string, err error) error {
	var d *DecodeError
	switch {
	case errors.As(err, &d):
		d.Path = path
		return d
	case errors.Is(err, ErrLimit):
		return &DecodeError{Path: path, Cause: err}
	case path == "":
		return fmt.Errorf("image: %w", err)
	}
	return fmt.Errorf("image: %s: %w", printable.Name(path), err)
}

// take returns m as an image of its own memory: that of s, unless it is much
// too large.
func (s *scratch) take(m *Image) *Image {
	if m == nil {
		return nil
	}
	own := *m
	if own.Pix16 != nil {
		own.Pix, own.Pix16 = nil, fit(own.Pix16)
	} else {
		own.Pix = fit(own.Pix)
	}
	*m = Image{}
	return &own
}

func fit[T any](p []T) []T {
	if cap(p) > len(p)+len(p)/4 {
		return append([]T(nil), p...)
	}
	return slices.Clip(p)
}

// decode decodes s.file.
func decode(s *scratch, name string, c *LoadConfig) (m *Image, err error) {
	format := ""
	// Not all decoders are ours: a panic in one of them is this picture's
	// fault, not the program's.
	defer func() {
		if v := recover(); v != nil {
			m, err = nil, &DecodeError{name, format, fmt.Errorf("the decoder panicked: %v\n%s", v, debug.Stack())}
		}
	}()
	f := sniff(s.file)
	if f == nil {
		f = foreign(s.file, &c.Limits)
	}
	if f == nil {
		return nil, &DecodeError{name, "", unknown(s.file)}
	}
	format = f.Name
	s.start(&c.Limits)
	m = &s.image
	if format == "jpeg" {
		m, err = s.decodeJPEG(c)
	} else {
		err = s.decodeOther(f, c)
	}
	if err != nil && s.reader.over {
		err = errLate
	}
	if err != nil {
		return nil, &DecodeError{name, format, explain(err, len(s.file), c.AllowTruncated)}
	}
	if c.TargetSize == [2]int{} || c.TargetSize == [2]int{m.Height, m.Width} {
		return m, nil
	}
	return s.resize(m, c.TargetSize[0], c.TargetSize[1], c.Interpolation, c.KeepAspectRatio), nil
}

// start makes s.reader read the file from its beginning, for a limited time.
func (s *scratch) start(l *Limits) {
	s.reader.Reset(s.file)
	s.reader.deadline, s.reader.over = time.Time{}, false
	if l.MaxTime > 0 {
		s.reader.deadline = time.Now().Add(l.MaxTime)
	}
}

// decodeOther decodes s.file to s.image with a decoder that gives pictures of
// the standard library.
func (s *scratch) decodeOther(f *Format, c *LoadConfig) error {
	cfg, err := f.DecodeConfig(&s.reader)
	if err != nil {
		return err
	}
	if err := c.Limits.check(f, cfg, s.file); err != nil {
		return err
	}
	if f.LeastBytes != nil {
		if n := f.LeastBytes(cfg, s.file); n > int64(len(s.file)) {
			return fmt.Errorf("%w: %d bytes cannot hold %d×%d pixels", ErrTruncated, len(s.file), cfg.Width, cfg.Height)
		}
	}
	s.reader.Reset(s.file)
	img, err := f.Decode(&s.reader, c.Keep16)
	if err != nil {
		return err
	}
	if b := img.Bounds(); f.Name == "gif" {
		if p, ok := img.(*stdimage.Paletted); ok && (b.Dx() != cfg.Width || b.Dy() != cfg.Height) {
			img = onCanvas(p, cfg.Width, cfg.Height)
		}
	} else if b.Dx() != cfg.Width || b.Dy() != cfg.Height {
		return fmt.Errorf("%w: the header says %d×%d pixels, the data have %d×%d", ErrFormat, cfg.Width, cfg.Height, b.Dx(), b.Dy())
	}
	o := 1
	if c.Orient && f.EXIF != nil {
		o = orientation(f.EXIF(s.file))
	}
	if o == 1 {
		convert(&s.image, img, c.ColorMode, c.Keep16, &s.rows)
		return nil
	}
	convert(&s.turned, img, c.ColorMode, c.Keep16, &s.rows)
	orient(&s.image, &s.turned, o)
	return nil
}

// onCanvas puts the first frame of a GIF in its place on the whole picture.
// The rest gets palette index 0, or the transparent one.
func onCanvas(frame *stdimage.Paletted, w, h int) *stdimage.Paletted {
	p := stdimage.NewPaletted(stdimage.Rect(0, 0, w, h), frame.Palette)
	fill := uint8(0)
	for i, c := range frame.Palette {
		if _, _, _, a := c.RGBA(); a == 0 {
			fill = uint8(i)
			break
		}
	}
	for i := range p.Pix {
		p.Pix[i] = fill
	}
	b := frame.Rect.Intersect(p.Rect)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		copy(p.Pix[p.PixOffset(b.Min.X, y):], frame.Pix[frame.PixOffset(b.Min.X, y):frame.PixOffset(b.Min.X, y)+b.Dx()])
	}
	return p
}
