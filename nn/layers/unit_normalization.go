package layers

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[UnitNormalization]() }

// UnitNormalization divides by the length of vectors, x/√max(Σx², 1e-12), the sum
// going over Axis, so that each has the length 1.
//
// Input and output: any shape of rank 2 or more.
type UnitNormalization struct {
	nn.Base
	Axis []int `default:"-1"` // along which the vectors lie; not the batch
}

// Build checks the axes.
func (l *UnitNormalization) Build(_ *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	_, err := normAxes(l.Axis, in[0].Rank())
	return err
}

// Call describes the layer.
func (l *UnitNormalization) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	axes, _ := normAxes(l.Axis, in[0].Rank())
	return ops.L2Normalize(in[0], axes...)
}

// SupportsMasking hands the mask on.
func (l *UnitNormalization) SupportsMasking() {}
