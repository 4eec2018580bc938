package layers

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[GroupNormalization]() }

// GroupNormalization is Gamma·(x-mean)/√(variance+Epsilon) + Beta, with the mean
// and variance of each sample over each of Groups groups of channels and all
// other axes. Groups 1 normalises whole samples, -1 each channel by itself
// (instance normalisation). Wu and He, 2018 (arXiv 1803.08494).
//
// Input and output: any shape of rank 2 or more. Weights: gamma, beta (channels).
// Steps that a mask leaves out do not count in mean and variance.
type GroupNormalization struct {
	nn.Base
	Groups           int            `default:"32"` // must divide the channels; -1: as many as there are channels
	Axis             *int           `default:"-1"` // of the channels
	Epsilon          float64        `default:"0.001"`
	Center           *bool          `default:"true"` // have Beta
	Scale            *bool          `default:"true"` // have Gamma
	BetaInitializer  nn.Initializer `default:"zeros"`
	GammaInitializer nn.Initializer `default:"ones"`
	BetaRegularizer  nn.Regularizer
	GammaRegularizer nn.Regularizer
	BetaConstraint   nn.Constraint
	GammaConstraint  nn.Constraint

	affine affine
}

// Validate checks the settings.
func (l *GroupNormalization) Validate() error {
	if l.Groups < 1 && l.Groups != -1 {
		return fmt.Errorf("Groups is %d; want 1 or more, or -1 for a group of each channel", l.Groups)
	}
	return atLeastZero("Epsilon", l.Epsilon)
}

// Build creates the weights.
func (l *GroupNormalization) Build(b *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	axes, err := normAxes([]int{*l.Axis}, in[0].Rank())
	if err != nil {
		return err
	}
	n := in[0][axes[0]]
	if n == nn.Unknown {
		return unknownAxis(axes[0], in[0])
	}
	if g := l.groups(n); n%g != 0 {
		return fmt.Errorf("%d channels on axis %d of the input %v cannot be split into %d groups; Groups must divide the channels", n, axes[0], in[0], g)
	}
	l.affine = affineWeights(b, nn.Shape{n}, yes(l.Scale), yes(l.Center),
		weightSettings{l.GammaInitializer, l.GammaRegularizer, l.GammaConstraint},
		weightSettings{l.BetaInitializer, l.BetaRegularizer, l.BetaConstraint})
	return nil
}

func (l *GroupNormalization) groups(channels int) int {
	if l.Groups == -1 {
		return max(1, channels)
	}
	return l.Groups
}

// Call describes the layer. Unless the channels come last, each group of a
// sample becomes a row.
func (l *GroupNormalization) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	axes, _ := normAxes([]int{*l.Axis}, x.Rank())
	axis := axes[0]
	g := l.groups(x.Dim(axis))
	gamma, beta := l.affine.read(c)
	if axis == x.Rank()-1 && c.Mask(0) == nil {
		return ops.GroupNorm(x, gamma, beta, g, float32(l.Epsilon))
	}
	rows := groupRows(x.Shape(), axis, g)
	var y *ops.Value
	if m := c.Mask(0); m != nil {
		m = ops.BroadcastTo(nn.FitWeight(m, x), x.Shape()...)
		y = maskedRows(rows.apply(x), rows.apply(m), float32(l.Epsilon))
	} else {
		y = ops.LayerNorm(rows.apply(x), nil, nil, float32(l.Epsilon))
	}
	y = rows.undo(y, x.Shape())
	along := make([]int, x.Rank()-axis)
	for i := range along {
		along[i] = 1
	}
	along[0] = x.Dim(axis)
	if gamma != nil {
		y = ops.Mul(y, ops.Reshape(gamma, along...))
	}
	if beta != nil {
		y = ops.Add(y, ops.Reshape(beta, along...))
	}
	return y
}

// maskedRows normalises rows by the mean and the variance of what m counts.
func maskedRows(x, m *ops.Value, eps float32) *ops.Value {
	n := ops.MaximumScalar(ops.SumKeep(m, -1), 1e-30)
	centred := ops.Sub(x, ops.Div(ops.SumKeep(ops.Mul(x, m), -1), n))
	variance := ops.Div(ops.SumKeep(ops.Mul(ops.Square(centred), m), -1), n)
	return ops.Mul(centred, ops.Rsqrt(ops.AddScalar(variance, eps)))
}

// groupView makes rows of groups: (batch, group, all else).
type groupView struct {
	split, perm, back []int
	rows              []int
}

func groupRows(shape []int, axis, groups int) groupView {
	v := groupView{split: slices.Insert(slices.Clone(shape), axis, groups), perm: []int{0, axis}}
	v.split[axis+1] = shape[axis] / groups
	for i := range v.split {
		if i != 0 && i != axis {
			v.perm = append(v.perm, i)
		}
	}
	v.back = make([]int, len(v.perm))
	for i, p := range v.perm {
		v.back[p] = i
	}
	v.rows = []int{shape[0], groups, elements(shape[1:]) / groups}
	return v
}

func (v groupView) apply(x *ops.Value) *ops.Value {
	return ops.Reshape(ops.Transpose(ops.Reshape(x, v.split...), v.perm...), v.rows...)
}

func (v groupView) undo(y *ops.Value, shape []int) *ops.Value {
	moved := make([]int, len(v.perm))
	for i, p := range v.perm {
		moved[i] = v.split[p]
	}
	return ops.Reshape(ops.Transpose(ops.Reshape(y, moved...), v.back...), shape...)
}

// SupportsMasking hands the mask on.
func (l *GroupNormalization) SupportsMasking() {}
