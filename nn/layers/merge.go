package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[Add]()
	nn.Register[Concatenate]()
}

// Add is the sum of its inputs, which broadcast as in numpy; an input of lower
// rank gets axes of size 1 after the batch.
//
// Inputs: two or more. Output: the broadcast shape. Masks: logical and.
type Add struct{ nn.Base }

// Build checks the number of inputs.
func (l *Add) Build(_ *nn.Build, in ...nn.Shape) error { return several(in) }

// Call describes the layer.
func (l *Add) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	in = sameRank(in)
	sum := in[0]
	for _, v := range in[1:] {
		sum = ops.Add(sum, v)
	}
	return sum
}

// SupportsMasking combines the masks.
func (l *Add) SupportsMasking() {}

func several(in []nn.Shape) error {
	if len(in) < 2 {
		return fmt.Errorf("want 2 inputs or more, got %d", len(in))
	}
	return nil
}

// sameRank inserts axes of size 1 after the batch.
func sameRank(in []*ops.Value) []*ops.Value {
	most := 0
	for _, v := range in {
		most = max(most, v.Rank())
	}
	out := make([]*ops.Value, len(in))
	for i, v := range in {
		for v.Rank() < most {
			v = ops.ExpandDims(v, 1)
		}
		out[i] = v
	}
	return out
}

// Concatenate joins its inputs along Axis.
//
// Inputs: two or more that agree on the other axes. Masks: an entry counts
// where the masks of all inputs that it comes from count.
type Concatenate struct {
	nn.Base
	Axis *int `default:"-1"`
}

// Build checks the number of inputs.
func (l *Concatenate) Build(_ *nn.Build, in ...nn.Shape) error { return several(in) }

// Call describes the layer.
func (l *Concatenate) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Concat(*l.Axis, in...)
}

// ComputeMask joins the masks as the inputs are joined and keeps what counts
// everywhere along the last axis.
func (l *Concatenate) ComputeMask(c *nn.Call, in ...*ops.Value) *ops.Value {
	var parts []*ops.Value
	any := false
	for i, v := range in {
		m := c.Mask(i)
		if m == nil {
			m = ops.Scalar(1)
		} else {
			any = true
			m = nn.FitWeight(m, v)
		}
		parts = append(parts, ops.BroadcastTo(m, v.Shape()...))
	}
	if !any {
		return nil
	}
	return ops.Min(ops.Concat(*l.Axis, parts...), -1)
}
