package ops

import "github.com/antler-ml/antler/internal/kernel"

// ColumnSum adds up the rows of a matrix, [m n] -> [n]: the gradient of a bias.
func ColumnSum(v *Value) *Value { return apply1(columnSum{}, v) }

type columnSum struct{}

func (columnSum) String() string { return "ColumnSum" }

func (columnSum) Infer(in [][]int) [][]int {
	if len(in[0]) != 2 {
		shapePanic("ColumnSum", in, "the operand has %d axes, want 2", len(in[0]))
	}
	return [][]int{in[0][1:]}
}

func (columnSum) Bind(b *Binding) func() {
	x, out, m, n := b.In[0], b.Out[0], b.InShape[0][0], b.InShape[0][1]
	return func() { kernel.ColumnSums(out, x, m, n, n) }
}

func (columnSum) Grad(in, _, dout []*Value) []*Value {
	return []*Value{BroadcastTo(dout[0], in[0].shape...)}
}
