package layers

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func init() { nn.Register[Normalization]() }

// Normalization is (x-mean)/√variance: every feature comes to have mean 0 and
// variance 1. Mean and variance are given as settings, or learned from data by
// Adapt before the model is trained; until then they are 0 and 1. Invert turns
// normalised numbers back.
//
// Input and output: any shape; sizes of Axis must be known.
// Weights: mean, variance, of the sizes of Axis, and count, none trainable; none
// at all when Mean and Variance are given.
type Normalization struct {
	nn.Base
	Axis     []int     `default:"-1"`  // that keep a mean and a variance of their own; empty, not nil: one for all numbers (Keras: None)
	Mean     []float64 `single:"true"` // one number, or one for each element of the last of Axis
	Variance []float64 `single:"true"` // the same
	Invert   bool

	keep    nn.Shape // sizes of Axis, 1 elsewhere
	weights []*nn.Weight
	learned *moments // by Adapt, before Build
}

// Validate checks the settings.
func (l *Normalization) Validate() error {
	if (l.Mean == nil) != (l.Variance == nil) {
		return fmt.Errorf("Mean has %d numbers, Variance %d; want both or none", len(l.Mean), len(l.Variance))
	}
	for _, v := range l.Variance {
		if !(v >= 0) {
			return fmt.Errorf("Variance is %g; want 0 or more", v)
		}
	}
	return nil
}

// Build creates the weights.
func (l *Normalization) Build(b *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	keep, sizes, err := keptAxes(l.Axis, in[0])
	if err != nil {
		return err
	}
	l.keep, l.weights = keep, nil
	if l.Mean != nil {
		last := nn.Shape{1}
		if len(sizes) > 0 {
			last = sizes
		}
		return firstError(fitsKept("Mean", len(l.Mean), last), fitsKept("Variance", len(l.Variance), last))
	}
	for _, s := range []nn.WeightSpec{{Name: "mean", Shape: sizes}, {Name: "variance", Shape: sizes}, {Name: "count", Shape: nn.Shape{}}} {
		s.NotTrainable = true
		l.weights = append(l.weights, b.Weight(s))
	}
	start := &moments{mean: make([]float64, sizeOf(sizes)), variance: make([]float64, sizeOf(sizes))}
	for i := range start.variance {
		start.variance[i] = 1
	}
	if l.learned != nil {
		if !l.learned.keep.Equal(keep) && sizeOf(l.learned.keep) != sizeOf(keep) {
			return fmt.Errorf("Adapt saw data with %d numbers along Axis %v, but the input %v has %d", sizeOf(l.learned.keep), l.Axis, in[0], sizeOf(keep))
		}
		start = l.learned
	}
	return start.store(l.weights)
}

// OutputShape is that of the input.
func (l *Normalization) OutputShape(in ...nn.Shape) (nn.Shape, error) { return in[0], nil }

// Call describes the layer.
func (l *Normalization) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	var mean, variance *ops.Value
	if l.Mean != nil {
		mean, variance = l.given(l.Mean), l.given(l.Variance)
	} else {
		mean, variance = ops.Reshape(c.Read(l.weights[0]), l.keep...), ops.Reshape(c.Read(l.weights[1]), l.keep...)
	}
	deviation := ops.MaximumScalar(ops.Sqrt(variance), 1e-7)
	if l.Invert {
		return ops.Add(mean, ops.Mul(in[0], deviation))
	}
	return ops.Div(ops.Sub(in[0], mean), deviation)
}

// given is a setting in a shape that meets the input.
func (l *Normalization) given(v []float64) *ops.Value {
	if len(v) == 1 {
		return row(v)
	}
	shape := slices.Clone(l.keep)
	last := len(shape) - 1
	for last > 0 && shape[last] == 1 && len(v) > 1 {
		last--
	}
	for i := range shape {
		if i != last {
			shape[i] = 1
		}
	}
	return ops.Reshape(row(v), shape...)
}

// Adapt learns mean and variance from all of x, whose first axis counts samples.
// What was learned before is forgotten.
// Keras: Normalization.adapt.
func (l *Normalization) Adapt(x *tensor.Tensor) error {
	return l.AdaptSeq(func(yield func(*tensor.Tensor, error) bool) { yield(x, nil) })
}

// AdaptSeq is [Normalization.Adapt] for data that come in batches.
func (l *Normalization) AdaptSeq(batches iter.Seq2[*tensor.Tensor, error]) error {
	if l.Mean != nil {
		return errors.New("layers: Normalization.Adapt: Mean and Variance are given as settings, so there is nothing to learn; leave them out")
	}
	axes := l.Axis
	if axes == nil {
		axes = []int{-1}
	}
	var m *moments
	for x, err := range batches {
		if err != nil {
			return err
		}
		if x == nil || x.Len() == 0 {
			continue
		}
		keep, _, err := keptAxes(axes, x.Shape())
		switch {
		case err != nil:
			return fmt.Errorf("layers: Normalization.Adapt: %w", err)
		case m == nil:
			m = &moments{keep: keep, mean: make([]float64, sizeOf(keep)), variance: make([]float64, sizeOf(keep))}
		case !m.keep.Equal(keep):
			return fmt.Errorf("layers: Normalization.Adapt: a batch of shape %v follows others with %v along Axis %v", nn.Shape(x.Shape()), m.keep, axes)
		}
		m.add(x)
	}
	if m == nil {
		return errors.New("layers: Normalization.Adapt: no data")
	}
	if l.weights != nil {
		if l.weights[0].Value().Len() != len(m.mean) {
			return fmt.Errorf("layers: Normalization.Adapt: the data have %d numbers along Axis %v, the layer was built for %d", len(m.mean), axes, l.weights[0].Value().Len())
		}
		return m.store(l.weights)
	}
	l.learned = m
	return nil
}

// moments are the mean and the variance of what was seen, one for each element
// of the kept axes.
type moments struct {
	keep           nn.Shape
	mean, variance []float64
	count          float64
}

// add takes a batch: its own moments first, then both put together (Chan, Golub
// and LeVeque, 1979).
func (m *moments) add(x *tensor.Tensor) {
	n := len(m.mean)
	sum, square := make([]float64, n), make([]float64, n)
	data, places := x.Contiguous().Data(), keptPlaces(m.keep, x.Shape())
	each := float64(len(data) / n)
	for i, v := range data {
		sum[places(i)] += float64(v)
	}
	for i, v := range data {
		d := float64(v) - sum[places(i)]/each
		square[places(i)] += d * d
	}
	total := m.count + each
	for i := range n {
		mean := sum[i] / each
		d := mean - m.mean[i]
		m.variance[i] = (m.variance[i]*m.count + square[i] + d*d*m.count*each/total) / total
		m.mean[i] += d * each / total
	}
	m.count = total
}

// store puts the moments into the weights.
func (m *moments) store(ws []*nn.Weight) error {
	for i, v := range [][]float64{m.mean, m.variance, {m.count}} {
		x := make([]float32, len(v))
		for j := range v {
			x[j] = float32(v[j])
		}
		if err := ws[i].Set(tensor.From(x, ws[i].Shape()...)); err != nil {
			return err
		}
	}
	return nil
}

// keptPlaces returns the place of element i of a shape among the kept axes.
func keptPlaces(keep nn.Shape, shape []int) func(i int) int {
	return func(i int) int {
		place, step := 0, 1
		for a := len(shape) - 1; a >= 0; a-- {
			if keep[a] != 1 {
				place += i % shape[a] * step
				step *= keep[a]
			}
			i /= shape[a]
		}
		return place
	}
}

// keptAxes returns the shape with 1 in the place of the axes that are not kept, and
// the sizes of those that are, in order.
func keptAxes(axes []int, in nn.Shape) (keep, sizes nn.Shape, err error) {
	keep, sizes = make(nn.Shape, in.Rank()), nn.Shape{}
	for i := range keep {
		keep[i] = 1
	}
	kept := map[int]bool{}
	for _, a := range axes {
		if a < -in.Rank() || a >= in.Rank() {
			return nil, nil, fmt.Errorf("Axis %v: the input %v has axes -%d … %d", axes, in, in.Rank(), in.Rank()-1)
		}
		kept[(a+in.Rank())%in.Rank()] = true
	}
	for a, d := range in {
		if !kept[a] {
			continue
		}
		if d == nn.Unknown {
			return nil, nil, unknownAxis(a, in)
		}
		keep[a] = d
		sizes = append(sizes, d)
	}
	return keep, sizes, nil
}

// fitsKept checks a setting of one number, or of one for each element of the last
// kept axis.
func fitsKept(setting string, n int, sizes nn.Shape) error {
	if n != 1 && n != sizes.Last() {
		return fmt.Errorf("%s has %d numbers; want 1, or %d for the last of Axis", setting, n, sizes.Last())
	}
	return nil
}

func sizeOf(s nn.Shape) int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}
