package metrics

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func init() {
	nn.Register[Mean]()
	nn.Register[Sum]()
	nn.Register[MeanTensor]()
	nn.Register[MeanRelativeError]()
	nn.Register[Equality]("Accuracy")
}

// Mean is the weighted mean of values: those given to [State.UpdateValues], in a
// model the predictions (it does not look at targets).
type Mean struct{ mean }

// Name is "mean".
func (Mean) Name() string { return "mean" }

// Update describes [Σ w·v, Σ w].
func (Mean) Update(_, v, w *ops.Value) *ops.Value { return nn.WeightedSum(v, w) }

// Sum is the weighted sum of values, as in [Mean].
type Sum struct{}

// Name is "sum".
func (Sum) Name() string { return "sum" }

// Update describes [Σ w·v].
func (Sum) Update(_, v, w *ops.Value) *ops.Value {
	if w != nil {
		v = ops.Mul(v, nn.FitWeight(w, v))
	}
	return ops.Reshape(ops.Sum(v), 1)
}

// Result is the sum.
func (Sum) Result(s []float64) float64 { return s[0] }

// MeanTensor is the weighted mean of each element of values that keep their shape
// from one update to the next; see [State.UpdateValues]. In a model, whose batches
// may differ in size, use a metric of one's own.
type MeanTensor struct {
	Shape []int // of the values; nil: that of the first ones
}

// Name is "mean_tensor".
func (MeanTensor) Name() string { return "mean_tensor" }

// Update describes Σ w·v, then Σ w, of each element.
func (m MeanTensor) Update(_, v, w *ops.Value) *ops.Value {
	weight := ops.BroadcastTo(ops.Scalar(1), v.Shape()...)
	if w != nil {
		weight = ops.BroadcastTo(nn.FitWeight(w, v), v.Shape()...)
	}
	n := v.Size()
	return ops.Concat(0, ops.Reshape(ops.Mul(v, weight), n), ops.Reshape(weight, n))
}

// Result is the mean of the results.
func (m MeanTensor) Result(s []float64) float64 {
	r := make([]float64, len(s)/2)
	m.Results(s, r)
	return average(r)
}

// ResultNames names the elements, in row-major order.
func (m MeanTensor) ResultNames(v nn.Shape) []string {
	n := 1
	for _, d := range v {
		n *= d
	}
	var s []string
	for i := range max(0, n) {
		s = append(s, fmt.Sprint(i))
	}
	return s
}

// Results fills in the mean of each element.
func (m MeanTensor) Results(s, results []float64) {
	n := len(s) / 2
	for i := range results {
		results[i] = divide(s[i], s[n+i])
	}
}

// CheckOutput refuses models: their batches differ in size.
func (m MeanTensor) CheckOutput(p nn.Shape) error {
	return errors.New("metric mean_tensor is for values of one shape (metrics.NewState and UpdateValues); batches of a model differ in size")
}

// CheckTarget refuses values of another shape.
func (m MeanTensor) CheckTarget(_, v nn.Shape) error {
	if m.Shape != nil && !v.Equal(nn.Shape(m.Shape)) {
		return fmt.Errorf("metric mean_tensor: the shape is %v, values have %v", nn.Shape(m.Shape), v)
	}
	return nil
}

// MeanRelativeError is the mean of |y-p| / Normalizer; where that is 0, 0.
type MeanRelativeError struct {
	mean
	Normalizer []float64 // for each column, or one for all
}

// Name is "mean_relative_error".
func (MeanRelativeError) Name() string { return "mean_relative_error" }

// Update describes [Σ w·error, Σ w].
func (m MeanRelativeError) Update(y, p, w *ops.Value) *ops.Value {
	by := make([]float32, len(m.Normalizer))
	for i, x := range m.Normalizer {
		if x != 0 {
			by[i] = float32(1 / x)
		}
	}
	e := ops.Abs(ops.Sub(y, p))
	scale := ops.Constant(tensor.From(by, len(by)))
	if len(by) == 1 {
		scale = ops.Scalar(by[0])
	}
	return nn.WeightedSum(ops.Mul(e, scale), w)
}

// CheckTarget refuses targets of another shape than the predictions.
func (m MeanRelativeError) CheckTarget(y, p nn.Shape) error {
	if n := len(m.Normalizer); n > 1 && n != p.Last() {
		return fmt.Errorf("metric mean_relative_error: the normalizer has %d numbers, predictions have shape %v", n, p)
	}
	return same("mean_relative_error", y, p)
}

// Validate checks the settings.
func (m MeanRelativeError) Validate() error {
	if len(m.Normalizer) == 0 {
		return errors.New("metric mean_relative_error: the normalizer is empty; want one number, or one for each column")
	}
	return nil
}

// Equality is the share of predictions that equal their targets, number by number.
// For classes use [Accuracy], which compares classes. Keras: the class Accuracy.
type Equality struct{ mean }

// Name is "accuracy".
func (Equality) Name() string { return "accuracy" }

// ClassName is Keras' name.
func (Equality) ClassName() string { return "Accuracy" }

// Update describes [Σ w·equal, Σ w].
func (Equality) Update(y, p, w *ops.Value) *ops.Value { return nn.WeightedSum(ops.Equal(y, p), w) }

// CheckTarget refuses targets of another shape than the predictions.
func (Equality) CheckTarget(y, p nn.Shape) error { return same("accuracy", y, p) }
