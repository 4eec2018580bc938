package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[BatchNormalization]() }

// BatchNormalization is Gamma·(x-mean)/√(variance+Epsilon) + Beta, for each
// channel. While training, mean and variance are those of the batch, and
// moving averages of them are kept for use afterwards. A frozen layer uses the
// moving averages in training too (as tf-keras; Keras 2 did not).
// Ioffe and Szegedy, 2015 (arXiv 1502.03167).
//
// Input and output: any shape of rank 2 or more; Axis is the channels.
// Weights: gamma, beta, moving_mean, moving_variance (c each).
type BatchNormalization struct {
	nn.Base
	Axis                      *int           `default:"-1"`
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

	gamma, beta, mean, variance *nn.Weight
}

// Validate checks the settings.
func (l *BatchNormalization) Validate() error {
	if m := *l.Momentum; m < 0 || m > 1 {
		return fmt.Errorf("Momentum is %g; want 0 to 1", m)
	}
	return nil
}

// Build creates the weights.
func (l *BatchNormalization) Build(b *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	axis, err := l.axis(in[0].Rank())
	if err != nil {
		return err
	}
	c := nn.Shape{in[0][axis]}
	if yes(l.Scale) {
		l.gamma = b.Weight(nn.WeightSpec{Name: "gamma", Shape: c, Initializer: l.GammaInitializer, Regularizer: l.GammaRegularizer, Constraint: l.GammaConstraint})
	}
	if yes(l.Center) {
		l.beta = b.Weight(nn.WeightSpec{Name: "beta", Shape: c, Initializer: l.BetaInitializer, Regularizer: l.BetaRegularizer, Constraint: l.BetaConstraint})
	}
	l.mean = b.Weight(nn.WeightSpec{Name: "moving_mean", Shape: c, Initializer: l.MovingMeanInitializer, NotTrainable: true})
	l.variance = b.Weight(nn.WeightSpec{Name: "moving_variance", Shape: c, Initializer: l.MovingVarianceInitializer, NotTrainable: true})
	return nil
}

func (l *BatchNormalization) axis(rank int) (int, error) {
	a := *l.Axis
	if a < 0 {
		a += rank
	}
	if rank < 2 || a < 1 || a >= rank {
		return 0, fmt.Errorf("Axis %d of an input of rank %d; want an axis after the batch", *l.Axis, rank)
	}
	return a, nil
}

// Call describes the layer.
func (l *BatchNormalization) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	axis, _ := l.axis(x.Rank())
	perm, back := channelsLast(x.Rank(), axis)
	if perm != nil {
		x = ops.Transpose(x, perm...)
	}
	var gamma, beta *ops.Value
	if l.gamma != nil {
		gamma = c.Read(l.gamma)
	}
	if l.beta != nil {
		beta = c.Read(l.beta)
	}
	eps := float32(l.Epsilon)
	var y *ops.Value
	if c.Learning() {
		var mean, variance *ops.Value
		y, mean, variance = ops.BatchNorm(x, gamma, beta, eps)
		l.move(c, l.mean, mean)
		// tf-keras' fused kernel, which it uses for images with the channels
		// on axis 1 or 3, keeps the unbiased variance.
		if n := x.Size() / max(1, x.Dim(-1)); x.Rank() == 4 && (axis == 1 || axis == 3) && n > 1 {
			variance = ops.MulScalar(variance, float32(n)/float32(n-1))
		}
		l.move(c, l.variance, variance)
	} else {
		y = ops.BatchNormInference(x, gamma, beta, c.Read(l.mean), c.Read(l.variance), eps)
	}
	if perm != nil {
		y = ops.Transpose(y, back...)
	}
	return y
}

// move updates a moving average: m·old + (1-m)·new.
func (l *BatchNormalization) move(c *nn.Call, w *nn.Weight, v *ops.Value) {
	m := float32(*l.Momentum)
	old := c.Read(w)
	v = ops.StopGradient(v)
	c.Assign(w, ops.Sub(old, ops.MulScalar(ops.Sub(old, v), 1-m)))
}

// channelsLast is the permutation that moves axis to the end, and its inverse;
// nil when it is there.
func channelsLast(rank, axis int) (perm, back []int) {
	if axis == rank-1 {
		return nil, nil
	}
	for i := range rank {
		if i != axis {
			perm = append(perm, i)
		}
	}
	perm = append(perm, axis)
	back = make([]int, rank)
	for i, p := range perm {
		back[p] = i
	}
	return perm, back
}

// SupportsMasking hands the mask on.
func (l *BatchNormalization) SupportsMasking() {}
