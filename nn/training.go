package nn

import (
	"fmt"
	"math"

	"github.com/antler-ml/antler/nn/ops"
)

// The things that a model is trained with. Implementations live in the
// packages losses, metrics and optimizers.
type (
	// A Loss compares predictions with targets: one number per sample, the last
	// axis removed. The trainer applies weights and masks and takes the mean.
	Loss interface {
		Loss(yTrue, yPred *ops.Value) *ops.Value
	}
	// TargetChecker is a loss or metric that knows which target shapes make
	// sense; its error says what to use instead.
	TargetChecker interface {
		CheckTarget(yTrue, yPred Shape) error
	}
	// ValueChecker is a loss that knows which target values make sense: class
	// ids must be classes.
	ValueChecker interface {
		CheckTargetValues(y []float32, yPred Shape) error
	}
	// LossMasker is a loss that leaves targets out by their value; nil is none.
	LossMasker interface {
		LossMask(yTrue *ops.Value) *ops.Value
	}
	// Reducer is a loss that is summed over samples instead of averaged.
	Reducer interface{ ReduceSum() bool }

	// A Metric judges predictions over a whole epoch. Update describes a vector
	// of sums over one batch; the trainer adds the vectors of all batches up
	// and Result turns them into the metric. weight is nil, or has the shape
	// of one number per sample (and time step, if targets have them).
	Metric interface {
		Name() string
		Update(yTrue, yPred, weight *ops.Value) *ops.Value
		Result(sums []float64) float64
	}

	// An Optimizer turns gradients into new weights. Update works on any part
	// of a weight (w, grad and each slot have one length), so the trainer may
	// split the work; the state belongs to the trainer.
	Optimizer interface {
		Slots() int
		Update(t Step, w, grad []float32, slots [][]float32)
		Settings() OptimizerSettings
	}
	// WholeOptimizer is an optimizer that looks at a weight as a whole, or has
	// slots of other shapes than the weight's: UpdateWhole is called for each
	// weight, Update never. SlotShapes has a shape for each slot; nil: a weight of
	// this shape has no such slot.
	WholeOptimizer interface {
		Optimizer
		SlotShapes(s Shape) []Shape
		UpdateWhole(t Step, w, grad []float32, s Shape, slots [][]float32)
	}
	// A Schedule makes the learning rate a function of the updates done so far:
	// 0 before the first.
	Schedule interface{ Rate(updates int) float64 }
	// SlotFiller is an optimizer whose slots do not start at zero.
	SlotFiller interface{ SlotStart(slot int) float32 }
	// Idler is an optimizer for which a zero gradient with zero slots changes
	// nothing, so that rows of an embedding that were never touched need no
	// visit. It holds for all of Keras' optimizers that implement it, and keeps
	// their dense arithmetic exactly.
	Idler interface{ Idle() bool }
)

// A Step tells an optimizer where training is.
type Step struct {
	N  int     // 1 for the first update
	LR float64 // learning rate, decay and schedule applied

	bases, powers [2]float64 // what Pow was asked to know
}

// at completes a step of an optimizer: it raises the optimizer's bases once for
// all weights.
func (t Step) at(bases [2]float64) Step {
	t.bases = bases
	for i, b := range bases {
		t.powers[i] = math.Pow(b, float64(t.N))
	}
	return t
}

// Pow returns base to the power of N. It costs nothing for the bases that the
// optimizer's settings name.
func (t Step) Pow(base float64) float64 {
	for i, b := range t.bases {
		if b == base && b != 0 {
			return t.powers[i]
		}
	}
	return math.Pow(base, float64(t.N))
}

// OptimizerSettings is what the trainer itself needs to know of an optimizer.
type OptimizerSettings struct {
	LearningRate   float64
	Schedule       Schedule // nil, or what sets the learning rate
	Decay          float64  // lr / (1 + Decay·updates), as in Keras 2.3
	WeightDecay    float64  // w -= w·WeightDecay·lr before each update
	Clipnorm       float64  // of each gradient, as tf-keras; 0 = off
	GlobalClipnorm float64  // of all gradients together, as Keras 2.3's clipnorm; 0 = off
	Clipvalue      float64  // 0 = off
	// UseEMA averages the weights over the updates: a = EMAMomentum·a +
	// (1-EMAMomentum)·w. The averages replace the weights after every
	// EMAOverwriteFrequency updates (0: never) and when Fit ends.
	UseEMA                bool
	EMAMomentum           float64
	EMAOverwriteFrequency int
	// GradientAccumulationSteps is after how many batches an update follows, from
	// the mean of their gradients; 0 and 1: after each. The mean weighs batches by
	// their samples, so that it is the gradient of one large batch, as far as the
	// loss is a mean over samples. Fit ends a window with the epoch.
	GradientAccumulationSteps int
	// Bases are what Update raises to the power of the step (see [Step.Pow]); 0 is none.
	Bases [2]float64
}

// LossFunc makes a loss of a function. The name is what it is saved as.
func LossFunc(name string, f func(yTrue, yPred *ops.Value) *ops.Value) Loss {
	return &lossFunc{name, f}
}

type lossFunc struct {
	name string
	f    func(yTrue, yPred *ops.Value) *ops.Value
}

func (l *lossFunc) Loss(y, p *ops.Value) *ops.Value { return l.f(y, p) }
func (l *lossFunc) ConfigName() string              { return l.name }

// Validate refuses a missing function.
func (l *lossFunc) Validate() error {
	if l.f == nil {
		return fmt.Errorf("LossFunc %q: the function is nil", l.name)
	}
	return nil
}

// MetricFunc makes a metric of a function that gives one number per sample;
// the metric is their weighted mean over the epoch.
func MetricFunc(name string, f func(yTrue, yPred *ops.Value) *ops.Value) Metric {
	return &metricFunc{name, f}
}

type metricFunc struct {
	name string
	f    func(yTrue, yPred *ops.Value) *ops.Value
}

func (m *metricFunc) Name() string       { return m.name }
func (m *metricFunc) ConfigName() string { return m.name }

// Validate refuses a missing function.
func (m *metricFunc) Validate() error {
	if m.f == nil {
		return fmt.Errorf("MetricFunc %q: the function is nil", m.name)
	}
	return nil
}
func (m *metricFunc) Update(y, p, w *ops.Value) *ops.Value {
	return WeightedSum(m.f(y, p), w)
}
func (m *metricFunc) Result(s []float64) float64 { return Ratio(s) }

// WeightedSum is the Update of a mean metric: [Σ w·v, Σ w]. weight may be nil.
func WeightedSum(v, weight *ops.Value) *ops.Value {
	n := float32(v.Size())
	if weight == nil {
		return ops.Stack(0, ops.Sum(v), ops.Scalar(n))
	}
	weight = FitWeight(weight, v)
	return ops.Stack(0, ops.Sum(ops.Mul(v, weight)), ops.Sum(ops.BroadcastTo(weight, v.Shape()...)))
}

// Ratio is the Result of a mean metric: sums[0]/sums[1], 0 when nothing was counted.
func Ratio(sums []float64) float64 {
	if sums[1] == 0 {
		return 0
	}
	return sums[0] / sums[1]
}

// FitWeight gives a weight or mask as many axes as v: (batch) against
// (batch, time) becomes (batch, 1), (batch, 1) against (batch) loses an axis.
func FitWeight(w, v *ops.Value) *ops.Value {
	for w.Rank() > v.Rank() && w.Dim(-1) == 1 {
		w = ops.Squeeze(w, -1)
	}
	for w.Rank() < v.Rank() {
		w = ops.ExpandDims(w, -1)
	}
	return w
}
