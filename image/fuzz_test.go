package image

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "keras", "image", "pictures", "*"))
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(pngHeader(30000, 30000))
	f.Add(bmpHeader(1, 0xFFFFFFFF))
	f.Add(gifHeader(1, 1))
	limits := Limits{MaxPixels: 1 << 16, MaxBytes: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, mode := range []ColorMode{RGB, RGBA, Grayscale} {
			m, err := Decode(bytes.NewReader(data), LoadConfig{ColorMode: mode, Limits: limits})
			if err != nil {
				var de *DecodeError
				if !errors.As(err, &de) || strings.Contains(err.Error(), "panicked") {
					t.Fatal(err)
				}
				continue
			}
			if m.Width*m.Height > limits.MaxPixels || m.Channels != mode.Channels() || len(m.Pix)+len(m.Pix16) != m.Width*m.Height*m.Channels {
				t.Fatalf("%d×%d×%d with %d samples", m.Height, m.Width, m.Channels, len(m.Pix)+len(m.Pix16))
			}
			if _, err := Resize(m, 5, 7, Bilinear); err != nil {
				t.Fatal(err)
			}
		}
	})
}
