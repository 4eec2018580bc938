package report

import (
	stdimage "image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
)

// A Tile is one picture of a contact sheet: values 0…1, rows of pixels of 1, 3
// or 4 channels, and lines of text below it.
type Tile struct {
	Pix     []float32
	Caption []string
}

// Sheet is a contact sheet of tiles of one size.
type Sheet struct {
	Title                   string
	Height, Width, Channels int
	Columns                 int
	Tiles                   []Tile
}

const (
	lineHeight = 14
	charWidth  = 7
	margin     = 8
	minTile    = 112 // small pictures are enlarged to about this
)

// Write writes the sheet as PNG.
func (s *Sheet) Write(path string) error {
	m := s.draw()
	return atomicfile.Write(path, func(w io.Writer) error { return png.Encode(w, m) })
}

func (s *Sheet) draw() stdimage.Image {
	scale := max(1, minTile/max(1, max(s.Height, s.Width)))
	lines := 0
	for _, t := range s.Tiles {
		lines = max(lines, len(t.Caption))
	}
	tw, th := s.Width*scale, s.Height*scale
	cw, ch := max(tw, minTile)+margin, th+lines*lineHeight+margin
	columns := max(1, min(s.Columns, len(s.Tiles)))
	rows := (len(s.Tiles) + columns - 1) / columns
	top := margin + lineHeight
	m := stdimage.NewRGBA(stdimage.Rect(0, 0, max(columns*cw+margin, len(s.Title)*charWidth+2*margin), top+rows*ch+margin))
	draw.Draw(m, m.Bounds(), stdimage.White, stdimage.Point{}, draw.Src)
	write(m, margin, margin+lineHeight-4, s.Title)
	for i, t := range s.Tiles {
		x0, y0 := margin+i%columns*cw, top+margin+i/columns*ch
		for y := range th {
			for x := range tw {
				m.SetRGBA(x0+x, y0+y, s.pixel(t.Pix, y/scale, x/scale))
			}
		}
		for k, line := range t.Caption {
			write(m, x0, y0+th+(k+1)*lineHeight-3, cli.Short(line, cw/charWidth))
		}
	}
	return m
}

func (s *Sheet) pixel(pix []float32, y, x int) color.RGBA {
	i := (y*s.Width + x) * s.Channels
	at := func(k int) uint8 { return uint8(min(max(pix[i+k], 0), 1)*255 + 0.5) }
	if s.Channels == 1 {
		return color.RGBA{at(0), at(0), at(0), 255}
	}
	return color.RGBA{at(0), at(1), at(2), 255}
}

func write(m draw.Image, x, y int, s string) {
	d := font.Drawer{Dst: m, Src: stdimage.Black, Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(s)
}
