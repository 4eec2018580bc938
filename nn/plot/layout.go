package plot

import (
	"encoding/json"
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// placed is Graphviz' "json": every box, arrow and cluster with the strokes that
// draw it. Lengths are points, y grows upwards.
type placed struct {
	Box     string  `json:"bb"`
	DPI     string  `json:"dpi"`
	Own     strokes `json:"_draw_"`
	Label   strokes `json:"_ldraw_"`
	Objects []item  `json:"objects"`
	Edges   []item  `json:"edges"`
}

type item struct {
	Draw, Label, Head, Tail, HeadLabel, TailLabel strokes
}

// UnmarshalJSON knows the names, which are no Go names.
func (it *item) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &struct {
		Draw      *strokes `json:"_draw_"`
		Label     *strokes `json:"_ldraw_"`
		Head      *strokes `json:"_hdraw_"`
		Tail      *strokes `json:"_tdraw_"`
		HeadLabel *strokes `json:"_hldraw_"`
		TailLabel *strokes `json:"_tldraw_"`
	}{&it.Draw, &it.Label, &it.Head, &it.Tail, &it.HeadLabel, &it.TailLabel})
}

type strokes []stroke

// stroke is one operation of Graphviz' xdot language.
type stroke struct {
	Op     string       `json:"op"`
	Points [][2]float64 `json:"points"`
	Rect   [4]float64   `json:"rect"`  // e, E: centre and half axes
	Color  string       `json:"color"` // c, C
	Style  string       `json:"style"`
	Size   float64      `json:"size"`
	Face   string       `json:"face"`
	At     [2]float64   `json:"pt"`
	Align  string       `json:"align"`
	Text   string       `json:"text"`
}

// margin is the space around a drawing, as Graphviz leaves.
const margin = 4

// fromLayout makes a picture of a layout.
func fromLayout(data []byte) (*Picture, error) {
	var l placed
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, fmt.Errorf("plot: layout: %w", err)
	}
	var box [4]float64
	if n, err := fmt.Sscanf(l.Box, "%g,%g,%g,%g", &box[0], &box[1], &box[2], &box[3]); n != 4 {
		return nil, fmt.Errorf("plot: layout: bounding box %q: %w", l.Box, err)
	}
	dpi, err := strconv.Atoi(l.DPI)
	if err != nil || dpi < 1 {
		dpi = 96
	}
	return &Picture{
		width:  vg.Length(box[2] - box[0] + 2*margin),
		height: vg.Length(box[3] - box[1] + 2*margin),
		dpi:    dpi,
		draw: func(c draw.Canvas) {
			c.SetColor(color.White)
			c.Fill(c.Rectangle.Path())
			p := &pen{c: c, x: margin - box[0], y: margin - box[1]}
			p.run(l.Own)
			p.run(l.Label)
			for _, list := range [][]item{l.Objects, l.Edges} {
				for _, it := range list {
					for _, s := range []strokes{it.Draw, it.Label, it.Head, it.Tail, it.HeadLabel, it.TailLabel} {
						p.run(s)
					}
				}
			}
		},
	}, nil
}

// pen draws strokes.
type pen struct {
	c            draw.Canvas
	x, y         float64 // where the layout's origin is
	stroke, fill color.Color
	hidden       bool
	font         font.Font
}

// run draws one list of strokes; pens start anew in each.
func (p *pen) run(ss strokes) {
	p.stroke, p.fill, p.hidden = color.Black, color.Black, false
	p.c.SetLineWidth(1)
	p.c.SetLineDash(nil, 0)
	for _, s := range ss {
		switch s.Op {
		case "c":
			p.stroke = colour(s.Color)
		case "C":
			p.fill = colour(s.Color)
		case "S":
			p.style(s.Style)
		case "F":
			p.font = face(s.Face, s.Size)
		case "p", "L", "b", "e":
			p.outline(p.path(s))
		case "P", "B", "E":
			if path := p.path(s); !p.hidden {
				p.c.SetColor(p.fill)
				p.c.Fill(path)
				p.outline(path)
			}
		case "T":
			p.write(s)
		}
	}
}

func (p *pen) outline(path vg.Path) {
	if !p.hidden {
		p.c.SetColor(p.stroke)
		p.c.Stroke(path)
	}
}

func (p *pen) style(s string) {
	switch {
	case s == "solid":
		p.c.SetLineDash(nil, 0)
	case s == "dashed":
		p.c.SetLineDash([]vg.Length{5, 2}, 0)
	case s == "dotted":
		p.c.SetLineDash([]vg.Length{1, 5}, 0)
	case s == "bold":
		p.c.SetLineWidth(2)
	case s == "invis":
		p.hidden = true
	case strings.HasPrefix(s, "setlinewidth("):
		if w, err := strconv.ParseFloat(strings.TrimSuffix(s[len("setlinewidth("):], ")"), 64); err == nil {
			p.c.SetLineWidth(vg.Length(w))
		}
	}
}

func (p *pen) point(xy [2]float64) vg.Point {
	return vg.Point{X: vg.Length(xy[0] + p.x), Y: vg.Length(xy[1] + p.y)}
}

// path is the line of a polygon, polyline, spline or ellipse.
func (p *pen) path(s stroke) vg.Path {
	var path vg.Path
	if s.Op == "e" || s.Op == "E" {
		return p.ellipse(s.Rect)
	}
	if len(s.Points) == 0 {
		return path
	}
	path.Move(p.point(s.Points[0]))
	if s.Op == "b" || s.Op == "B" {
		for i := 1; i+2 < len(s.Points); i += 3 {
			path.CubeTo(p.point(s.Points[i]), p.point(s.Points[i+1]), p.point(s.Points[i+2]))
		}
		return path
	}
	for _, xy := range s.Points[1:] {
		path.Line(p.point(xy))
	}
	if s.Op != "L" {
		path.Close()
	}
	return path
}

// ellipse has no primitive of its own here: 72 chords are smooth enough.
func (p *pen) ellipse(r [4]float64) vg.Path {
	var path vg.Path
	for i := range 72 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 72)
		at := p.point([2]float64{r[0] + r[2]*cos, r[1] + r[3]*sin})
		if i == 0 {
			path.Move(at)
		} else {
			path.Line(at)
		}
	}
	path.Close()
	return path
}

func (p *pen) write(s stroke) {
	if p.hidden || s.Text == "" {
		return
	}
	align := map[string]text.XAlignment{"l": text.XLeft, "r": text.XRight}
	x, ok := align[s.Align]
	if !ok {
		x = text.XCenter
	}
	p.c.FillText(draw.TextStyle{Color: p.stroke, Font: p.font, XAlign: x, Handler: text.Plain{Fonts: font.DefaultCache}}, p.point(s.At), s.Text)
}

// face chooses the font that has the measures of Graphviz' estimate.
func face(name string, size float64) font.Font {
	f := font.Font{Typeface: "Liberation", Variant: "Serif", Size: vg.Length(size)}
	lower := strings.ToLower(name)
	for _, s := range []string{"helvetica", "arial", "sans"} {
		if strings.Contains(lower, s) {
			f.Variant = "Sans"
		}
	}
	if strings.Contains(lower, "courier") || strings.Contains(lower, "mono") {
		f.Variant = "Mono"
	}
	return f
}

// colour reads #rrggbb or #rrggbbaa, as Graphviz writes every colour.
func colour(s string) color.Color {
	v, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	switch {
	case err == nil && len(s) == 7:
		return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff}
	case err == nil && len(s) == 9:
		return color.NRGBA{uint8(v >> 24), uint8(v >> 16), uint8(v >> 8), uint8(v)}
	}
	return color.Black
}
