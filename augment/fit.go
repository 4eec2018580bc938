package augment

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/tensor"
)

// FitConfig says what Fit takes its statistics of.
type FitConfig struct {
	Augment bool // of randomly transformed samples rather than the samples themselves
	Rounds  int  `default:"1"` // with Augment: passes over the samples
	Seed    *int // with Augment; nil stands for 0
}

// Fit computes the statistics that FeaturewiseCenter,
// FeaturewiseStdNormalization and ZCAWhitening need from samples of the data
// set, an array of rank 4, and sets Mean, Std and ZCAWhiteningMatrix. Samples
// are rescaled first; the preprocessing function is not called, as in Keras.
//
// ZCA takes time and memory with the square of the samples in an image, and
// work with the cube of that or of the number of images, whichever is less.
// Keras: fit.
func (g *ImageDataGenerator) Fit(x *tensor.Tensor, fc FitConfig) error {
	c, err := g.resolve()
	if err != nil {
		return err
	}
	shape := x.Shape()
	if len(shape) != 4 {
		return fmt.Errorf("augment: Fit: the samples have shape %v, want rank 4 (samples, %s)", shape, c.axes())
	}
	n := shape[0]
	h, w, ch, _ := c.dims(shape[1:])
	size := h * w * ch
	if n*size == 0 {
		return fmt.Errorf("augment: Fit: the samples have shape %v: nothing to measure", shape)
	}
	rounds := 1
	if fc.Augment && fc.Rounds != 0 {
		rounds = fc.Rounds
	}
	if rounds < 1 {
		return fmt.Errorf("augment: Fit: Rounds is %d, want at least 1", fc.Rounds)
	}
	if fc.Augment && c.BrightnessRange != [2]float64{} {
		if err := checkBrightness(ch); err != nil {
			return err
		}
	}
	data := append([]float32(nil), x.Data()...)
	if c.Rescale != 0 {
		kernel.Scale(data, data, float32(c.Rescale))
	}
	if fc.Augment {
		data = c.augmented(data, n, h, w, ch, rounds, seedOf(fc.Seed))
		n *= rounds
	}
	stat := [3]int{1, 1, ch}
	inner := 1
	if c.DataFormat == image.ChannelsFirst {
		stat, inner = [3]int{ch, 1, 1}, h*w
	}
	if c.FeaturewiseCenter {
		mean := channelSums(data, ch, inner, nil)
		for k := range mean {
			mean[k] /= float64(n * h * w)
		}
		g.Mean = tensor.From(floats(mean), stat[:]...)
		subtract(data, g.Mean.Data(), inner)
	}
	if c.FeaturewiseStdNormalization {
		// numpy takes the mean again, of the centred samples.
		mean := channelSums(data, ch, inner, nil)
		for k := range mean {
			mean[k] /= float64(n * h * w)
		}
		std := channelSums(data, ch, inner, mean)
		for k := range std {
			std[k] = math.Sqrt(std[k] / float64(n*h*w))
		}
		g.Std = tensor.From(floats(std), stat[:]...)
	}
	if c.ZCAWhitening {
		m, err := zca(data, n, size, c.ZCAEpsilon, c.Compat)
		if err != nil {
			return err
		}
		g.ZCAWhiteningMatrix = tensor.From(m, size, size)
	}
	return nil
}

func seedOf(seed *int) uint64 {
	if seed == nil {
		return 0
	}
	return uint64(*seed)
}

// augmented returns rounds randomly transformed copies of the samples.
func (c *settings) augmented(data []float32, n, h, w, ch, rounds int, seed uint64) []float32 {
	size := h * w * ch
	out := make([]float32, rounds*n*size)
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	var r drawer
	var src rng.Source
	if c.NumPyRandom {
		r = c.drawer(seed)
	} else {
		r = rand.New(&src)
	}
	for i := range rounds * n {
		src.Reset(seed, uint64(i/n), uint64(i%n))
		c.apply(out[i*size:][:size], data[i%n*size:][:size], h, w, ch, c.draw(r, h, w), nil, s)
	}
	return out
}

// channelSums adds up each channel's samples, or with means the squares of
// their distances from them.
func channelSums(data []float32, ch, inner int, means []float64) []float64 {
	sums := make([]float64, ch)
	for i := 0; i < len(data); i += inner {
		k := i / inner % ch
		if inner > 1 {
			run := data[i : i+inner]
			if means == nil {
				sums[k] += total(run, 0, false)
			} else {
				sums[k] += total(run, means[k], true)
			}
			continue
		}
		v := float64(data[i])
		if means != nil {
			v -= means[k]
			v *= v
		}
		sums[k] += v
	}
	return sums
}

func subtract(data, mean []float32, inner int) {
	for i := range data {
		data[i] -= mean[i/inner%len(mean)]
	}
}

func floats(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// zca returns the whitening matrix U·diag(f(s))·Uᵀ of n images of d samples,
// where Xᵀ = U·diag(s)·Vᵀ. Keras' f is √n/(s+ε), keras-preprocessing's
// 1/√(s²/n+ε).
//
// U and s are found as eigenvectors and roots of eigenvalues of XᵀX or, when
// there are fewer images than samples, through those of XXᵀ. Squaring costs
// accuracy of singular values below 1e-8 of the greatest, which are noise in
// float32 samples anyway.
func zca(x []float32, n, d int, epsilon float64, compat Compat) ([]float32, error) {
	X := mat.NewDense(n, d, nil)
	raw := X.RawMatrix().Data
	for i, v := range x {
		raw[i] = float64(v)
	}
	var eig mat.EigenSym
	gram := mat.NewSymDense(min(n, d), nil)
	if n < d {
		gram.SymOuterK(1, X)
	} else {
		gram.SymOuterK(1, X.T())
	}
	if !eig.Factorize(gram, true) {
		return nil, fmt.Errorf("augment: Fit: the eigenvalues of the samples were not found; are there NaN among the samples?")
	}
	values := eig.Values(nil)
	var U mat.Dense
	eig.VectorsTo(&U)
	top := math.Sqrt(max(values[len(values)-1], 0))
	weight := func(s float64) float64 {
		if compat == KerasPreprocessing112 {
			return 1 / math.Sqrt(s*s/float64(n)+epsilon)
		}
		return math.Sqrt(float64(n)) / (s + epsilon)
	}
	rest := 0.0 // the weight of what lies outside the images' span
	scale := make([]float64, len(values))
	if n < d {
		var V mat.Dense
		V.Mul(X.T(), &U) // columns of length s
		U.CloneFrom(&V)
		if compat == KerasPreprocessing112 {
			rest = weight(0)
		}
	}
	for i, v := range values {
		s := math.Sqrt(max(v, 0))
		scale[i] = weight(s) - rest
		if n < d {
			if s <= 1e-7*top { // no direction can be told from noise
				scale[i] = 0
				continue
			}
			scale[i] /= s * s
		}
	}
	var W, left mat.Dense
	left.Apply(func(_, j int, v float64) float64 { return v * scale[j] }, &U)
	W.Mul(&left, U.T())
	out := floats(W.RawMatrix().Data)
	for i := range d {
		out[i*d+i] += float32(rest)
	}
	return out, nil
}

// total adds up x-m or its squares, in a fixed order in four lanes.
func total(x []float32, m float64, squares bool) float64 {
	var s [4]float64
	for len(x) >= 4 {
		for i := range s {
			d := float64(x[i]) - m
			if squares {
				d *= d
			}
			s[i] += d
		}
		x = x[4:]
	}
	for _, v := range x {
		d := float64(v) - m
		if squares {
			d *= d
		}
		s[0] += d
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}
