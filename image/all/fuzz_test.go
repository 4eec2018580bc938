package all

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/antler-ml/antler/image"
)

// No file of any format panics, or costs more than its limits.
func FuzzDecode(f *testing.F) {
	var c formatCases
	data, err := os.ReadFile(format(f, "cases.json"))
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		f.Fatal(err)
	}
	for i, file := range c.Files {
		data, err := os.ReadFile(format(f, file.File))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, uint8(i))
	}
	modes := []image.ColorMode{image.RGB, image.RGBA, image.Grayscale}
	f.Fuzz(func(t *testing.T, data []byte, how uint8) {
		lc := image.LoadConfig{ColorMode: modes[how%3], Orient: how&4 != 0, Keep16: how&8 != 0, Limits: image.Limits{MaxPixels: 1 << 16, MaxBytes: 1 << 20, MaxTime: 5 * time.Second}}
		m, err := image.Decode(bytes.NewReader(data), lc)
		var de *image.DecodeError
		switch {
		case err != nil && (!errors.As(err, &de) || strings.Contains(err.Error(), "panicked")):
			t.Fatal(err)
		case err == nil && (m.Width*m.Height > 1<<16 || len(m.Pix)+len(m.Pix16) != m.Width*m.Height*lc.ColorMode.Channels()):
			t.Fatalf("%d×%d with %d samples", m.Height, m.Width, len(m.Pix)+len(m.Pix16))
		}
	})
}
