package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Concatenate]() }

// Concatenate joins its inputs along Axis.
//
// Inputs: two or more that agree on the other axes. Masks: an entry counts
// where the masks of all inputs that it comes from count.
type Concatenate struct {
	nn.Base
	Axis *int `default:"-1"`
}

// Build checks that the inputs fit together.
func (l *Concatenate) Build(_ *nn.Build, in ...nn.Shape) error {
	if err := several(in); err != nil {
		return err
	}
	rank := in[0].Rank()
	axis := *l.Axis
	if axis < 0 {
		axis += rank
	}
	if axis < 0 || axis >= rank {
		return fmt.Errorf("Axis is %d, but the inputs have rank %d; want %d … %d", *l.Axis, rank, -rank, rank-1)
	}
	for i, s := range in[1:] {
		if s.Rank() != rank {
			return fmt.Errorf("the inputs 1 %v and %d %v differ in rank; want the same number of axes", in[0], i+2, s)
		}
		for a, d := range s {
			if e := in[0][a]; a != axis && d != e && d != nn.Unknown && e != nn.Unknown {
				return fmt.Errorf("the inputs 1 %v and %d %v do not fit: axis %d has the sizes %d and %d; want equal sizes along all axes but Axis %d",
					in[0], i+2, s, a, e, d, *l.Axis)
			}
		}
	}
	return nil
}

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
