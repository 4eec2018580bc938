package augment

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/internal/kernel"
	"github.com/antler-ml/antler/tensor"
)

// Standardize applies the preprocessing function, the rescaling and the
// normalisations to an image, or to a batch of images, in place, and returns
// it. Samplewise statistics are over all of x, as in Keras.
// Keras: standardize.
func (g *ImageDataGenerator) Standardize(x *tensor.Tensor) (*tensor.Tensor, error) {
	c, err := g.resolve()
	if err != nil {
		return nil, err
	}
	shape := x.Shape()
	if len(shape) != 3 && len(shape) != 4 {
		return nil, fmt.Errorf("augment: Standardize: shape %v, want rank 3 (%s) or 4 (a batch of them)", shape, c.axes())
	}
	one := shape[len(shape)-3:]
	st, err := c.standardizer(one)
	if err != nil {
		return nil, err
	}
	if !x.IsContiguous() {
		return nil, fmt.Errorf("augment: Standardize works in place, but x is a strided view; copy it first")
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	return x, st.run(x.Data(), shape, s)
}

// A standardizer is the part of a generator that Standardize uses, prepared for
// images of one shape.
type standardizer struct {
	c      *settings
	raster raster
	size   int         // samples in an image
	mean   [][]float32 // for each plane, as long as a row; nil without featurewise statistics
	scale  [][]float32
	zero   []float32
	zca    []float32 // size × size, or nil
}

const stdEpsilon = 1e-6

func (c *settings) standardizer(shape []int) (*standardizer, error) {
	h, w, ch, err := c.dims(shape)
	if err != nil {
		return nil, err
	}
	st := &standardizer{c: c, raster: c.raster(h, w, ch), size: h * w * ch}
	channels := func(name, flag string, t *tensor.Tensor) ([]float32, error) {
		if t == nil {
			return nil, fmt.Errorf("augment: %s needs %s: %w", flag, name, errNotFitted)
		}
		if t.Len() != ch {
			return nil, fmt.Errorf("augment: %s has shape %v, want one number for each of %d channels (image shape %v, %s)", name, t.Shape(), ch, shape, c.DataFormat)
		}
		return t.Data(), nil
	}
	var mean, std []float32
	if c.FeaturewiseCenter {
		if mean, err = channels("Mean", "FeaturewiseCenter", c.Mean); err != nil {
			return nil, err
		}
	}
	if c.FeaturewiseStdNormalization {
		if std, err = channels("Std", "FeaturewiseStdNormalization", c.Std); err != nil {
			return nil, err
		}
	}
	if mean != nil {
		st.rows(mean, std, w)
	}
	if c.ZCAWhitening {
		m := c.ZCAWhiteningMatrix
		if m == nil {
			return nil, fmt.Errorf("augment: ZCAWhitening needs ZCAWhiteningMatrix: %w", errNotFitted)
		}
		if s := m.Shape(); len(s) != 2 || s[0] != st.size || s[1] != st.size {
			return nil, fmt.Errorf("augment: ZCAWhiteningMatrix has shape %v, want [%d %d] for images of shape %v", s, st.size, st.size, shape)
		}
		st.zca = m.Data()
	}
	return st, nil
}

// rows lays out the mean and the factor of every sample of a row.
func (st *standardizer) rows(mean, std []float32, w int) {
	n := w * st.raster.inner
	st.zero = make([]float32, n)
	for p := range st.raster.planes {
		m, f := make([]float32, n), make([]float32, n)
		for i := range n {
			k := p*st.raster.inner + i%st.raster.inner
			m[i], f[i] = mean[k], 1
			if std != nil {
				f[i] = float32(1 / (float64(std[k]) + stdEpsilon))
			}
		}
		st.mean, st.scale = append(st.mean, m), append(st.scale, f)
	}
}

// rowwise reports whether rows can be standardized one by one.
func (st *standardizer) rowwise() bool {
	c := st.c
	return c.PreprocessingFunction == nil && !c.SamplewiseCenter && !c.SamplewiseStdNormalization && st.zca == nil && c.cast == nil
}

// row rescales and normalises a row of a plane, in place.
func (st *standardizer) row(x []float32, plane int) {
	if st.c.Rescale != 0 {
		kernel.Scale(x, x, float32(st.c.Rescale))
	}
	if st.mean != nil {
		kernel.NormApply(x, x, st.mean[plane], st.scale[plane], st.zero)
	}
}

// run standardizes x, of the given shape, in place.
func (st *standardizer) run(x []float32, shape []int, s *scratch) error {
	c := st.c
	if c.PreprocessingFunction != nil {
		y := c.PreprocessingFunction(tensor.From(x, shape...))
		if y == nil || y.Len() != len(x) {
			return fmt.Errorf("augment: PreprocessingFunction must return an image of the shape %v that it was given", shape)
		}
		copy(x, y.Data())
	}
	if c.Rescale != 0 {
		kernel.Scale(x, x, float32(c.Rescale))
	}
	if c.SamplewiseCenter {
		mean := s.mean(x)
		kernel.AddScalar(x, x, float32(-mean))
	}
	if c.SamplewiseStdNormalization {
		kernel.Scale(x, x, float32(1/(s.std(x, s.mean(x))+stdEpsilon)))
	}
	if st.mean != nil {
		n, plane := len(st.zero), st.raster.plane()
		for i := 0; i < len(x); i += n {
			p := i / plane % st.raster.planes
			kernel.NormApply(x[i:i+n], x[i:i+n], st.mean[p], st.scale[p], st.zero)
		}
	}
	if st.zca != nil {
		st.whiten(x, s)
	}
	if c.cast != nil {
		for i, v := range x {
			x[i] = c.cast(v)
		}
	}
	return nil
}

// whiten multiplies images, one after another in x, by the ZCA matrix.
func (st *standardizer) whiten(x []float32, s *scratch) {
	n := len(x) / st.size
	s.flat = resized(s.flat, len(x))
	kernel.Gemm(n, st.size, st.size, kernel.Operand{Data: x, Ld: st.size}, kernel.Operand{Data: st.zca, Ld: st.size}, s.flat, st.size, kernel.Epilogue{})
	copy(x, s.flat)
}

// width is the length of the runs whose sums are taken side by side.
const width = 512

// sums adds up x-m and its squares. The order of the additions depends on the
// length of x alone.
func (s *scratch) sums(x []float32, m float32) (sum, squares float64) {
	s.moment = resized(s.moment, 3*width)
	centre, first, second := s.moment[:width], s.moment[width:2*width], s.moment[2*width:]
	for i := range centre {
		centre[i] = m
	}
	add := func(x []float32, n int) {
		clear(first)
		clear(second)
		kernel.NormMoments(first[:n], second[:n], x, centre[:n])
		for i, v := range first[:n] {
			sum += float64(v)
			squares += float64(second[i])
		}
	}
	const block = 64 * width
	for ; len(x) >= width; x = x[min(block, len(x)&^(width-1)):] {
		add(x[:min(block, len(x)&^(width-1))], width)
	}
	if len(x) > 0 {
		add(x, len(x))
	}
	return sum, squares
}

func (s *scratch) mean(x []float32) float64 {
	sum, _ := s.sums(x, 0)
	return sum / float64(len(x))
}

// std returns the population standard deviation, given the mean.
func (s *scratch) std(x []float32, mean float64) float64 {
	_, squares := s.sums(x, float32(mean))
	return math.Sqrt(squares / float64(len(x)))
}
