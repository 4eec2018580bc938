package layers

import (
	"errors"
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Dot]() }

// Dot multiplies two inputs along one axis of each and adds up: for two rows
// their dot product, with Normalize the cosine of their angle.
//
// Inputs: (batch, …) twice, of equal size along Axes. Output: the axes of the
// first input and those of the second, without the batch of the second and
// without Axes; (batch, 1) when only the batch is left. The output has no mask.
type Dot struct {
	nn.Base
	Axes      [2]int // of the first and of the second input; negative counts from the end; required
	Normalize bool   // bring vectors to length 1 first
}

// Validate checks the settings.
func (l *Dot) Validate() error {
	for _, a := range l.Axes {
		if a == 0 {
			return fmt.Errorf("Axes is %v; axis 0 is the batch, so want an axis after it for each input, such as {1, 1} or {-1, -1}", l.Axes)
		}
	}
	return nil
}

// Build checks that the inputs fit together.
func (l *Dot) Build(_ *nn.Build, in ...nn.Shape) error {
	if len(in) != 2 {
		return fmt.Errorf("want 2 inputs, got %d", len(in))
	}
	var size [2]int
	for i, s := range in {
		a, err := l.axis(i, s.Rank())
		if err != nil {
			return fmt.Errorf("%w; input %d is %v", err, i+1, s)
		}
		size[i] = s[a]
	}
	if x, y := in[0][0], in[1][0]; x != y && x != nn.Unknown && y != nn.Unknown {
		return fmt.Errorf("the inputs %v and %v have batches of different sizes", in[0], in[1])
	}
	if size[0] != size[1] && size[0] != nn.Unknown && size[1] != nn.Unknown {
		return fmt.Errorf("the inputs %v and %v have sizes %d and %d along Axes %v; want equal ones", in[0], in[1], size[0], size[1], l.Axes)
	}
	return nil
}

// axis returns the axis of input i, counted from the front.
func (l *Dot) axis(i, rank int) (int, error) {
	a := l.Axes[i]
	if a < 0 {
		a += rank
	}
	switch {
	case rank < 2:
		return 0, errors.New("want inputs of rank 2 or more")
	case a >= rank || a < 0:
		return 0, fmt.Errorf("Axes %v: there is no axis %d in an input of rank %d", l.Axes, l.Axes[i], rank)
	case a == 0:
		return 0, fmt.Errorf("Axes %v: axis %d of an input of rank %d is the batch; want one after it", l.Axes, l.Axes[i], rank)
	}
	return a, nil
}

// Call describes the layer.
func (l *Dot) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	batch := in[0].Dim(0)
	var m [2]*ops.Value // (batch, rows, size along the axis)
	shape := []int{batch}
	for i, v := range in {
		a, err := l.axis(i, v.Rank())
		if err != nil {
			panic(&ops.ShapeError{Op: "Dot", Shapes: [][]int{in[0].Shape(), in[1].Shape()}, Reason: err.Error()})
		}
		if l.Normalize {
			v = ops.L2Normalize(v, a)
		}
		perm, rows := []int{0}, 1
		for j := 1; j < v.Rank(); j++ {
			if j != a {
				perm, rows, shape = append(perm, j), rows*v.Dim(j), append(shape, v.Dim(j))
			}
		}
		size := v.Dim(a)
		m[i] = ops.Reshape(ops.Transpose(v, append(perm, a)...), v.Dim(0), rows, size)
	}
	if len(shape) == 1 {
		shape = append(shape, 1)
	}
	if m[0].Dim(1) == 1 && m[1].Dim(1) == 1 { // a row each: no matrices are needed
		return ops.Reshape(ops.Sum(ops.Mul(m[0], m[1]), -1), shape...)
	}
	return ops.Reshape(ops.MatMulT(m[0], m[1], false, true), shape...)
}

// EndsMask: the steps that a mask is about are gone or mixed.
func (l *Dot) EndsMask() {}

// ComputeMask returns no mask.
func (l *Dot) ComputeMask(*nn.Call, ...*ops.Value) *ops.Value { return nil }
