// Package losses holds what training minimises: MeanSquaredError,
// CategoricalCrossentropy, … Zero values have Keras' defaults.
//
// A loss gives one number per sample, the last axis removed; the trainer
// applies sample weights and masks and takes the mean over the batch, as Keras'
// reduction "sum_over_batch_size" does. [Compute] gives a loss outside a model.
package losses

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

// A Reduction says how the numbers of a batch become one.
type Reduction string

// Keras' reductions: the mean over the batch (the default), the sum, or none. With
// none [Compute] gives a number for each sample; a model minimises their sum and logs
// their mean, as in Keras.
const (
	SumOverBatchSize Reduction = "sum_over_batch_size"
	Sum              Reduction = "sum"
	None             Reduction = "none"
)

func (r Reduction) sum() bool  { return r == Sum }
func (r Reduction) none() bool { return r == None }

func (r Reduction) validate() error {
	switch r {
	case "", "auto", SumOverBatchSize, Sum, None:
		return nil
	}
	return fmt.Errorf("loss: reduction is %q; want sum_over_batch_size, sum or none", r)
}

// epsilon keeps logarithms finite. Keras: backend.epsilon().
const epsilon = 1e-7

// sameShape refuses targets that would only fit by broadcasting.
func sameShape(loss string, y, p nn.Shape) error {
	if y.Equal(p) {
		return nil
	}
	return fmt.Errorf("loss %s: targets have shape %v, predictions %v; they must be the same", loss, y, p)
}

func smoothing(loss string, x float64) error {
	if x < 0 || x > 1 {
		return fmt.Errorf("loss %s: label_smoothing is %g; want 0 to 1", loss, x)
	}
	return nil
}

// lastAxis moves the axis that a loss works on to the end.
func lastAxis(v *ops.Value, axis *int) *ops.Value {
	if axis == nil || *axis == -1 || *axis == v.Rank()-1 {
		return v
	}
	a := *axis
	if a < 0 {
		a += v.Rank()
	}
	if a < 0 || a >= v.Rank() {
		panic(&ops.ShapeError{Op: "loss", Shapes: [][]int{v.Shape()}, Reason: fmt.Sprintf("axis %d is out of range", *axis)})
	}
	var perm []int
	for i := range v.Rank() {
		if i != a {
			perm = append(perm, i)
		}
	}
	return ops.Transpose(v, append(perm, a)...)
}

func mean(v *ops.Value) *ops.Value { return ops.Mean(v, -1) }
