package layers_test

import (
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

// The random numbers are not Keras', so these tests look at moments and rules.

// whileTraining returns what a layer makes of x while training.
func whileTraining(t *testing.T, l nn.Layer, st ops.State, x *tensor.Tensor) []float32 {
	t.Helper()
	if nn.BaseOf(l).Calls() == 0 {
		must(t, nn.Apply(l, nn.Input(x.Shape()[1:]...)).Err())
	}
	in := ops.Input(x.Shape()...)
	tr, err := nn.Trace(l, true, []*ops.Value{in}, nil)
	must(t, err)
	p := ops.Compile(ops.Spec{In: []*ops.Value{in}, Out: tr.Out})
	must(t, p.Run(st, []*tensor.Tensor{x}))
	return slices.Clone(p.Out(0).Data())
}

// moments are mean, standard deviation, skewness and kurtosis.
func moments(x []float32) (mean, dev, skew, kurt float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += float64(v) / n
	}
	for _, v := range x {
		d := float64(v) - mean
		dev += d * d / n
		skew += d * d * d / n
		kurt += d * d * d * d / n
	}
	dev = math.Sqrt(dev)
	return mean, dev, skew / (dev * dev * dev), kurt / (dev * dev * dev * dev)
}

func wantNear(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %.5f, want %.5f ± %.5f", what, got, want, within)
	}
}

func filledWith(x float32, shape ...int) *tensor.Tensor {
	v := tensor.New(shape...)
	for i := range v.Data() {
		v.Data()[i] = x
	}
	return v
}

// Of n normal numbers mean, deviation, skewness and kurtosis have standard
// errors of σ/√n, σ/√(2n), √(6/n) and √(24/n); five of them are allowed.
func wantNormal(t *testing.T, x []float32, mean, dev float64) {
	t.Helper()
	n := float64(len(x))
	m, d, s, k := moments(x)
	wantNear(t, "mean", m, mean, 5*dev/math.Sqrt(n))
	wantNear(t, "deviation", d, dev, 5*dev/math.Sqrt(2*n))
	wantNear(t, "skewness", s, 0, 5*math.Sqrt(6/n))
	wantNear(t, "kurtosis", k, 3, 5*math.Sqrt(24/n))
}

func TestGaussianNoiseMoments(t *testing.T) {
	for _, dev := range []float64{0.1, 2} {
		wantNormal(t, whileTraining(t, &layers.GaussianNoise{Stddev: dev}, ops.State{Seed: 1}, filledWith(0.5, 4, 10000)), 0.5, dev)
	}
}

func TestGaussianDropoutMoments(t *testing.T) {
	for _, rate := range []float64{0.1, 0.5, 0.8} {
		wantNormal(t, whileTraining(t, &layers.GaussianDropout{Rate: rate}, ops.State{Seed: 2}, filledWith(2, 4, 10000)), 2, 2*math.Sqrt(rate/(1-rate)))
	}
}

// TestAlphaDropoutMoments: what comes in with mean 0 and variance 1 goes out so;
// the numbers are those of the paper: with q = 1-rate and α' = -1.7580993,
// a = (q + α'²·q·rate)^-½ and b = -a·rate·α'.
func TestAlphaDropoutMoments(t *testing.T) {
	const n = 40000
	x := tensor.From(whileTraining(t, &layers.GaussianNoise{Stddev: 1}, ops.State{Seed: 3}, tensor.New(1, n)), 1, n)
	for _, rate := range []float64{0.05, 0.25, 0.5} {
		y := whileTraining(t, &layers.AlphaDropout{Rate: rate}, ops.State{Seed: 4}, x)
		q, alpha := 1-rate, -1.7580993408473766
		a := math.Pow(q+alpha*alpha*q*rate, -0.5)
		b := -a * rate * alpha
		dropped := 0
		for i, v := range y {
			kept := a*float64(x.Data()[i]) + b
			switch {
			case math.Abs(float64(v)-(a*alpha+b)) < 1e-5:
				dropped++
			case math.Abs(float64(v)-kept) > 1e-5:
				t.Fatalf("rate %g: %g became %g, want %g or, dropped, %g", rate, x.Data()[i], v, kept, a*alpha+b)
			}
		}
		wantNear(t, "part dropped", float64(dropped)/n, rate, 5*math.Sqrt(rate*q/n))
		mean, dev, _, _ := moments(y)
		wantNear(t, "mean", mean, 0, 5/math.Sqrt(n)*2)
		wantNear(t, "deviation", dev, 1, 0.02)
	}
}

// TestAlphaDropoutShared: a NoiseShape of 1 shares decisions along an axis.
func TestAlphaDropoutShared(t *testing.T) {
	y := whileTraining(t, &layers.AlphaDropout{Rate: 0.5, NoiseShape: []int{nn.Unknown, 1, nn.Unknown}}, ops.State{Seed: 5}, filledWith(1, 8, 6, 20))
	for i := range y {
		if first := y[i/120*120+i%20]; y[i] != first {
			t.Fatalf("element %d is %g, but the first of its column %g", i, y[i], first)
		}
	}
}

// TestSpatialDropoutChannels: a channel of a sample is dropped as a whole, or
// kept and divided by 1-Rate.
func TestSpatialDropoutChannels(t *testing.T) {
	const n, rate = 400, 0.3
	for name, c := range map[string]struct {
		l     nn.Layer
		shape []int
		last  bool
	}{
		"1d":       {&layers.SpatialDropout1D{Rate: rate}, []int{n, 3, 50}, true},
		"2d":       {&layers.SpatialDropout2D{Rate: rate}, []int{n, 2, 3, 50}, true},
		"2d first": {&layers.SpatialDropout2D{Rate: rate, DataFormat: layers.ChannelsFirst}, []int{n, 50, 3, 2}, false},
		"3d":       {&layers.SpatialDropout3D{Rate: rate}, []int{n, 2, 1, 2, 50}, true},
		"3d first": {&layers.SpatialDropout3D{Rate: rate, DataFormat: layers.ChannelsFirst}, []int{n, 50, 2, 2, 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			y := whileTraining(t, c.l, ops.State{Seed: 6}, filledWith(1, c.shape...))
			cells, dropped := len(y)/n/50, 0
			for s := range n {
				for ch := range 50 {
					at := func(cell int) float32 {
						if c.last {
							return y[(s*cells+cell)*50+ch]
						}
						return y[(s*50+ch)*cells+cell]
					}
					switch first := at(0); {
					case first == 0:
						dropped++
					case math.Abs(float64(first)*(1-rate)-1) > 1e-6:
						t.Fatalf("a kept channel is %g, want %g", first, 1/(1-rate))
					}
					for cell := range cells {
						if at(cell) != at(0) {
							t.Fatalf("sample %d, channel %d is dropped in part", s, ch)
						}
					}
				}
			}
			wantNear(t, "part dropped", float64(dropped)/(n*50), rate, 5*math.Sqrt(rate*(1-rate)/(n*50)))
		})
	}
}

// TestRandomLayers: the same seed and step give the same bits for any number of
// workers; another seed, step or Seed gives others; not training they hand on
// their input.
func TestRandomLayers(t *testing.T) {
	seed := new(int64(9))
	for name, c := range map[string]struct{ plain, seeded nn.Layer }{
		"gaussian noise":   {&layers.GaussianNoise{Stddev: 1}, &layers.GaussianNoise{Stddev: 1, Seed: seed}},
		"gaussian dropout": {&layers.GaussianDropout{Rate: 0.5}, &layers.GaussianDropout{Rate: 0.5, Seed: seed}},
		"alpha dropout":    {&layers.AlphaDropout{Rate: 0.5}, &layers.AlphaDropout{Rate: 0.5, Seed: seed}},
		"dropout":          {&layers.Dropout{Rate: 0.5}, &layers.Dropout{Rate: 0.5, Seed: seed}},
		"spatial":          {&layers.SpatialDropout2D{Rate: 0.5}, &layers.SpatialDropout2D{Rate: 0.5, Seed: seed}},
	} {
		t.Run(name, func(t *testing.T) {
			x := filledWith(3, 20, 4, 5, 40)
			st := ops.State{Seed: 11, Step: 2}
			want := whileTraining(t, c.plain, st, x)
			defer par.SetWorkers(0)
			for _, workers := range []int{1, 2, 7} {
				par.SetWorkers(workers)
				if !slices.Equal(whileTraining(t, c.plain, st, x), want) {
					t.Errorf("%d workers change the numbers", workers)
				}
			}
			for what, other := range map[string][]float32{
				"another seed": whileTraining(t, c.plain, ops.State{Seed: 12, Step: 2}, x),
				"another step": whileTraining(t, c.plain, ops.State{Seed: 11, Step: 3}, x),
				"a Seed":       whileTraining(t, c.seeded, st, x),
			} {
				if slices.Equal(other, want) {
					t.Errorf("%s changes nothing", what)
				}
			}
			in := ops.Input(x.Shape()...)
			tr, err := nn.Trace(c.plain, false, []*ops.Value{in}, nil)
			must(t, err)
			if tr.Out[0] != in {
				t.Error("not training, the layer computes something")
			}
		})
	}
}
