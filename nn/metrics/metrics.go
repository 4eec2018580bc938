// Package metrics judges predictions over a whole epoch: Accuracy and its
// kinds, and any loss as a metric. Sums are kept over the epoch; nothing is
// averaged over batches.
package metrics

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[Accuracy]("AutoAccuracy")
	nn.Register[BinaryAccuracy]()
	nn.Register[CategoricalAccuracy]()
	nn.Register[SparseCategoricalAccuracy]()
	nn.Alias(&Accuracy{}, "accuracy", "acc")
	nn.Alias(&BinaryAccuracy{}, "binary_accuracy")
	nn.Alias(&CategoricalAccuracy{}, "categorical_accuracy")
	nn.Alias(&SparseCategoricalAccuracy{}, "sparse_categorical_accuracy")
}

// Accuracy is the share of right predictions, of the kind that fits the
// shapes, as tf-keras chooses for "accuracy": binary when predictions have one
// number, sparse when targets are class ids, categorical otherwise.
type Accuracy struct{}

// Name is "accuracy".
func (Accuracy) Name() string { return "accuracy" }

// Update describes [Σ w·right, Σ w].
func (Accuracy) Update(y, p, w *ops.Value) *ops.Value {
	switch kindOf(y, p) {
	case binary:
		return BinaryAccuracy{}.Update(y, p, w)
	case sparse:
		return SparseCategoricalAccuracy{}.Update(y, p, w)
	}
	return CategoricalAccuracy{}.Update(y, p, w)
}

// Result is the share.
func (Accuracy) Result(s []float64) float64 { return nn.Ratio(s) }

// BinaryAccuracy is the share of numbers on the right side of Threshold. For logits
// it is new(0.0).
type BinaryAccuracy struct {
	Threshold *float64 `default:"0.5"`
}

// Name is "binary_accuracy".
func (BinaryAccuracy) Name() string { return "binary_accuracy" }

// Update describes [Σ w·right, Σ w].
func (b BinaryAccuracy) Update(y, p, w *ops.Value) *ops.Value {
	threshold := 0.5
	if b.Threshold != nil {
		threshold = *b.Threshold
	}
	if y.Rank() == p.Rank()-1 && p.Dim(-1) == 1 {
		y = ops.ExpandDims(y, -1)
	}
	y = ops.BroadcastTo(y, p.Shape()...)
	if p.Dim(-1) > 16 { // elementwise kernels pay
		over := ops.Greater(p, ops.Scalar(float32(threshold)))
		return nn.WeightedSum(ops.Mean(ops.Equal(y, over), -1), w)
	}
	return (&right{"BinaryAccuracy", overThreshold(float32(threshold))}).update(y, p, w)
}

// Result is the share.
func (BinaryAccuracy) Result(s []float64) float64 { return nn.Ratio(s) }

// CheckTarget refuses targets of another shape than the predictions.
func (BinaryAccuracy) CheckTarget(y, p nn.Shape) error { return same("binary_accuracy", y, p) }

// CategoricalAccuracy is the share of one-hot targets whose class has the
// highest prediction (the first of equals).
type CategoricalAccuracy struct{}

// Name is "categorical_accuracy".
func (CategoricalAccuracy) Name() string { return "categorical_accuracy" }

// Update describes [Σ w·right, Σ w].
func (CategoricalAccuracy) Update(y, p, w *ops.Value) *ops.Value {
	return (&right{"CategoricalAccuracy", byRow(sameHighest)}).update(ops.BroadcastTo(y, p.Shape()...), p, w)
}

// Result is the share.
func (CategoricalAccuracy) Result(s []float64) float64 { return nn.Ratio(s) }

// CheckTarget refuses targets of another shape than the predictions.
func (CategoricalAccuracy) CheckTarget(y, p nn.Shape) error {
	return same("categorical_accuracy", y, p)
}

// SparseCategoricalAccuracy is the share of class ids that have the highest
// prediction (the first of equals).
type SparseCategoricalAccuracy struct{}

// Name is "sparse_categorical_accuracy".
func (SparseCategoricalAccuracy) Name() string { return "sparse_categorical_accuracy" }

// Update describes [Σ w·right, Σ w].
func (SparseCategoricalAccuracy) Update(y, p, w *ops.Value) *ops.Value {
	if y.Rank() == p.Rank() {
		y = ops.Squeeze(y, -1)
	}
	return (&right{"SparseCategoricalAccuracy", byRow(isHighest)}).update(ops.BroadcastTo(y, p.Shape()[:p.Rank()-1]...), p, w)
}

// Result is the share.
func (SparseCategoricalAccuracy) Result(s []float64) float64 { return nn.Ratio(s) }

func same(metric string, y, p nn.Shape) error {
	if y.Equal(p) {
		return nil
	}
	return fmt.Errorf("metric %s: targets have shape %v, predictions %v; they must be the same", metric, y, p)
}

// Of makes a metric of a loss: its weighted mean over the epoch, under the
// name given. Keras: metrics=["mse"].
func Of(name string, l nn.Loss) nn.Metric {
	return nn.MetricFunc(name, l.Loss)
}
