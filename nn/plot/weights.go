package plot

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// Weights draws an array of weights: a matrix as a field of colours, the kernel
// of a convolution (height, width, in, out) as one tile for each output and
// input, and others as a histogram. Blue is below zero, red above.
func Weights(t *tensor.Tensor) (*Picture, error) {
	s := t.Shape()
	switch {
	case t.Len() == 0:
		return nil, fmt.Errorf("plot: Weights: the array has shape %v and no values", nn.Shape(s))
	case len(s) == 2 && s[0] > 1 && s[1] > 1:
		return tiles([]*tensor.Tensor{t}, 1, extent(t)), nil
	case len(s) == 4:
		maps := make([]*tensor.Tensor, 0, s[2]*s[3])
		cols := s[3]
		for in := range min(s[2], 32) {
			for out := range min(s[3], 64) {
				maps = append(maps, t.Index(3, out).Index(2, in))
			}
		}
		return tiles(maps, min(cols, 64), extent(t)), nil
	}
	return Histogram("", t)
}

// Histogram draws how often values occur.
func Histogram(title string, t *tensor.Tensor) (*Picture, error) {
	var vs plotter.Values
	for _, v := range t.Data() {
		if f := float64(v); !math.IsNaN(f) && !math.IsInf(f, 0) {
			vs = append(vs, f)
		}
	}
	if len(vs) == 0 {
		return nil, fmt.Errorf("plot: Histogram: no finite value among %d", t.Len())
	}
	p := plot.New()
	p.Title.Text = title
	p.X.Label.Text, p.Y.Label.Text = "value", "count"
	h, err := plotter.NewHist(vs, 40)
	if err != nil {
		return nil, fmt.Errorf("plot: Histogram: %w", err)
	}
	h.FillColor = blue
	h.LineStyle.Width = 0
	p.Add(h)
	return row([]*plot.Plot{p}, 14*vg.Centimeter, 10*vg.Centimeter), nil
}

// Activations draws what a layer gives for one input x, whose first axis is the
// batch of one: maps of (height, width, channels) as one tile a channel, steps
// of (time, features) as a field of colours, a vector as a row.
func Activations(ctx context.Context, m *nn.Model, layer string, x *tensor.Tensor) (*Picture, error) {
	l, err := m.Layer(layer)
	if err != nil {
		return nil, err
	}
	calls := m.CallsOf(l)
	if len(calls) == 0 {
		return nil, fmt.Errorf("plot: Activations: layer %q is not called in the model", layer)
	}
	out, err := nn.NewModel(m.Inputs(), nn.BaseOf(l).OutputsAt(calls[0])[:1]).PredictOnBatch(x)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := out[0]
	if t.Rank() < 2 || t.Shape()[0] != 1 {
		return nil, fmt.Errorf("plot: Activations: layer %q gives shape %v; want a batch of 1", layer, nn.Shape(t.Shape()))
	}
	t = t.Index(0, 0)
	switch t.Rank() {
	case 1:
		return tiles([]*tensor.Tensor{tensor.Reshape(t, 1, t.Len())}, 1, extent(t)), nil
	case 2:
		return tiles([]*tensor.Tensor{t}, 1, extent(t)), nil
	case 3:
		var maps []*tensor.Tensor
		for k := range min(t.Shape()[2], 256) {
			maps = append(maps, t.Index(2, k))
		}
		return tiles(maps, int(math.Ceil(math.Sqrt(float64(len(maps))))), extent(t)), nil
	}
	return nil, fmt.Errorf("plot: Activations: layer %q gives shape %v; want rank 2, 3 or 4 with the batch", layer, nn.Shape(out[0].Shape()))
}

// extent is the largest finite size of a value; 1 when all are zero.
func extent(t *tensor.Tensor) float64 {
	most := 0.0
	for _, v := range t.Data() {
		if a := math.Abs(float64(v)); a > most && !math.IsInf(a, 0) {
			most = a
		}
	}
	if most == 0 {
		return 1
	}
	return most
}

// tiles draws matrices in rows of so many, all on one scale from -most to most.
func tiles(maps []*tensor.Tensor, cols int, most float64) *Picture {
	h, w := maps[0].Shape()[0], maps[0].Shape()[1]
	rows := (len(maps) + cols - 1) / cols
	const gap = 1
	img := image.NewRGBA(image.Rect(0, 0, cols*(w+gap)-gap, rows*(h+gap)-gap))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for k, m := range maps {
		top, left := k/cols*(h+gap), k%cols*(w+gap)
		for y := range h {
			for x := range w {
				img.Set(left+x, top+y, diverging(float64(m.At(y, x))/most))
			}
		}
	}
	b := img.Bounds()
	scale := math.Max(1, math.Floor(600/float64(max(b.Dx(), b.Dy())))) // small arrays in large squares
	width, height := vg.Length(float64(b.Dx())*scale)*vg.Inch/96, vg.Length(float64(b.Dy())*scale)*vg.Inch/96
	large := image.NewRGBA(image.Rect(0, 0, b.Dx()*int(scale), b.Dy()*int(scale)))
	for y := range large.Bounds().Dy() {
		for x := range large.Bounds().Dx() {
			large.SetRGBA(x, y, img.RGBAAt(x/int(scale), y/int(scale)))
		}
	}
	return &Picture{width: width, height: height, dpi: 96, draw: func(c draw.Canvas) { c.DrawImage(c.Rectangle, large) }}
}

// diverging is blue for -1, white for 0, red for 1; grey for what is no number.
func diverging(v float64) color.RGBA {
	if math.IsNaN(v) {
		return color.RGBA{0x80, 0x80, 0x80, 0xff}
	}
	v = math.Max(-1, math.Min(1, v))
	fade := func(to float64) uint8 { return uint8(255 + (to-255)*math.Abs(v)) }
	if v < 0 {
		return color.RGBA{fade(0x21), fade(0x66), fade(0xac), 0xff}
	}
	return color.RGBA{fade(0xb2), fade(0x18), fade(0x2b), 0xff}
}
