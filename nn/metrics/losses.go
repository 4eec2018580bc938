package metrics

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[MeanSquaredError]()
	nn.Register[RootMeanSquaredError]()
	nn.Register[MeanAbsoluteError]()
	nn.Register[MeanAbsolutePercentageError]()
	nn.Register[MeanSquaredLogarithmicError]()
	nn.Register[Hinge]()
	nn.Register[SquaredHinge]()
	nn.Register[CategoricalHinge]()
	nn.Register[LogCoshError]()
	nn.Register[KLDivergence]()
	nn.Register[Poisson]()
	nn.Register[CosineSimilarity]()
	nn.Register[BinaryCrossentropy]()
	nn.Register[CategoricalCrossentropy]()
	nn.Register[SparseCategoricalCrossentropy]()
}

// mean is what the metrics below share: the weighted mean of a loss over the
// epoch.
type mean struct{}

// Result is the weighted mean.
func (mean) Result(s []float64) float64 { return nn.Ratio(s) }

// each describes [Σ w·loss, Σ w].
func each(l nn.Loss, y, p, w *ops.Value) *ops.Value { return nn.WeightedSum(l.Loss(y, p), w) }

// MeanSquaredError is mean (p-y)²; see losses.MeanSquaredError.
type MeanSquaredError struct{ mean }

// Name is "mean_squared_error".
func (MeanSquaredError) Name() string { return "mean_squared_error" }

// Update describes [Σ w·loss, Σ w].
func (MeanSquaredError) Update(y, p, w *ops.Value) *ops.Value {
	return each(losses.MeanSquaredError{}, y, p, w)
}

// CheckTarget refuses targets of another shape than the predictions.
func (MeanSquaredError) CheckTarget(y, p nn.Shape) error { return same("mean_squared_error", y, p) }

// MeanAbsoluteError is mean |p-y|; see losses.MeanAbsoluteError.
type MeanAbsoluteError struct{ mean }

// Name is "mean_absolute_error".
func (MeanAbsoluteError) Name() string { return "mean_absolute_error" }

// Update describes [Σ w·loss, Σ w].
func (MeanAbsoluteError) Update(y, p, w *ops.Value) *ops.Value {
	return each(losses.MeanAbsoluteError{}, y, p, w)
}

// CheckTarget refuses targets of another shape than the predictions.
func (MeanAbsoluteError) CheckTarget(y, p nn.Shape) error { return same("mean_absolute_error", y, p) }

// MeanAbsolutePercentageError is the mean of 100·|p-y|/|y|; see losses.MeanAbsolutePercentageError.
type MeanAbsolutePercentageError struct{ mean }

// Name is "mean_absolute_percentage_error".
func (MeanAbsolutePercentageError) Name() string { return "mean_absolute_percentage_error" }

// Update describes [Σ w·loss, Σ w].
func (MeanAbsolutePercentageError) Update(y, p, w *ops.Value) *ops.Value {
	return each(losses.MeanAbsolutePercentageError{}, y, p, w)
}

// CheckTarget refuses targets of another shape than the predictions.
func (MeanAbsolutePercentageError) CheckTarget(y, p nn.Shape) error {
	return same("mean_absolute_percentage_error", y, p)
}

// MeanSquaredLogarithmicError is the mean of (log(p+1) - log(y+1))²; see losses.MeanSquaredLogarithmicError.
type MeanSquaredLogarithmicError struct{ mean }

// Name is "mean_squared_logarithmic_error".
func (MeanSquaredLogarithmicError) Name() string { return "mean_squared_logarithmic_error" }

// Update describes [Σ w·loss, Σ w].
func (MeanSquaredLogarithmicError) Update(y, p, w *ops.Value) *ops.Value {
	return each(losses.MeanSquaredLogarithmicError{}, y, p, w)
}

// CheckTarget refuses targets of another shape than the predictions.
func (MeanSquaredLogarithmicError) CheckTarget(y, p nn.Shape) error {
	return same("mean_squared_logarithmic_error", y, p)
}

// Hinge is the mean of max(1 - y·p, 0); see losses.Hinge.
type Hinge struct{ mean }

// Name is "hinge".
func (Hinge) Name() string { return "hinge" }

// Update describes [Σ w·loss, Σ w].
func (Hinge) Update(y, p, w *ops.Value) *ops.Value { return each(losses.Hinge{}, y, p, w) }

// CheckTarget refuses targets of another shape than the predictions.
func (Hinge) CheckTarget(y, p nn.Shape) error { return same("hinge", y, p) }

// SquaredHinge is the mean of max(1 - y·p, 0)²; see losses.SquaredHinge.
type SquaredHinge struct{ mean }

// Name is "squared_hinge".
func (SquaredHinge) Name() string { return "squared_hinge" }

// Update describes [Σ w·loss, Σ w].
func (SquaredHinge) Update(y, p, w *ops.Value) *ops.Value {
	return each(losses.SquaredHinge{}, y, p, w)
}

// CheckTarget refuses targets of another shape than the predictions.
func (SquaredHinge) CheckTarget(y, p nn.Shape) error { return same("squared_hinge", y, p) }

// CategoricalHinge is the mean of max(n - t + 1, 0), of the largest wrong and the right prediction; see losses.CategoricalHinge.
type CategoricalHinge struct{ mean }

// Name is "categorical_hinge".
func (CategoricalHinge) Name() string { return "categorical_hinge" }

// Update describes [Σ w·loss, Σ w].
func (CategoricalHinge) Update(y, p, w *ops.Value) *ops.Value {
	return each(losses.CategoricalHinge{}, y, p, w)
}

// CheckTarget refuses targets of another shape than the predictions.
func (CategoricalHinge) CheckTarget(y, p nn.Shape) error { return same("categorical_hinge", y, p) }

// LogCoshError is the mean of log cosh(p-y); see losses.LogCosh.
type LogCoshError struct{ mean }

// Name is "logcosh".
func (LogCoshError) Name() string { return "logcosh" }

// Update describes [Σ w·loss, Σ w].
func (LogCoshError) Update(y, p, w *ops.Value) *ops.Value { return each(losses.LogCosh{}, y, p, w) }

// CheckTarget refuses targets of another shape than the predictions.
func (LogCoshError) CheckTarget(y, p nn.Shape) error { return same("logcosh", y, p) }

// KLDivergence is the mean of Σ y·log(y/p); see losses.KLDivergence.
type KLDivergence struct{ mean }

// Name is "kullback_leibler_divergence".
func (KLDivergence) Name() string { return "kullback_leibler_divergence" }

// Update describes [Σ w·loss, Σ w].
func (KLDivergence) Update(y, p, w *ops.Value) *ops.Value {
	return each(losses.KLDivergence{}, y, p, w)
}

// CheckTarget refuses targets of another shape than the predictions.
func (KLDivergence) CheckTarget(y, p nn.Shape) error {
	return same("kullback_leibler_divergence", y, p)
}

// Poisson is the mean of p - y·log p; see losses.Poisson.
type Poisson struct{ mean }

// Name is "poisson".
func (Poisson) Name() string { return "poisson" }

// Update describes [Σ w·loss, Σ w].
func (Poisson) Update(y, p, w *ops.Value) *ops.Value { return each(losses.Poisson{}, y, p, w) }

// CheckTarget refuses targets of another shape than the predictions.
func (Poisson) CheckTarget(y, p nn.Shape) error { return same("poisson", y, p) }

// RootMeanSquaredError is the root of the mean of (p-y)² over the epoch.
type RootMeanSquaredError struct{}

// Name is "root_mean_squared_error".
func (RootMeanSquaredError) Name() string { return "root_mean_squared_error" }

// Update describes [Σ w·(p-y)², Σ w].
func (RootMeanSquaredError) Update(y, p, w *ops.Value) *ops.Value {
	return nn.WeightedSum(ops.Square(ops.Sub(p, y)), w)
}

// Result is the root of the mean.
func (RootMeanSquaredError) Result(s []float64) float64 { return math.Sqrt(nn.Ratio(s)) }

// CheckTarget refuses targets of another shape than the predictions.
func (RootMeanSquaredError) CheckTarget(y, p nn.Shape) error {
	return same("root_mean_squared_error", y, p)
}

// CosineSimilarity is the mean cosine of the angle between y and p, along Axis: 1
// for the same direction. (The loss of this name has the other sign.)
type CosineSimilarity struct {
	mean
	Axis *int `default:"-1"`
}

// Name is "cosine_similarity".
func (CosineSimilarity) Name() string { return "cosine_similarity" }

// Update describes [Σ w·cosine, Σ w].
func (m CosineSimilarity) Update(y, p, w *ops.Value) *ops.Value {
	return nn.WeightedSum(ops.Neg(losses.CosineSimilarity{Axis: m.Axis}.Loss(y, p)), w)
}

// CheckTarget refuses targets of another shape than the predictions.
func (CosineSimilarity) CheckTarget(y, p nn.Shape) error { return same("cosine_similarity", y, p) }

// BinaryCrossentropy is the mean of losses.BinaryCrossentropy.
type BinaryCrossentropy struct {
	mean
	FromLogits     bool
	LabelSmoothing float64
}

// Name is "binary_crossentropy".
func (BinaryCrossentropy) Name() string { return "binary_crossentropy" }

// Update describes [Σ w·loss, Σ w].
func (m BinaryCrossentropy) Update(y, p, w *ops.Value) *ops.Value {
	return each(losses.BinaryCrossentropy{FromLogits: m.FromLogits, LabelSmoothing: m.LabelSmoothing}, y, p, w)
}

// CheckTarget refuses targets of another shape than the predictions.
func (BinaryCrossentropy) CheckTarget(y, p nn.Shape) error { return same("binary_crossentropy", y, p) }

// CategoricalCrossentropy is the mean of losses.CategoricalCrossentropy.
type CategoricalCrossentropy struct {
	mean
	FromLogits     bool
	LabelSmoothing float64
	Axis           *int `default:"-1"`
}

// Name is "categorical_crossentropy".
func (CategoricalCrossentropy) Name() string { return "categorical_crossentropy" }

// Update describes [Σ w·loss, Σ w].
func (m CategoricalCrossentropy) Update(y, p, w *ops.Value) *ops.Value {
	return each(losses.CategoricalCrossentropy{FromLogits: m.FromLogits, LabelSmoothing: m.LabelSmoothing, Axis: m.Axis}, y, p, w)
}

// CheckTarget explains class ids where one-hot rows belong.
func (m CategoricalCrossentropy) CheckTarget(y, p nn.Shape) error {
	return losses.CategoricalCrossentropy{}.CheckTarget(y, p)
}

// SparseCategoricalCrossentropy is the mean of losses.SparseCategoricalCrossentropy.
// The classes are along the last axis.
type SparseCategoricalCrossentropy struct {
	mean
	FromLogits  bool
	IgnoreClass *int
	Axis        *int `default:"-1"` // of the classes: -1, the last, is the only one
}

// Name is "sparse_categorical_crossentropy".
func (SparseCategoricalCrossentropy) Name() string { return "sparse_categorical_crossentropy" }

// Update describes [Σ w·loss, Σ w].
func (m SparseCategoricalCrossentropy) Update(y, p, w *ops.Value) *ops.Value {
	return each(losses.SparseCategoricalCrossentropy{FromLogits: m.FromLogits, IgnoreClass: m.IgnoreClass}, y, p, w)
}

// CheckTarget explains one-hot rows where class ids belong.
func (SparseCategoricalCrossentropy) CheckTarget(y, p nn.Shape) error {
	return losses.SparseCategoricalCrossentropy{}.CheckTarget(y, p)
}

// Validate refuses classes along another axis.
func (m SparseCategoricalCrossentropy) Validate() error {
	if m.Axis != nil && *m.Axis != -1 {
		return fmt.Errorf("metric sparse_categorical_crossentropy: axis is %d; want -1: bring the classes to the end, for instance with layers.Permute", *m.Axis)
	}
	return nil
}
