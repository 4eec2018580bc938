package image

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/disintegration/imaging"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// SaveConfig says how a picture is written.
type SaveConfig struct {
	Format  string // "png", "jpeg" or "jpg", "gif", "bmp", "tiff" or "tif"; empty: by the file's extension
	Quality int    `default:"75"` // of JPEG, 1…100
}

// Save writes a picture file. The file appears whole or not at all: it is
// written beside its place, brought to disk, and renamed. JPEG has no alpha,
// so it is dropped there. 16 bits are kept in PNG.
// Keras: save_img.
func Save(path string, m *Image, c SaveConfig) error {
	if c.Format == "" {
		c.Format = strings.TrimPrefix(filepath.Ext(path), ".")
	}
	var own error
	err := atomicfile.Write(path, func(w io.Writer) error {
		own = Encode(w, m, c)
		return own
	})
	switch {
	case own != nil:
		return fmt.Errorf("%w (writing %s)", own, path)
	case err != nil:
		return fmt.Errorf("image: %w", err)
	}
	return nil
}

// Encode writes a picture in c.Format.
func Encode(w io.Writer, m *Image, c SaveConfig) error {
	if c.Quality == 0 {
		c.Quality = 75
	}
	if c.Quality < 1 || c.Quality > 100 {
		return fmt.Errorf("image: Quality is %d, want 1…100", c.Quality)
	}
	f, err := imaging.FormatFromExtension(c.Format)
	if err != nil {
		return fmt.Errorf("image: cannot write format %q; use png, jpeg, gif, bmp or tiff", c.Format)
	}
	if m.Channels != 1 && m.Channels != 3 && m.Channels != 4 {
		return fmt.Errorf("image: picture files have 1, 3 or 4 channels, this image %d; write it as an array", m.Channels)
	}
	if f == imaging.JPEG && m.Channels == 4 {
		m = m.withoutAlpha()
	}
	if err := imaging.Encode(w, m.std(), f, imaging.JPEGQuality(c.Quality)); err != nil {
		return fmt.Errorf("image: %s: %w", strings.ToLower(f.String()), err)
	}
	return nil
}

func (m *Image) withoutAlpha() *Image {
	n := new(Image)
	convert(n, m, RGB, false, nil)
	return n
}
