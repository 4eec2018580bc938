package layers

import (
	"fmt"
	"slices"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Reshape]() }

// Reshape gives its input another shape, in row-major order.
//
// Input: (batch, …). Output: (batch, TargetShape…).
type Reshape struct {
	nn.Base
	TargetShape []int // without the batch; one size may be -1 and is worked out
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

// Build checks the input, unless the size of its samples is open.
func (l *Reshape) Build(_ *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil || slices.Contains(in[0][1:], nn.Unknown) {
		return err
	}
	per := 1
	for _, d := range in[0][1:] {
		per *= d
	}
	if _, ok := l.fit(per); !ok {
		return fmt.Errorf("a sample of the input %v has %d numbers, which do not fit TargetShape %v", in[0], per, l.TargetShape)
	}
	return nil
}

// fit works the open size out for samples of so many numbers.
func (l *Reshape) fit(per int) (shape []int, ok bool) {
	shape, known := slices.Clone(l.TargetShape), 1
	open := slices.Index(shape, -1)
	for i, d := range shape {
		if i != open {
			known *= d
		}
	}
	if open < 0 {
		return shape, known == per
	}
	if known == 0 || per%known != 0 {
		return nil, false
	}
	shape[open] = per / known
	return shape, true
}

// Call describes the layer.
func (l *Reshape) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	x := in[0]
	per := x.Size() / max(1, x.Dim(0))
	shape, ok := l.fit(per)
	if !ok {
		panic(&ops.ShapeError{Op: "Reshape", Shapes: [][]int{x.Shape()}, Reason: fmt.Sprintf("a sample of %d numbers does not fit TargetShape %v", per, l.TargetShape)})
	}
	return ops.Reshape(x, append([]int{x.Dim(0)}, shape...)...)
}
