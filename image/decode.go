package image

import (
	"bytes"
	"errors"
	"fmt"
	stdimage "image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"runtime/debug"

	"golang.org/x/image/bmp"
)

// LoadConfig says how a picture is read. The zero value reads it as RGB in its
// own size.
type LoadConfig struct {
	ColorMode       ColorMode     `default:"rgb"`
	TargetSize      [2]int        // height and width to resize to; zero: the picture's own size
	Interpolation   Interpolation `default:"nearest"` // of the resizing
	KeepAspectRatio bool          // cut the picture to the target's proportions before resizing, from its middle
	Limits          Limits
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
	return load(s, osDir{}, path, c)
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
	if err := s.read(r, &c.Limits); err != nil {
		return nil, &DecodeError{Cause: err}
	}
	m, err := decode(s, "", &c)
	return clone(m), err
}

// osDir opens any path of the operating system, unlike os.DirFS.
type osDir struct{}

func (osDir) Open(name string) (fs.File, error) { return os.Open(name) }

func load(s *scratch, fsys fs.FS, name string, c LoadConfig) (*Image, error) {
	m, err := loadScratch(s, fsys, name, &c)
	return clone(m), err
}

// loadScratch returns an image in the memory of s.
func loadScratch(s *scratch, fsys fs.FS, name string, c *LoadConfig) (*Image, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil {
		if st.IsDir() {
			return nil, fmt.Errorf("image: %s is a directory, not a picture", name)
		}
		if err := c.Limits.checkBytes(st.Size()); err != nil {
			return nil, &DecodeError{Path: name, Cause: err}
		}
	}
	if err := s.read(f, &c.Limits); err != nil {
		if errors.Is(err, ErrLimit) {
			return nil, &DecodeError{Path: name, Cause: err}
		}
		return nil, fmt.Errorf("image: %s: %w", name, err)
	}
	return decode(s, name, c)
}

func clone(m *Image) *Image {
	if m == nil {
		return nil
	}
	c := *m
	c.Pix, c.Pix16 = bytes.Clone(m.Pix), append([]uint16(nil), m.Pix16...)
	if m.Pix16 == nil {
		c.Pix16 = nil
	} else {
		c.Pix = nil
	}
	return &c
}

// decode decodes s.file.
func decode(s *scratch, name string, c *LoadConfig) (m *Image, err error) {
	format := ""
	// The decoders are not ours: a panic in one of them is this picture's
	// fault, not the program's.
	defer func() {
		if v := recover(); v != nil {
			m, err = nil, &DecodeError{name, format, fmt.Errorf("the decoder panicked: %v\n%s", v, debug.Stack())}
		}
	}()
	data := s.file
	format = sniff(data)
	if format == "" {
		if _, f, e := stdimage.DecodeConfig(bytes.NewReader(data)); e == nil && c.Limits.allows(f) {
			format = f
		} else {
			return nil, &DecodeError{name, "", unknown(data)}
		}
	}
	fail := func(cause error) (*Image, error) { return nil, &DecodeError{name, format, cause} }

	s.reader.Reset(data)
	cfg, err := config(format, &s.reader)
	if err != nil {
		return fail(explain(err, len(data)))
	}
	if err := c.Limits.checkSize(cfg.Width, cfg.Height); err != nil {
		return fail(err)
	}
	if err := c.Limits.checkWork(format, data); err != nil {
		return fail(err)
	}
	s.reader.Reset(data)
	img, err := pixels(format, &s.reader)
	if err != nil {
		return fail(explain(err, len(data)))
	}
	if b := img.Bounds(); format == "gif" {
		if p, ok := img.(*stdimage.Paletted); ok && (b.Dx() != cfg.Width || b.Dy() != cfg.Height) {
			img = onCanvas(p, cfg.Width, cfg.Height)
		}
	} else if b.Dx() != cfg.Width || b.Dy() != cfg.Height {
		return fail(fmt.Errorf("%w: the header says %d×%d pixels, the data have %d×%d", ErrFormat, cfg.Width, cfg.Height, b.Dx(), b.Dy()))
	}
	convert(&s.image, img, c.ColorMode, &s.rows)
	if c.TargetSize == [2]int{} || c.TargetSize == [2]int{s.image.Height, s.image.Width} {
		return &s.image, nil
	}
	return s.resize(&s.image, c.TargetSize[0], c.TargetSize[1], c.Interpolation, c.KeepAspectRatio), nil
}

// sniff returns the format of data by its first bytes.
func sniff(data []byte) string {
	has := func(p string) bool { return len(data) >= len(p) && string(data[:len(p)]) == p }
	switch {
	case has("\xff\xd8"):
		return "jpeg"
	case has("\x89PNG\r\n\x1a\n"):
		return "png"
	case has("GIF8"):
		return "gif"
	case has("BM"):
		return "bmp"
	}
	return ""
}

func config(format string, r io.Reader) (stdimage.Config, error) {
	switch format {
	case "jpeg":
		return jpeg.DecodeConfig(r)
	case "png":
		return png.DecodeConfig(r)
	case "gif":
		return gif.DecodeConfig(r)
	case "bmp":
		return bmp.DecodeConfig(r)
	}
	c, _, err := stdimage.DecodeConfig(r)
	return c, err
}

func pixels(format string, r io.Reader) (stdimage.Image, error) {
	switch format {
	case "jpeg":
		return jpeg.Decode(r)
	case "png":
		return png.Decode(r)
	case "gif":
		return gif.Decode(r)
	case "bmp":
		return bmp.Decode(r)
	}
	m, _, err := stdimage.Decode(r)
	return m, err
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
