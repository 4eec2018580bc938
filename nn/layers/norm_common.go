package layers

import (
	"errors"
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// affine are the gamma and beta of a normalisation; nil for those it has not.
type affine struct{ gamma, beta *nn.Weight }

func affineWeights(b *nn.Build, s nn.Shape, scale, center bool, gamma, beta weightSettings) affine {
	var a affine
	if scale {
		a.gamma = b.Weight(nn.WeightSpec{Name: "gamma", Shape: s, Initializer: gamma.init, Regularizer: gamma.regularizer, Constraint: gamma.constraint})
	}
	if center {
		a.beta = b.Weight(nn.WeightSpec{Name: "beta", Shape: s, Initializer: beta.init, Regularizer: beta.regularizer, Constraint: beta.constraint})
	}
	return a
}

// read returns the weights as vectors, nil for those that are not there.
func (a affine) read(c *nn.Call) (gamma, beta *ops.Value) {
	vector := func(w *nn.Weight) *ops.Value {
		if w == nil {
			return nil
		}
		return ops.Reshape(c.Read(w), -1)
	}
	return vector(a.gamma), vector(a.beta)
}

// normAxes resolves the setting Axis, in its order.
func normAxes(setting []int, rank int) ([]int, error) {
	var axes []int
	for _, a := range setting {
		if a < 0 {
			a += rank
		}
		if rank < 2 || a < 1 || a >= rank || slices.Contains(axes, a) {
			return nil, fmt.Errorf("Axis %v of an input of rank %d; want different axes after the batch", setting, rank)
		}
		axes = append(axes, a)
	}
	if len(axes) == 0 {
		return nil, errors.New("Axis is empty; want the axis of the channels")
	}
	return axes, nil
}

func unknownAxis(axis int, in nn.Shape) error {
	return fmt.Errorf("axis %d of the input %v must be known, since weights depend on it; give nn.Input a fixed size there", axis, in)
}

func atLeastZero(setting string, x float64) error {
	if !(x >= 0) {
		return fmt.Errorf("%s is %g; want 0 or more", setting, x)
	}
	return nil
}
