// Package regularizers holds penalties on weights and outputs: L1, L2,
// OrthogonalRegularizer.
package regularizers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[L1L2]()
	nn.Register[OnlyL1]("L1")
	nn.Register[OnlyL2]("L2")
	nn.Alias(L1(0.01), "l1")
	nn.Alias(L2(0.01), "l2")
	nn.Alias(&L1L2{0.01, 0.01}, "l1_l2")
}

// L1L2 is L1·Σ|w| + L2·Σw². Keras: L1L2, l1_l2.
type L1L2 struct {
	L1 float64
	L2 float64
}

// L1 is l·Σ|w|; 0 is no penalty. Keras' default is 0.01.
func L1(l float64) nn.Regularizer { return &OnlyL1{&l} }

// L2 is l·Σw², without a half; 0 is no penalty. Keras' default is 0.01.
func L2(l float64) nn.Regularizer { return &OnlyL2{&l} }

// OnlyL1 is what [L1] makes.
type OnlyL1 struct {
	L1 *float64 `default:"0.01"`
}

// OnlyL2 is what [L2] makes.
type OnlyL2 struct {
	L2 *float64 `default:"0.01"`
}

// ClassName is Keras' name.
func (*OnlyL1) ClassName() string { return "L1" }

// ClassName is Keras' name.
func (*OnlyL2) ClassName() string { return "L2" }

// Penalty describes the penalty on w.
func (r *OnlyL1) Penalty(w *ops.Value) *ops.Value { return r.both().Penalty(w) }

// Penalty describes the penalty on w.
func (r *OnlyL2) Penalty(w *ops.Value) *ops.Value { return r.both().Penalty(w) }

// Penalty describes the penalty on w.
func (r *L1L2) Penalty(w *ops.Value) *ops.Value {
	var p *ops.Value
	if r.L1 != 0 {
		p = ops.MulScalar(ops.Sum(ops.Abs(w)), float32(r.L1))
	}
	if r.L2 != 0 {
		q := ops.MulScalar(ops.Sum(ops.Square(w)), float32(r.L2))
		if p == nil {
			return q
		}
		return ops.Add(p, q)
	}
	if p == nil {
		return ops.Scalar(0)
	}
	return p
}

// Validate checks the settings.
func (r *OnlyL1) Validate() error { return r.both().Validate() }

// Validate checks the settings.
func (r *OnlyL2) Validate() error { return r.both().Validate() }

func (r *OnlyL1) both() *L1L2 { return &L1L2{L1: orDefault(r.L1)} }

func (r *OnlyL2) both() *L1L2 { return &L1L2{L2: orDefault(r.L2)} }

// orDefault is a factor, or Keras' default where none was given.
func orDefault(factor *float64) float64 {
	if factor == nil {
		return 0.01
	}
	return *factor
}

// Validate checks the settings.
func (r *L1L2) Validate() error {
	if !(r.L1 >= 0 && r.L2 >= 0) {
		return fmt.Errorf("regularizer: l1 is %g and l2 is %g; want 0 or more", r.L1, r.L2)
	}
	return nil
}
