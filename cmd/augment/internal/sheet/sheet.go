// Package sheet draws contact sheets: rows of small pictures with their titles
// and boxes, to see at a glance what was done to them.
package sheet

import (
	"fmt"
	stdimage "image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"golang.org/x/image/font"
	"golang.org/x/image/font/inconsolata"
	"golang.org/x/image/math/fixed"

	"github.com/antler-ml/antler/cmd/augment/internal/boxfile"
	"github.com/antler-ml/antler/image"
)

// A Cell is one picture. Without one, there is an empty frame.
type Cell struct {
	Picture stdimage.Image
	Title   string        // below it; lines beyond the second are left out
	Boxes   []boxfile.Box // in the picture's pixels
}

// Options say how a sheet looks.
type Options struct {
	Title  string
	Size   int      // of a cell: pixels of the longer side of a picture; default 160
	Header []string // above the columns
}

// What there may be at most: pixels of a sheet, and of a cell at least.
const (
	maxSheet = 64 << 20
	minSize  = 24
	maxSize  = 2048
)

// The measures of a sheet, in pixels.
const (
	margin     = 12
	gap        = 8
	textWidth  = 8 // of a letter
	textHeight = 17
	titles     = 2 // lines below a picture
)

// Draw writes a sheet as PNG: one row for each source, its pictures side by
// side, the original first. Cells become smaller when there are very many.
func Draw(w io.Writer, cells [][]Cell, opt Options) error {
	if opt.Size == 0 {
		opt.Size = 160
	}
	if opt.Size < minSize || opt.Size > maxSize {
		return fmt.Errorf("sheet: cells of %d pixels; want %d to %d", opt.Size, minSize, maxSize)
	}
	columns := len(opt.Header)
	for _, row := range cells {
		columns = max(columns, len(row))
	}
	if len(cells) == 0 || columns == 0 {
		return fmt.Errorf("sheet: there are no pictures to draw")
	}
	s, err := plan(len(cells), columns, opt)
	if err != nil {
		return err
	}
	s.labels = labels(cells)
	s.m = stdimage.NewRGBA(stdimage.Rect(0, 0, s.width(), s.height()))
	draw.Draw(s.m, s.m.Bounds(), stdimage.White, stdimage.Point{}, draw.Src)
	s.write(margin, margin+textHeight-4, opt.Title, s.width()-2*margin)
	for x, h := range opt.Header {
		s.write(s.left(x), s.top(0)-5, h, s.opt.Size)
	}
	for y, row := range cells {
		for x := range row {
			if err := s.cell(s.left(x), s.top(y), &row[x]); err != nil {
				return fmt.Errorf("sheet: row %d, picture %d (%s): %w", y+1, x+1, row[x].Title, err)
			}
		}
	}
	if err := png.Encode(w, s.m); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	return nil
}

type sheet struct {
	m             *stdimage.RGBA
	opt           Options
	rows, columns int
	labels        []string // of all boxes, sorted
}

// plan makes cells so small that they fit.
func plan(rows, columns int, opt Options) (*sheet, error) {
	s := &sheet{opt: opt, rows: rows, columns: columns}
	for s.width()*s.height() > maxSheet {
		if s.opt.Size == minSize {
			return nil, fmt.Errorf("sheet: %d rows of %d pictures are too many for one sheet; choose fewer", rows, columns)
		}
		s.opt.Size = max(s.opt.Size*3/4, minSize)
	}
	return s, nil
}

func (s *sheet) left(x int) int {
	if x > 0 {
		x = x*(s.opt.Size+gap) + gap // the originals stand apart
	}
	return margin + x
}

func (s *sheet) top(y int) int {
	head := margin
	if s.opt.Title != "" {
		head += textHeight + gap
	}
	if len(s.opt.Header) > 0 {
		head += textHeight
	}
	return head + y*(s.opt.Size+titles*textHeight+gap)
}

func (s *sheet) width() int  { return s.left(s.columns-1) + s.opt.Size + margin }
func (s *sheet) height() int { return s.top(s.rows) - gap + margin }

// cell draws a picture in the middle of its square, its boxes and its title.
func (s *sheet) cell(x0, y0 int, c *Cell) error {
	size := s.opt.Size
	frame := stdimage.Rect(x0, y0, x0+size, y0+size)
	draw.Draw(s.m, frame, stdimage.NewUniform(color.Gray{236}), stdimage.Point{}, draw.Src)
	for i, line := range lines(c.Title, size/textWidth) {
		s.write(x0, y0+size+(i+1)*textHeight-3, line, size)
	}
	if c.Picture == nil {
		for i := range size { // a cross
			s.m.Set(x0+i, y0+i, color.Gray{190})
			s.m.Set(x0+i, y0+size-1-i, color.Gray{190})
		}
		return nil
	}
	b := c.Picture.Bounds()
	if b.Empty() {
		return fmt.Errorf("the picture has no pixels")
	}
	// Small pictures are enlarged so that their pixels can be seen.
	scale := float64(size) / float64(max(b.Dx(), b.Dy()))
	w, h := max(int(float64(b.Dx())*scale+0.5), 1), max(int(float64(b.Dy())*scale+0.5), 1)
	how := image.Bicubic
	if scale > 1 {
		how = image.Nearest
	}
	small, err := image.Resize(image.FromImage(c.Picture, image.RGBA), h, w, how)
	if err != nil {
		return err
	}
	at := stdimage.Rect(0, 0, w, h).Add(stdimage.Pt(x0+(size-w)/2, y0+(size-h)/2))
	draw.Draw(s.m, at, checkers{}, stdimage.Point{}, draw.Src)
	draw.Draw(s.m, at, small, stdimage.Point{}, draw.Over)
	fx, fy := float64(w)/float64(b.Dx()), float64(h)/float64(b.Dy())
	for _, box := range c.Boxes {
		s.box(at, box, fx, fy)
	}
	return nil
}

// checkers is what shows behind transparent pictures.
type checkers struct{}

func (checkers) ColorModel() color.Model { return color.GrayModel }
func (checkers) Bounds() stdimage.Rectangle {
	return stdimage.Rect(0, 0, maxSize, maxSize)
}

func (checkers) At(x, y int) color.Color {
	if (x/8+y/8)%2 == 0 {
		return color.Gray{255}
	}
	return color.Gray{205}
}

// write draws one line of black text, cut to a width.
func (s *sheet) write(x, y int, text string, width int) { s.ink(stdimage.Black, x, y, text, width) }

func (s *sheet) ink(ink stdimage.Image, x, y int, text string, width int) {
	d := font.Drawer{Dst: s.m, Src: ink, Face: inconsolata.Regular8x16, Dot: fixed.P(x, y)}
	d.DrawString(fitting(text, width/textWidth))
}
