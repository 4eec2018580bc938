package layers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[Add]()
	nn.Register[Subtract]()
	nn.Register[Multiply]()
	nn.Register[Average]()
	nn.Register[Maximum]()
	nn.Register[Minimum]()
}

// The layers of this file work element by element. Their inputs broadcast as in
// numpy; an input of lower rank gets axes of size 1 after the batch. A step of
// the output counts where it counts in every input that has a mask.

// Add is the sum of its inputs.
//
// Inputs: two or more. Output: the broadcast shape. Masks: logical and.
type Add struct{ nn.Base }

// Subtract is its first input minus its second.
//
// Inputs: two. Output and masks: see [Add].
type Subtract struct{ nn.Base }

// Multiply is the product of its inputs, element by element.
//
// Shapes and masks: see [Add].
type Multiply struct{ nn.Base }

// Average is the mean of its inputs.
//
// Shapes and masks: see [Add].
type Average struct{ nn.Base }

// Maximum is the largest of its inputs at each place. Where inputs are equal,
// the first of them gets the gradient.
//
// Shapes and masks: see [Add].
type Maximum struct{ nn.Base }

// Minimum is the smallest of its inputs at each place. Where inputs are equal,
// the first of them gets the gradient.
//
// Shapes and masks: see [Add].
type Minimum struct{ nn.Base }

// Build checks that the inputs fit together.
func (l *Add) Build(_ *nn.Build, in ...nn.Shape) error { return mergeable(in) }

// Build checks that the inputs fit together.
func (l *Subtract) Build(_ *nn.Build, in ...nn.Shape) error {
	if len(in) != 2 {
		return fmt.Errorf("want 2 inputs, got %d", len(in))
	}
	return mergeable(in)
}

// Build checks that the inputs fit together.
func (l *Multiply) Build(_ *nn.Build, in ...nn.Shape) error { return mergeable(in) }

// Build checks that the inputs fit together.
func (l *Average) Build(_ *nn.Build, in ...nn.Shape) error { return mergeable(in) }

// Build checks that the inputs fit together.
func (l *Maximum) Build(_ *nn.Build, in ...nn.Shape) error { return mergeable(in) }

// Build checks that the inputs fit together.
func (l *Minimum) Build(_ *nn.Build, in ...nn.Shape) error { return mergeable(in) }

// Call describes the layer.
func (l *Add) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return merge(in, ops.Add) }

// Call describes the layer.
func (l *Subtract) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return merge(in, ops.Sub) }

// Call describes the layer.
func (l *Multiply) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return merge(in, ops.Mul) }

// Call describes the layer.
func (l *Average) Call(_ *nn.Call, in ...*ops.Value) *ops.Value {
	return ops.MulScalar(merge(in, ops.Add), 1/float32(len(in)))
}

// Call describes the layer.
func (l *Maximum) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return merge(in, ops.Maximum) }

// Call describes the layer.
func (l *Minimum) Call(_ *nn.Call, in ...*ops.Value) *ops.Value { return merge(in, ops.Minimum) }

// SupportsMasking combines the masks.
func (l *Add) SupportsMasking() {}

// SupportsMasking combines the masks.
func (l *Subtract) SupportsMasking() {}

// SupportsMasking combines the masks.
func (l *Multiply) SupportsMasking() {}

// SupportsMasking combines the masks.
func (l *Average) SupportsMasking() {}

// SupportsMasking combines the masks.
func (l *Maximum) SupportsMasking() {}

// SupportsMasking combines the masks.
func (l *Minimum) SupportsMasking() {}

// merge joins the inputs from the first to the last.
func merge(in []*ops.Value, two func(a, b *ops.Value) *ops.Value) *ops.Value {
	in = sameRank(in)
	v := in[0]
	for _, w := range in[1:] {
		v = two(v, w)
	}
	return v
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

func several(in []nn.Shape) error {
	if len(in) < 2 {
		return fmt.Errorf("want 2 inputs or more, got %d", len(in))
	}
	return nil
}

// mergeable checks the number of inputs and that they broadcast.
func mergeable(in []nn.Shape) error {
	if err := several(in); err != nil {
		return err
	}
	for i, s := range in[1:] {
		for j, other := range in[:i+1] {
			if a, b := s[0], other[0]; a != b && a != nn.Unknown && b != nn.Unknown {
				return fmt.Errorf("the inputs %d %v and %d %v have batches of different sizes", j+1, other, i+2, s)
			}
			// The axes after the batch are aligned at the end.
			for k := 1; k < min(len(s), len(other)); k++ {
				a, b := s[len(s)-k], other[len(other)-k]
				if a != b && a != 1 && b != 1 && a != nn.Unknown && b != nn.Unknown {
					return fmt.Errorf("the inputs %d %v and %d %v do not fit: axis -%d has the sizes %d and %d; want equal sizes, or 1, which stretches",
						j+1, other, i+2, s, k, b, a)
				}
			}
		}
	}
	return nil
}
