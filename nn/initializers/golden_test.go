package initializers_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/nn"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/initializers"
)

type initializerCase struct {
	ClassName string         `json:"class_name"`
	Config    map[string]any `json:"config"`
	Values    []struct {
		Shape []int
		Array string
	}
	Shapes []struct {
		Shape     []int
		Draws     int
		Min, Max  float64
		Mean, Std float64
		FanIn     float64 `json:"fan_in"`
		FanOut    float64 `json:"fan_out"`
		Limit     float64
		Sigma     float64
	}
	Samples []struct {
		Shape []int
		Gram  string
		Of    string
	}
}

// draw fills weights of a shape until there are n numbers.
func draw(in nn.Initializer, shape []int, n int) []float32 {
	size := 1
	for _, d := range shape {
		size *= d
	}
	var all []float32
	for i := uint64(0); len(all) < n; i++ {
		dst := make([]float32, size)
		in.Init(dst, nn.Shape(shape), rng.At(1, i))
		all = append(all, dst...)
	}
	return all[:n]
}

// TestGolden compares constant values exactly, and of random ones the mean, the
// deviation and the limits with those of real Keras' numbers.
func TestGolden(t *testing.T) {
	tested := map[string]bool{}
	golden.Walk(t, "initializers", func(t *testing.T, c golden.Case) {
		var f initializerCase
		c.Decode(t, &f)
		v, err := config.New(f.ClassName, reflect.TypeFor[nn.Initializer]())
		if err != nil {
			t.Fatal(err)
		}
		if err := config.Decode(v, f.Config); err != nil {
			t.Fatal(err)
		}
		tested[f.ClassName] = true
		in := v.(nn.Initializer)
		for _, x := range f.Values {
			got := draw(in, x.Shape, len(c.Array(t, x.Array).Data))
			c.Close(t, x.Array, got)
		}
		for _, s := range f.Shapes {
			x := draw(in, s.Shape, s.Draws)
			mean, std := moments(x)
			// Both are samples: allow five deviations of their difference.
			n := float64(s.Draws)
			if d := math.Abs(mean - s.Mean); d > 5*s.Std*math.Sqrt(2/n) {
				t.Errorf("%v: mean %v, Keras %v", s.Shape, mean, s.Mean)
			}
			if d := math.Abs(std - s.Std); d > 5*s.Std*math.Sqrt(1/n) {
				t.Errorf("%v: deviation %v, Keras %v", s.Shape, std, s.Std)
			}
			lo, hi := float64(slices.Min(x)), float64(slices.Max(x))
			if s.Limit > 0 && (hi > s.Limit*(1+1e-6) || lo < -s.Limit*(1+1e-6) || hi < 0.9*s.Limit || lo > -0.9*s.Limit) {
				t.Errorf("%v: numbers from %v to %v, want them to reach ±%v and no further", s.Shape, lo, hi, s.Limit)
			}
			if s.FanIn > 0 {
				if a, b := initializers.Fans(nn.Shape(s.Shape)); a != s.FanIn || b != s.FanOut {
					t.Errorf("Fans(%v) = %v, %v, want %v, %v", s.Shape, a, b, s.FanIn, s.FanOut)
				}
			}
		}
		for _, s := range f.Samples {
			size := 1
			for _, d := range s.Shape {
				size *= d
			}
			golden.Close(t, s.Gram, gram(draw(in, s.Shape, size), s.Shape, s.Of == "rows"), c.Array(t, s.Gram).Data, 1e-5, 1e-5)
		}
	})
	for _, class := range config.Classes(reflect.TypeFor[nn.Initializer]()) {
		if !tested[class] {
			t.Errorf("no case of %s", class)
		}
	}
}

func moments(x []float32) (mean, std float64) {
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	for _, v := range x {
		std += (float64(v) - mean) * (float64(v) - mean)
	}
	return mean, math.Sqrt(std / float64(len(x)))
}

// gram is the products of a matrix' rows, or of its columns, with each other.
func gram(x []float32, shape []int, rows bool) []float32 {
	cols := shape[len(shape)-1]
	height := len(x) / cols
	n, m := cols, height
	at := func(i, k int) float64 { return float64(x[k*cols+i]) }
	if rows {
		n, m = height, cols
		at = func(i, k int) float64 { return float64(x[i*cols+k]) }
	}
	var g []float32
	for i := range n {
		for j := range n {
			sum := 0.0
			for k := range m {
				sum += at(i, k) * at(j, k)
			}
			g = append(g, float32(sum))
		}
	}
	return g
}

// TestSeed: an initializer with a seed of its own gives the same numbers
// whatever source it is handed; without one it follows the source.
func TestSeed(t *testing.T) {
	for _, class := range config.Classes(reflect.TypeFor[nn.Initializer]()) {
		v, err := config.New(class, reflect.TypeFor[nn.Initializer]())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(config.Keys(v), "seed") {
			continue
		}
		for _, seeded := range []bool{true, false} {
			settings := map[string]any{}
			if seeded {
				settings["seed"] = 3.0
			}
			if err := config.Decode(v, settings); err != nil {
				t.Fatal(err)
			}
			a, b, again := make([]float32, 12), make([]float32, 12), make([]float32, 12)
			v.(nn.Initializer).Init(a, nn.Shape{3, 4}, rng.At(1))
			v.(nn.Initializer).Init(b, nn.Shape{3, 4}, rng.At(2))
			v.(nn.Initializer).Init(again, nn.Shape{3, 4}, rng.At(1))
			if slices.Equal(a, b) != seeded || !slices.Equal(a, again) {
				t.Errorf("%s, seeded %v: %v, %v, %v", class, seeded, a, b, again)
			}
		}
	}
}

// TestMistakes: settings and shapes that make no sense.
func TestMistakes(t *testing.T) {
	for want, v := range map[string]interface{ Validate() error }{
		"scale is -1":            &initializers.VarianceScaling{Scale: -1, Mode: initializers.FanIn, Distribution: initializers.Uniform},
		`mode is "fan"`:          &initializers.VarianceScaling{Scale: 1, Mode: "fan", Distribution: initializers.Uniform},
		`distribution is "even"`: &initializers.VarianceScaling{Scale: 1, Mode: initializers.FanIn, Distribution: "even"},
		"stddev is -1":           &initializers.RandomNormal{Stddev: -1},
		"TruncatedNormal":        &initializers.TruncatedNormal{Stddev: -1},
	} {
		if err := v.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestOddShapes: nothing, one number, no axis.
func TestOddShapes(t *testing.T) {
	for _, class := range config.Classes(reflect.TypeFor[nn.Initializer]()) {
		for _, shape := range []nn.Shape{{0}, {0, 3}, {3, 0}, {1, 1}, {1, 1, 1, 1}} {
			v, err := config.Lookup(class, reflect.TypeFor[nn.Initializer]())
			if err != nil {
				t.Fatal(err)
			}
			size := 1
			for _, d := range shape {
				size *= d
			}
			if len(shape) == 1 && (class == "Orthogonal" || class == "Identity") {
				continue // matrices
			}
			dst := make([]float32, size)
			v.(nn.Initializer).Init(dst, shape, rng.At(1))
			for _, x := range dst {
				if x-x != 0 {
					t.Errorf("%s of %v gives %v", class, shape, x)
				}
			}
		}
	}
}
