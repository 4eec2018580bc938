package augment

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/image"
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
	c         *config
	size      int       // samples in an image
	mean, std []float32 // one for each channel, or nil; std has 1e-6 added
	zca       []float32 // size × size, or nil
	inner     int       // samples of one channel that follow each other
}

const stdEpsilon = 1e-6

func (c *config) standardizer(shape []int) (*standardizer, error) {
	h, w, ch, err := c.dims(shape)
	if err != nil {
		return nil, err
	}
	st := &standardizer{c: c, size: h * w * ch, inner: 1}
	if c.DataFormat == image.ChannelsFirst {
		st.inner = h * w
	}
	channels := func(name, flag string, t *tensor.Tensor) ([]float32, error) {
		if t == nil {
			return nil, fmt.Errorf("augment: %s needs %s: %w", flag, name, errNotFitted)
		}
		if t.Len() != ch {
			return nil, fmt.Errorf("augment: %s has shape %v, want one number for each of %d channels (image shape %v, %s)", name, t.Shape(), ch, shape, c.DataFormat)
		}
		return t.Data(), nil
	}
	if c.FeaturewiseCenter {
		if st.mean, err = channels("Mean", "FeaturewiseCenter", c.Mean); err != nil {
			return nil, err
		}
	}
	if c.FeaturewiseStdNormalization {
		std, err := channels("Std", "FeaturewiseStdNormalization", c.Std)
		if err != nil {
			return nil, err
		}
		for _, v := range std {
			st.std = append(st.std, v+stdEpsilon)
		}
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
		scale(x, float32(c.Rescale))
	}
	if c.SamplewiseCenter {
		mean, _ := moments(x, false)
		add(x, float32(-mean))
	}
	if c.SamplewiseStdNormalization {
		_, std := moments(x, true)
		d := float32(std) + stdEpsilon
		for i := range x {
			x[i] /= d
		}
	}
	if st.mean != nil {
		st.channelwise(x, func(v []float32, k int) { add(v, -st.mean[k]) }, func(v []float32) {
			for i := range v {
				v[i] -= st.mean[i]
			}
		})
	}
	if st.std != nil {
		divide := func(v []float32, k int) {
			for i := range v {
				v[i] /= st.std[k]
			}
		}
		st.channelwise(x, divide, func(v []float32) {
			for i := range v {
				v[i] /= st.std[i]
			}
		})
	}
	if st.zca != nil {
		s.flat = resized(s.flat, st.size)
		for ; len(x) > 0; x = x[st.size:] {
			vectorTimesMatrix(s.flat, x[:st.size], st.zca)
			copy(x, s.flat)
		}
	}
	return nil
}

// channelwise calls plane for every run of samples of channel k, or pixel for
// every pixel if there is only one sample in such a run.
func (st *standardizer) channelwise(x []float32, plane func(v []float32, k int), pixel func(v []float32)) {
	channels := len(st.mean)
	if st.inner > 1 || channels == 1 {
		n := st.inner
		if channels == 1 {
			n = len(x)
		}
		for i := 0; i*n < len(x); i++ {
			plane(x[i*n:(i+1)*n], i%channels)
		}
		return
	}
	for ; len(x) >= channels; x = x[channels:] {
		pixel(x[:channels])
	}
}

func scale(x []float32, f float32) {
	for i := range x {
		x[i] *= f
	}
}

func add(x []float32, f float32) {
	for i := range x {
		x[i] += f
	}
}

// moments returns the mean and, if asked for, the population standard deviation.
func moments(x []float32, withStd bool) (mean, std float64) {
	n := float64(len(x))
	mean = sum(x, 0, false) / n
	if withStd {
		std = math.Sqrt(sum(x, mean, true) / n)
	}
	return mean, std
}

// sum adds up x-m or its squares, in a fixed order in four lanes.
func sum(x []float32, m float64, squares bool) float64 {
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

// vectorTimesMatrix sets y to x·m, m being square. Four rows of m at a time.
func vectorTimesMatrix(y, x, m []float32) {
	n := len(x)
	clear(y)
	i := 0
	for ; i+4 <= n; i += 4 {
		a, b, c, d := x[i], x[i+1], x[i+2], x[i+3]
		r0, r1, r2, r3 := m[i*n:][:len(y)], m[(i+1)*n:][:len(y)], m[(i+2)*n:][:len(y)], m[(i+3)*n:][:len(y)]
		for j := range y {
			y[j] += float32(a*r0[j]) + float32(b*r1[j]) + (float32(c*r2[j]) + float32(d*r3[j]))
		}
	}
	for ; i < n; i++ {
		row := m[i*n:][:len(y)]
		for j := range y {
			y[j] += float32(x[i] * row[j])
		}
	}
}
