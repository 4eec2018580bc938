package report

import (
	"image/color"
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// History is the logs of the epochs: a value an epoch for each name. First is
// the number of the first epoch, from 1.
type History struct {
	First  int
	Names  []string
	Values map[string][]float64
}

// Add appends an epoch.
func (h *History) Add(name string, v float64) {
	if h.Values == nil {
		h.Values = map[string][]float64{}
	}
	if _, ok := h.Values[name]; !ok {
		h.Names = append(h.Names, name)
	}
	h.Values[name] = append(h.Values[name], v)
}

// The colours tell the curves apart for the colour-blind too.
var (
	blue   = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	orange = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
)

// Curves draws loss and accuracy over the epochs as PNG.
func (h *History) Curves(path, title string) error {
	var row []*plot.Plot
	for _, name := range []string{"loss", "accuracy"} {
		p := plot.New()
		p.Title.Text = title + ": " + name
		p.X.Label.Text = "epoch"
		p.Y.Label.Text = name
		p.X.Tick.Marker = whole{}
		p.Add(plotter.NewGrid())
		for i, key := range []string{name, "val_" + name} {
			line, points, err := plotter.NewLinePoints(h.points(key))
			if err != nil {
				continue // no finite value
			}
			c, legend := blue, "training"
			if i == 1 {
				c, legend = orange, "validation"
				line.Dashes = []vg.Length{vg.Points(5), vg.Points(3)}
				points.Shape = draw.BoxGlyph{}
			}
			line.Color, points.Color = c, c
			line.Width = vg.Points(1.5)
			p.Add(line, points)
			p.Legend.Add(legend, line, points)
		}
		p.Legend.Top = name == "loss"
		row = append(row, p)
	}
	img := vgimg.New(28*vg.Centimeter, 11*vg.Centimeter)
	tiles := draw.Tiles{Rows: 1, Cols: 2, PadX: vg.Centimeter, PadTop: vg.Points(6), PadBottom: vg.Points(6), PadLeft: vg.Points(6), PadRight: vg.Points(12)}
	canvases := plot.Align([][]*plot.Plot{row}, tiles, draw.New(img))
	for i, p := range row {
		p.Draw(canvases[0][i])
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := vgimg.PngCanvas{Canvas: img}.WriteTo(w)
		return err
	})
}

func (h *History) points(key string) plotter.XYs {
	var xy plotter.XYs
	for i, v := range h.Values[key] {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			xy = append(xy, plotter.XY{X: float64(h.First + i), Y: v})
		}
	}
	return xy
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
