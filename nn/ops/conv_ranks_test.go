package ops_test

import (
	"testing"

	"github.com/antler-ml/antler/nn/nntest"
	"github.com/antler-ml/antler/nn/ops"
)

// Convolutions of sequences and volumes; images have tests of their own.
var convRanks = []struct {
	name string
	x, w []int
	c    ops.ConvConfig
}{
	{"1d", []int{2, 6, 3}, []int{3, 3, 4}, ops.ConvConfig{}},
	{"1d causal", []int{2, 5, 2}, []int{3, 2, 3}, ops.ConvConfig{PadLow: []int{4}, Dilation: []int{2}}},
	{"1d strided", []int{1, 8, 2}, []int{3, 2, 3}, ops.ConvConfig{Strides: []int{2}, PadLow: []int{1}, PadHigh: []int{1}}},
	{"1d groups", []int{1, 5, 4}, []int{2, 2, 6}, ops.ConvConfig{Groups: 2}},
	{"1d depthwise", []int{2, 5, 3}, []int{3, 1, 6}, ops.ConvConfig{Groups: 3, PadLow: []int{1}, PadHigh: []int{1}}},
	{"3d", []int{1, 3, 4, 3, 2}, []int{2, 3, 2, 2, 3}, ops.ConvConfig{}},
	{"3d same", []int{2, 3, 3, 4, 2}, []int{3, 3, 3, 2, 2}, ops.ConvConfig{PadLow: []int{1, 1, 1}, PadHigh: []int{1, 1, 1}}},
	{"3d strided", []int{1, 5, 4, 5, 2}, []int{3, 2, 3, 2, 3}, ops.ConvConfig{Strides: []int{2, 1, 2}, PadLow: []int{1, 0, 0}, PadHigh: []int{0, 1, 1}}},
	{"3d dilated", []int{1, 5, 4, 5, 1}, []int{2, 2, 2, 1, 3}, ops.ConvConfig{Dilation: []int{3, 1, 2}}},
	{"3d groups", []int{1, 3, 3, 3, 4}, []int{2, 2, 2, 2, 4}, ops.ConvConfig{Groups: 2}},
	{"3d depthwise", []int{1, 3, 3, 3, 3}, []int{2, 2, 2, 1, 3}, ops.ConvConfig{Groups: 3}},
}

func TestConvRanks(t *testing.T) {
	for _, c := range convRanks {
		x, w := uniform(1, c.x...), uniform(2, c.w...)
		conv := func(in ...*ops.Value) *ops.Value { return ops.Conv(in[0], in[1], c.c) }
		dy := uniform(3, conv(ops.Input(c.x...), ops.Input(c.w...)).Shape()...)
		t.Run(c.name, func(t *testing.T) { nntest.Op(t, conv, x, w) })
		t.Run(c.name+"/transposed", func(t *testing.T) {
			nntest.Op(t, func(in ...*ops.Value) *ops.Value {
				return ops.ConvTranspose(in[0], in[1], c.x[1:len(c.x)-1], c.c)
			}, dy, w)
		})
		t.Run(c.name+"/gradient of gradient", func(t *testing.T) {
			nntest.Op(t, func(in ...*ops.Value) *ops.Value {
				g := ops.Gradients(ops.Square(conv(in...)), in...)
				return ops.Add(ops.Sum(ops.Square(g[0])), ops.Sum(ops.Square(g[1])))
			}, uniform(4, c.x...), scaled(0.2, uniform(5, c.w...)))
		})
		t.Run(c.name+"/fused", func(t *testing.T) { // bias and activation become one op with the convolution
			nntest.Op(t, func(in ...*ops.Value) *ops.Value { return ops.Tanh(ops.Add(conv(in...), in[2])) },
				x, w, uniform(6, c.w[len(c.w)-1]))
		})
	}
}

func TestConvShapeErrors(t *testing.T) {
	conv := func(x, w []int, c ops.ConvConfig) func() {
		return func() { ops.Conv(ops.Input(x...), ops.Input(w...), c) }
	}
	for want, f := range map[string]func(){
		"want x (n, t, c), (n, h, w, c) or (n, d, h, w, c), got rank 2":                   conv([]int{4, 5}, []int{3, 5, 2}, ops.ConvConfig{}),
		"want w (k, c/groups, f) of rank 3, got rank 4":                                   conv([]int{2, 5, 3}, []int{3, 1, 3, 4}, ops.ConvConfig{}),
		"want w (kd, kh, kw, c/groups, f) of rank 5, got rank 4":                          conv([]int{2, 5, 5, 5, 3}, []int{3, 3, 3, 4}, ops.ConvConfig{}),
		"axis 2 of x has 3 channels, but axis 1 of w has 2 for each of 1 groups (want 2)": conv([]int{2, 5, 3}, []int{3, 2, 4}, ops.ConvConfig{}),
		"steps (axis 1): the kernel spans 5, but the padded sequence has 4":               conv([]int{2, 4, 3}, []int{3, 3, 4}, ops.ConvConfig{Dilation: []int{2}}),
		"depth (axis 1): the kernel spans 3, but the padded volume has 2":                 conv([]int{2, 2, 5, 5, 3}, []int{3, 3, 3, 3, 4}, ops.ConvConfig{}),
		"Strides [2]: want 2 numbers, one for each axis between the first and the last":   conv([]int{2, 5, 5, 3}, []int{3, 3, 3, 4}, ops.ConvConfig{Strides: []int{2}}),
		"axis 1 of dy is 4, but a convolution of 5x5x5 by a 2x2x2 kernel makes 2": func() {
			ops.ConvTranspose(ops.Input(1, 4, 2, 2, 6), ops.Input(2, 2, 2, 3, 6), []int{5, 5, 5}, ops.ConvConfig{Strides: []int{2, 2, 2}})
		},
	} {
		wantShapeError(t, want, f)
	}
}
