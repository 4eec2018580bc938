package dataset

import (
	"bytes"
	stdimage "image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
)

// A JPEG that ends early is told with the flag that takes it, and taken with it.
func TestAllowTruncated(t *testing.T) {
	m := stdimage.NewGray(stdimage.Rect(0, 0, 64, 64))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * 7919 >> 3)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.jpg")
	if err := os.WriteFile(path, b.Bytes()[:b.Len()*2/3], 0o644); err != nil {
		t.Fatal(err)
	}
	s := settings.Default()
	s.TargetSize, s.ColorMode = []int{64, 64}, "grayscale"
	read := func() ([]float32, error) {
		p := NewPictures([]Sample{{Path: path}}, s, nil)
		x := make([]float32, p.Size())
		return x, p.Read(x, 0)
	}
	_, err := read()
	if err == nil || !strings.Contains(Reason(err), "copy or download it again, or give --allow-truncated") {
		t.Errorf("%v", err)
	}
	s.AllowTruncated = true
	x, err := read()
	if err != nil || x[0] == 128 || x[len(x)-1] != 128 {
		t.Errorf("%v: begins with %v, ends with %v", err, x[0], x[len(x)-1])
	}
}
