package plot

import (
	"fmt"
	"image/color"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Confusion draws a confusion matrix: counts[i][j] samples of class i were taken
// for class j. A cell is the darker the larger its share of the row is.
func Confusion(counts [][]int, classes []string) (*Picture, error) {
	if len(counts) == 0 || len(counts) != len(classes) {
		return nil, fmt.Errorf("plot: Confusion: %d rows for %d classes", len(counts), len(classes))
	}
	grid := matrix{rows: len(counts), cols: len(counts)}
	for i, row := range counts {
		if len(row) != len(counts) {
			return nil, fmt.Errorf("plot: Confusion: row %d has %d columns; want %d, one a class", i, len(row), len(counts))
		}
		sum := 0
		for _, n := range row {
			sum += n
		}
		for _, n := range row {
			grid.values = append(grid.values, float64(n)/float64(max(sum, 1)))
		}
	}
	p := plot.New()
	p.Title.Text = "Confusion matrix"
	p.X.Label.Text, p.Y.Label.Text = "predicted", "true"
	heat := plotter.NewHeatMap(grid, blues{})
	heat.Min, heat.Max = 0, 1
	p.Add(heat)
	if len(counts) <= 40 { // beyond, numbers would be dust
		labels := &plotter.Labels{XYs: plotter.XYs{}}
		for i, row := range counts {
			for j, n := range row {
				labels.XYs = append(labels.XYs, plotter.XY{X: float64(j), Y: float64(len(counts) - 1 - i)})
				labels.Labels = append(labels.Labels, strconv.Itoa(n))
				style := draw.TextStyle{Color: color.Black, Font: plot.DefaultFont, XAlign: text.XCenter, YAlign: text.YCenter, Handler: plot.DefaultTextHandler}
				style.Font.Size = vg.Points(9)
				if grid.values[i*len(counts)+j] > 0.5 {
					style.Color = color.White
				}
				labels.TextStyle = append(labels.TextStyle, style)
			}
		}
		p.Add(labels)
	}
	var across, down []plot.Tick
	for i, c := range classes {
		across = append(across, plot.Tick{Value: float64(i), Label: c})
		down = append(down, plot.Tick{Value: float64(len(classes) - 1 - i), Label: c})
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(across), plot.ConstantTicks(down)
	if len(classes) > 6 {
		p.X.Tick.Label.Rotation = 0.8
		p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = text.XRight, text.YCenter
	}
	side := min(50, max(9, 2.5+1.1*float64(len(classes))))
	return row([]*plot.Plot{p}, vg.Length(side+1.5)*vg.Centimeter, vg.Length(side)*vg.Centimeter), nil
}

// matrix is a grid of numbers for a heat map; row 0 is on top.
type matrix struct {
	rows, cols int
	values     []float64
}

// Dims, Z, X and Y make it a plotter.GridXYZ.
func (m matrix) Dims() (c, r int)   { return m.cols, m.rows }
func (m matrix) Z(c, r int) float64 { return m.values[(m.rows-1-r)*m.cols+c] }
func (m matrix) X(c int) float64    { return float64(c) }
func (m matrix) Y(r int) float64    { return float64(r) }

// blues runs from white to a dark blue.
type blues struct{}

// Colors implements palette.Palette.
func (blues) Colors() []color.Color {
	cs := make([]color.Color, 64)
	for i := range cs {
		t := float64(i) / 63
		mix := func(from, to float64) uint8 { return uint8(from + (to-from)*t) }
		cs[i] = color.RGBA{mix(255, 8), mix(255, 48), mix(255, 107), 255}
	}
	return cs
}
