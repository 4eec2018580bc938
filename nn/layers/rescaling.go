package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func init() { nn.Register[Rescaling]() }

// Rescaling is x·Scale + Offset: pixels from 0 to 255 become numbers from 0 to 1
// with a Scale of 1/255.
//
// Input and output: any shape.
type Rescaling struct {
	nn.Base
	Scale  []float64 `single:"true"`             // one number, or one for each element of the last axis; required
	Offset []float64 `default:"0" single:"true"` // the same
}

// Validate checks the settings.
func (l *Rescaling) Validate() error {
	if len(l.Scale) == 0 {
		return fmt.Errorf("no Scale; want a factor, such as []float64{1. / 255}")
	}
	return nil
}

// Build checks the input.
func (l *Rescaling) Build(_ *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	return firstError(fitsLast("Scale", len(l.Scale), in[0]), fitsLast("Offset", len(l.Offset), in[0]))
}

// OutputShape is that of the input.
func (l *Rescaling) OutputShape(in ...nn.Shape) (nn.Shape, error) { return in[0], nil }

// Call describes the layer.
func (l *Rescaling) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Add(ops.Mul(in[0], row(l.Scale)), row(l.Offset))
}

// fitsLast checks a setting of one number, or of one for each element of the
// last axis.
func fitsLast(setting string, n int, in nn.Shape) error {
	if n > 1 && in.Last() != nn.Unknown && n != in.Last() {
		return fmt.Errorf("%s has %d numbers, but the last axis of the input %v has size %d; want 1 number or %[4]d", setting, n, in, in.Last())
	}
	return nil
}

// row is a constant of rank 1, or a number.
func row(v []float64) *ops.Value {
	if len(v) == 1 {
		return ops.Scalar(float32(v[0]))
	}
	x := make([]float32, len(v))
	for i := range v {
		x[i] = float32(v[i])
	}
	return ops.Constant(tensor.From(x, len(x)))
}
