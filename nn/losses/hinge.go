package losses

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[Hinge]()
	nn.Register[SquaredHinge]()
	nn.Register[CategoricalHinge]()
	nn.Alias(&Hinge{}, "hinge")
	nn.Alias(&SquaredHinge{}, "squared_hinge")
	nn.Alias(&CategoricalHinge{}, "categorical_hinge")
}

// Hinge is the mean over the last axis of max(1 - y·p, 0), for targets -1 and 1.
// Where all targets of a batch are 0 or 1 they stand for -1 and 1. Keras: hinge.
type Hinge struct {
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l Hinge) Loss(y, p *ops.Value) *ops.Value {
	return mean(ops.MaximumScalar(margin(y, p), 0))
}

// CheckTarget refuses targets of another shape than the predictions.
func (l Hinge) CheckTarget(y, p nn.Shape) error { return sameShape("hinge", y, p) }

// ReduceSum reports whether losses are summed.
func (l Hinge) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l Hinge) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l Hinge) Validate() error { return l.Reduction.validate() }

// SquaredHinge is the mean over the last axis of max(1 - y·p, 0)², for targets as
// [Hinge] takes them. Keras: squared_hinge.
type SquaredHinge struct {
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l SquaredHinge) Loss(y, p *ops.Value) *ops.Value {
	return mean(ops.Square(ops.MaximumScalar(margin(y, p), 0)))
}

// CheckTarget refuses targets of another shape than the predictions.
func (l SquaredHinge) CheckTarget(y, p nn.Shape) error { return sameShape("squared_hinge", y, p) }

// ReduceSum reports whether losses are summed.
func (l SquaredHinge) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l SquaredHinge) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l SquaredHinge) Validate() error { return l.Reduction.validate() }

// margin is 1 - y·p, with 0 and 1 in y taken for -1 and 1 if there is nothing else.
func margin(y, p *ops.Value) *ops.Value {
	binary := ops.Or(ops.Equal(y, ops.Scalar(0)), ops.Equal(y, ops.Scalar(1)))
	all := ops.BroadcastTo(ops.Reshape(ops.Min(binary), ones(y.Rank())...), y.Shape()...)
	y = ops.Where(all, ops.AddScalar(ops.MulScalar(y, 2), -1), y)
	return complement(ops.Mul(y, p))
}

func ones(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = 1
	}
	return s
}

// CategoricalHinge is max(n - t + 1, 0), where t is the prediction of the target
// class and n the largest of the others; targets are one-hot. Keras: categorical_hinge.
type CategoricalHinge struct {
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l CategoricalHinge) Loss(y, p *ops.Value) *ops.Value {
	right := ops.Sum(ops.Mul(y, p), -1)
	wrong := ops.Max(ops.Mul(complement(y), p), -1)
	return ops.MaximumScalar(ops.AddScalar(ops.Sub(wrong, right), 1), 0)
}

// CheckTarget refuses targets of another shape than the predictions.
func (l CategoricalHinge) CheckTarget(y, p nn.Shape) error {
	return sameShape("categorical_hinge", y, p)
}

// ReduceSum reports whether losses are summed.
func (l CategoricalHinge) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l CategoricalHinge) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l CategoricalHinge) Validate() error { return l.Reduction.validate() }
