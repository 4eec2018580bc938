package plot

import (
	"bytes"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"
)

// Right predictions lie on the line from corner to corner, wrong ones do not; all
// errors of 0 are one bar.
func TestResiduals(t *testing.T) {
	truth := make([]float32, 200)
	wrong := make([]float32, len(truth))
	for i := range truth {
		truth[i], wrong[i] = float32(i), float32(len(truth)-i)
	}
	wrong[7] = float32(math.NaN()) // is left out
	blues := func(predicted []float32) (on, off int) {
		p, err := Residuals("price", truth, predicted)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := p.Write(&b, "png"); err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		w, h := m.Bounds().Dx()/2, m.Bounds().Dy() // the left panel
		for y := range h {
			for x := range w {
				c := color.RGBAModel.Convert(m.At(x, y)).(color.RGBA)
				if c.B > 120 && c.R < 60 {
					if up, along := 1-float64(y)/float64(h), float64(x)/float64(w); math.Abs(up-along) < 0.25 {
						on++
					} else {
						off++
					}
				}
			}
		}
		return on, off
	}
	if on, off := blues(truth); on < 500 || off > on/20 {
		t.Errorf("right predictions: %d pixels near the line, %d elsewhere", on, off)
	}
	if on, off := blues(wrong); off < on {
		t.Errorf("wrong predictions: %d pixels near the line, %d elsewhere", on, off)
	}
	for _, c := range []struct {
		truth, predicted []float32
		want             string
	}{{nil, nil, "no finite pairs"}, {[]float32{1}, []float32{float32(math.Inf(1))}, "no finite pairs"}, {[]float32{1}, nil, "1 true numbers, 0 predicted ones"}} {
		if _, err := Residuals("x", c.truth, c.predicted); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v; want %q", err, c.want)
		}
	}
}
