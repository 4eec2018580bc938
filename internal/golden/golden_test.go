package golden

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
)

// recorder is a testing.TB that keeps what Close reports.
type recorder struct {
	testing.TB
	text string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, a ...any) { r.text += fmt.Sprintf(format, a...) }

func TestClose(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	type v []float32
	for _, c := range []struct {
		got, want  v
		rtol, atol float64
		message    string // empty: equal enough
	}{
		{v{}, v{}, 0, 0, ""},
		{v{1, 2}, v{1, 2}, 0, 0, ""},
		{v{1, 2}, v{1}, 0, 0, "2 elements, want 1"},
		{v{100.5}, v{100}, 0.01, 0, ""},
		{v{100.5}, v{100}, 0.001, 0, "[0]: got 100.5, want 100"},
		{v{0.001}, v{0}, 0.5, 0.01, ""},
		{v{0.001}, v{0}, 0.5, 0, "1 of 1"},
		{v{nan, inf, -inf}, v{nan, inf, -inf}, 0, 0, ""},
		{v{nan}, v{1}, 1e9, 1e9, "got NaN, want 1"},
		{v{1}, v{nan}, 1e9, 1e9, "got 1, want NaN"},
		{v{inf}, v{-inf}, 1e9, 1e9, "got +Inf, want -Inf"},
		{v{3}, v{inf}, 1e9, 1e9, "1 of 1"},
		{v{1.1, 2, 5, 4}, v{1, 2, 3, 4}, 0, 0.01, "2 of 4 elements differ; worst is [2]: got 5, want 3"},
		{v{2, 2}, v{1, 1}, 0, 0.5, "worst is [0]"},
	} {
		r := &recorder{}
		ok := Close(r, "x", c.got, c.want, c.rtol, c.atol)
		if ok != (c.message == "") || ok != (r.text == "") || !strings.Contains(r.text, c.message) {
			t.Errorf("Close(%v, %v, %g, %g): %v, %q; want %q", c.got, c.want, c.rtol, c.atol, ok, r.text, c.message)
		}
	}
}

func TestLoad(t *testing.T) {
	c := Load(t, "layers", "dense_plain")
	var f struct {
		ClassName string `json:"class_name"`
		Config    struct{ Units int }
		Calls     []struct {
			Input   string
			Outputs []string
		}
	}
	c.Decode(t, &f)
	if f.ClassName != "Dense" || f.Config.Units != 3 || c.RTol == 0 {
		t.Errorf("decoded %+v, tolerance %+v", f, c.Tolerance)
	}
	x, w, b := c.Array(t, f.Calls[0].Input), c.Array(t, "weight0"), c.Array(t, "weight1")
	if fmt.Sprint(x.Shape, w.Shape, b.Shape) != "[4 5] [5 3] [3]" {
		t.Fatalf("shapes %v %v %v", x.Shape, w.Shape, b.Shape)
	}
	y := make([]float32, 4*3)
	for i := range y {
		row, col := i/3, i%3
		y[i] = b.Data[col]
		for k := range 5 {
			y[i] += x.Data[row*5+k] * w.Data[k*3+col]
		}
	}
	c.Close(t, f.Calls[0].Outputs[0], y)
}

// kinds are those whose files testdata/tools/keras_*.py makes.
var kinds = []string{
	"activations", "callbacks", "constraints", "initializers", "layers", "losses", "metrics",
	"optimizers", "regularizers", "schedules", "training",
}

// Every case loads, its JSON names each of its arrays, and shapes fit.
func TestAllLoad(t *testing.T) {
	for _, kind := range kinds {
		Walk(t, kind, func(t *testing.T, c Case) {
			for name, a := range c.Arrays {
				if !bytes.Contains(c.JSON, []byte(`"`+name+`"`)) {
					t.Errorf("nothing names the array %s", name)
				}
				n := 1
				for _, d := range a.Shape {
					n *= d
				}
				if n != len(a.Data) {
					t.Errorf("%s has %d elements for shape %v", name, len(a.Data), a.Shape)
				}
			}
		})
	}
}

func TestWalkPattern(t *testing.T) {
	n := 0
	Walk(t, "layers/dense_rank*", func(t *testing.T, c Case) {
		n++
		if !strings.HasPrefix(c.Name, "dense_rank") {
			t.Errorf("walked to %s", c.Name)
		}
	})
	if n < 2 || n == len(Names(t, "layers")) {
		t.Errorf("pattern picked %d cases", n)
	}
}
