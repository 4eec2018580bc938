package metrics

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[TopKCategoricalAccuracy]()
	nn.Register[SparseTopKCategoricalAccuracy]()
	nn.Alias(&TopKCategoricalAccuracy{K: 5}, "top_k_categorical_accuracy")
	nn.Alias(&SparseTopKCategoricalAccuracy{K: 5}, "sparse_top_k_categorical_accuracy")
}

// TopKCategoricalAccuracy is the share of one-hot targets whose class is among
// the K highest predictions. Classes that tie with it do not push it out; a
// prediction that is not finite is never right.
type TopKCategoricalAccuracy struct {
	mean
	K int `default:"5"`
}

// Name is "top_k_categorical_accuracy".
func (TopKCategoricalAccuracy) Name() string { return "top_k_categorical_accuracy" }

// Update describes [Σ w·right, Σ w].
func (m TopKCategoricalAccuracy) Update(y, p, w *ops.Value) *ops.Value {
	return inTop(ops.ArgMax(y, -1), p, w, m.K)
}

// CheckTarget refuses targets of another shape than the predictions.
func (TopKCategoricalAccuracy) CheckTarget(y, p nn.Shape) error {
	return same("top_k_categorical_accuracy", y, p)
}

// Validate checks the settings.
func (m TopKCategoricalAccuracy) Validate() error {
	return positiveK("top_k_categorical_accuracy", m.K)
}

// SparseTopKCategoricalAccuracy is [TopKCategoricalAccuracy] for class ids.
type SparseTopKCategoricalAccuracy struct {
	mean
	K int `default:"5"`
}

// Name is "sparse_top_k_categorical_accuracy".
func (SparseTopKCategoricalAccuracy) Name() string { return "sparse_top_k_categorical_accuracy" }

// Update describes [Σ w·right, Σ w].
func (m SparseTopKCategoricalAccuracy) Update(y, p, w *ops.Value) *ops.Value {
	if y.Rank() == p.Rank() {
		y = ops.Squeeze(y, -1)
	}
	return inTop(y, p, w, m.K)
}

// Validate checks the settings.
func (m SparseTopKCategoricalAccuracy) Validate() error {
	return positiveK("sparse_top_k_categorical_accuracy", m.K)
}

// inTop describes the sums of class ids that are among the k highest predictions.
func inTop(ids, p, w *ops.Value, k int) *ops.Value {
	return (&right{"TopKAccuracy", byRow(isAmongHighest(k))}).update(ops.TakeAlongLast(p, ids), p, w)
}

func positiveK(metric string, k int) error {
	if k < 1 {
		return fmt.Errorf("metric %s: k is %d; want 1 or more", metric, k)
	}
	return nil
}
