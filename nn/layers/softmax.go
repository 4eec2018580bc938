package layers

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Softmax]() }

// Softmax is exp(x)/Σ exp(x), the sum going over Axis. Where the input has a
// mask, what does not count gets the probability 0: along Axis 1 the other steps
// share all of it.
//
// Input and output: any shape of rank 2 or more.
type Softmax struct {
	nn.Base
	Axis []int `default:"-1"` // one, or several that are normalised together; the batch, 0, is not allowed
	// RobustMasking replaces masked numbers by -1e9 instead of adding that to
	// them: it also holds against infinite ones.
	RobustMasking bool
}

// noWeight is what a masked number becomes, or gets added.
const noWeight = -1e9

// axes returns the axes counted from the front.
func (l *Softmax) axes(rank int) ([]int, error) {
	if len(l.Axis) == 0 {
		return nil, errors.New("Axis is empty; want an axis after the batch, such as -1")
	}
	var axes []int
	seen := make([]bool, rank)
	for _, a := range l.Axis {
		b := a
		if b < 0 {
			b += rank
		}
		switch {
		case b < 0 || b >= rank:
			return nil, fmt.Errorf("Axis is %v, but there is no axis %d in an input of rank %d", l.Axis, a, rank)
		case b == 0:
			return nil, fmt.Errorf("Axis is %v, but axis %d of an input of rank %d is the batch; want one after it", l.Axis, a, rank)
		case seen[b]:
			return nil, fmt.Errorf("Axis is %v, which names axis %d twice", l.Axis, b)
		}
		seen[b] = true
		axes = append(axes, b)
	}
	return axes, nil
}

// Build checks the input.
func (l *Softmax) Build(_ *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	if in[0].Rank() < 2 {
		return fmt.Errorf("want input of rank 2 or more, got %v", in[0])
	}
	_, err := l.axes(in[0].Rank())
	return err
}

// Call describes the layer.
func (l *Softmax) Call(c *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	if m := c.Mask(0); m != nil {
		m = nn.FitWeight(m, x)
		if l.RobustMasking {
			x = ops.Where(m, x, ops.Scalar(noWeight))
		} else {
			x = ops.Add(x, ops.MulScalar(ops.AddScalar(ops.Neg(m), 1), noWeight))
		}
	}
	axes, err := l.axes(x.Rank())
	if err != nil {
		panic(&ops.ShapeError{Op: "Softmax", Shapes: [][]int{x.Shape()}, Reason: err.Error()})
	}
	if len(axes) == 1 {
		return ops.Softmax(x, axes[0])
	}
	return softmaxOver(x, axes)
}

// softmaxOver makes one axis of several, the last.
func softmaxOver(x *ops.Value, axes []int) *ops.Value {
	one := make([]bool, x.Rank())
	for _, a := range axes {
		one[a] = true
	}
	var perm, kept []int
	for a := range x.Rank() {
		if !one[a] {
			perm, kept = append(perm, a), append(kept, x.Dim(a))
		}
	}
	perm = append(perm, axes...)
	back := make([]int, len(perm))
	for i, a := range perm {
		back[a] = i
	}
	t := ops.Transpose(x, perm...)
	y := ops.Softmax(ops.Reshape(t, append(kept, -1)...), -1)
	return ops.Transpose(ops.Reshape(y, t.Shape()...), back...)
}

// SupportsMasking hands the mask on.
func (l *Softmax) SupportsMasking() {}
