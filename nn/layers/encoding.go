package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// An OutputMode says what becomes of ids: see the constants.
type OutputMode string

// The ids themselves; 1 at the id and 0 elsewhere; 1 at every id of a sample; the
// number of times that a sample has the id.
const (
	OutputInt      OutputMode = "int"
	OutputOneHot   OutputMode = "one_hot"
	OutputMultiHot OutputMode = "multi_hot"
	OutputCount    OutputMode = "count"
)

// shape is that of ids of the given shape in a mode; depth ids are known.
func (m OutputMode) shape(in nn.Shape, depth int) (nn.Shape, error) {
	if m == OutputInt {
		return in, nil
	}
	out := append(nn.Shape{}, in...)
	switch {
	case m == OutputOneHot && (in.Rank() == 1 || in.Last() != 1):
		out = append(out, depth)
	case in.Rank() == 1:
		return nil, fmt.Errorf("OutputMode %q wants input of rank 2 (batch, ids of a sample), got %v", string(m), in)
	default:
		out[len(out)-1] = depth
	}
	if out.Rank() > 2 {
		return nil, fmt.Errorf("OutputMode %q would make %v of the input %v; want rank 2 at most: one id for each sample, or multi_hot", string(m), out, in)
	}
	return out, nil
}

// encode makes of ids what the mode says. weights, or nil, count instead of ones.
func (m OutputMode) encode(ids, weights *ops.Value, depth int) *ops.Value {
	if m == OutputInt {
		return ids
	}
	hot := ops.OneHot(ids, depth)
	if m == OutputOneHot && (ids.Rank() == 1 || ids.Dim(-1) != 1) {
		return hot
	}
	if m == OutputCount {
		if weights != nil {
			hot = ops.Mul(hot, ops.ExpandDims(weights, -1))
		}
		return ops.Sum(hot, -2)
	}
	return ops.Max(hot, -2)
}
