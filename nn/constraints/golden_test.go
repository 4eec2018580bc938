package constraints_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/constraints"
)

// TestGolden compares constrained weights with Keras.
func TestGolden(t *testing.T) {
	tested := map[string]bool{}
	golden.Walk(t, "constraints", func(t *testing.T, c golden.Case) {
		var f struct {
			ClassName string         `json:"class_name"`
			Config    map[string]any `json:"config"`
			Values    []struct{ X, Y string }
		}
		c.Decode(t, &f)
		v, err := config.New(f.ClassName, reflect.TypeFor[nn.Constraint]())
		if err != nil {
			t.Fatal(err)
		}
		if err := config.Decode(v, f.Config); err != nil {
			t.Fatal(err)
		}
		tested[f.ClassName] = true
		for _, x := range f.Values {
			a := c.Array(t, x.X)
			w := slices.Clone(a.Data)
			v.(nn.Constraint).Constrain(w, nn.Shape(a.Shape))
			c.Close(t, x.Y, w)
		}
	})
	for _, class := range config.Classes(reflect.TypeFor[nn.Constraint]()) {
		if !tested[class] {
			t.Errorf("no case of %s", class)
		}
	}
}

// TestEdges: nothing, zeros and NaN.
func TestEdges(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []nn.Constraint{
		&constraints.MaxNorm{MaxValue: 1, Axis: []int{0}}, &constraints.NonNeg{}, &constraints.UnitNorm{Axis: []int{0}},
		&constraints.MinMaxNorm{MinValue: 1, MaxValue: 2, Rate: 1, Axis: []int{0}},
	} {
		c.Constrain(nil, nn.Shape{0, 3})
		w := []float32{0, nan, 0, 1}
		c.Constrain(w, nn.Shape{2, 2})
		if w[0] != 0 || w[2] != 0 {
			t.Errorf("%T turns a column of zeros into %v, %v", c, w[0], w[2])
		}
	}
	// Keras: w·(w >= 0), so NaN stays NaN.
	w := []float32{nan, -1, float32(math.Inf(1))}
	(&constraints.NonNeg{}).Constrain(w, nn.Shape{3})
	if w[0] == w[0] || w[1] != 0 || !math.IsInf(float64(w[2]), 1) {
		t.Errorf("NonNeg gives %v", w)
	}
}

func TestMistakes(t *testing.T) {
	for want, c := range map[string]interface{ Validate() error }{
		"min_value 2 is above max_value 1": &constraints.MinMaxNorm{MinValue: 2, MaxValue: 1, Rate: 1},
		"rate is 2":                        &constraints.MinMaxNorm{MaxValue: 1, Rate: 2},
		"max_value is -1":                  &constraints.MaxNorm{MaxValue: -1},
	} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
