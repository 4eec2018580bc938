package plot

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/antler-ml/antler/nn"
)

// A Series is one value an epoch for each of several names, such as loss and
// val_loss. First is the number of the first epoch, as it is shown.
type Series struct {
	First  int
	Names  []string
	Values map[string][]float64
}

// SeriesOf is what Fit returned, with epochs counted from 1.
func SeriesOf(h *nn.History) Series {
	s := Series{First: 1, Names: h.Names(), Values: map[string][]float64{}}
	if len(h.Epoch) > 0 {
		s.First = h.Epoch[0] + 1
	}
	for _, n := range s.Names {
		s.Values[n] = h.Get(n)
	}
	return s
}

// The colours tell the curves apart for the colour-blind too (Okabe and Ito).
var (
	blue   = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	orange = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
)

// Curves draws one panel for each name, with its val_ twin in it, side by side.
// names chooses some; nil takes all but the learning rate when there is
// something else. Values that are not finite are left out.
func Curves(title string, s Series, names ...string) (*Picture, error) {
	if len(names) == 0 {
		for _, n := range s.Names {
			if !strings.HasPrefix(n, "val_") && n != "lr" && n != "learning_rate" {
				names = append(names, n)
			}
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("plot: Curves: there is nothing to draw; the names are %q", s.Names)
	}
	var panels []*plot.Plot
	for _, n := range names {
		if !slices.Contains(s.Names, n) {
			return nil, fmt.Errorf("plot: Curves: no values are called %q; there are %q", n, s.Names)
		}
		panels = append(panels, s.panel(title, n))
	}
	return row(panels, 14*vg.Centimeter, 11*vg.Centimeter), nil
}

// panel is the curve of one name and of its twin.
func (s Series) panel(title, name string) *plot.Plot {
	p := plot.New()
	p.Title.Text = strings.TrimPrefix(title+": "+name, ": ")
	p.X.Label.Text, p.Y.Label.Text = "epoch", name
	p.X.Tick.Marker = whole{}
	p.Add(plotter.NewGrid())
	for i, key := range []string{name, "val_" + name} {
		xy := s.points(key)
		line, points, err := plotter.NewLinePoints(xy)
		if err != nil || len(xy) == 0 {
			continue // no finite value
		}
		c, said := blue, "training"
		if i == 1 {
			c, said = orange, "validation"
			line.Dashes = []vg.Length{vg.Points(5), vg.Points(3)}
			points.Shape = draw.BoxGlyph{}
		}
		line.Color, points.Color = c, c
		line.Width = vg.Points(1.5)
		p.Add(line, points)
		p.Legend.Add(said, line, points)
	}
	// What falls leaves room at the top, what rises at the bottom.
	if v := s.Values[name]; len(v) > 0 {
		p.Legend.Top = !(v[len(v)-1] > v[0])
	}
	return p
}

func (s Series) points(key string) plotter.XYs {
	var xy plotter.XYs
	for i, v := range s.Values[key] {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			xy = append(xy, plotter.XY{X: float64(s.First + i), Y: v})
		}
	}
	return xy
}

// row is a picture of panels side by side.
func row(panels []*plot.Plot, width, height vg.Length) *Picture {
	return &Picture{
		width: width * vg.Length(len(panels)), height: height, dpi: 96,
		draw: func(c draw.Canvas) {
			tiles := draw.Tiles{Rows: 1, Cols: len(panels), PadX: vg.Centimeter, PadTop: vg.Points(6), PadBottom: vg.Points(6), PadLeft: vg.Points(6), PadRight: vg.Points(12)}
			c.SetColor(color.White)
			c.Fill(c.Rectangle.Path())
			canvases := plot.Align([][]*plot.Plot{panels}, tiles, c)
			for i, p := range panels {
				p.Draw(canvases[0][i])
			}
		},
	}
}

// whole puts ticks at whole epochs.
type whole struct{}

// Ticks implements plot.Ticker.
func (whole) Ticks(lo, hi float64) []plot.Tick {
	var ticks []plot.Tick
	step := max(1, math.Ceil((hi-lo)/10))
	for x := math.Ceil(lo); x <= hi; x += step {
		ticks = append(ticks, plot.Tick{Value: x, Label: strconv.Itoa(int(x))})
	}
	return ticks
}
