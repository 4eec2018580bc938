package ops_test

import (
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
)

// A window of one cell with strides sees some cells: its gradients, and theirs, against
// finite differences.
func TestConvThatSkips(t *testing.T) {
	for name, c := range map[string]struct {
		config  ops.ConvConfig
		x, w, b []int
	}{
		"sequences": {ops.ConvConfig{Strides: []int{2}}, []int{2, 5, 3}, []int{1, 3, 2}, []int{2}},
		"images":    {ops.ConvConfig{Strides: []int{2, 3}}, []int{2, 4, 7, 2}, []int{1, 1, 2, 3}, []int{3}},
		"volumes":   {ops.ConvConfig{Strides: []int{2, 1, 2}}, []int{1, 3, 2, 4, 2}, []int{1, 1, 1, 2, 2}, []int{2}},
	} {
		t.Run(name, func(t *testing.T) {
			conv := func(in []*ops.Value) *ops.Value { return ops.Tanh(ops.Add(ops.Conv(in[0], in[1], c.config), in[2])) }
			nntest.Op(t, func(in ...*ops.Value) *ops.Value { return conv(in) },
				mathDistinct(c.x...), mathDistinct(c.w...), mathDistinct(c.b...))
			nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Gradients(conv(in), in[1])[0] },
				mathDistinct(c.x...), mathDistinct(c.w...), mathDistinct(c.b...))
		})
	}
}
