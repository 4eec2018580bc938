package losses

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[MeanAbsolutePercentageError]()
	nn.Register[MeanSquaredLogarithmicError]()
	nn.Alias(&MeanAbsolutePercentageError{}, "mean_absolute_percentage_error", "mape", "MAPE")
	nn.Alias(&MeanSquaredLogarithmicError{}, "mean_squared_logarithmic_error", "msle", "MSLE")
}

// MeanAbsolutePercentageError is the mean over the last axis of
// 100·|p-y|/max(|y|, 1e-7). Keras: mape.
type MeanAbsolutePercentageError struct {
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l MeanAbsolutePercentageError) Loss(y, p *ops.Value) *ops.Value {
	size := ops.MaximumScalar(ops.Abs(y), epsilon)
	return ops.MulScalar(mean(ops.Abs(ops.Div(ops.Sub(y, p), size))), 100)
}

// CheckTarget refuses targets of another shape than the predictions.
func (l MeanAbsolutePercentageError) CheckTarget(y, p nn.Shape) error {
	return sameShape("mean_absolute_percentage_error", y, p)
}

// ReduceSum reports whether losses are summed.
func (l MeanAbsolutePercentageError) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l MeanAbsolutePercentageError) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l MeanAbsolutePercentageError) Validate() error { return l.Reduction.validate() }

// MeanSquaredLogarithmicError is the mean over the last axis of
// (log(p+1) - log(y+1))², with what is below 1e-7 taken for that. Keras: msle.
type MeanSquaredLogarithmicError struct {
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l MeanSquaredLogarithmicError) Loss(y, p *ops.Value) *ops.Value {
	log := func(v *ops.Value) *ops.Value { return ops.Log(ops.AddScalar(ops.MaximumScalar(v, epsilon), 1)) }
	return mean(ops.Square(ops.Sub(log(p), log(y))))
}

// CheckTarget refuses targets of another shape than the predictions.
func (l MeanSquaredLogarithmicError) CheckTarget(y, p nn.Shape) error {
	return sameShape("mean_squared_logarithmic_error", y, p)
}

// ReduceSum reports whether losses are summed.
func (l MeanSquaredLogarithmicError) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l MeanSquaredLogarithmicError) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l MeanSquaredLogarithmicError) Validate() error { return l.Reduction.validate() }
