package image

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
)

// A JPEG that is resized row by row while it is decoded has the samples of one
// that is decoded first.
func TestStreamIsResize(t *testing.T) {
	streamed := 0
	for _, name := range []string{"rgb420.jpg", "rgb444.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg", "tiny420.jpg"} {
		data := picture(t, name)
		for _, mode := range []ColorMode{RGB, RGBA, Grayscale} {
			whole, err := Decode(bytes.NewReader(data), LoadConfig{ColorMode: mode})
			if err != nil {
				t.Fatal(err)
			}
			for _, size := range [][2]int{{9, 12}, {30, 31}, {80, 17}, {1, 1}, {5, 70}, {33, 40}, {45, 20}} {
				for _, i := range []Interpolation{Nearest, Bilinear, Bicubic, Lanczos, Box, Hamming} {
					for _, keep := range []bool{false, true} {
						c := LoadConfig{ColorMode: mode, TargetSize: size, Interpolation: i, KeepAspectRatio: keep}
						got, err := Decode(bytes.NewReader(data), c)
						if err != nil {
							t.Fatal(err)
						}
						want, err := resizeChecked(whole, size[0], size[1], i, keep)
						if err != nil {
							t.Fatal(err)
						}
						if !slices.Equal(got.Pix, want.Pix) || got.Width != size[1] || got.Height != size[0] {
							t.Errorf("%s", fmt.Sprintln(name, mode, size, i, keep))
						}
						if new(scratch).beginStream(whole.Height, whole.Width, whole.Channels, &c) {
							streamed++
						}
					}
				}
			}
		}
	}
	if streamed < 300 {
		t.Errorf("only %d were resized on the way", streamed)
	}
}
