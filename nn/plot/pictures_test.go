package plot

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/tensor"
)

// paint renders a picture and keeps it where PLOT_DIR says.
func paint(t *testing.T, name string, p *Picture, err error) image.Image {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.Write(&b, "png"); err != nil {
		t.Fatal(err)
	}
	if d := os.Getenv("PLOT_DIR"); d != "" {
		if err := p.Save(filepath.Join(d, name+".png")); err != nil {
			t.Fatal(err)
		}
	}
	img, _, err := image.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// count is how many pixels have exactly a colour.
func count(img image.Image, c color.RGBA) int {
	n := 0
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if color.RGBAModel.Convert(img.At(x, y)) == c {
				n++
			}
		}
	}
	return n
}

func TestCurves(t *testing.T) {
	s := Series{First: 3, Names: []string{"loss", "accuracy", "val_loss", "lr"}, Values: map[string][]float64{
		"loss": {1, 0.6, math.NaN(), 0.3, 0.2}, "val_loss": {1.1, 0.8, 0.7, math.Inf(1), 0.6}, "accuracy": {0.1, 0.5, 0.7, 0.8, 0.85}, "lr": {1, 1, 1, 1, 1}}}
	if xy := s.points("loss"); len(xy) != 4 || xy[2].X != 6 || xy[2].Y != 0.3 { // epoch 5 has no number
		t.Errorf("points %v", xy)
	}
	p, err := Curves("run", s)
	img := paint(t, "curves", p, err)
	if b, o := count(img, blue), count(img, orange); b < 200 || o < 100 {
		t.Errorf("%d blue and %d orange pixels", b, o)
	}
	one, err := Curves("", s, "accuracy")
	if img := paint(t, "curve", one, err); count(img, orange) != 0 || count(img, blue) == 0 {
		t.Error("a curve of validation without values")
	}
	if _, err := Curves("", s, "f1"); err == nil || err.Error() != `plot: Curves: no values are called "f1"; there are ["loss" "accuracy" "val_loss" "lr"]` {
		t.Errorf("unknown name: %v", err)
	}
	if _, err := Curves("", Series{}); err == nil {
		t.Error("nothing to draw is no error")
	}
}

func TestConfusion(t *testing.T) {
	p, err := Confusion([][]int{{8, 2, 0}, {1, 9, 0}, {0, 5, 5}}, []string{"cat", "dog", "a long name"})
	img := paint(t, "confusion", p, err)
	dark := color.RGBA{8, 48, 107, 255} // the colour of a share of 1 is not there
	if n := count(img, dark); n != 0 {
		t.Errorf("%d pixels are as dark as a whole row", n)
	}
	if _, err := Confusion([][]int{{1, 2}, {1}}, []string{"a", "b"}); err == nil || err.Error() != "plot: Confusion: row 1 has 1 columns; want 2, one a class" {
		t.Errorf("ragged: %v", err)
	}
	if _, err := Confusion(nil, nil); err == nil {
		t.Error("no classes are no error")
	}
}

// TestWeightsColours looks at the middles of the four fields of a matrix.
func TestWeightsColours(t *testing.T) {
	p, err := Weights(tensor.From([]float32{-2, 0, 1, 2}, 2, 2))
	img := paint(t, "weights", p, err)
	b := img.Bounds()
	at := func(row, col int) color.RGBA {
		return color.RGBAModel.Convert(img.At((2*col+1)*b.Dx()/4, (2*row+1)*b.Dy()/4)).(color.RGBA)
	}
	for _, c := range []struct {
		row, col int
		want     color.RGBA
	}{
		{0, 0, color.RGBA{0x21, 0x66, 0xac, 255}}, {0, 1, color.RGBA{255, 255, 255, 255}},
		{1, 0, diverging(0.5)}, {1, 1, color.RGBA{0xb2, 0x18, 0x2b, 255}},
	} {
		got := at(c.row, c.col)
		for _, d := range [][2]uint8{{got.R, c.want.R}, {got.G, c.want.G}, {got.B, c.want.B}} {
			if math.Abs(float64(d[0])-float64(d[1])) > 2 {
				t.Errorf("field %d, %d: %v, want %v", c.row, c.col, got, c.want)
				break
			}
		}
	}
	for _, s := range [][]int{{5}, {3, 3, 2, 4}, {2, 3, 4}, {1, 9}} {
		w := tensor.New(s...)
		for i := range w.Data() {
			w.Data()[i] = float32(math.Sin(float64(i)))
		}
		p, err := Weights(w)
		paint(t, "weights", p, err)
	}
	if _, err := Weights(tensor.New(0, 2)); err == nil {
		t.Error("no values are no error")
	}
}

func TestActivations(t *testing.T) {
	m := nn.NewSequential(nn.Input(6, 5, 2),
		&layers.Conv2D{Filters: 3, KernelSize: [2]int{3, 3}, KernelInitializer: &initializers.RandomNormal{}},
		&layers.Flatten{}, &layers.Dense{Units: 4})
	m.Seed(1)
	x := tensor.Ones(1, 6, 5, 2)
	ctx := context.Background()
	for _, l := range []string{"conv2d", "flatten", "dense"} {
		p, err := Activations(ctx, m, l, x)
		paint(t, "activations_"+l, p, err)
	}
	if _, err := Activations(ctx, m, "lstm", x); err == nil || !strings.Contains(err.Error(), "lstm") {
		t.Errorf("unknown layer: %v", err)
	}
	if _, err := Activations(ctx, m, "dense", tensor.Ones(2, 6, 5, 2)); err == nil || !strings.Contains(err.Error(), "want a batch of 1") {
		t.Errorf("two samples: %v", err)
	}
}
