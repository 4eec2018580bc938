package augment

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/antler-ml/antler/tensor"
)

// correlated are n images of d samples whose neighbours are alike, as in
// photographs: their eigenvalues fall over five orders of magnitude.
func correlated(n, d int) *tensor.Tensor {
	r := rand.New(rand.NewPCG(1, 2))
	x := tensor.New(n, 1, d, 1)
	for i := range n {
		row := x.Data()[i*d:][:d]
		a, b := 0.0, 0.0
		for k := range row {
			a = 0.97*a + 0.1*r.NormFloat64()
			b = 0.9*b + 0.1*a
			row[k] = float32(0.5 + b + 0.001*r.NormFloat64())
		}
	}
	return x
}

// The fast way agrees with the eigenvectors, for both formulas, sizes around
// the panels', and matrices that are plain, diagonal or zero.
func TestFastWhitening(t *testing.T) {
	if raceEnabled {
		t.Skip("runs on one goroutine")
	}
	for _, c := range []struct{ n, d int }{{50, 1}, {50, 2}, {40, 3}, {300, 63}, {300, 64}, {300, 65}, {300, 66}, {400, 130}, {500, 257}} {
		f := &fitting{c: &settings{}, n: c.n, h: 1, w: c.d, ch: 1, size: c.d}
		x := correlated(c.n, c.d)
		f.sample = func(dst []float32, i int) error { copy(dst, x.Data()[i*c.d:]); return nil }
		cov, err := f.covariance([]float32{0.5}, 1)
		if err != nil {
			t.Fatal(err)
		}
		diagonal := make([]float64, c.d*c.d)
		for i := range c.d {
			diagonal[i*c.d+i] = float64(i + 1)
		}
		for name, m := range map[string][]float64{"samples": cov, "diagonal": diagonal, "zero": make([]float64, c.d*c.d)} {
			for _, w := range []whitening{{c.n, 1e-6, TFKeras}, {c.n, 0.1, TFKeras}, {c.n, 1e-6, KerasPreprocessing112}, {c.n, 0.1, KerasPreprocessing112}} {
				want, err := w.eigen(slices.Clone(m), c.d)
				if err != nil {
					t.Fatal(err)
				}
				got, err := w.fast(slices.Clone(m), c.d)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				top, worst := 0.0, 0.0
				for i := range want {
					top = max(top, math.Abs(float64(want[i])))
					worst = max(worst, math.Abs(float64(want[i]-got[i])))
				}
				if !(worst <= 2e-5*top) {
					t.Errorf("%s: %d images of %d samples, %+v: off by %v of %v", name, c.n, c.d, w, worst, top)
				}
			}
		}
	}
}

// Whitened images have no correlations: through Fit and Standardize, with the
// covariance taken in many blocks.
func TestZCAWhitens(t *testing.T) {
	if raceEnabled {
		t.Skip("runs on one goroutine")
	}
	const n, d = 900, 420
	x := correlated(n, d)
	g := &ImageDataGenerator{ZCAWhitening: true}
	if err := g.Fit(x, FitConfig{}); err != nil {
		t.Fatal(err)
	}
	y, err := g.Standardize(x)
	if err != nil {
		t.Fatal(err)
	}
	data := make([]float64, n*d)
	for i, v := range y.Data() {
		data[i] = float64(v)
	}
	cov := mat.NewSymDense(d, nil)
	cov.SymOuterK(1./n, mat.NewDense(n, d, data).T())
	for i := range d {
		for j := range i + 1 {
			want := 0.0
			if i == j {
				want = 1
			}
			if v := cov.At(i, j); math.Abs(v-want) > 0.01 {
				t.Fatalf("covariance of samples %d and %d is %v, want %v", i, j, v, want)
			}
		}
	}
}

func TestFitErrorsTeach(t *testing.T) {
	bad := noise(500, 1, 410, 1)
	bad.Data()[7] = float32(math.NaN())
	for want, err := range map[string]error{
		"NaN":                  (&ImageDataGenerator{ZCAWhitening: true}).Fit(bad, FitConfig{}),
		"nothing to measure":   (&ImageDataGenerator{FeaturewiseCenter: true}).Fit(tensor.New(0, 2, 2, 1), FitConfig{}),
		"want rank 4":          (&ImageDataGenerator{FeaturewiseCenter: true}).Fit(tensor.New(2, 2, 1), FitConfig{}),
		"Rounds is -1, want a": (&ImageDataGenerator{FeaturewiseCenter: true}).Fit(noise(3, 2, 2, 1), FitConfig{Augment: true, Rounds: -1}),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// Statistics of a directory are those of its pictures as an array.
func TestFitFlow(t *testing.T) {
	root := layOut(t, map[string]string{"a/1.png": "rgb.png", "a/2.png": "rgba.png", "b/1.png": "palette.png"})
	plain := &ImageDataGenerator{}
	f := FlowConfig{TargetSize: [2]int{5, 6}, Shuffle: new(false), BatchSize: 3}
	fl, err := plain.FlowFromDirectory(root, f)
	if err != nil {
		t.Fatal(err)
	}
	g := &ImageDataGenerator{FeaturewiseStdNormalization: true, Rescale: 0.5, ZCAEpsilon: 1e-3}
	if err := g.FitFlow(fl); err != nil {
		t.Fatal(err)
	}
	for b, err := range fl.Batches(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		want := &ImageDataGenerator{FeaturewiseStdNormalization: true, Rescale: 0.5}
		if err := want.Fit(b.X[0], FitConfig{}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(want.Mean.Data(), g.Mean.Data()) || !slices.Equal(want.Std.Data(), g.Std.Data()) {
			t.Errorf("%v %v, want %v %v", g.Mean.Data(), g.Std.Data(), want.Mean.Data(), want.Std.Data())
		}
	}
}

// Ten thousand images of the size of CIFAR-10.
func BenchmarkZCAFit(b *testing.B) {
	x := correlated(10000, 3072)
	x = tensor.From(x.Data(), 10000, 32, 32, 3)
	for b.Loop() {
		g := &ImageDataGenerator{ZCAWhitening: true}
		if err := g.Fit(x, FitConfig{}); err != nil {
			b.Fatal(err)
		}
	}
}
