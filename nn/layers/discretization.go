package layers

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func init() { nn.Register[Discretization]() }

// Discretization puts each number into a bin and gives the bin's number: bin 0 is
// below the first boundary, bin i from boundary i-1 up to, but not, boundary i.
// Boundaries are given, or learned by Adapt; what was learned is saved as
// BinBoundaries.
//
// Input and output: any shape; other output modes want rank 2 at most (see
// [CategoryEncoding]).
type Discretization struct {
	nn.Base
	BinBoundaries []float64  // ascending
	NumBins       int        `null:"0"`       // that Adapt makes; 0 when BinBoundaries are given
	Epsilon       float64    `default:"0.01"` // how exact the quantiles of Adapt are, as a part of all numbers
	OutputMode    OutputMode `default:"int"`
	Sparse        bool       // not known: results are dense
}

// Validate checks the settings.
func (l *Discretization) Validate() error {
	switch {
	case l.NumBins < 0:
		return fmt.Errorf("NumBins is %d; want 1 or more, or BinBoundaries", l.NumBins)
	case l.NumBins > 0 && l.BinBoundaries != nil:
		return fmt.Errorf("NumBins is %d and BinBoundaries has %d numbers; want one of them", l.NumBins, len(l.BinBoundaries))
	case !slices.Contains([]OutputMode{OutputInt, OutputOneHot, OutputMultiHot, OutputCount}, l.OutputMode):
		return fmt.Errorf("OutputMode is %q; want int, one_hot, multi_hot or count", string(l.OutputMode))
	case l.Sparse:
		return errors.New("Sparse is set, but there are no sparse tensors; leave it out")
	case !(l.Epsilon > 0 && l.Epsilon < 1):
		return fmt.Errorf("Epsilon is %g; want a part between 0 and 1", l.Epsilon)
	case !slices.IsSorted(l.BinBoundaries):
		return fmt.Errorf("BinBoundaries %v must ascend", l.BinBoundaries)
	}
	return nil
}

// Build checks the input.
func (l *Discretization) Build(_ *nn.Build, in ...nn.Shape) error {
	if l.BinBoundaries == nil {
		return errors.New("no BinBoundaries; give them, or learn NumBins of them by Adapt before the layer is used")
	}
	return oneInput(in)
}

// OutputShape states the output's shape.
func (l *Discretization) OutputShape(in ...nn.Shape) (nn.Shape, error) {
	return l.OutputMode.shape(in[0], len(l.BinBoundaries)+1)
}

// Call describes the layer.
func (l *Discretization) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	depth := len(l.BinBoundaries) + 1
	if _, err := l.OutputMode.shape(in[0].Shape(), depth); err != nil {
		panic(&ops.ShapeError{Op: "Discretization", Shapes: [][]int{in[0].Shape()}, Reason: err.Error()})
	}
	bins := ops.MulScalar(in[0], 0)
	if depth > 1 { // a NaN is below no boundary
		reached := ops.Not(ops.Less(ops.ExpandDims(in[0], -1), ops.Reshape(row(l.BinBoundaries), depth-1)))
		bins = ops.Sum(reached, -1)
	}
	return l.OutputMode.encode(ops.StopGradient(bins), nil, depth)
}

// Adapt learns the boundaries of NumBins bins that hold about as many numbers each,
// by tf-keras' way of estimating quantiles: batches of 32 samples, each reduced to
// about 1/Epsilon numbers.
// Keras: Discretization.adapt.
func (l *Discretization) Adapt(x *tensor.Tensor) error {
	switch {
	case l.NumBins < 1:
		return errors.New("layers: Discretization.Adapt: NumBins is 0; say how many bins to make (with BinBoundaries given there is nothing to learn)")
	case x == nil || x.Len() == 0:
		return errors.New("layers: Discretization.Adapt: no data")
	}
	epsilon := l.Epsilon
	if epsilon == 0 {
		epsilon = 0.01
	}
	data := x.Contiguous().Data()
	batch := 32 * len(data) / x.Shape()[0]
	var all summary
	for len(data) > 0 {
		n := min(batch, len(data))
		part := slices.Clone(data[:n])
		data = data[n:]
		all = summarize(part, epsilon).merge(all).compress(epsilon)
	}
	bounds := all.compress(1 / float64(l.NumBins)).values
	bounds = bounds[:max(0, len(bounds)-1)]
	l.BinBoundaries = make([]float64, len(bounds))
	for i, v := range bounds {
		l.BinBoundaries[i] = float64(v)
	}
	l.NumBins = 0
	return nil
}

// A summary is a sample of numbers, ascending, each standing for weight many.
type summary struct{ values, weights []float32 }

// summarize keeps every so-manieth number, so that about 1/epsilon are left.
func summarize(values []float32, epsilon float64) (s summary) {
	slices.Sort(values)
	start := int(float32(len(values)) / float32(1/epsilon))
	step := max(1, start)
	for i := start; i < len(values); i += step {
		s.values, s.weights = append(s.values, values[i]), append(s.weights, float32(step))
	}
	return s
}

// merge puts two summaries in order; of equal numbers those of s come first.
func (s summary) merge(t summary) (m summary) {
	for len(s.values)+len(t.values) > 0 {
		from := &s
		if len(s.values) == 0 || len(t.values) > 0 && t.values[0] < s.values[0] {
			from = &t
		}
		m.values, m.weights = append(m.values, from.values[0]), append(m.weights, from.weights[0])
		from.values, from.weights = from.values[1:], from.weights[1:]
	}
	return m
}

// compress reduces a summary to 1/epsilon numbers at equal parts of the weight.
func (s summary) compress(epsilon float64) (c summary) {
	if float64(len(s.values))*epsilon < 1 {
		return s
	}
	sums := make([]float64, len(s.values))
	var total float32
	for i, w := range s.weights {
		total += w
		sums[i] = float64(total)
	}
	parts := make([]float64, len(sums))
	for i := range sums {
		parts[i] = float64(float32(sums[i]) / total)
	}
	before := 0.0
	for k := range int(math.Ceil(1 / epsilon)) {
		p := epsilon + float64(k)*epsilon
		v, sum := interpolate(p, parts, func(i int) float64 { return float64(s.values[i]) }), interpolate(p, parts, func(i int) float64 { return sums[i] })
		c.values, c.weights = append(c.values, float32(v)), append(c.weights, float32(sum-before))
		before = sum
	}
	return c
}

// interpolate is numpy.interp: the value at p between known places.
func interpolate(p float64, places []float64, value func(i int) float64) float64 {
	i, found := slices.BinarySearch(places, p)
	switch {
	case i == len(places):
		return value(i - 1)
	case found || i == 0:
		for i+1 < len(places) && places[i+1] == p {
			i++
		}
		return value(i)
	}
	return value(i-1) + (value(i)-value(i-1))/(places[i]-places[i-1])*(p-places[i-1])
}
