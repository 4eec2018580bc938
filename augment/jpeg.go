package augment

import (
	"bytes"
	stdimage "image"
	"image/jpeg"

	"github.com/antler-ml/antler/image"
)

func init() {
	Register[JPEGCompression]()
	Register[JPEG]()
}

// JPEGCompression writes the picture as a JPEG and reads it again.
type JPEGCompression struct {
	Quality [2]int `default:"40, 95"` // limits, 1 to 100
}

// Validate checks the limits.
func (a *JPEGCompression) Validate() error {
	return interval("Quality", [2]float64{float64(a.Quality[0]), float64(a.Quality[1])}, 1, 100)
}

// Draw draws the quality.
func (a *JPEGCompression) Draw(r *Rand, h, w int) Op {
	return take(r, JPEG{Quality: a.Quality[0] + r.IntN(a.Quality[1]-a.Quality[0]+1)})
}

// A JPEG gives the picture the traces of JPEG compression, with colours at half
// the resolution (4:2:0). Samples become whole numbers. It allocates memory,
// unlike other changes.
type JPEG struct {
	keeps
	Quality int // 1 … 100
}

// Apply changes an image of 1, 3 or 4 channels; opacity stays.
func (j *JPEG) Apply(s *Sample) error {
	h, w, ch := s.size()
	if j.Quality < 1 || j.Quality > 100 {
		return s.fail("JPEG: Quality is %d, want 1 to 100", j.Quality)
	}
	if ch != 1 && ch != 3 && ch != 4 {
		return s.fail("JPEG: the image has %d channels, want 1, 3 or 4", ch)
	}
	if h > 65535 || w > 65535 {
		return s.fail("JPEG: the image has %d × %d pixels, a JPEG at most 65535 × 65535", h, w)
	}
	x := s.Image.Data()
	var m stdimage.Image
	mode := image.RGB
	if ch == 1 {
		mode = image.Grayscale
		g := stdimage.NewGray(stdimage.Rect(0, 0, w, h))
		for i, v := range x {
			g.Pix[i] = byteOf(v)
		}
		m = g
	} else {
		c := stdimage.NewRGBA(stdimage.Rect(0, 0, w, h))
		for i := range h * w {
			p := x[i*ch:]
			c.Pix[4*i], c.Pix[4*i+1], c.Pix[4*i+2], c.Pix[4*i+3] = byteOf(p[0]), byteOf(p[1]), byteOf(p[2]), 255
		}
		m = c
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: j.Quality}); err != nil {
		return s.fail("JPEG: %w", err)
	}
	back, err := image.Decode(&b, image.LoadConfig{ColorMode: mode})
	if err != nil {
		return s.fail("JPEG: %w", err)
	}
	n := back.Channels
	for i := range h * w {
		for k := range n {
			x[i*ch+k] = float32(back.Pix[i*n+k])
		}
	}
	return nil
}
