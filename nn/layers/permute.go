package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() { nn.Register[Permute]() }

// Permute puts the axes after the batch in another order.
//
// Input: (batch, s₁, s₂, …). Output: (batch, s of Dims[0], s of Dims[1], …).
type Permute struct {
	nn.Base
	Dims []int // each axis of the input once, counted from 1: {2, 1} swaps two; required
}

// Validate checks the settings.
func (l *Permute) Validate() error {
	if len(l.Dims) == 0 {
		return fmt.Errorf("no Dims; want each axis after the batch once, such as {2, 1}")
	}
	seen := make([]bool, len(l.Dims)+1)
	for _, d := range l.Dims {
		if d < 1 || d > len(l.Dims) || seen[d] {
			return fmt.Errorf("Dims is %v; want each of 1 … %d once (the batch, axis 0, stays)", l.Dims, len(l.Dims))
		}
		seen[d] = true
	}
	return nil
}

// Build checks the input.
func (l *Permute) Build(_ *nn.Build, in ...nn.Shape) error {
	if err := oneInput(in); err != nil {
		return err
	}
	if in[0].Rank() != len(l.Dims)+1 {
		return fmt.Errorf("Dims %v puts %d axes in order, but the input %v has %d after the batch", l.Dims, len(l.Dims), in[0], in[0].Rank()-1)
	}
	return nil
}

// Call describes the layer.
func (l *Permute) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.Transpose(in[0], append([]int{0}, l.Dims...)...)
}
