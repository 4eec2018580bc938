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
	Title   string        // below it; lines beyond the third are left out
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
	titles     = 3 // lines below a picture, at most
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
	s, err := plan(cells, columns, opt)
	if err != nil {
		return err
	}
	s.labels = labels(cells)
	s.m = stdimage.NewRGBA(stdimage.Rect(0, 0, s.width(), s.height()))
	draw.Draw(s.m, s.m.Bounds(), stdimage.White, stdimage.Point{}, draw.Src)
	s.write(margin, margin+textHeight-4, opt.Title, s.width()-2*margin)
	for x, h := range opt.Header {
		s.write(s.left(x), s.tops[0]-5, h, s.opt.Size)
	}
	for y, row := range cells {
		for x := range row {
			if err := s.cell(s.left(x), s.tops[y], s.heights[y], &row[x]); err != nil {
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
	columns       int
	tops, heights []int    // of the pictures in each row; the last top is the end
	labels        []string // of all boxes, sorted
}

// plan makes cells so small that they fit.
func plan(cells [][]Cell, columns int, opt Options) (*sheet, error) {
	s := &sheet{opt: opt, columns: columns}
	for s.measure(cells); s.width()*s.height() > maxSheet; s.measure(cells) {
		if s.opt.Size == minSize {
			return nil, fmt.Errorf("sheet: %d rows of %d pictures are too many for one sheet; choose fewer", len(cells), columns)
		}
		s.opt.Size = max(s.opt.Size*3/4, minSize)
	}
	return s, nil
}

// measure makes each row as high as its highest picture and longest title need.
func (s *sheet) measure(cells [][]Cell) {
	at := margin
	if s.opt.Title != "" {
		at += textHeight + gap
	}
	if len(s.opt.Header) > 0 {
		at += textHeight
	}
	s.tops, s.heights = s.tops[:0], s.heights[:0]
	for _, row := range cells {
		high, text := 0, 0
		for i := range row {
			_, h := s.scaled(&row[i])
			high, text = max(high, h), max(text, len(lines(row[i].Title, s.opt.Size/textWidth)))
		}
		s.tops, s.heights = append(s.tops, at), append(s.heights, high)
		at += high + text*textHeight + gap
	}
	s.tops = append(s.tops, at)
}

// scaled returns the size of a picture on the sheet. Small ones are enlarged so
// that their pixels can be seen.
func (s *sheet) scaled(c *Cell) (w, h int) {
	if c.Picture == nil || c.Picture.Bounds().Empty() {
		return s.opt.Size, s.opt.Size / 2
	}
	b := c.Picture.Bounds()
	scale := float64(s.opt.Size) / float64(max(b.Dx(), b.Dy()))
	return max(int(float64(b.Dx())*scale+0.5), 1), max(int(float64(b.Dy())*scale+0.5), 1)
}

func (s *sheet) left(x int) int {
	if x > 0 {
		x = x*(s.opt.Size+gap) + gap // the originals stand apart
	}
	return margin + x
}

func (s *sheet) width() int  { return s.left(s.columns-1) + s.opt.Size + margin }
func (s *sheet) height() int { return s.tops[len(s.tops)-1] - gap + margin }

// cell draws a picture in the middle of its place, its boxes and its title.
func (s *sheet) cell(x0, y0, high int, c *Cell) error {
	size := s.opt.Size
	draw.Draw(s.m, stdimage.Rect(x0, y0, x0+size, y0+high), stdimage.NewUniform(color.Gray{236}), stdimage.Point{}, draw.Src)
	for i, line := range lines(c.Title, size/textWidth) {
		s.write(x0, y0+high+(i+1)*textHeight-3, line, size)
	}
	if c.Picture == nil {
		for i := range size { // a cross
			s.m.Set(x0+i, y0+i*high/size, color.Gray{190})
			s.m.Set(x0+i, y0+high-1-i*high/size, color.Gray{190})
		}
		return nil
	}
	b := c.Picture.Bounds()
	if b.Empty() {
		return fmt.Errorf("the picture has no pixels")
	}
	w, h := s.scaled(c)
	how := image.Bicubic
	if max(b.Dx(), b.Dy()) < size {
		how = image.Nearest
	}
	small, err := image.Resize(image.FromImage(c.Picture, image.RGBA), h, w, how)
	if err != nil {
		return err
	}
	at := stdimage.Rect(0, 0, w, h).Add(stdimage.Pt(x0+(size-w)/2, y0+(high-h)/2))
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
