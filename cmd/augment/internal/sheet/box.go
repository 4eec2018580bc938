package sheet

import (
	stdimage "image"
	"image/color"
	"image/draw"
	"slices"
	"unicode/utf8"

	"github.com/antler-ml/antler/cmd/augment/internal/boxfile"
)

// palette are colours that can be told apart by most eyes (M. Okabe and K. Ito,
// "Color Universal Design", 2008), without black.
var palette = []color.RGBA{
	{230, 159, 0, 255}, {86, 180, 233, 255}, {0, 158, 115, 255}, {240, 228, 66, 255}, {0, 114, 178, 255}, {213, 94, 0, 255}, {204, 121, 167, 255},
}

// colour gives labels different colours as long as there are enough, in the
// order of their names.
func (s *sheet) colour(label string) color.RGBA {
	i, _ := slices.BinarySearch(s.labels, label)
	return palette[i%len(palette)]
}

// labels returns all labels of boxes, sorted.
func labels(cells [][]Cell) []string {
	var all []string
	for _, row := range cells {
		for _, c := range row {
			for _, b := range c.Boxes {
				all = append(all, b.Label)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ink is black, or white on dark colours.
func ink(c color.RGBA) stdimage.Image {
	if 299*int(c.R)+587*int(c.G)+114*int(c.B) < 110*1000 {
		return stdimage.White
	}
	return stdimage.Black
}

// box draws a box of a picture that is at a place of the sheet, its outlines
// and key points, and its label where there is room.
func (s *sheet) box(at stdimage.Rectangle, b boxfile.Box, fx, fy float64) {
	c := s.colour(b.Label)
	place := func(x, y float64) (int, int) { return at.Min.X + int(x*fx+0.5), at.Min.Y + int(y*fy+0.5) }
	x0, y0 := place(b.X0, b.Y0)
	x1, y1 := place(b.X1, b.Y1)
	r := stdimage.Rect(x0, y0, x1, y1)
	if !r.Overlaps(at) {
		return
	}
	fill := func(r stdimage.Rectangle, c color.Color) {
		draw.Draw(s.m, r.Intersect(at), stdimage.NewUniform(c), stdimage.Point{}, draw.Src)
	}
	thick := 1
	if s.opt.Size >= 128 {
		thick = 2
	}
	for _, side := range []stdimage.Rectangle{
		{r.Min, stdimage.Pt(r.Max.X, r.Min.Y+thick)}, {stdimage.Pt(r.Min.X, r.Max.Y-thick), r.Max},
		{r.Min, stdimage.Pt(r.Min.X+thick, r.Max.Y)}, {stdimage.Pt(r.Max.X-thick, r.Min.Y), r.Max},
	} {
		fill(side, c)
	}
	if p, ok := b.Extra["segmentation"].(boxfile.Polygons); ok {
		for _, q := range p {
			for i := 0; i+1 < len(q); i += 2 {
				j := (i + 2) % len(q)
				ax, ay := place(q[i], q[i+1])
				bx, by := place(q[j], q[j+1])
				line(ax, ay, bx, by, func(x, y int) { fill(stdimage.Rect(x, y, x+1, y+1), c) })
			}
		}
	}
	if k, ok := b.Extra["keypoints"].(boxfile.KeyPoints); ok {
		for i := 0; i+2 < len(k); i += 3 {
			if k[i+2] > 0 {
				x, y := place(k[i], k[i+1])
				fill(stdimage.Rect(x-2, y-2, x+3, y+3), color.White)
				fill(stdimage.Rect(x-1, y-1, x+2, y+2), c)
			}
		}
	}
	// The label goes into the box, at its upper left corner.
	n := min(r.Dx()/textWidth, 16)
	if n < 2 || r.Dy() < textHeight || b.Label == "" {
		return
	}
	text := fitting(b.Label, n)
	wide := utf8.RuneCountInString(text) * textWidth
	tag := stdimage.Rect(x0, y0, x0+wide+2, y0+textHeight-1)
	if !tag.In(at) {
		return
	}
	fill(tag, c)
	s.ink(ink(c), x0+1, y0+textHeight-4, text, wide)
}

// line calls set for the pixels of a line (J. Bresenham, 1965).
func line(x0, y0, x1, y1 int, set func(x, y int)) {
	dx, dy := abs(x1-x0), -abs(y1-y0)
	sx, sy := 1, 1
	if x0 > x1 {
		sx = -1
	}
	if y0 > y1 {
		sy = -1
	}
	for e := dx + dy; ; {
		set(x0, y0)
		if x0 == x1 && y0 == y1 {
			return
		}
		if e2 := 2 * e; e2 >= dy && x0 != x1 {
			e, x0 = e+dy, x0+sx
		} else {
			e, y0 = e+dx, y0+sy
		}
	}
}

func abs(v int) int { return max(v, -v) }
