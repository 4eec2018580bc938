package losses

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[Huber]()
	nn.Register[LogCosh]()
	nn.Alias(&Huber{Delta: 1}, "huber", "huber_loss")
	nn.Alias(&LogCosh{}, "log_cosh", "logcosh")
}

// Huber is the mean over the last axis of ½e² where |e| = |p-y| is at most Delta, and
// of Delta·|e| - ½Delta² beyond. Keras: huber.
type Huber struct {
	Delta     float64   `default:"1"`
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l Huber) Loss(y, p *ops.Value) *ops.Value {
	e := ops.Abs(ops.Sub(p, y))
	d := float32(l.Delta)
	inside := ops.LessEqual(e, ops.Scalar(d))
	return mean(ops.Where(inside, ops.MulScalar(ops.Square(e), 0.5), ops.AddScalar(ops.MulScalar(e, d), -0.5*d*d)))
}

// CheckTarget refuses targets of another shape than the predictions.
func (l Huber) CheckTarget(y, p nn.Shape) error { return sameShape("huber", y, p) }

// ReduceSum reports whether losses are summed.
func (l Huber) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l Huber) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l Huber) Validate() error {
	if !(l.Delta > 0) || math.IsInf(l.Delta, 0) {
		return fmt.Errorf("loss huber: delta is %g; want more than 0", l.Delta)
	}
	return l.Reduction.validate()
}

// LogCosh is the mean over the last axis of log cosh(p-y): about ½e² for small
// errors, |e| - log 2 for large ones. Keras: log_cosh.
type LogCosh struct {
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l LogCosh) Loss(y, p *ops.Value) *ops.Value {
	e := ops.Sub(p, y)
	return mean(ops.AddScalar(ops.Add(e, ops.Softplus(ops.MulScalar(e, -2))), -math.Ln2))
}

// CheckTarget refuses targets of another shape than the predictions.
func (l LogCosh) CheckTarget(y, p nn.Shape) error { return sameShape("log_cosh", y, p) }

// ReduceSum reports whether losses are summed.
func (l LogCosh) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l LogCosh) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l LogCosh) Validate() error { return l.Reduction.validate() }
