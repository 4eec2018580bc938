package losses

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[BinaryCrossentropy]()
	nn.Alias(&BinaryCrossentropy{}, "binary_crossentropy", "bce", "BCE")
}

// BinaryCrossentropy is the mean over the last axis of
// -[y·log p + (1-y)·log(1-p)], for targets from 0 to 1. Predictions are
// probabilities, or logits with FromLogits. When the model ends in a sigmoid
// its logits are used, as tf-keras does. Keras: binary_crossentropy.
type BinaryCrossentropy struct {
	FromLogits     bool
	LabelSmoothing float64   // y becomes y·(1-s) + s/2
	Axis           *int      `default:"-1"` // over which the mean goes
	Reduction      Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l BinaryCrossentropy) Loss(y, p *ops.Value) *ops.Value {
	y, p = lastAxis(y, l.Axis), lastAxis(p, l.Axis)
	if s := float32(l.LabelSmoothing); s > 0 {
		y = ops.AddScalar(ops.MulScalar(y, 1-s), s/2)
	}
	if l.FromLogits {
		return mean(ops.SigmoidCrossEntropy(p, y))
	}
	if logits := ops.SigmoidInput(p); logits != nil {
		return mean(ops.SigmoidCrossEntropy(logits, y))
	}
	return ops.Neg(mean(logLikelihood(y, p)))
}

// logLikelihood is y·log p + (1-y)·log(1-p), with p kept from 0 and 1.
func logLikelihood(y, p *ops.Value) *ops.Value {
	p = ops.Clip(p, epsilon, 1-epsilon)
	one := ops.Mul(y, ops.Log(ops.AddScalar(p, epsilon)))
	zero := ops.Mul(complement(y), ops.Log(ops.AddScalar(complement(p), epsilon)))
	return ops.Add(one, zero)
}

// complement is 1-v.
func complement(v *ops.Value) *ops.Value { return ops.AddScalar(ops.Neg(v), 1) }

// CheckTarget refuses targets of another shape than the predictions.
func (l BinaryCrossentropy) CheckTarget(y, p nn.Shape) error {
	return sameShape("binary_crossentropy", y, p)
}

// CheckTargetValues refuses targets that are no probabilities.
func (l BinaryCrossentropy) CheckTargetValues(y []float32, _ nn.Shape) error {
	return binaryTargets("binary_crossentropy", y)
}

func binaryTargets(loss string, y []float32) error {
	for i, x := range y {
		if x < 0 || x > 1 {
			return fmt.Errorf("loss %s: target %d is %g; want 0 to 1; for labels -1 and 1 use losses.Hinge, for class ids losses.SparseCategoricalCrossentropy", loss, i, x)
		}
	}
	return nil
}

// ReduceSum reports whether losses are summed.
func (l BinaryCrossentropy) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l BinaryCrossentropy) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l BinaryCrossentropy) Validate() error {
	if err := smoothing("binary_crossentropy", l.LabelSmoothing); err != nil {
		return err
	}
	return l.Reduction.validate()
}
