package losses

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[MeanSquaredError]()
	nn.Register[MeanAbsoluteError]()
	nn.Alias(&MeanSquaredError{}, "mean_squared_error", "mse", "MSE")
	nn.Alias(&MeanAbsoluteError{}, "mean_absolute_error", "mae", "MAE")
}

// MeanSquaredError is mean (p-y)² over the last axis. Keras: mse.
type MeanSquaredError struct {
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l MeanSquaredError) Loss(y, p *ops.Value) *ops.Value { return mean(ops.Square(ops.Sub(p, y))) }

// CheckTarget refuses targets of another shape than the predictions.
func (l MeanSquaredError) CheckTarget(y, p nn.Shape) error {
	return sameShape("mean_squared_error", y, p)
}

// ReduceSum reports whether losses are summed.
func (l MeanSquaredError) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l MeanSquaredError) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l MeanSquaredError) Validate() error { return l.Reduction.validate() }

// MeanAbsoluteError is mean |p-y| over the last axis. Keras: mae.
type MeanAbsoluteError struct {
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l MeanAbsoluteError) Loss(y, p *ops.Value) *ops.Value { return mean(ops.Abs(ops.Sub(p, y))) }

// CheckTarget refuses targets of another shape than the predictions.
func (l MeanAbsoluteError) CheckTarget(y, p nn.Shape) error {
	return sameShape("mean_absolute_error", y, p)
}

// ReduceSum reports whether losses are summed.
func (l MeanAbsoluteError) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l MeanAbsoluteError) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l MeanAbsoluteError) Validate() error { return l.Reduction.validate() }
