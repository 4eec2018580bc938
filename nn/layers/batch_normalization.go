package layers

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[BatchNormalization]() }

// BatchNormalization is Gamma·(x-mean)/√(variance+Epsilon) + Beta, for each
// channel. While training, mean and variance are those of the batch, and
// moving averages of them are kept for use afterwards. A frozen layer uses the
// moving averages in training too, unless WhenFrozen says otherwise.
// Ioffe and Szegedy, 2015 (arXiv 1502.03167).
//
// Input and output: any shape of rank 2 or more; Axis is the channels.
// Weights: gamma, beta, moving_mean, moving_variance (c each).
type BatchNormalization struct {
	nn.Base
	Axis                      []int          `default:"-1"`   // of the channels; several make a statistic for each combination
	Momentum                  *float64       `default:"0.99"` // of the moving averages
	Epsilon                   float64        `default:"0.001"`
	Center                    *bool          `default:"true"` // have Beta
	Scale                     *bool          `default:"true"` // have Gamma
	BetaInitializer           nn.Initializer `default:"zeros"`
	GammaInitializer          nn.Initializer `default:"ones"`
	MovingMeanInitializer     nn.Initializer `default:"zeros"`
	MovingVarianceInitializer nn.Initializer `default:"ones"`
	BetaRegularizer           nn.Regularizer
	GammaRegularizer          nn.Regularizer
	BetaConstraint            nn.Constraint
	GammaConstraint           nn.Constraint
	// Fused false keeps the population variance for images too. By default the
	// moving variance of rank 4 and 5 inputs is the unbiased one, since
	// tf-keras uses a fused kernel there. Keras: fused.
	Fused *bool `keras:"-"`
	// WhenFrozen is what a frozen layer does while training. It is not saved:
	// files hold models to be used, and there it makes no difference.
	WhenFrozen FrozenRule `keras:"-"`

	affine         affine
	mean, variance *nn.Weight
}

// A FrozenRule says how a frozen BatchNormalization works while a model trains.
type FrozenRule string

// What versions of Keras did.
const (
	// FrozenInference: mean and variance are the moving averages, which stand
	// still. tf-keras; the default.
	FrozenInference FrozenRule = "inference"
	// FrozenBatch: mean and variance are those of the batch, and the moving
	// averages stand still. Keras 2.1.3 to 2.3.
	FrozenBatch FrozenRule = "batch"
	// FrozenUpdate: mean and variance are those of the batch, and the moving
	// averages follow. Keras before 2.1.3.
	FrozenUpdate FrozenRule = "update"
)

// Validate checks the settings.
func (l *BatchNormalization) Validate() error {
	if m := *l.Momentum; !(m >= 0 && m <= 1) {
		return fmt.Errorf("Momentum is %g; want 0 to 1", m)
	}
	switch l.WhenFrozen {
	case "", FrozenInference, FrozenBatch, FrozenUpdate:
	default:
		return fmt.Errorf("WhenFrozen is %q; want inference, batch or update", l.WhenFrozen)
	}
	return atLeastZero("Epsilon", l.Epsilon)
}

// Build creates the weights.
func (l *BatchNormalization) Build(b *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	axes, err := l.axes(in[0].Rank())
	if err != nil {
		return err
	}
	for _, a := range axes {
		if in[0][a] == nn.Unknown {
			return unknownAxis(a, in[0])
		}
	}
	// One axis makes a vector; several keep the input's rank, as in Keras.
	c := nn.Shape{in[0][axes[0]]}
	if len(axes) > 1 {
		c = make(nn.Shape, in[0].Rank())
		for i := range c {
			c[i] = 1
			if slices.Contains(axes, i) {
				c[i] = in[0][i]
			}
		}
	}
	l.affine = affineWeights(b, c, yes(l.Scale), yes(l.Center),
		weightSettings{l.GammaInitializer, l.GammaRegularizer, l.GammaConstraint},
		weightSettings{l.BetaInitializer, l.BetaRegularizer, l.BetaConstraint})
	l.mean = b.Weight(nn.WeightSpec{Name: "moving_mean", Shape: c, Initializer: l.MovingMeanInitializer, NotTrainable: true})
	l.variance = b.Weight(nn.WeightSpec{Name: "moving_variance", Shape: c, Initializer: l.MovingVarianceInitializer, NotTrainable: true})
	return nil
}

func (l *BatchNormalization) axes(rank int) ([]int, error) {
	axes, err := normAxes(l.Axis, rank)
	slices.Sort(axes)
	return axes, err
}

// Call describes the layer. One axis of channels stays where it is, unless there
// is little behind it; others are moved to one last axis.
func (l *BatchNormalization) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	axes, _ := l.axes(in[0].Rank())
	v := viewOf(in[0].Shape(), axes)
	if len(axes) == 1 && sizeBehind(in[0].Shape(), axes[0]) >= 8 && c.Mask(0) == nil {
		v = axisView{}
	}
	x, axis := v.apply(in[0]), v.axis(axes)
	gamma, beta := l.affine.read(c)
	eps := float32(l.Epsilon)
	if !l.ofBatch(c) {
		vector := func(w *nn.Weight) *ops.Value { return ops.Reshape(c.Read(w), -1) }
		return v.undo(ops.BatchNormInferenceAxis(x, gamma, beta, vector(l.mean), vector(l.variance), axis, eps))
	}
	var y, mean, variance *ops.Value
	if mask := c.Mask(0); mask != nil {
		m := ops.BroadcastTo(nn.FitWeight(mask, in[0]), in[0].Shape()...)
		mean, variance = masked(x, v.apply(m))
		y = ops.BatchNormInference(x, gamma, beta, mean, variance, eps)
	} else {
		y, mean, variance = ops.BatchNormAxis(x, gamma, beta, axis, eps)
	}
	if !c.Learning() && l.WhenFrozen != FrozenUpdate {
		return v.undo(y)
	}
	l.move(c, l.mean, mean)
	if n := x.Size() / max(1, x.Dim(axis)); l.unbiased(in[0].Rank(), axes) && n > 1 {
		variance = ops.MulScalar(variance, float32(n)/float32(n-1))
	}
	l.move(c, l.variance, variance)
	return v.undo(y)
}

// ofBatch tells whether mean and variance are those of the batch.
func (l *BatchNormalization) ofBatch(c *nn.Call) bool {
	return c.Learning() || c.Training && (l.WhenFrozen == FrozenBatch || l.WhenFrozen == FrozenUpdate)
}

// unbiased tells where tf-keras uses its fused kernel.
func (l *BatchNormalization) unbiased(rank int, axes []int) bool {
	return yes(l.Fused) && len(axes) == 1 && (rank == 4 || rank == 5) && (axes[0] == 1 || axes[0] == rank-1)
}

// masked are mean and variance of the entries that count.
func masked(x, m *ops.Value) (mean, variance *ops.Value) {
	axes := make([]int, x.Rank()-1)
	for i := range axes {
		axes[i] = i
	}
	n := ops.MaximumScalar(ops.Sum(m, axes...), 1e-30)
	mean = ops.Div(ops.Sum(ops.Mul(x, m), axes...), n)
	d := ops.Mul(ops.Sub(x, mean), m)
	return mean, ops.Div(ops.Sum(ops.Square(d), axes...), n)
}

// move updates a moving average: m·old + (1-m)·new.
func (l *BatchNormalization) move(c *nn.Call, w *nn.Weight, v *ops.Value) {
	m := float32(*l.Momentum)
	old := c.Read(w)
	v = ops.StopGradient(ops.Reshape(v, old.Shape()...))
	c.Assign(w, ops.Sub(old, ops.MulScalar(ops.Sub(old, v), 1-m)))
}

// axisView moves some axes to one last axis and back; the empty one moves nothing.
type axisView struct {
	perm, back  []int
	moved, flat []int // shapes between and after
}

func viewOf(shape, axes []int) axisView {
	var v axisView
	channels := 1
	for i, d := range shape {
		if !slices.Contains(axes, i) {
			v.perm, v.flat = append(v.perm, i), append(v.flat, d)
		}
	}
	for _, a := range axes {
		v.perm = append(v.perm, a)
		channels *= shape[a]
	}
	v.flat = append(v.flat, channels)
	v.back = make([]int, len(shape))
	for i, p := range v.perm {
		v.moved = append(v.moved, shape[p])
		v.back[p] = i
	}
	if slices.IsSorted(v.perm) {
		v.perm = nil
	}
	return v
}

// sizeBehind is the size of what lies behind an axis.
func sizeBehind(shape []int, axis int) int {
	n := 1
	for _, d := range shape[axis+1:] {
		n *= d
	}
	return n
}

// axis is that of the channels in the view: the last, or where they were.
func (v axisView) axis(axes []int) int {
	if v.flat == nil {
		return axes[0]
	}
	return len(v.flat) - 1
}

func (v axisView) apply(x *ops.Value) *ops.Value {
	if v.flat == nil {
		return x
	}
	if v.perm != nil {
		x = ops.Transpose(x, v.perm...)
	}
	return ops.Reshape(x, v.flat...)
}

func (v axisView) undo(y *ops.Value) *ops.Value {
	if v.flat == nil {
		return y
	}
	y = ops.Reshape(y, v.moved...)
	if v.perm != nil {
		y = ops.Transpose(y, v.back...)
	}
	return y
}

// SupportsMasking hands the mask on.
func (l *BatchNormalization) SupportsMasking() {}
