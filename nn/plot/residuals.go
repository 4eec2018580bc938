package plot

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// maxPoints is how many points a panel has; of more it shows every so manieth.
const maxPoints = 5000

// Residuals draws how far predicted numbers are from true ones: the predictions
// over the truth, with the line on which they would all lie, and how often which
// error occurs. name is what the numbers are, with their unit. Pairs that are not
// finite are left out.
func Residuals(name string, truth, predicted []float32) (*Picture, error) {
	if len(truth) != len(predicted) {
		return nil, fmt.Errorf("plot: Residuals: %d true numbers, %d predicted ones", len(truth), len(predicted))
	}
	var all plotter.XYs
	var errors plotter.Values
	for i, y := range truth {
		x, d := float64(y), float64(predicted[i])-float64(y)
		if !math.IsNaN(d) && !math.IsInf(d, 0) {
			all, errors = append(all, plotter.XY{X: x, Y: float64(predicted[i])}), append(errors, d)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("plot: Residuals: there are no finite pairs of numbers")
	}
	over, err := against(name, all)
	if err != nil {
		return nil, err
	}
	often := plot.New()
	often.Title.Text = fmt.Sprintf("errors of %d", len(errors))
	often.X.Label.Text, often.Y.Label.Text = "predicted - true", "how many"
	bars, err := plotter.NewHist(errors, min(40, max(5, int(math.Sqrt(float64(len(errors)))))))
	if err != nil {
		return nil, err
	}
	bars.FillColor, bars.LineStyle.Color = blue, color.White
	often.Add(plotter.NewGrid(), bars)
	return row([]*plot.Plot{over, often}, 14*vg.Centimeter, 12*vg.Centimeter), nil
}

// against is predictions over the truth.
func against(name string, all plotter.XYs) (*plot.Plot, error) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range all {
		low, high = min(low, p.X, p.Y), max(high, p.X, p.Y)
	}
	shown := all
	if step := (len(all) + maxPoints - 1) / maxPoints; step > 1 {
		shown = nil
		for i := 0; i < len(all); i += step {
			shown = append(shown, all[i])
		}
	}
	points, err := plotter.NewScatter(shown)
	if err != nil {
		return nil, err
	}
	points.GlyphStyle = draw.GlyphStyle{Color: blue, Radius: vg.Points(1.6), Shape: draw.CircleGlyph{}}
	right, err := plotter.NewLine(plotter.XYs{{X: low, Y: low}, {X: high, Y: high}})
	if err != nil {
		return nil, err
	}
	right.Color, right.Width = orange, vg.Points(1.2)
	p := plot.New()
	p.Title.Text = name
	p.X.Label.Text, p.Y.Label.Text = "true", "predicted"
	p.Add(plotter.NewGrid(), points, right)
	p.Legend.Add("as it should be", right)
	p.Legend.Top, p.Legend.Left = true, true
	return p, nil
}
