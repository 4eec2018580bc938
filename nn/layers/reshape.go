package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Reshape]() }

// Reshape gives its input another shape, in row-major order.
//
// Input: (batch, …). Output: (batch, TargetShape…).
type Reshape struct {
	nn.Base
	TargetShape []int // without the batch; one size may be -1
}

// Validate checks the settings.
func (l *Reshape) Validate() error {
	open := 0
	for i, d := range l.TargetShape {
		switch {
		case d == -1:
			open++
		case d < 0:
			return fmt.Errorf("TargetShape[%d] is %d; want a size, or -1", i, d)
		}
	}
	if open > 1 {
		return fmt.Errorf("TargetShape %v has %d sizes of -1; at most one can be worked out", l.TargetShape, open)
	}
	return nil
}

// Call describes the layer.
func (l *Reshape) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	per, known := x.Size()/max(1, x.Dim(0)), 1
	shape, open := []int{x.Dim(0)}, -1
	for i, d := range l.TargetShape {
		if d == -1 {
			open = i + 1
		} else {
			known *= d
		}
		shape = append(shape, d)
	}
	if open > 0 && known > 0 && per%known == 0 {
		shape[open], known = per/known, per
	}
	if known != per || open > 0 && shape[open] < 0 {
		panic(&ops.ShapeError{Op: "Reshape", Shapes: [][]int{x.Shape()}, Reason: fmt.Sprintf("a sample of %d numbers does not fit TargetShape %v", per, l.TargetShape)})
	}
	return ops.Reshape(x, shape...)
}
