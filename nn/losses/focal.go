package losses

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[BinaryFocalCrossentropy]()
	nn.Alias(&BinaryFocalCrossentropy{Alpha: new(0.25), Gamma: new(2.0)}, "binary_focal_crossentropy")
}

// BinaryFocalCrossentropy is [BinaryCrossentropy] with easy samples held down: each
// term is multiplied by (1-q)^Gamma, where q is the probability given to the truth,
// and with ApplyClassBalancing by Alpha for targets of 1 and 1-Alpha for those of 0.
// Lin et al., 2017 (arXiv 1708.02002). Keras: binary_focal_crossentropy.
type BinaryFocalCrossentropy struct {
	ApplyClassBalancing bool
	Alpha               *float64 `default:"0.25"`
	Gamma               *float64 `default:"2"`
	FromLogits          bool
	LabelSmoothing      float64   // y becomes y·(1-s) + s/2
	Axis                *int      `default:"-1"` // over which the mean goes
	Reduction           Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l BinaryFocalCrossentropy) Loss(y, p *ops.Value) *ops.Value {
	y, p = lastAxis(y, l.Axis), lastAxis(p, l.Axis)
	if s := float32(l.LabelSmoothing); s > 0 {
		y = ops.AddScalar(ops.MulScalar(y, 1-s), s/2)
	}
	if l.FromLogits {
		p = ops.Sigmoid(p)
	}
	truth := ops.Add(ops.Mul(y, p), ops.Mul(complement(y), complement(p)))
	loss := ops.Neg(ops.Mul(ops.PowScalar(complement(truth), float32(*l.Gamma)), logLikelihood(y, p)))
	if l.ApplyClassBalancing {
		a := float32(*l.Alpha)
		loss = ops.Mul(loss, ops.Add(ops.MulScalar(y, a), ops.MulScalar(complement(y), 1-a)))
	}
	return mean(loss)
}

// CheckTarget refuses targets of another shape than the predictions.
func (l BinaryFocalCrossentropy) CheckTarget(y, p nn.Shape) error {
	return sameShape("binary_focal_crossentropy", y, p)
}

// CheckTargetValues refuses targets that are no probabilities.
func (l BinaryFocalCrossentropy) CheckTargetValues(y []float32, _ nn.Shape) error {
	return binaryTargets("binary_focal_crossentropy", y)
}

// ReduceSum reports whether losses are summed.
func (l BinaryFocalCrossentropy) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l BinaryFocalCrossentropy) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l BinaryFocalCrossentropy) Validate() error {
	if err := smoothing("binary_focal_crossentropy", l.LabelSmoothing); err != nil {
		return err
	}
	if !(*l.Alpha >= 0 && *l.Alpha <= 1) || !(*l.Gamma >= 0) {
		return fmt.Errorf("loss binary_focal_crossentropy: alpha is %g, gamma %g; want alpha from 0 to 1 and gamma from 0", *l.Alpha, *l.Gamma)
	}
	return l.Reduction.validate()
}
