package losses

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[KLDivergence]()
	nn.Register[Poisson]()
	nn.Alias(&KLDivergence{}, "kl_divergence", "kullback_leibler_divergence", "kld", "KLD")
	nn.Alias(&Poisson{}, "poisson")
}

// KLDivergence is Σ y·log(y/p) over the last axis, for distributions; both are
// clipped to 1e-7 … 1. Keras: kl_divergence.
type KLDivergence struct {
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l KLDivergence) Loss(y, p *ops.Value) *ops.Value {
	y, p = ops.Clip(y, epsilon, 1), ops.Clip(p, epsilon, 1)
	return ops.Sum(ops.Mul(y, ops.Log(ops.Div(y, p))), -1)
}

// CheckTarget refuses targets of another shape than the predictions.
func (l KLDivergence) CheckTarget(y, p nn.Shape) error { return sameShape("kl_divergence", y, p) }

// ReduceSum reports whether losses are summed.
func (l KLDivergence) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l KLDivergence) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l KLDivergence) Validate() error { return l.Reduction.validate() }

// Poisson is the mean over the last axis of p - y·log(p + 1e-7), for counts y.
// Keras: poisson.
type Poisson struct {
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l Poisson) Loss(y, p *ops.Value) *ops.Value {
	return mean(ops.Sub(p, ops.Mul(y, ops.Log(ops.AddScalar(p, epsilon)))))
}

// CheckTarget refuses targets of another shape than the predictions.
func (l Poisson) CheckTarget(y, p nn.Shape) error { return sameShape("poisson", y, p) }

// ReduceSum reports whether losses are summed.
func (l Poisson) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l Poisson) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l Poisson) Validate() error { return l.Reduction.validate() }
