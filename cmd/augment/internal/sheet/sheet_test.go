package sheet

import (
	"bytes"
	"fmt"
	stdimage "image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/cmd/augment/internal/boxfile"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/golden"
)

// plainPicture is a picture of one colour.
func plainPicture(w, h int, c color.RGBA) stdimage.Image {
	m := stdimage.NewRGBA(stdimage.Rect(0, 0, w, h))
	for i := range w * h {
		m.SetRGBA(i%w, i/w, c)
	}
	return m
}

func drawn(t *testing.T, cells [][]Cell, opt Options) stdimage.Image {
	t.Helper()
	var b bytes.Buffer
	if err := Draw(&b, cells, opt); err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// at returns the colour of a place of cell x, y of a sheet without heads.
func at(m stdimage.Image, cells [][]Cell, opt Options, x, y, dx, dy int) color.RGBA {
	s := &sheet{opt: opt}
	s.measure(cells)
	return color.RGBAModel.Convert(m.At(s.left(x)+dx, s.tops[y]+dy)).(color.RGBA)
}

func TestPlaces(t *testing.T) {
	red, blue := color.RGBA{200, 0, 0, 255}, color.RGBA{0, 0, 200, 255}
	cells := [][]Cell{{{Picture: plainPicture(40, 20, red)}, {Picture: plainPicture(20, 40, blue)}}, {{Picture: plainPicture(200, 200, blue)}}}
	opt := Options{Size: 80}
	m := drawn(t, cells, opt)
	for _, c := range []struct {
		x, y, dx, dy int
		want         color.RGBA
	}{
		// 40 × 20 becomes 80 × 40, in the middle of its square.
		{0, 0, 1, 21, red}, {0, 0, 78, 58, red}, {0, 0, 40, 18, color.RGBA{236, 236, 236, 255}}, {0, 0, 40, 61, color.RGBA{236, 236, 236, 255}},
		{1, 0, 40, 1, blue}, {1, 0, 18, 40, color.RGBA{236, 236, 236, 255}}, {0, 1, 2, 2, blue}, {0, 1, 77, 77, blue}, {1, 1, 40, 40, color.RGBA{255, 255, 255, 255}},
	} {
		if got := at(m, cells, opt, c.x, c.y, c.dx, c.dy); got != c.want {
			t.Errorf("cell %d, %d at %d, %d: %v, want %v", c.x, c.y, c.dx, c.dy, got, c.want)
		}
	}
	// Two columns of 80 with gaps: 12 + 80 + 16 + 80 + 12.
	if m.Bounds().Dx() != 12+80+16+80+12 {
		t.Error(m.Bounds())
	}
}

func TestBox(t *testing.T) {
	grey := color.RGBA{90, 90, 90, 255}
	b := boxfile.Box{X0: 10, Y0: 10, X1: 30, Y1: 20, Label: "a", Extra: map[string]any{
		"segmentation": boxfile.Polygons{{15, 12, 25, 12, 25, 18}}, "keypoints": boxfile.KeyPoints{20, 30, 2, 0, 0, 0}}}
	opt := Options{Size: 160}
	cells := [][]Cell{{{Picture: plainPicture(40, 40, grey), Boxes: []boxfile.Box{b}}}}
	m := drawn(t, cells, opt)
	c := palette[0] // scaled by 4, the box is 40…120 × 40…80
	for _, p := range []struct {
		x, y int
		want color.RGBA
	}{{40, 60, c}, {41, 60, c}, {39, 60, grey}, {119, 60, c}, {120, 60, grey}, {80, 40, c}, {80, 79, c}, {80, 80, grey}, {50, 70, grey},
		{80, 48, c}, {100, 60, c}, // the outline
		{80, 120, c}, {78, 120, color.RGBA{255, 255, 255, 255}}, // the key point
	} {
		if got := at(m, cells, opt, 0, 0, p.x, p.y); got != p.want {
			t.Errorf("%d, %d: %v, want %v", p.x, p.y, got, p.want)
		}
	}
	// A box over the edge does not leave its picture.
	b = boxfile.Box{X0: -100, Y0: -100, X1: 1000, Y1: 1000, Label: "much too large a label"}
	cells = [][]Cell{{{Picture: plainPicture(40, 20, grey), Boxes: []boxfile.Box{b}}, {Picture: plainPicture(40, 40, grey)}}}
	m = drawn(t, cells, opt)
	if got := at(m, cells, opt, 0, 0, 80, 20); got != (color.RGBA{236, 236, 236, 255}) {
		t.Errorf("%v", got)
	}
}

// Titles are drawn, of any letters; transparent pictures show what is behind.
func TestTitles(t *testing.T) {
	opt := Options{Size: 64}
	dark := func(title string) int {
		cells := [][]Cell{{{Title: title, Picture: plainPicture(4, 4, color.RGBA{})}}}
		m := drawn(t, cells, opt)
		n := 0
		for y := 64; y < m.Bounds().Dy()-margin; y++ {
			for x := range 64 {
				if at(m, cells, opt, 0, 0, x, y).R < 100 {
					n++
				}
			}
		}
		if a, b := at(m, cells, opt, 0, 0, 0, 0), at(m, cells, opt, 0, 0, 8, 0); a == b {
			t.Errorf("transparent pixels are %v and %v", a, b)
		}
		return n
	}
	if n, one, two := dark(""), dark("cat"), dark("cat/cat and cat"); n != 0 || one == 0 || two < 2*one {
		t.Errorf("%d, %d and %d dark pixels", n, one, two)
	}
	dark("caf\xe9 \x1b[31m 猫 é × …\nb\nc")
	for text, want := range map[string]string{"cat": "cat", "a long title": "a long …", "猫 é×": "? é×", "\xff\x1b→": "??->"} {
		if got := fitting(text, 8); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for title, want := range map[string]string{"": "[]", "a\nb\nc\nd": "[a b c]", "cats/photo of a cat.png": "[cats/ photo  of a cat.png]", "abcdefghijklmnop": "[abcdefgh ijklmnop]"} {
		if got := fmt.Sprint(lines(title, 8)); got != want {
			t.Errorf("%q: %s, want %s", title, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for want, c := range map[string]struct {
		cells [][]Cell
		opt   Options
	}{
		"no pictures to draw":      {nil, Options{}},
		"cells of 5 pixels":        {[][]Cell{{{}}}, Options{Size: 5}},
		"too many for one sheet":   {make([][]Cell, 1_000_000), Options{Header: []string{"x"}}},
		"picture 2 (x): the pictu": {[][]Cell{{{}, {Title: "x", Picture: stdimage.NewGray(stdimage.Rectangle{})}}}, Options{}},
	} {
		if err := Draw(io.Discard, c.cells, c.opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	// Cells shrink before it comes to that.
	rows := make([][]Cell, 3000)
	for i := range rows {
		rows[i] = make([]Cell, 8)
	}
	if s, err := plan(rows, 8, Options{Size: 160}); err != nil || s.opt.Size >= 160 || s.width()*s.height() > maxSheet {
		t.Errorf("%v %v", s, err)
	}
}

// The same cells give the same bytes. With SHEET set to a file, the sheet is
// left there to look at.
func TestSame(t *testing.T) {
	var cells [][]Cell
	for _, name := range []string{"rgb420.jpg", "rgba.png", "grey.png"} {
		m, err := image.Load(golden.Path(t, "keras", "image", "pictures", name), image.LoadConfig{ColorMode: image.RGBA})
		if err != nil {
			t.Fatal(err)
		}
		row := []Cell{{Picture: m, Title: "pictures/" + name, Boxes: []boxfile.Box{{X0: 2, Y0: 3, X1: 20, Y1: 15, Label: "thing"}}}}
		for i := range 4 {
			row = append(row, Cell{Picture: m, Title: fmt.Sprintf("rotated by %d°, ×1.1", 5*i), Boxes: []boxfile.Box{{X0: 2 + float64(i), Y0: 3, X1: 20, Y1: 15, Label: []string{"cat", "dog", "bird", "fish"}[i]}}})
		}
		cells = append(cells, append(row, Cell{Title: "cannot be read"}))
	}
	opt := Options{Title: "3 of 24,998 pictures, seed 0", Header: []string{"original", "1", "2"}}
	var a, b bytes.Buffer
	if err := Draw(&a, cells, opt); err != nil {
		t.Fatal(err)
	}
	if err := Draw(&b, cells, opt); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("two sheets differ: %v", err)
	}
	if path := os.Getenv("SHEET"); path != "" {
		if err := os.WriteFile(filepath.Clean(path), a.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
