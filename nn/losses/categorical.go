package losses

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[CategoricalCrossentropy]()
	nn.Register[SparseCategoricalCrossentropy]()
	nn.Alias(&CategoricalCrossentropy{}, "categorical_crossentropy")
	nn.Alias(&SparseCategoricalCrossentropy{}, "sparse_categorical_crossentropy")
}

// CategoricalCrossentropy is -Σ y·log p over the last axis, for one-hot
// targets. Predictions are probabilities, or logits with FromLogits. When the
// model ends in a softmax its logits are used, as tf-keras does: exact, and
// faster. Keras: categorical_crossentropy.
type CategoricalCrossentropy struct {
	FromLogits     bool
	LabelSmoothing float64   // y becomes y·(1-s) + s/classes
	Axis           *int      `default:"-1"` // of the classes
	Reduction      Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l CategoricalCrossentropy) Loss(y, p *ops.Value) *ops.Value {
	y, p = lastAxis(y, l.Axis), lastAxis(p, l.Axis)
	if s := float32(l.LabelSmoothing); s > 0 {
		y = ops.AddScalar(ops.MulScalar(y, 1-s), s/float32(p.Dim(-1)))
	}
	if l.FromLogits {
		return ops.SoftmaxCrossEntropy(p, y)
	}
	if logits := ops.SoftmaxInput(p); logits != nil {
		return ops.SoftmaxCrossEntropy(logits, y)
	}
	p = ops.Div(p, ops.SumKeep(p, -1))
	p = ops.Clip(p, epsilon, 1-epsilon)
	return ops.Neg(ops.Sum(ops.Mul(y, ops.Log(p)), -1))
}

// CheckTarget explains class ids where one-hot rows belong.
func (l CategoricalCrossentropy) CheckTarget(y, p nn.Shape) error {
	return oneHotTarget("categorical_crossentropy", y, p)
}

func oneHotTarget(loss string, y, p nn.Shape) error {
	if y.Equal(p) {
		return nil
	}
	if y.Rank() == p.Rank()-1 || y.Rank() == p.Rank() && y.Last() == 1 {
		return fmt.Errorf("loss %s needs one-hot targets %v, got class ids %v; use losses.SparseCategoricalCrossentropy, or tensor.ToCategorical on the targets", loss, p, y)
	}
	return sameShape(loss, y, p)
}

// CheckOutput refuses a model with one output number, whose loss would be 0.
func (l CategoricalCrossentropy) CheckOutput(p nn.Shape) error {
	return severalClasses("categorical_crossentropy", p)
}

// ReduceSum reports whether losses are summed.
func (l CategoricalCrossentropy) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l CategoricalCrossentropy) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l CategoricalCrossentropy) Validate() error {
	if err := smoothing("categorical_crossentropy", l.LabelSmoothing); err != nil {
		return err
	}
	return l.Reduction.validate()
}

// SparseCategoricalCrossentropy is -log p[y], for targets that are class ids
// of shape (batch, …) or (batch, …, 1). Keras: sparse_categorical_crossentropy.
type SparseCategoricalCrossentropy struct {
	FromLogits  bool
	IgnoreClass *int      // targets of this class do not count
	Reduction   Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l SparseCategoricalCrossentropy) Loss(y, p *ops.Value) *ops.Value {
	if y.Rank() == p.Rank() {
		y = ops.Squeeze(y, -1)
	}
	logits := p
	if !l.FromLogits {
		if logits = ops.SoftmaxInput(p); logits == nil {
			logits = ops.Log(ops.Clip(p, epsilon, 1-epsilon))
		}
	}
	if l.IgnoreClass == nil {
		return ops.SparseSoftmaxCrossEntropy(logits, y)
	}
	counts := l.LossMask(y)
	return ops.Mul(counts, ops.SparseSoftmaxCrossEntropy(logits, ops.Mul(y, counts)))
}

// LossMask is 1 for targets that count, nil when all do.
func (l SparseCategoricalCrossentropy) LossMask(y *ops.Value) *ops.Value {
	if l.IgnoreClass == nil {
		return nil
	}
	return ops.NotEqual(y, ops.Scalar(float32(*l.IgnoreClass)))
}

// CheckTarget explains one-hot rows where class ids belong.
func (l SparseCategoricalCrossentropy) CheckTarget(y, p nn.Shape) error {
	if y.Rank() == p.Rank()-1 && y.Equal(p[:p.Rank()-1]) {
		return nil
	}
	if y.Rank() == p.Rank() && y.Last() == 1 && y[:y.Rank()-1].Equal(p[:p.Rank()-1]) {
		return nil
	}
	if y.Equal(p) {
		return fmt.Errorf("loss sparse_categorical_crossentropy needs class ids %v, got one-hot targets %v; use losses.CategoricalCrossentropy", p[:p.Rank()-1], y)
	}
	return fmt.Errorf("loss sparse_categorical_crossentropy needs class ids %v, got targets %v", p[:p.Rank()-1], y)
}

// CheckTargetValues refuses labels that are no class of the model.
func (l SparseCategoricalCrossentropy) CheckTargetValues(y []float32, p nn.Shape) error {
	classes := p.Last()
	for i, x := range y {
		if l.IgnoreClass != nil && x == float32(*l.IgnoreClass) {
			continue
		}
		if x < 0 || int(x) >= classes || float32(int(x)) != x {
			if math.IsNaN(float64(x)) {
				return fmt.Errorf("label %d is NaN; want a class id from 0 to %d", i, classes-1)
			}
			return fmt.Errorf("label %d is %g, but the model has %d classes: ids go from 0 to %d; start ids at 0, or give the last layer more units", i, x, classes, classes-1)
		}
	}
	return nil
}

// CheckOutput refuses a model with one output number, whose loss would be 0.
func (l SparseCategoricalCrossentropy) CheckOutput(p nn.Shape) error {
	return severalClasses("sparse_categorical_crossentropy", p)
}

// ReduceSum reports whether losses are summed.
func (l SparseCategoricalCrossentropy) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l SparseCategoricalCrossentropy) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l SparseCategoricalCrossentropy) Validate() error { return l.Reduction.validate() }

func severalClasses(loss string, p nn.Shape) error {
	if p.Rank() < 2 || p.Last() == 1 {
		return fmt.Errorf("loss %s needs one output per class, but the output has shape %v; for two classes in one number use a sigmoid and losses.BinaryCrossentropy", loss, p)
	}
	return nil
}
