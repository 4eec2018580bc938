package report

import (
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// A Word is a point of a map of words. Words of one group have one colour;
// heads of groups are written larger.
type Word struct {
	X, Y  float64
	Label string
	Group int
	Head  bool
}

// groupColors can be told apart by the colour-blind (Okabe and Ito, 2008), on
// white paper.
var groupColors = []color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff}, {0xcc, 0x79, 0xa7, 0xff},
	{0x8a, 0x6d, 0x00, 0xff}, {0x3a, 0x3a, 0x3a, 0xff}, {0x2f, 0xa4, 0xd9, 0xff}, {0x8b, 0x2b, 0x2b, 0xff},
}

// WordMap draws words as PNG, labels beside their points and clear of each other.
func WordMap(path, title string, words []Word) error {
	p := plot.New()
	p.Title.Text = title
	p.Title.TextStyle.Font.Variant = "Sans"
	p.Title.Padding = vg.Points(8)
	p.HideAxes()
	p.BackgroundColor = color.White
	m := wordMap(words)
	p.Add(m)
	img := vgimg.NewWith(vgimg.UseWH(26*vg.Centimeter, 17*vg.Centimeter), vgimg.UseDPI(110), vgimg.UseBackgroundColor(color.White))
	c := draw.New(img)
	p.Draw(draw.Crop(c, vg.Points(8), -vg.Points(8), vg.Points(8), -vg.Points(8)))
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := vgimg.PngCanvas{Canvas: img}.WriteTo(w)
		return err
	})
}

type wordMap []Word

// DataRange implements plot.DataRanger; labels get room at the sides.
func (m wordMap) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, ymin, xmax, ymax = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, w := range m {
		xmin, xmax, ymin, ymax = min(xmin, w.X), max(xmax, w.X), min(ymin, w.Y), max(ymax, w.Y)
	}
	dx, dy := 0.07*(xmax-xmin)+1e-9, 0.04*(ymax-ymin)+1e-9
	return xmin - dx, xmax + dx, ymin - dy, ymax + dy
}

// Plot implements plot.Plotter.
func (m wordMap) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	dots := make([]vg.Point, len(m))
	var taken []vg.Rectangle
	const r = 2.2
	for i, w := range m {
		dots[i] = vg.Point{X: tx(w.X), Y: ty(w.Y)}
		taken = append(taken, around(dots[i], r, r))
	}
	style := func(w Word) text.Style {
		f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(9)}
		if w.Head {
			f.Size, f.Weight = vg.Points(12), 3
		}
		return text.Style{Color: colorOf(w), Font: f, Handler: p.Title.TextStyle.Handler, XAlign: draw.XCenter, YAlign: draw.YCenter}
	}
	type label struct {
		word         Word
		style        text.Style
		dot, at      vg.Point
		halfW, halfH vg.Length
		far          bool
	}
	var labels []label
	for _, head := range []bool{true, false} { // heads choose their places first
		for i, w := range m {
			if w.Head != head {
				continue
			}
			s := style(w)
			l := label{word: w, style: s, dot: dots[i], halfW: s.Width(w.Label)/2 + 1, halfH: s.Height(w.Label)/2 + 0.5}
			var ok bool
			if l.at, l.far, ok = place(l.dot, l.halfW, l.halfH, c.Rectangle, taken); ok { // else the point has no label
				taken = append(taken, around(l.at, l.halfW, l.halfH))
				labels = append(labels, l)
			}
		}
	}
	for _, l := range labels {
		if l.far { // a line shows whose label it is
			c.StrokeLine2(draw.LineStyle{Color: faint(colorOf(l.word)), Width: vg.Points(0.5)}, l.dot.X, l.dot.Y, l.at.X, l.at.Y)
		}
	}
	for i, w := range m {
		c.DrawGlyph(draw.GlyphStyle{Color: colorOf(w), Radius: vg.Points(r), Shape: draw.CircleGlyph{}}, dots[i])
	}
	for _, l := range labels {
		c.FillPolygon(color.White, corners(around(l.at, l.halfW-0.5, l.halfH-0.5)))
		c.FillText(l.style, l.at, l.word.Label)
	}
}

func colorOf(w Word) color.Color { return groupColors[w.Group%len(groupColors)] }

// faint is a colour half-way to white.
func faint(c color.Color) color.Color {
	r, g, b, _ := c.RGBA()
	half := func(x uint32) uint8 { return uint8((x>>8 + 255) / 2) }
	return color.RGBA{half(r), half(g), half(b), 255}
}

// place finds room for a label near a point: beside it, above or below, then
// in growing circles. far: it does not touch its point.
func place(dot vg.Point, halfW, halfH vg.Length, page vg.Rectangle, taken []vg.Rectangle) (at vg.Point, far, ok bool) {
	const gap = 3
	for ring := range 14 {
		out := vg.Length(gap + 5*ring)
		for k := range 16 {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / 16)
			at := vg.Point{X: dot.X + vg.Length(cos)*(halfW+out), Y: dot.Y + vg.Length(sin)*(halfH+out)}
			if ring == 0 && k%4 != 0 && k%4 != 2 {
				continue
			}
			if free(around(at, halfW, halfH), page, taken) {
				return at, ring > 1, true
			}
		}
	}
	return dot, false, false
}

func free(r, page vg.Rectangle, taken []vg.Rectangle) bool {
	if r.Min.X < page.Min.X || r.Max.X > page.Max.X || r.Min.Y < page.Min.Y || r.Max.Y > page.Max.Y {
		return false
	}
	for _, t := range taken {
		if r.Min.X < t.Max.X && t.Min.X < r.Max.X && r.Min.Y < t.Max.Y && t.Min.Y < r.Max.Y {
			return false
		}
	}
	return true
}

func around(p vg.Point, halfW, halfH vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: p.X - halfW, Y: p.Y - halfH}, Max: vg.Point{X: p.X + halfW, Y: p.Y + halfH}}
}

func corners(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}}
}
