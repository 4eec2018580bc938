package regularizers

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
	"github.com/antler-ml/antler/tensor"
)

func init() {
	nn.Register[OrthogonalRegularizer]()
	nn.Alias(&OrthogonalRegularizer{Factor: new(0.01), Mode: Rows}, "orthogonal_regularizer")
}

// A Direction says which vectors of a matrix are meant.
type Direction string

// The rows or the columns of a matrix.
const (
	Rows    Direction = "rows"
	Columns Direction = "columns"
)

// OrthogonalRegularizer is Factor times the mean of |cos| of the angles between
// each two rows, or columns, of a matrix: it is 0 when they are orthogonal.
type OrthogonalRegularizer struct {
	Factor *float64  `default:"0.01"` // 0 is no penalty
	Mode   Direction `default:"rows"`
}

// Penalty describes the penalty on w, which must be a matrix. A single row has none.
func (r *OrthogonalRegularizer) Penalty(w *ops.Value) *ops.Value {
	if w.Rank() != 2 {
		panic(&ops.ShapeError{Op: "OrthogonalRegularizer", Shapes: [][]int{w.Shape()}, Reason: "want a matrix"})
	}
	along, n := 1, w.Dim(0)
	if r.Mode == Columns {
		along, n = 0, w.Dim(1)
	}
	if n < 2 {
		return ops.Scalar(0)
	}
	u := ops.L2Normalize(w, along)
	cos := ops.Abs(ops.MatMulT(u, u, r.Mode == Columns, r.Mode != Columns))
	others := ops.Sum(ops.Mul(cos, ops.Constant(offDiagonal(n))))
	return ops.MulScalar(others, float32(orDefault(r.Factor)/float64(n*(n-1))))
}

// Validate checks the settings.
func (r *OrthogonalRegularizer) Validate() error {
	if f := orDefault(r.Factor); !(f >= 0) {
		return fmt.Errorf("OrthogonalRegularizer: factor is %g; want 0 or more", f)
	}
	if r.Mode != Rows && r.Mode != Columns {
		return fmt.Errorf("OrthogonalRegularizer: mode is %q; want rows or columns", r.Mode)
	}
	return nil
}

// offDiagonal is 1 everywhere but on the diagonal.
func offDiagonal(n int) *tensor.Tensor {
	t := tensor.Ones(n, n)
	for i := range n {
		t.Data()[i*n+i] = 0
	}
	return t
}

// CheckShape refuses weights that are no matrices.
func (*OrthogonalRegularizer) CheckShape(s nn.Shape) error {
	if len(s) != 2 {
		return fmt.Errorf("OrthogonalRegularizer: want a matrix, got a weight of shape %v", s)
	}
	return nil
}
