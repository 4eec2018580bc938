package dataset

import (
	"fmt"
	stdimage "image"
	"image/color"
	"os"
	"slices"
)

// Look reads the headers of some pictures: their usual size and colours.
func Look(samples []Sample) (size [2]int, mode string, words string) {
	const most = 200
	var hs, ws []int
	grey := true
	step := max(1, len(samples)/most)
	for i := 0; i < len(samples); i += step {
		f, err := os.Open(samples[i].Path)
		if err != nil {
			continue
		}
		c, _, err := stdimage.DecodeConfig(f)
		f.Close()
		if err != nil || c.Width < 1 || c.Height < 1 {
			continue
		}
		hs, ws = append(hs, c.Height), append(ws, c.Width)
		if c.ColorModel != color.GrayModel && c.ColorModel != color.Gray16Model {
			grey = false
		}
	}
	mode = "rgb"
	if len(hs) == 0 {
		return [2]int{64, 64}, mode, "sizes unknown"
	}
	if grey {
		mode = "grayscale"
	}
	slices.Sort(hs)
	slices.Sort(ws)
	h, w := hs[len(hs)/2], ws[len(ws)/2]
	same := hs[0] == hs[len(hs)-1] && ws[0] == ws[len(ws)-1]
	words = fmt.Sprintf("all %d×%d", h, w)
	if !same {
		words = fmt.Sprintf("%d×%d to %d×%d, usually %d×%d", hs[0], ws[0], hs[len(hs)-1], ws[len(ws)-1], h, w)
	}
	if same && max(h, w) <= 96 && min(h, w) >= 8 {
		return [2]int{h, w}, mode, words
	}
	// Others become squares that a small network sees whole.
	side := min(max((min(h, w)+4)/8*8, 16), 96)
	return [2]int{side, side}, mode, words
}
